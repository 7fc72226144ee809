// A read that was accepted is never dropped, however slow the readers are; one too many is refused at once.

#include "actors/views_keeper.hpp"

#include "storage/codec.hpp"
#include "storage/memory_log.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace switchboard::actors {
namespace {

constexpr std::size_t waiting_max = 4;

class keeper_fixture {
 public:
  keeper_fixture() {
    storage::views_options vo;
    vo.data_dir = directory_.path();
    auto opened = storage::views::open(vo);
    if (!opened) throw std::runtime_error(opened.error().what);
    views_ = std::move(*opened);
    auto s = std::make_shared<config::settings>();
    s->storage.data_dir = directory_.path();
    s->limits.reads_waiting_max = waiting_max;
    s->index();
    keeper = std::make_unique<views_keeper>(
        *log_, nullptr, *views_, log_tail, std::move(s), [] {}, [](const std::string&) {});
  }

  /// One more event is durable; the keeper is not told, as below a full batch.
  storage::log_sequence commit() {
    domain::event e;
    e.type = domain::event_type::config_applied;
    e.config_version = "v";
    log_tail.append(std::vector{std::make_shared<storage::record>(storage::encode(e, "/n"))});
    log_tail.mark_committed(log_tail.submitted());
    return log_tail.committed();
  }
  void wait_applied(storage::log_sequence s) const {
    while (log_tail.applied() < s) std::this_thread::yield();
  }

 private:
  testing::temporary_directory directory_;
  std::unique_ptr<storage::event_log> log_ = storage::make_memory_log();
  std::unique_ptr<storage::views> views_;

 public:
  tail log_tail{0, UINT64_MAX};
  std::unique_ptr<views_keeper> keeper;
};

TEST(ViewsKeeper, RunsEveryReadThatItTook) {
  keeper_fixture f;
  // Both readers are busy, and the queue before them is as full as it may be.
  std::latch busy{2};
  std::atomic<bool> go_on{false};
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(f.keeper->on_reader_thread([&] {
      busy.count_down();
      go_on.wait(false);
    }));
  }
  busy.wait();
  std::size_t taken = 0;
  std::atomic<std::size_t> ran{0};
  const auto count = [&] { ++ran; };
  for (std::size_t i = 0; i < 10 * waiting_max; ++i) taken += f.keeper->on_reader_thread(count);
  EXPECT_EQ(taken, waiting_max);
  // Reads that wait for the views, released apply by apply into that queue.
  for (int round = 0; round < 5; ++round) {
    const auto s = f.commit();
    for (std::size_t i = 0; i < 2 * waiting_max; ++i) taken += f.keeper->when_applied(s, count);
    f.wait_applied(s);
  }
  EXPECT_EQ(taken, 2 * waiting_max) << "the bound holds over those waiting and those released";
  go_on = true;
  go_on.notify_all();
  EXPECT_TRUE(f.keeper->stop());
  EXPECT_EQ(ran, taken);
}

TEST(ViewsKeeper, HasRoomAgainWhenItsReadsHaveRun) {
  keeper_fixture f;
  for (int round = 0; round < 50; ++round) {
    std::latch ran{waiting_max};
    const auto s = f.commit();
    for (std::size_t i = 0; i < waiting_max; ++i) {
      ASSERT_TRUE(f.keeper->when_applied(s, [&] { ran.count_down(); })) << "round " << round;
    }
    ran.wait();
  }
}

/// A journal of which nothing has to be kept any longer, but for what a router needs.
class trimming_fixture {
 public:
  trimming_fixture() {
    storage::journal_options jo;
    jo.data_dir = directory_.path();
    auto log = storage::journal::open(jo);
    if (!log) throw std::runtime_error(log.error().what);
    log_ = std::move(*log);
    storage::views_options vo;
    vo.data_dir = directory_.path();
    auto opened = storage::views::open(vo);
    if (!opened) throw std::runtime_error(opened.error().what);
    views_ = std::move(*opened);
  }

  /// In a batch of its own: whole batches are trimmed.
  storage::log_sequence commit(const domain::event& e) {
    auto r = std::make_shared<storage::record>(storage::encode(e, "/n"));
    log_tail.append(std::vector{r});
    log_->cursors().write(r->bytes.data() + r->cursor_at, r->sequence);
    const storage::claims all(log_->partitions(), log_->epoch());
    const auto done = log_->commit(all, std::vector<storage::record_ptr>{r});
    if (done.result != storage::log_result::ok) throw std::runtime_error(done.detail);
    log_tail.mark_committed(log_tail.submitted());
    return r->sequence;
  }
  /// All is applied, flushed, and trimmed as far as it may be.
  void run_keeper() {
    auto s = std::make_shared<config::settings>();
    s->storage.data_dir = directory_.path();
    s->storage.retention_age = std::chrono::hours(0);
    s->index();
    views_keeper keeper(
        *log_, log_.get(), *views_, log_tail, std::move(s), [] {}, [](const std::string&) {});
    ASSERT_TRUE(keeper.stop());
  }
  [[nodiscard]] storage::log_sequence earliest() const { return log_->earliest(); }

 private:
  testing::temporary_directory directory_;
  std::unique_ptr<storage::journal> log_;
  std::unique_ptr<storage::views> views_;

 public:
  tail log_tail{0, UINT64_MAX};
};

domain::event saved(const std::string& brand, std::uint64_t sequence, storage::log_sequence consumed) {
  domain::event e;
  e.type = domain::event_type::routing_saved;
  e.at = domain::timestamp{std::chrono::seconds{1'700'000'000}};
  e.saved = domain::routing_save{.brand = {brand}, .sequence = sequence, .consumed = consumed, .state = "s"};
  return e;
}

domain::event applied_config() {
  domain::event e;
  e.type = domain::event_type::config_applied;
  e.at = domain::timestamp{std::chrono::seconds{1'700'000'000}};
  e.config_version = "v";
  return e;
}

TEST(ViewsKeeper, TrimsNothingThatARouterNeeds) {
  trimming_fixture f;
  for (int i = 0; i < 3; ++i) f.commit(applied_config());
  f.run_keeper();
  EXPECT_EQ(f.earliest(), 4u) << "nobody needs any of it";
  const auto first = f.commit(saved("acme", 1, 3));
  for (int i = 0; i < 3; ++i) f.commit(applied_config());
  const auto other = f.commit(saved("acme2", 1, 7));
  f.run_keeper();
  EXPECT_EQ(f.earliest(), first);
  f.commit(applied_config());
  const auto again = f.commit(saved("acme", 9, 9));
  f.run_keeper();
  EXPECT_EQ(f.earliest(), other) << "acme's is saved anew, acme2's is not";
  f.commit(saved("acme2", 9, 10));
  f.run_keeper();
  EXPECT_EQ(f.earliest(), again);
  f.commit(applied_config());
  for (const auto* brand : {"acme", "acme2"}) f.commit(saved(brand, 20, 11));
  f.run_keeper();
  EXPECT_EQ(f.earliest(), 12u) << "what they had not read when they were saved";
}

TEST(ViewsKeeper, RefusesWhenItHasStopped) {
  keeper_fixture f;
  const auto s = f.commit();
  EXPECT_TRUE(f.keeper->stop());
  EXPECT_EQ(f.log_tail.applied(), s);
  EXPECT_FALSE(f.keeper->when_applied(s, [] {}));
  EXPECT_FALSE(f.keeper->when_applied(s + 1, [] {}));
  EXPECT_FALSE(f.keeper->on_reader_thread([] {}));
}

}  // namespace
}  // namespace switchboard::actors
