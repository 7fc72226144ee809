#include "actors/journal_writer.hpp"

#include "storage/memory_log.hpp"
#include "support.hpp"
#include "tests/storage/scripted_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>

namespace switchboard::actors {
namespace {

using storage::log_result;
using storage::testing::log_script;
using testing::make_record;

/// A writer over a scripted log, and what came of it.
struct harness {
  explicit harness(log_script script = {}, journal_writer_options options = {})
      : scripted(*log, std::move(script)),
        writer(scripted, t, held, options,
               {.tickets = [this](std::vector<ticket_ptr>&& done) { tickets += done.size(); },
                .committed = [this](storage::log_sequence s) { committed = s; },
                .fenced =
                    [this](storage::claim c) {
                      const std::lock_guard lock{mutex};
                      fenced.push_back(c);
                    },
                .failed =
                    [this](std::string why) {
                      const std::lock_guard lock{mutex};
                      fatal = std::move(why);
                    }}) {}
  ~harness() { writer.stop(); }

  commit_state submit_and_wait(const std::vector<std::shared_ptr<storage::record>>& records) {
    std::promise<commit_state> settled;
    writer.submit(records, {.ticket = nullptr, .then = [&](commit_state s) { settled.set_value(s); }});
    return settled.get_future().get();
  }

  std::unique_ptr<storage::event_log> log = storage::make_memory_log();
  storage::testing::scripted_log scripted;
  storage::claims held{log->partitions(), log->epoch()};
  tail t{0, UINT64_MAX};
  std::atomic<std::size_t> tickets{0};
  std::atomic<storage::log_sequence> committed{0};
  std::mutex mutex;
  std::string fatal;
  std::vector<storage::claim> fenced;
  journal_writer writer;
};

TEST(JournalWriter, SettlesOnlyWhatIsDurable) {
  harness h;
  const std::vector records{make_record("a"), make_record("b")};
  EXPECT_EQ(h.submit_and_wait(records), commit_state::durable);
  EXPECT_EQ(h.log->last(), 2u);
  EXPECT_EQ(h.committed, 2u);
}

TEST(JournalWriter, AfterAPauseItCommitsAtOnceThenGathersForTheInterval) {
  harness h{{}, {.commit_interval = std::chrono::hours{1}}};
  const std::vector first{make_record("a")}, second{make_record("b")}, third{make_record("c")};
  EXPECT_EQ(h.submit_and_wait(first), commit_state::durable);
  h.writer.submit(second, {});
  h.writer.submit(third, {});
  h.writer.stop();  // which waits for no interval
  EXPECT_EQ(h.committed, 3u);
  EXPECT_EQ(h.writer.commit_records().count(), 2u);
}

TEST(JournalWriter, AnEmptySubmissionWaitsForThoseBefore) {
  // A redelivery decides nothing, and must not be answered before its original is safe.
  std::promise<void> release, begun;
  auto released = release.get_future().share();
  harness h{{.before =
                 [&begun, released](std::uint64_t) {
                   begun.set_value();
                   released.wait();
                   return log_result::ok;
                 },
             .after = {}}};
  std::atomic<bool> second{false};
  h.writer.submit(std::vector{make_record("a")}, {});
  begun.get_future().wait();
  std::promise<void> settled;
  h.writer.submit({}, {.ticket = nullptr, .then = [&](commit_state) {
                         second = true;
                         settled.set_value();
                       }});
  EXPECT_FALSE(second);
  EXPECT_EQ(h.log->last(), 0u);
  release.set_value();
  settled.get_future().wait();
  EXPECT_EQ(h.log->last(), 1u);
}

TEST(JournalWriter, RepeatsAnUnknownCommitIdentically) {
  for (const bool written : {false, true}) {
    std::atomic<int> asked{0};
    log_script script;
    auto once = [&asked](std::uint64_t) { return asked++ == 0 ? log_result::unknown : log_result::ok; };
    (written ? script.after : script.before) = once;
    harness h{std::move(script)};
    EXPECT_EQ(h.submit_and_wait({make_record("a")}), commit_state::durable);
    EXPECT_EQ(h.log->last(), 1u);
    EXPECT_GE(asked, 2);
    EXPECT_FALSE(h.writer.failed());
  }
}

TEST(JournalWriter, TheFirstErrorIsTheLast) {
  for (const auto error : {log_result::unavailable, log_result::fenced, log_result::unknown}) {
    harness h{
        {.before = [error](std::uint64_t nth) { return nth > 1 ? error : log_result::ok; }, .after = {}}};
    EXPECT_EQ(h.submit_and_wait({make_record("a")}), commit_state::durable);
    EXPECT_EQ(h.submit_and_wait({make_record("b")}), commit_state::failed);
    EXPECT_EQ(h.submit_and_wait({make_record("c")}), commit_state::failed);
    EXPECT_EQ(h.submit_and_wait({}), commit_state::failed);
    EXPECT_TRUE(h.writer.failed());
    EXPECT_EQ(h.committed, 1u) << "nothing may be shown that was not committed";
    EXPECT_EQ(h.writer.commit_durations().count(), 1u) << "nor counted";
    const std::lock_guard lock{h.mutex};
    EXPECT_THAT(h.fatal, ::testing::HasSubstr(std::string(to_word(error))));
  }
}

TEST(JournalWriter, TellsEachClaimThatWasFenced) {
  harness h;
  std::vector records{make_record("a"), make_record("b"), make_record("c")};
  records[0]->partition = records[2]->partition = 5;
  records[1]->partition = 9;
  ASSERT_TRUE(h.held.lost({.partition = 9, .epoch = 1}));
  h.held.gained({.partition = 9, .epoch = 7});  // in the belief of this process only
  EXPECT_EQ(h.submit_and_wait(records), commit_state::failed);
  EXPECT_EQ(h.log->last(), 0u);
  const std::lock_guard lock{h.mutex};
  EXPECT_EQ(h.fenced, (std::vector<storage::claim>{{5, 1}, {9, 7}}));
}

TEST(JournalWriter, APartitionThatIsHeldNoMoreIsNotToldAgain) {
  harness h;
  std::vector records{make_record("a"), make_record("b")};
  records[0]->partition = 5;
  records[1]->partition = 9;
  ASSERT_TRUE(h.held.lost({.partition = 9, .epoch = 1}));
  EXPECT_EQ(h.submit_and_wait(records), commit_state::failed);
  const std::lock_guard lock{h.mutex};
  EXPECT_EQ(h.fenced, (std::vector<storage::claim>{{5, 1}}));
}

TEST(JournalWriter, GathersWhatComesDuringACommit) {
  std::promise<void> release;
  auto released = release.get_future().share();
  std::atomic<int> commits{0};
  harness h{{.before =
                 [&, released](std::uint64_t nth) {
                   if (nth == 1) released.wait();
                   ++commits;
                   return log_result::ok;
                 },
             .after = {}}};
  constexpr int submissions = 100;
  std::latch settled{submissions};
  for (int i = 0; i < submissions; ++i) {
    h.writer.submit(std::vector{make_record("x")},
                    {.ticket = nullptr, .then = [&](commit_state) { settled.count_down(); }});
  }
  release.set_value();
  settled.wait();
  EXPECT_EQ(h.log->last(), static_cast<storage::log_sequence>(submissions));
  EXPECT_LE(commits, 3) << "one fsync for each would be no group commit";
  h.writer.stop();
  const auto records = h.writer.commit_records();
  EXPECT_EQ(records.count(), static_cast<std::uint64_t>(commits));
  EXPECT_EQ(records.sum, static_cast<std::uint64_t>(submissions));
  EXPECT_EQ(h.writer.commit_durations().count(), static_cast<std::uint64_t>(commits));
}

TEST(JournalWriter, ATicketIsGivenBackOnceWithAllItsCommands) {
  harness h;
  auto t = std::make_shared<testing::counting_ticket>();
  t->expect(3);
  for (int i = 0; i < 3; ++i) h.writer.submit(std::vector{make_record("x")}, {.ticket = t, .then = {}});
  h.writer.stop();  // tickets are given back behind the functions of their group
  EXPECT_EQ(h.tickets, 1u);
  EXPECT_EQ(t->outcome(), commit_state::durable);
}

}  // namespace
}  // namespace switchboard::actors
