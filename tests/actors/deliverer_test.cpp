// Deliveries to webhooks over the engine's own threads and a real RocksDB, by a receiver under the test's hand: what a stop, a start,
// a reload and an erasure leave of what waits.

#include "actors/delivery_client.hpp"
#include "actors/engine.hpp"
#include "support.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::actors {
namespace {

using namespace std::chrono_literals;
using domain::webhooks::outcome;
using testing::text_message;

constexpr std::chrono::seconds patience{60};

/// Deliveries wait until the test answers them.
class hand_receiver final : public delivery_client {
 public:
  struct made {
    storage::log_sequence event = 0;
    std::function<void(delivery_outcome)> done;
  };

  void deliver(delivery_order what, std::function<void(delivery_outcome)> done) override {
    const std::lock_guard lock{mutex_};
    made_.push_back({what.what->sequence, std::move(done)});
    changed_.notify_all();
  }
  void stop() override {
    const std::lock_guard lock{mutex_};
    for (auto& m : under_way_) m.done({.answer = {}, .cut_off = true, .error = "stopped"});
    for (auto& m : made_) m.done({.answer = {}, .cut_off = true, .error = "stopped"});
    under_way_.clear();
    made_.clear();
  }

  /// The next that is sent, which stays under way; 0, and a failure, where none is.
  storage::log_sequence next() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, patience, [this] { return !made_.empty(); })) {
      ADD_FAILURE() << "nothing is sent";
      return 0;
    }
    under_way_.push_back(std::move(made_.front()));
    made_.pop_front();
    return under_way_.back().event;
  }
  /// Of the one that next() gave last.
  void answer(std::uint16_t status) {
    std::function<void(delivery_outcome)> done;
    {
      const std::lock_guard lock{mutex_};
      done = std::move(under_way_.back().done);
      under_way_.pop_back();
    }
    done({.answer = {.status = status, .retry_after = {}},
          .cut_off = false,
          .error = status < 300 ? "" : "it answered " + std::to_string(status)});
  }
  [[nodiscard]] std::size_t waiting() {
    const std::lock_guard lock{mutex_};
    return made_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<made> made_;
  std::vector<made> under_way_;
};

class deliverer : public ::testing::Test {
 protected:
  deliverer() { start(); }
  ~deliverer() override { stop(); }

  std::shared_ptr<config::settings> settings() const {
    auto s = std::make_shared<config::settings>();
    s->storage.data_dir = directory_.path();
    s->storage.free_space_min_bytes = 0;
    s->brands.push_back({.id = {"acme"}, .name = {}, .conversations = {}});
    s->sources.push_back(
        {.id = {"meta"}, .kind = config::source_kind::meta, .secrets = {"s"}, .verify_token = "v"});
    s->accounts.push_back({.id = {"wa"},
                           .brand = {"acme"},
                           .source = {"meta"},
                           .platform = domain::platform::whatsapp,
                           .platform_id = "106",
                           .access_token = {}});
    config::webhook_settings w;
    w.id = "crm";
    w.brand = {"acme"};
    w.url = "https://crm.example.com";
    w.keys = {std::string(24, 'k')};
    w.events = {domain::event_type::message_received};
    w.ordered = true;
    s->webhooks.push_back(std::move(w));
    s->index();
    return s;
  }
  void start() {
    receiver_ = std::make_shared<hand_receiver>();
    auto started = engine::start(settings(), [](std::vector<ticket_ptr>&&) {},
                                 {.on_write_failure = nullptr, .client = nullptr, .deliveries = receiver_});
    ASSERT_TRUE(started) << started.error().what;
    engine_ = std::move(*started);
  }
  void stop() {
    EXPECT_TRUE(engine_->stop(2s)) << "what is under way holds nobody up for long";
    engine_.reset();
  }
  /// The place of its message.received in the log.
  storage::log_sequence writes(const std::string& who, const std::string& text) {
    domain::unpacked_body body;
    body.events.push_back(text_message("wamid." + who + text, text, who));
    struct any final : ticket {};
    engine_->ingest(*engine_->settings(), {"meta"}, std::move(body), "{}", domain::timestamp{1'795'248'000s},
                    std::make_shared<any>());
    std::optional<storage::log_sequence> place;
    EXPECT_TRUE(eventually([&] {
      stream_filter f;
      f.all_brands = true;
      f.types = {domain::event_type::message_received};
      for (const auto& r : engine_->events().pull(0, f, SIZE_MAX, SIZE_MAX, SIZE_MAX).records) {
        if (r->part(r->message_json).find(text) != std::string_view::npos) place = r->sequence;
        if (place) customer_ = r->part(r->customer);
      }
      return place.has_value();
    }));
    return place.value_or(0);
  }
  std::optional<domain::webhooks::attempt> row(storage::log_sequence event) {
    std::promise<std::optional<domain::webhooks::attempt>> found;
    EXPECT_TRUE(engine_->read([&](const storage::views& v) {
      std::optional<domain::webhooks::attempt> one;
      v.each_delivery("acme", "crm", storage::every_delivery, [&](storage::delivery_row&& r) {
        if (r.last.event == event) one = r.last;
        return true;
      });
      found.set_value(std::move(one));
    }));
    return found.get_future().get();
  }
  bool becomes(storage::log_sequence event, outcome what) {
    return eventually([&] {
      const auto r = row(event);
      return r && r->what == what;
    });
  }
  std::size_t replay(std::vector<storage::log_sequence> events) {
    std::promise<std::size_t> many;
    engine_->replay_deliveries(
        {.brand = "acme", .webhook = "crm", .events = std::move(events), .from = {}, .to = {}},
        [&](webhook_replayed&& r) {
          EXPECT_EQ(r.what, webhook_replayed::end::queued);
          many.set_value(r.events);
        });
    return many.get_future().get();
  }

  testing::temporary_directory directory_;
  std::shared_ptr<hand_receiver> receiver_;
  std::unique_ptr<engine> engine_;
  std::string customer_;
};

TEST_F(deliverer, sends_nothing_again_behind_a_stop_that_was_taken_and_keeps_who_waits) {
  const auto first = writes("1", "first");
  ASSERT_EQ(receiver_->next(), first);
  receiver_->answer(500);
  ASSERT_TRUE(becomes(first, outcome::failed));
  const auto second = writes("1", "second");
  const auto other = writes("2", "another's");
  ASSERT_EQ(receiver_->next(), other) << "the second waits behind the first";
  receiver_->answer(200);
  ASSERT_TRUE(becomes(other, outcome::delivered));
  stop();
  start();
  ASSERT_EQ(receiver_->next(), first) << "and not what was taken";
  receiver_->answer(200);
  ASSERT_EQ(receiver_->next(), second);
  receiver_->answer(200);
  EXPECT_TRUE(becomes(second, outcome::delivered));
  EXPECT_EQ(row(first)->tries, 2u);
}

TEST_F(deliverer, takes_what_it_cut_off_itself_for_no_attempt) {
  const auto first = writes("1", "first");
  ASSERT_EQ(receiver_->next(), first);
  stop();
  start();
  ASSERT_EQ(receiver_->next(), first);
  receiver_->answer(204);
  ASSERT_TRUE(becomes(first, outcome::delivered));
  EXPECT_EQ(row(first)->tries, 1u);
}

TEST_F(deliverer, sends_nothing_of_who_was_erased_meanwhile_and_says_so) {
  const auto first = writes("1", "first");
  ASSERT_EQ(receiver_->next(), first);
  receiver_->answer(500);
  ASSERT_TRUE(becomes(first, outcome::failed));
  ASSERT_FALSE(customer_.empty());
  std::promise<erase_state> erased;
  engine_->erase("acme", customer_, [&](erase_state s) { erased.set_value(s); });
  ASSERT_NE(erased.get_future().get(), erase_state::not_found);
  ASSERT_TRUE(becomes(first, outcome::given_up)) << "when its turn came again";
  EXPECT_NE(row(first)->error.find("withdrawn"), std::string::npos);
  EXPECT_EQ(receiver_->waiting(), 0u);
  EXPECT_EQ(replay({first}), 0u);
}

TEST_F(deliverer, follows_its_types_also_for_what_waits_and_is_asked_again) {
  const auto first = writes("1", "first");
  ASSERT_EQ(receiver_->next(), first);
  receiver_->answer(410);
  ASSERT_TRUE(becomes(first, outcome::failed));
  EXPECT_TRUE(eventually([&] { return engine_->webhooks().at(0).gone; }));
  auto other = settings();
  other->webhooks[0].events = {domain::event_type::conversation_closed};
  other->index();
  EXPECT_EQ(engine_->apply_settings(
                other, [] {}, 10s),
            settings_state::recorded);
  ASSERT_TRUE(becomes(first, outcome::given_up)) << "another config is another chance, and hears it no more";
  EXPECT_FALSE(engine_->webhooks().at(0).gone);
  EXPECT_EQ(receiver_->waiting(), 0u);
}

TEST_F(deliverer, brings_what_waits_at_once_where_somebody_asks) {
  const auto first = writes("1", "first");
  ASSERT_EQ(receiver_->next(), first);
  receiver_->answer(500);
  ASSERT_TRUE(becomes(first, outcome::failed));
  EXPECT_EQ(replay({first}), 1u);
  ASSERT_EQ(receiver_->next(), first);
  EXPECT_EQ(replay({first}), 0u) << "it is under way";
  receiver_->answer(200);
  ASSERT_TRUE(becomes(first, outcome::delivered));
  EXPECT_EQ(replay({first}), 1u);
  EXPECT_EQ(receiver_->next(), first);
  receiver_->answer(200);
}

}  // namespace
}  // namespace switchboard::actors
