// The engine without sockets: its own threads, a real RocksDB.

#include "actors/engine.hpp"

#include "support.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace switchboard::actors {
namespace {

using testing::text_message;

struct waiting_ticket final : ticket {};

/// For what comes soon, on a machine that has other things to do.
constexpr std::chrono::seconds patience{60};

class running_engine {
 public:
  explicit running_engine(bool with_account) : with_account_(with_account) {
    auto started = engine::start(make_settings(), [this](std::vector<ticket_ptr>&& done) {
      const std::lock_guard lock{mutex_};
      settled_ += done.size();
      changed_.notify_all();
    });
    if (!started) throw std::runtime_error(started.error().what);
    engine_ = std::move(*started);
  }
  ~running_engine() { EXPECT_TRUE(engine_->stop(std::chrono::seconds{30})); }

  std::shared_ptr<const config::settings> make_settings() const { return make_settings(with_account_); }
  std::shared_ptr<const config::settings> make_settings(bool with_account) const {
    auto s = std::make_shared<config::settings>();
    s->storage.data_dir = directory_.path();
    s->storage.free_space_min_bytes = 0;
    s->brands.push_back({.id = {"acme"}, .name = {}, .conversations = {}});
    s->sources.push_back(
        {.id = {"meta"}, .kind = config::source_kind::meta, .secrets = {"s"}, .verify_token = "v"});
    if (with_account) {
      s->accounts.push_back({.id = {"wa"},
                             .brand = {"acme"},
                             .source = {"meta"},
                             .platform = domain::platform::whatsapp,
                             .platform_id = "106",
                             .access_token = {}});
    }
    s->index();
    return s;
  }

  ingest_counts deliver(domain::unpacked_body body, std::string_view raw, config::settings_ptr by = nullptr) {
    auto t = std::make_shared<waiting_ticket>();
    if (!by) by = engine_->settings();
    engine_->ingest(*by, {"meta"}, std::move(body), raw,
                    domain::timestamp{std::chrono::seconds{1'795'248'000}}, t);
    ++sent_;
    return t->counts();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return settled_ == sent_; });
  }
  command_result execute(domain::command what) {
    std::promise<command_result> done;
    engine_->execute("acme", std::move(what), [&](command_result&& r) { done.set_value(std::move(r)); });
    return done.get_future().get();
  }
  std::vector<storage::record_ptr> events() {
    stream_filter all;
    all.all_brands = all.dead_letters = true;
    return engine_->events().pull(0, all, SIZE_MAX, SIZE_MAX, SIZE_MAX).records;
  }
  engine& get() { return *engine_; }
  std::size_t settled() {
    const std::lock_guard lock{mutex_};
    return settled_;
  }

 private:
  testing::temporary_directory directory_;
  bool with_account_;
  std::unique_ptr<engine> engine_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t sent_ = 0, settled_ = 0;
};

TEST(Engine, ABodyOfManyUnknownAccountsIsKeptOnce) {
  // It was kept once for each of them: one signed body of 400 kB became 185 MB on disk.
  running_engine e{false};
  domain::unpacked_body body;
  for (int i = 0; i < 300; ++i) {
    body.events.push_back(text_message("wamid." + std::to_string(i), "x"));
    body.events.back().account_platform_id = "unknown-" + std::to_string(i);
  }
  const std::string raw(100'000, 'r');
  const auto counts = e.deliver(std::move(body), raw);
  e.wait();
  EXPECT_EQ(counts.quarantined, 300u);
  EXPECT_EQ(counts.events, 0u);
  const auto events = e.events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]->type, domain::event_type::deadletter_added);
  EXPECT_LT(events[0]->bytes.size(), 2 * raw.size());
}

TEST(Engine, AConversationFollowsItsRouterAndWhoeverAssignsIt) {
  running_engine e{true};
  domain::unpacked_body body;
  body.events.push_back(text_message("wamid.1", "x"));
  e.deliver(std::move(body), "{}");
  e.wait();
  const auto id = e.events().at(0)->conversation;
  ASSERT_EQ(id.ordinal, 1u);
  const domain::route routed{.id = id,
                             .sequence = 41,
                             .type = domain::event_type::conversation_assigned,
                             .queue = {"sales"},
                             .agent = {"ann"}};
  std::uint64_t version = 0;
  for (int i = 0; i < 3; ++i) {  // repeated until it is in the log
    const auto done = e.execute(routed);
    ASSERT_FALSE(done.refused || done.failed || done.undecided);
    if (i == 0) version = done.version;
    EXPECT_EQ(done.version, version);
  }
  const auto by_hand = e.execute(domain::assign_by_hand{.id = id, .if_version = version, .agent = {}});
  ASSERT_FALSE(by_hand.refused || by_hand.failed || by_hand.undecided);
  EXPECT_EQ(by_hand.version, version + 1);
  const auto stale = e.execute(domain::assign_by_hand{.id = id, .if_version = version, .agent = {"bob"}});
  ASSERT_TRUE(stale.refused);
  EXPECT_EQ(stale.refused->why, domain::refusal::stale_version);

  std::vector<std::string> told;
  for (const auto& r : e.events()) {
    if (r->conversation_sequence <= version - 1) continue;
    told.push_back(std::string(to_word(r->type)) + " " + r->queue + " " + r->assignee + " " +
                   std::to_string(r->routed));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"conversation.assigned sales ann 41",
                                            "conversation.unassigned sales  41"}));
}

TEST(Engine, ABodyThatMayHoldAnotherBrandsIsShownToNone) {
  // A part that can't be read is kept with the whole body around it, other people's messages included. Whose the
  // unknown account is, nobody can tell, unless the whole source is one brand's.
  for (const bool shared : {false, true}) {
    running_engine e{true};
    config::settings both = *e.make_settings();
    if (shared) {
      both.accounts.push_back(both.accounts.front());
      both.accounts.back().id = {"wb"};
      both.accounts.back().brand = {"globex"};
      both.accounts.back().platform_id = "107";
      both.index();
    }
    domain::unpacked_body body;
    body.events.push_back(text_message("wamid.1", "x"));
    body.rejected.push_back(
        {.reason = "malformed", .detail = "/x", .raw = "{}", .account_platform_id = "106"});
    body.rejected.push_back(
        {.reason = "malformed", .detail = "/y", .raw = "{}", .account_platform_id = "unknown"});
    e.deliver(std::move(body), "{}", std::make_shared<const config::settings>(std::move(both)));
    e.wait();
    std::size_t letters = 0;
    for (const auto& r : e.events()) {
      if (r->type != domain::event_type::deadletter_added) continue;
      EXPECT_EQ(r->brand, shared ? "" : "acme");
      ++letters;
    }
    EXPECT_EQ(letters, 2u);
  }
}

TEST(Engine, TakesNewSettingsWhileEventsAreDecided) {
  running_engine e{true};
  std::atomic<bool> stop{false};
  std::thread reloads{[&] {
    while (!stop) {
      EXPECT_EQ(e.get().apply_settings(
                    e.make_settings(), [] {}, patience),
                settings_state::recorded);
    }
  }};
  for (int i = 0; i < 500; ++i) {
    domain::unpacked_body body;
    body.events.push_back(text_message("wamid." + std::to_string(i), "x", std::to_string(i % 7)));
    e.deliver(std::move(body), "{}");
  }
  e.wait();
  stop = true;
  reloads.join();
  std::size_t received = 0;
  for (const auto& r : e.events()) received += r->type == domain::event_type::message_received;
  EXPECT_EQ(received, 500u);
}

TEST(Engine, ABodyIsTakenInByTheSettingsThatVerifiedIt) {
  // In the middle of a reload a webhook of a new account was verified by the new config and, by the old one, was of
  // nobody: a dead letter. And one of an account that goes is still an account's.
  for (const bool known_to_engine : {false, true}) {
    running_engine e{known_to_engine};
    for (const bool known_to_webhook : {false, true}) {
      domain::unpacked_body body;
      body.events.push_back(text_message(known_to_webhook ? "wamid.1" : "wamid.2", "x"));
      const auto counts = e.deliver(std::move(body), "{}", e.make_settings(known_to_webhook));
      EXPECT_EQ(counts.events, known_to_webhook ? 1u : 0u);
      EXPECT_EQ(counts.quarantined, known_to_webhook ? 0u : 1u) << "kept, not lost";
    }
    e.wait();
    std::size_t received = 0, letters = 0;
    for (const auto& r : e.events()) {
      received += r->type == domain::event_type::message_received;
      letters += r->type == domain::event_type::deadletter_added;
    }
    EXPECT_EQ(received, 1u);
    EXPECT_EQ(letters, 1u);
  }
}

TEST(Engine, SaysThatAConfigIsInForceWhenItIsEverywhere) {
  running_engine e{true};
  const auto next = e.make_settings(false);
  const auto before = e.get().stats().submitted;
  bool rest = false;
  const auto in_force_elsewhere = [&] {
    rest = true;
    EXPECT_EQ(e.get().settings(), next) << "a new brand's policy is known before its webhooks are taken";
    EXPECT_EQ(e.get().stats().submitted, before) << "config.applied is not said yet";
  };
  EXPECT_EQ(e.get().apply_settings(next, in_force_elsewhere, patience), settings_state::recorded);
  EXPECT_TRUE(rest);
  EXPECT_EQ(e.get().stats().submitted, before + 1);
}

TEST(Engine, AReadSeesWhatWasCommittedBefore) {
  running_engine e{true};
  for (int i = 1; i <= 20; ++i) {
    domain::unpacked_body body;
    body.events.push_back(text_message("wamid." + std::to_string(i), "x"));
    e.deliver(std::move(body), "{}");
    e.wait();
    const auto last = e.events().back();
    std::string seen;
    std::mutex mutex;
    std::condition_variable changed;
    ASSERT_TRUE(e.get().read([&](const storage::views& v) {
      const std::lock_guard lock{mutex};
      seen = v.conversation_json("acme", last->conversation).value_or("none");
      changed.notify_one();
    }));
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return !seen.empty(); });
    EXPECT_EQ(seen, last->part(last->conversation_json));
  }
  const auto s = e.get().stats();
  EXPECT_GE(s.commits, 20u) << "each message waited for the one before";
  EXPECT_EQ(s.commit_durations.count(), s.commits);
  EXPECT_EQ(s.commit_records.sum, s.committed);
  EXPECT_GE(s.sync_durations.count(), s.commits);
  EXPECT_GE(s.commit_durations.sum, 20u * 1'000) << "no fsync takes less than a microsecond";
  EXPECT_GE(s.apply_durations.count(), 20u) << "and each read for the views";
}

TEST(Engine, AnswersWhoeverComesWhileItStopsAndAfter) {
  // A gateway that did not close in time goes on calling: it met actors that were gone, and a cleared table.
  running_engine e{true};
  constexpr int callers = 3;
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> asked{0}, answered{0}, handed_in{0};
  std::vector<std::thread> threads;
  const auto call = [&](int caller, int i) {
    domain::unpacked_body body;
    const auto id = std::to_string(caller) + "." + std::to_string(i);
    body.events.push_back(text_message("wamid." + id, "x", std::to_string(i % 97)));
    auto t = std::make_shared<waiting_ticket>();
    e.get().ingest(*e.get().settings(), {"meta"}, std::move(body), "{}",
                   domain::timestamp{std::chrono::seconds{1'795'248'000}}, t);
    ++handed_in;
    asked += 2;
    e.get().execute("acme", domain::mark_read{{{1, static_cast<std::uint64_t>(i % 5)}, 1}},
                    [&](command_result&&) { ++answered; });
    e.get().mark_replayed({.id = {"dl_" + id},
                           .source = {"meta"},
                           .brand = {},
                           .reason = "r",
                           .detail = "",
                           .raw = "",
                           .received_at = {},
                           .replayed_at = {}},
                          [&](bool) { ++answered; });
  };
  for (int c = 0; c < callers; ++c) {
    threads.emplace_back([&, c] {
      for (int i = 0; !stop; ++i) {
        while (handed_in > e.settled() + 300) std::this_thread::yield();
        call(c, i);
      }
    });
  }
  while (e.settled() < 200) std::this_thread::yield();
  EXPECT_TRUE(e.get().stop(std::chrono::seconds{30}));
  const auto at_end = handed_in.load();
  while (handed_in < at_end + 200) std::this_thread::yield();
  stop = true;
  for (auto& t : threads) t.join();
  EXPECT_EQ(answered, asked);
  EXPECT_EQ(e.settled(), handed_in);
  EXPECT_FALSE(e.get().read([](const storage::views&) {}));
}

}  // namespace
}  // namespace switchboard::actors
