// H117: platforms sign no time, so that whoever once saw a signed webhook can send it again for ever. Within
// storage.dedup_window its key stops it; behind that the message itself must, for as long as it is kept.

#include "actors/engine.hpp"
#include "net/platforms/platform.hpp"
#include "storage/views_store.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace switchboard::attacks {
namespace {

using namespace std::chrono_literals;

struct waiting final : actors::ticket {};

/// An engine without sockets, to which webhooks come at the time that they are said to come at.
class timed_engine {
 public:
  timed_engine() { start(); }
  ~timed_engine() { EXPECT_TRUE(engine_->stop(30s)); }

  /// In between, what may be forgotten is.
  void restart() {
    ASSERT_TRUE(engine_->stop(30s));
    engine_.reset();
    {
      storage::views_options o;
      o.data_dir = place_.path() / "data";
      auto store = storage::views_store::open(o);
      ASSERT_TRUE(store) << store.error().what;
      const auto rows = [&] {
        std::size_t n = 0;
        auto i = (*store)->rows(storage::column::seen);
        for (i->SeekToFirst(); i->Valid(); i->Next()) ++n;
        return n;
      };
      const auto before = rows();
      rocksdb::CompactRangeOptions all;
      all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
      ASSERT_TRUE(
          (*store)->db().CompactRange(all, (*store)->handle(storage::column::seen), nullptr, nullptr).ok());
      forgotten_ += before - rows();
    }
    start();
  }
  void deliver(const std::string& body, domain::timestamp now) {
    auto t = std::make_shared<waiting>();
    auto unpacked = net::platforms::functions_of(net::platforms::kind::meta).normalise(body, {}, {}, now);
    ASSERT_TRUE(unpacked.rejected.empty()) << unpacked.rejected.front().detail;
    engine_->ingest(*engine_->settings(), {"meta"}, std::move(unpacked), body, now, t);
    std::unique_lock lock{mutex_};
    settled_.wait(lock, [this] { return done_ > 0; });
    done_ = 0;
    EXPECT_EQ(t->outcome(), actors::commit_state::durable);
  }
  [[nodiscard]] std::chrono::hours window() const { return window_; }
  [[nodiscard]] std::size_t forgotten() const { return forgotten_; }  ///< dedup keys
  std::vector<std::string> events() {
    actors::stream_filter all;
    all.all_brands = all.dead_letters = true;
    std::vector<std::string> types;
    for (const auto& r : engine_->events().pull(0, all, SIZE_MAX, SIZE_MAX, SIZE_MAX).records)
      types.emplace_back(to_word(r->type));
    return types;
  }

 private:
  void start() {
    auto s = std::make_shared<config::settings>();
    s->storage.data_dir = place_.path() / "data";
    s->storage.free_space_min_bytes = 0;
    s->brands.push_back({.id = {"acme"}, .name = {}, .conversations = {}});
    s->sources.push_back(
        {.id = {"meta"}, .kind = config::source_kind::meta, .secrets = {"s"}, .verify_token = "v"});
    s->accounts.push_back({.id = {"wa"},
                           .brand = {"acme"},
                           .source = {"meta"},
                           .platform = domain::platform::whatsapp,
                           .platform_id = std::string(e2e::acme_number),
                           .access_token = {}});
    s->index();
    window_ = s->storage.dedup_window;
    auto started = actors::engine::start(s, [this](std::vector<actors::ticket_ptr>&& done) {
      const std::lock_guard lock{mutex_};
      done_ += done.size();
      settled_.notify_all();
    });
    if (!started) throw std::runtime_error(started.error().what);
    engine_ = std::move(*started);
  }

  std::chrono::hours window_{};
  std::size_t forgotten_ = 0;
  e2e::scratch place_;
  std::unique_ptr<actors::engine> engine_;
  std::mutex mutex_;
  std::condition_variable settled_;
  std::size_t done_ = 0;
};

std::string reaction(std::string_view id, std::string_view to) {
  auto body = e2e::whatsapp_text(e2e::acme_number, "117", id, "x");
  const std::string text = R"("type":"text","text":{"body":"x"})";
  const auto at = body.find(text);
  return body.replace(
      at, text.size(),
      R"("type":"reaction","reaction":{"message_id":")" + std::string(to) + R"(","emoji":"+"})");
}

TEST(replay, behind_the_dedup_window_brings_no_message_back) {
  timed_engine e;
  const domain::timestamp first{std::chrono::seconds{1'795'248'000}};
  const auto late = first + e.window() + 24h, later = late + e.window() + 24h;
  const auto old = e2e::whatsapp_text(e2e::acme_number, "117", "s.117", "hello");
  const auto said = reaction("s.117.reaction", "s.117");
  e.deliver(old, first);
  e.deliver(said, first);
  // The log's own time goes on with what comes, here and for others, by an hour at most each time: no clock that is
  // wrong for once makes it forget.
  for (auto at = first + 1h; at < late; at += 1h) {
    const auto id = "s.119." + std::to_string(at.time_since_epoch().count());
    e.deliver(e2e::whatsapp_text(e2e::acme_number, "119", id, "hourly"), at);
  }
  e.deliver(e2e::whatsapp_text(e2e::acme_number, "117", "s.117.late", "hello"), late);
  e.deliver(e2e::whatsapp_text(e2e::acme_number, "118", "s.118.late", "hello"), late);
  e.restart();
  EXPECT_GT(e.forgotten(), 0u) << "no key is over: nothing is tried here";
  const auto before = e.events();
  for (const auto at : {late, later}) {
    e.deliver(old, at);
    e.deliver(said, at);
    e.restart();
    EXPECT_EQ(e.events(), before) << "a replay had an effect";
  }
}

}  // namespace
}  // namespace switchboard::attacks
