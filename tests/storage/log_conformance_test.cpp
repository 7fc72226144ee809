// What every log behind the seam must do. A new implementation joins by a line in the table at the end.

#include "log_conformance.hpp"

#include "child_process.hpp"
#include "scripted_log.hpp"
#include "storage/verify.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>

namespace switchboard::storage::testing {
namespace {

TEST_P(log_conformance, is_empty_at_first) {
  EXPECT_EQ(log_->last(), 0u);
  EXPECT_EQ(log_->earliest(), 1u);
  EXPECT_GE(log_->epoch(), 1u);
  const read_outcome nothing = log_->read(every_partition, 0, 10, 1000);
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
    const commit_outcome again = commit(make_batch(log_->cursors(), first, count));
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
  EXPECT_EQ(commit(make_batch(log_->cursors(), 3, 2, 301)).result, log_result::fenced);
  record moved = *make_record(log_->cursors(), 5);
  moved.partition ^= 1;
  const std::vector<record_ptr> other_partition{std::make_shared<const record>(moved)};
  EXPECT_EQ(commit(other_partition).result, log_result::fenced);
  EXPECT_TRUE(holds_everything(*log_));
  EXPECT_EQ(commit_next(*log_, 1).result, log_result::ok);
}

TEST_P(log_conformance, a_gap_is_refused_and_ends_writing) {
  ASSERT_EQ(commit_next(*log_, 5).result, log_result::ok);
  const commit_outcome gap = commit(make_batch(log_->cursors(), 7, 1));
  EXPECT_EQ(gap.result, log_result::unavailable);
  EXPECT_FALSE(gap.detail.empty());
  EXPECT_EQ(commit_next(*log_, 1).result, log_result::unavailable)
      << "a writer that lost count must not go on";
  EXPECT_EQ(log_->last(), 5u);
  EXPECT_TRUE(holds_everything(*log_));
}

TEST_P(log_conformance, a_gap_within_a_batch_or_half_an_overlap_is_refused) {
  ASSERT_EQ(commit_next(*log_, 5).result, log_result::ok);
  EXPECT_EQ(commit(make_batch(log_->cursors(), 4, 4)).result, log_result::unavailable);
  reopen();
  auto holed = make_batch(log_->cursors(), 6, 3);
  holed.erase(holed.begin() + 1);
  EXPECT_EQ(commit(holed).result, log_result::unavailable);
  EXPECT_EQ(log_->last(), 5u);
}

TEST_P(log_conformance, a_claim_of_another_epoch_is_fenced) {
  const claims before = all_of(*log_);
  const auto first = make_batch(log_->cursors(), 1, 1);
  EXPECT_EQ(log_->commit(claims(log_->partitions(), log_->epoch() - 1), first).result, log_result::fenced);
  EXPECT_EQ(log_->commit(claims(log_->partitions(), log_->epoch() + 1), first).result, log_result::fenced);
  ASSERT_EQ(log_->commit(before, first).result, log_result::ok);
  reopen();
  EXPECT_EQ(log_->epoch(), before.epoch_of(0) + 1);
  EXPECT_EQ(log_->commit(before, make_batch(log_->cursors(), 2, 1)).result, log_result::fenced);
  EXPECT_EQ(log_->commit(before, first).result, log_result::fenced)
      << "also a repetition: its outcome belongs to the new owner";
  EXPECT_EQ(log_->last(), 1u);
  EXPECT_EQ(commit_next(*log_, 1).result, log_result::ok);
}

TEST_P(log_conformance, each_partition_of_a_batch_must_be_claimed) {
  claims held = all_of(*log_);
  ASSERT_TRUE(held.lost({.partition = 3, .epoch = log_->epoch()}));
  EXPECT_EQ(log_->commit(held, make_batch(log_->cursors(), 1, 2)).result, log_result::ok)
      << "nobody else's claim is asked for";
  const commit_outcome lost = log_->commit(held, make_batch(log_->cursors(), 3, 4));
  EXPECT_EQ(lost.result, log_result::fenced);
  EXPECT_NE(lost.detail.find("partition 3 "), std::string::npos) << lost.detail;
  held.gained({.partition = 3, .epoch = log_->epoch() - 1});
  EXPECT_EQ(log_->commit(held, make_batch(log_->cursors(), 3, 4)).result, log_result::fenced);
  EXPECT_EQ(log_->last(), 2u) << "all or nothing";
  held.gained({.partition = 3, .epoch = log_->epoch()});
  EXPECT_EQ(log_->commit(held, make_batch(log_->cursors(), 3, 4)).result, log_result::ok);
  EXPECT_TRUE(holds_everything(*log_));
}

TEST_P(log_conformance, of_two_claimers_one_at_most_goes_on) {
  ASSERT_EQ(commit_next(*log_, 2).result, log_result::ok);
  const auto second = GetParam().open(place_);
  if (!second) return;  // refused while the first is there: so does the lock of a data directory
  EXPECT_EQ(commit_next(*second, 2).result, log_result::ok);
  EXPECT_EQ(commit_next(*log_, 2).result, log_result::fenced);
  EXPECT_TRUE(holds_everything(*second));
}

TEST_P(log_conformance, consumes_nothing_that_nobody_handed_over) {
  const std::vector<consumption> none{{.partition = 1, .up_to = 0}};
  EXPECT_EQ(log_->commit(all_of(*log_), make_batch(log_->cursors(), 1, 1), none).result, log_result::ok);
  const std::vector<consumption> one{{.partition = 1, .up_to = 1}};
  EXPECT_EQ(log_->commit(all_of(*log_), make_batch(log_->cursors(), 2, 1), one).result,
            log_result::unavailable);
  EXPECT_EQ(log_->last(), 1u);
}

// -- answers that never came --------------------------------------------------------------------------------

/// The answer is lost before or behind the write; whoever repeats the call, in this life or the next, gets it.
TEST_P(log_conformance, after_unknown_the_identical_call_settles_it_either_way) {
  log_sequence end = 0;
  for (const bool written : {false, true}) {
    for (const bool by_a_successor : {false, true}) {
      ASSERT_EQ(commit_next(*log_, 2).result, log_result::ok);
      end += 2;
      const auto batch = make_batch(log_->cursors(), end + 1, 4);
      {
        scripted_log losing(*log_, answers_once(1, log_result::unknown, written));
        EXPECT_EQ(losing.commit(all_of(*log_), batch).result, log_result::unknown);
      }
      if (by_a_successor) reopen();
      EXPECT_EQ(log_->last(), written ? end + 4 : end);
      for (int again = 0; again < 2; ++again) {
        const commit_outcome outcome = commit(batch);
        EXPECT_EQ(outcome.result, log_result::ok) << outcome.detail;
        EXPECT_EQ(outcome.first, end + 1);
        EXPECT_EQ(outcome.last, end + 4);
      }
      end += 4;
      EXPECT_EQ(log_->last(), end);
      EXPECT_TRUE(holds_everything(*log_));
    }
  }
}

TEST_P(log_conformance, whose_owner_died_in_mid_commit_has_the_batch_whole_or_not_and_takes_it_again) {
  log_.reset();
  std::mt19937_64 random(11);
  for (int death = 0; death < 10; ++death) {
    const log_sequence acknowledged = GetParam().die_committing(place_, 1 + random() % 60);
    reopen();
    const std::size_t unanswered = batch_size(acknowledged);
    EXPECT_TRUE(log_->last() == acknowledged || log_->last() == acknowledged + unanswered)
        << log_->last() << " behind " << acknowledged << " + " << unanswered;
    const commit_outcome again = commit(make_batch(log_->cursors(), acknowledged + 1, unanswered));
    EXPECT_EQ(again.result, log_result::ok) << again.detail;
    EXPECT_EQ(log_->last(), acknowledged + unanswered);
    EXPECT_TRUE(holds_everything(*log_));
    log_.reset();
  }
}

TEST_P(log_conformance, what_took_the_place_of_an_unanswered_batch_fences_it) {
  const auto batch = make_batch(log_->cursors(), 1, 3);
  {
    scripted_log losing(*log_, answers_once(1, log_result::unknown, false));
    EXPECT_EQ(losing.commit(all_of(*log_), batch).result, log_result::unknown);
  }
  ASSERT_EQ(commit(make_batch(log_->cursors(), 1, 3, 400)).result, log_result::ok);
  EXPECT_EQ(commit(batch).result, log_result::fenced);
  EXPECT_TRUE(holds_everything(*log_, 400));
}

TEST_P(log_conformance, takes_no_handover_that_nobody_would_consume) {
  const std::vector<handover> commands{{.partition = 0, .key = "k", .body = "x"}};
  EXPECT_EQ(log_->ingest(commands), log_result::unavailable) << "must not acknowledge what it does not keep";
}

std::unique_ptr<event_log> open_rocks(log_place& place, std::uint64_t memtable_bytes) {
  journal_options options = small_journal(place.directory.path());
  options.memtable_bytes = memtable_bytes;
  auto opened = journal::open(options);
  return opened ? *std::move(opened) : nullptr;
}

// -- deaths: of a process by SIGKILL; in memory of an owner who finds that another took over -------------------

void commit_until_killed(const std::string& directory, int report) {
  const auto log = journal::open(small_journal(directory));
  if (!log) ::_exit(97);
  while (commit_next(**log, batch_size((*log)->last())).result == log_result::ok)
    send_report(report, (*log)->last());
  ::_exit(96);
}
const register_child_part committing("commit_in_known_sizes", commit_until_killed);

log_sequence killed_process(log_place& place, std::uint64_t answers) {
  child_process child("commit_in_known_sizes", place.directory.path());
  log_sequence acknowledged = 0;
  for (std::uint64_t i = 0; i < answers; ++i) {
    const auto report = child.next_report();
    if (!report) {
      ADD_FAILURE() << "the child ended by itself: " << child.wait();
      return acknowledged;
    }
    acknowledged = *report;
  }
  child.kill();
  while (const auto report = child.next_report()) acknowledged = *report;  // what it said before it died
  child.wait();
  return acknowledged;
}

log_sequence superseded_owner(log_place& place, std::uint64_t answers) {
  const auto log = make_memory_log(place.memory);
  std::atomic<std::uint64_t> answered{0};
  std::thread successor([&] {
    auto seen = answered.load();
    while (seen < answers) {
      answered.wait(seen);
      seen = answered.load();
    }
    (void)make_memory_log(place.memory);
  });
  log_sequence acknowledged = log->last();
  for (;;) {
    const auto outcome = commit_next(*log, batch_size(acknowledged));
    if (outcome.result != log_result::ok) {
      EXPECT_EQ(outcome.result, log_result::fenced) << outcome.detail;
      break;
    }
    acknowledged = outcome.last;
    ++answered;
    answered.notify_one();
  }
  successor.join();
  return acknowledged;
}

INSTANTIATE_TEST_SUITE_P(
    logs, log_conformance,
    ::testing::Values(
        log_under_test{"memory", [](log_place& p) { return make_memory_log(p.memory); }, superseded_owner},
        log_under_test{"rocksdb", [](log_place& p) { return open_rocks(p, 8 << 20); }, killed_process},
        log_under_test{"rocksdb_flushing", [](log_place& p) { return open_rocks(p, 64 << 10); },
                       killed_process}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace switchboard::storage::testing
