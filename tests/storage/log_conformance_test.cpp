// What every log behind the seam must do. A new implementation joins by a line in the table at the end.

#include "log_support.hpp"
#include "storage/verify.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace switchboard::storage::testing {
namespace {

struct log_under_test {
  std::string name;
  /// Opens the log that lives in `directory`. Durable ones give back what was committed there before.
  std::function<std::unique_ptr<event_log>(const std::string& directory)> open;
  bool durable = false;
};

class log_conformance : public ::testing::TestWithParam<log_under_test> {
 protected:
  void SetUp() override {
    log_ = GetParam().open(directory_.path());
    ASSERT_NE(log_, nullptr);
  }
  /// For durable logs: everything that follows holds over a restart too.
  void reopen() {
    if (!GetParam().durable) return;
    log_.reset();
    log_ = GetParam().open(directory_.path());
    ASSERT_NE(log_, nullptr);
  }
  claim mine() const { return {0, log_->epoch()}; }

  temporary_directory directory_;
  std::unique_ptr<event_log> log_;
};

TEST_P(log_conformance, is_empty_at_first) {
  EXPECT_EQ(log_->last(), 0u);
  EXPECT_EQ(log_->earliest(), 1u);
  EXPECT_GE(log_->epoch(), 1u);
  const read_outcome nothing = log_->read(0, 10, 1000);
  EXPECT_EQ(nothing.result, log_result::ok);
  EXPECT_TRUE(nothing.records.empty());
  EXPECT_EQ(commit_next(*log_, 0).result, log_result::ok);
  EXPECT_EQ(log_->last(), 0u);
}

TEST_P(log_conformance, gives_back_what_was_committed_in_one_gapless_order) {
  std::size_t total = 0;
  for (const std::size_t count : {1u, 64u, 2u, 1u, 300u, 17u}) {
    const commit_outcome outcome = commit_next(*log_, count);
    ASSERT_EQ(outcome.result, log_result::ok) << outcome.detail;
    EXPECT_EQ(outcome.first, total + 1);
    total += count;
    EXPECT_EQ(outcome.last, total);
    EXPECT_EQ(log_->last(), total);
    EXPECT_TRUE(holds_everything(*log_));
    reopen();
    EXPECT_EQ(log_->last(), total);
    EXPECT_TRUE(holds_everything(*log_));
  }
  const auto report = verify_log(*log_);
  ASSERT_TRUE(report.has_value()) << report.error().what;
  EXPECT_EQ(report->records, total);
  EXPECT_EQ(report->conversations, conversations_in_turn);
}

TEST_P(log_conformance, the_same_call_again_is_ok_and_changes_nothing) {
  ASSERT_EQ(commit_next(*log_, 5).result, log_result::ok);
  ASSERT_EQ(commit_next(*log_, 3).result, log_result::ok);
  reopen();
  for (const auto& [first, count] : {std::pair{1u, 5u}, {6u, 3u}, {2u, 2u}, {4u, 4u}, {1u, 8u}}) {
    const commit_outcome again = log_->commit(mine(), make_batch(log_->cursors(), first, count));
    EXPECT_EQ(again.result, log_result::ok) << again.detail;
    EXPECT_EQ(again.first, first);
    EXPECT_EQ(again.last, first + count - 1);
  }
  EXPECT_EQ(log_->last(), 8u);
  EXPECT_TRUE(holds_everything(*log_));
}

TEST_P(log_conformance, other_events_at_a_taken_place_are_fenced) {
  ASSERT_EQ(commit_next(*log_, 5).result, log_result::ok);
  reopen();
  EXPECT_EQ(log_->commit(mine(), make_batch(log_->cursors(), 3, 2, 301)).result, log_result::fenced);
  record moved = *make_record(log_->cursors(), 5);
  moved.partition ^= 1;
  const std::vector<record_ptr> other_partition{std::make_shared<const record>(moved)};
  EXPECT_EQ(log_->commit(mine(), other_partition).result, log_result::fenced);
  EXPECT_TRUE(holds_everything(*log_));
  EXPECT_EQ(commit_next(*log_, 1).result, log_result::ok);
}

TEST_P(log_conformance, a_gap_is_refused_and_ends_writing) {
  ASSERT_EQ(commit_next(*log_, 5).result, log_result::ok);
  const commit_outcome gap = log_->commit(mine(), make_batch(log_->cursors(), 7, 1));
  EXPECT_EQ(gap.result, log_result::unavailable);
  EXPECT_FALSE(gap.detail.empty());
  EXPECT_EQ(commit_next(*log_, 1).result, log_result::unavailable)
      << "a writer that lost count must not go on";
  EXPECT_EQ(log_->last(), 5u);
  EXPECT_TRUE(holds_everything(*log_));
}

TEST_P(log_conformance, a_gap_within_a_batch_or_half_an_overlap_is_refused) {
  ASSERT_EQ(commit_next(*log_, 5).result, log_result::ok);
  EXPECT_EQ(log_->commit(mine(), make_batch(log_->cursors(), 4, 4)).result, log_result::unavailable);
  reopen();
  if (!GetParam().durable) return;
  auto holed = make_batch(log_->cursors(), 6, 3);
  holed.erase(holed.begin() + 1);
  EXPECT_EQ(log_->commit(mine(), holed).result, log_result::unavailable);
  EXPECT_EQ(log_->last(), 5u);
}

TEST_P(log_conformance, a_claim_of_another_epoch_is_fenced) {
  const claim stale{0, log_->epoch() - 1};
  EXPECT_EQ(log_->commit(stale, make_batch(log_->cursors(), 1, 1)).result, log_result::fenced);
  const claim before = mine();
  ASSERT_EQ(log_->commit(before, make_batch(log_->cursors(), 1, 1)).result, log_result::ok);
  if (GetParam().durable) {
    reopen();
    EXPECT_EQ(log_->epoch(), before.epoch + 1);
    EXPECT_EQ(log_->commit(before, make_batch(log_->cursors(), 2, 1)).result, log_result::fenced);
    EXPECT_EQ(log_->commit(before, make_batch(log_->cursors(), 1, 1)).result, log_result::fenced)
        << "also a repetition: its outcome belongs to the new owner";
  }
  EXPECT_EQ(log_->last(), 1u);
  EXPECT_EQ(commit_next(*log_, 1).result, log_result::ok);
}

TEST_P(log_conformance, reads_keep_to_their_limits) {
  ASSERT_EQ(commit_next(*log_, 10).result, log_result::ok);
  ASSERT_EQ(commit_next(*log_, 10).result, log_result::ok);
  const std::size_t size = make_record(log_->cursors(), 10)->bytes.size();
  EXPECT_EQ(log_->read(0, 0, 1 << 20).records.size(), 0u);
  EXPECT_EQ(log_->read(0, 3, 1 << 20).records.size(), 3u);
  EXPECT_EQ(log_->read(0, 100, 1 << 20).records.size(), 20u);
  EXPECT_EQ(log_->read(8, 4, 1 << 20).records.size(), 4u) << "over the end of a batch";
  EXPECT_EQ(log_->read(8, 4, 1 << 20).records.front()->sequence, 9u);
  EXPECT_EQ(log_->read(10, 100, 1).records.size(), 1u) << "at least one";
  EXPECT_EQ(log_->read(10, 100, 2 * size).records.size(), 2u);
  EXPECT_EQ(log_->read(10, 100, 2 * size - 1).records.size(), 1u);
  EXPECT_EQ(log_->read(20, 100, 1 << 20).records.size(), 0u);
  EXPECT_EQ(log_->read(~log_sequence{0}, 100, 1 << 20).result, log_result::ok)
      << "behind the end there is nothing yet";
}

TEST_P(log_conformance, trims_whole_batches_and_says_so_to_late_readers) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(commit_next(*log_, 10).result, log_result::ok);
  EXPECT_EQ(log_->trim(0), log_result::ok);
  EXPECT_EQ(log_->trim(10), log_result::ok);
  EXPECT_EQ(log_->earliest(), 1u) << "sequence 10 itself is to be kept, and its batch with it";
  EXPECT_EQ(log_->trim(25), log_result::ok);
  EXPECT_EQ(log_->earliest(), 21u);
  for (int round = 0; round < 2; ++round) {
    const read_outcome late = log_->read(19, 5, 1 << 20);
    EXPECT_EQ(late.result, log_result::trimmed);
    EXPECT_EQ(late.earliest, 21u);
    EXPECT_TRUE(late.records.empty());
    EXPECT_EQ(log_->read(20, 5, 1 << 20).records.size(), 5u);
    EXPECT_EQ(log_->last(), 50u);
    EXPECT_TRUE(holds_everything(*log_));
    EXPECT_TRUE(verify_log(*log_).has_value());
    reopen();
    EXPECT_EQ(log_->earliest(), 21u);
  }
  EXPECT_EQ(log_->trim(15), log_result::ok) << "trimming less than before is nothing";
  EXPECT_EQ(log_->earliest(), 21u);
}

TEST_P(log_conformance, trimmed_to_nothing_it_goes_on_counting) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(commit_next(*log_, 4).result, log_result::ok);
  EXPECT_EQ(log_->trim(1000), log_result::ok);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(log_->last(), 12u);
    EXPECT_EQ(log_->earliest(), 13u);
    EXPECT_EQ(log_->read(5, 5, 1 << 20).result, log_result::trimmed);
    EXPECT_TRUE(log_->read(12, 5, 1 << 20).records.empty());
    reopen();
  }
  EXPECT_EQ(commit_next(*log_, 2).result, log_result::ok);
  reopen();
  EXPECT_EQ(log_->last(), 14u);
  EXPECT_TRUE(holds_everything(*log_));
}

TEST_P(log_conformance, hints_the_new_end_after_it_can_be_read) {
  std::vector<log_sequence> hints;
  log_->watch([&](log_sequence last) {
    hints.push_back(last);
    EXPECT_EQ(log_->last(), last);
    EXPECT_EQ(log_->read(last - 1, 1, 1).records.size(), 1u);
  });
  ASSERT_EQ(commit_next(*log_, 3).result, log_result::ok);
  ASSERT_EQ(log_->commit(mine(), make_batch(log_->cursors(), 1, 3)).result, log_result::ok);
  ASSERT_EQ(commit_next(*log_, 1).result, log_result::ok);
  EXPECT_EQ(hints, (std::vector<log_sequence>{3, 4})) << "a repetition is no news";
}

TEST_P(log_conformance, cursors_name_places_of_this_log) {
  ASSERT_EQ(commit_next(*log_, 3).result, log_result::ok);
  const std::string third = log_->cursors().text(3);
  reopen();
  EXPECT_EQ(log_->cursors().parse(third), 3u);
  const record_ptr r = log_->read(2, 1, 1).records.at(0);
  EXPECT_EQ(r->bytes.substr(r->cursor_at, cursor_width), third);
}

TEST_P(log_conformance, readers_beside_the_writer_see_gapless_prefixes) {
  constexpr log_sequence target = 3000;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      for (log_sequence after = 0; after < target;) {
        const read_outcome part = log_->read(after, 100, 1 << 20);
        if (part.result == log_result::trimmed) {
          after = part.earliest - 1;
          continue;
        }
        if (part.result != log_result::ok) ++wrong;
        for (const record_ptr& r : part.records)
          if (r->sequence != ++after) ++wrong;
        if (wrong != 0) return;
      }
    });
  for (log_sequence next = 1; next <= target; next += 20) {
    EXPECT_EQ(commit_next(*log_, 20, 10).result, log_result::ok);
    if (next % 1000 == 1) {
      EXPECT_EQ(log_->trim(next / 2), log_result::ok);
    }
  }
  for (std::thread& t : readers) t.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(log_conformance, nobody_else_owns_a_partition_here) {
  const std::vector<std::string> commands{"x"};
  EXPECT_NE(log_->ingest(0, commands), log_result::ok) << "must not acknowledge what it does not keep";
}

std::unique_ptr<event_log> open_rocks(const std::string& directory, std::uint64_t memtable_bytes) {
  journal_options options = small_journal(directory);
  options.memtable_bytes = memtable_bytes;
  return open_journal(options);
}

INSTANTIATE_TEST_SUITE_P(
    logs, log_conformance,
    ::testing::Values(log_under_test{"memory", [](const std::string&) { return make_memory_log(); }, false},
                      log_under_test{"rocksdb", [](const std::string& d) { return open_rocks(d, 8 << 20); },
                                     true},
                      log_under_test{"rocksdb_flushing",
                                     [](const std::string& d) { return open_rocks(d, 64 << 10); }, true}),
    [](const auto& instance) { return instance.param.name; });

// -- what only a double can be made to answer ---------------------------------------------------------------

memory_log_script once(std::uint64_t nth, log_result result, bool written) {
  const auto step = [=](std::uint64_t n) { return n == nth ? result : log_result::ok; };
  return written ? memory_log_script{{}, step} : memory_log_script{step, {}};
}

TEST(memory_log, after_unknown_the_identical_call_settles_it_either_way) {
  for (const bool written : {false, true}) {
    const auto log = make_memory_log(3, once(2, log_result::unknown, written));
    ASSERT_EQ(commit_next(*log, 2).result, log_result::ok);
    const auto batch = make_batch(log->cursors(), 3, 4);
    EXPECT_EQ(log->commit({0, 3}, batch).result, log_result::unknown);
    EXPECT_EQ(log->last(), written ? 6u : 2u);
    const commit_outcome again = log->commit({0, 3}, batch);
    EXPECT_EQ(again.result, log_result::ok) << again.detail;
    EXPECT_EQ(again.first, 3u);
    EXPECT_EQ(again.last, 6u);
    EXPECT_EQ(log->last(), 6u);
    EXPECT_TRUE(holds_everything(*log));
  }
}

TEST(memory_log, unavailable_is_for_ever) {
  const auto log = make_memory_log(1, once(2, log_result::unavailable, false));
  ASSERT_EQ(commit_next(*log, 1).result, log_result::ok);
  EXPECT_EQ(commit_next(*log, 1).result, log_result::unavailable);
  EXPECT_EQ(commit_next(*log, 1).result, log_result::unavailable);
  EXPECT_EQ(log->last(), 1u);
}

TEST(memory_log, can_be_fenced_by_script) {
  const auto log = make_memory_log(1, once(1, log_result::fenced, false));
  EXPECT_EQ(commit_next(*log, 1).result, log_result::fenced);
  EXPECT_EQ(log->last(), 0u);
}

}  // namespace
}  // namespace switchboard::storage::testing
