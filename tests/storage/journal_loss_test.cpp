// What may be lost: nothing that was acknowledged. Cut and flipped files, a full disk, kill -9 at any moment.
#include "child_process.hpp"
#include "journal_fixture.hpp"
#include "storage/journal.hpp"
#include "storage/journal_watermark.hpp"
#include "storage/verify.hpp"

#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <random>

namespace switchboard::storage::testing {
namespace {

TEST_F(journal_on_disk, a_wal_cut_in_half_is_refused_with_both_numbers_and_left_as_it_is) {
  fill();
  const std::string wal = newest_wal(path());
  fs::resize_file(wal, fs::file_size(wal) / 2);
  const auto before = listing(path());
  const auto opened = reopened(path());
  ASSERT_FALSE(opened.has_value());
  EXPECT_TRUE(opened.error().damaged);
  EXPECT_NE(opened.error().what.find("200 was acknowledged"), std::string::npos) << opened.error().what;
  const auto after = listing(path());
  EXPECT_EQ(after.size(), before.size());
  EXPECT_EQ(after.at(wal), before.at(wal));

  const auto opted_in = reopened(path(), true);
  ASSERT_TRUE(opted_in.has_value()) << opted_in.error().what;
  EXPECT_LT((*opted_in)->last(), 200u);
  EXPECT_GT((*opted_in)->last(), 50u);
  EXPECT_TRUE(holds_everything(**opted_in));
}

TEST_F(journal_on_disk, accepting_the_loss_is_needed_once) {
  fill();
  const std::string wal = newest_wal(path());
  fs::resize_file(wal, fs::file_size(wal) / 2);
  ASSERT_TRUE(reopened(path(), true).has_value());
  const auto again = reopened(path());
  ASSERT_TRUE(again.has_value()) << again.error().what;
  EXPECT_TRUE(holds_everything(**again));
}

TEST_F(journal_on_disk, a_flipped_bit_in_the_wal_is_refused_and_the_file_named) {
  fill();
  const std::string wal = newest_wal(path());
  std::fstream file(wal, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(fs::file_size(wal) / 2);
  file.seekg(middle);
  const int byte = file.get();
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 4));
  file.close();
  expect_refused(path(), fs::path(wal).filename().string());
}

/// A tail that was being written when the power went: not acknowledged, so not missed.
TEST_F(journal_on_disk, a_torn_or_zero_filled_tail_behind_the_watermark_opens) {
  fill();
  std::mt19937 random(3);
  for (const char kind : {'0', 'r', 'h'}) {
    const temporary_directory copy;
    fs::copy(path(), copy.path(), fs::copy_options::recursive);
    std::ofstream wal(newest_wal(copy.path()), std::ios::binary | std::ios::app);
    // zeros; noise; the head of a record whose body never came
    if (kind == '0') wal << std::string(5000, '\0');
    if (kind == 'r')
      for (int i = 0; i < 5000; ++i) wal.put(static_cast<char>(random()));
    if (kind == 'h') wal << std::string("\x12\x34\x56\x78\xff\x01\x01half", 11);
    wal.close();
    const auto opened = reopened(copy.path());
    ASSERT_TRUE(opened.has_value()) << kind << ": " << opened.error().what;
    EXPECT_EQ((*opened)->last(), 200u);
    EXPECT_TRUE(holds_everything(**opened));
    EXPECT_EQ(commit_next(**opened, 3).result, log_result::ok);
  }
}

// -- a failing disk

void commit_into_a_full_disk(const std::string& directory, int report) {
  std::signal(SIGXFSZ, SIG_IGN);
  auto log = journal::open({.data_dir = directory});
  if (!log) ::_exit(97);
  const rlimit limit{1 << 20, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limit);  // writes beyond 1 MiB fail with EFBIG
  bool failed = false;
  for (int i = 0; i < 400; ++i) {
    const commit_outcome outcome = commit_next(**log, 10);
    if (outcome.result == log_result::ok && failed) ::_exit(96);  // went on after a failure
    if (outcome.result != log_result::ok && outcome.result != log_result::unavailable) ::_exit(95);
    if (outcome.result == log_result::unavailable && outcome.detail.find(directory) == std::string::npos)
      ::_exit(94);
    failed |= outcome.result != log_result::ok;
    if (outcome.result == log_result::ok) send_report(report, outcome.last);
  }
  if (!failed) ::_exit(93);
}
const register_child_part full_disk("full_disk", commit_into_a_full_disk);

TEST_F(journal_on_disk, the_first_failed_write_ends_all_writing_and_loses_nothing_acknowledged) {
  child_process child("full_disk", path());
  log_sequence acknowledged = 0;
  while (const auto report = child.next_report()) acknowledged = *report;
  EXPECT_EQ(child.wait(), 0);
  EXPECT_GT(acknowledged, 0u);
  const auto log = open_journal({.data_dir = path()});
  ASSERT_NE(log, nullptr);
  EXPECT_GE(log->last(), acknowledged);
  EXPECT_TRUE(holds_everything(*log));
}

// -- kill -9

void commit_until_killed(const std::string& directory, int report) {
  auto log = journal::open(small_journal(directory));
  if (!log) ::_exit(97);
  std::mt19937_64 random((*log)->last());
  while (true) {
    const commit_outcome outcome = commit_next(**log, 1 + random() % 30);
    if (outcome.result != log_result::ok) ::_exit(96);
    send_report(report, outcome.last);
  }
}
const register_child_part committing("commit_until_killed", commit_until_killed);

TEST_F(journal_on_disk, killed_in_mid_commit_it_keeps_a_gapless_prefix_with_all_that_was_acknowledged) {
  std::mt19937_64 random(11);
  log_sequence acknowledged = 0;
  for (int cycle = 0; cycle < 10; ++cycle) {
    child_process child("commit_until_killed", path());
    const std::uint64_t reports = 1 + random() % 60;
    for (std::uint64_t i = 0; i < reports; ++i) {
      const auto report = child.next_report();
      ASSERT_TRUE(report.has_value()) << "the child ended by itself: " << child.wait();
      acknowledged = *report;
    }
    child.kill();
    while (const auto report = child.next_report()) acknowledged = *report;  // what it said before it died
    child.wait();
    const auto verified = verify_journal(path());
    ASSERT_TRUE(verified.has_value()) << verified.error().what;
    EXPECT_GE(verified->last, acknowledged);
    const auto mark = load_watermark(path());
    ASSERT_TRUE(mark && *mark);
    EXPECT_GE((*mark)->sequence, acknowledged) << "the watermark is exact after a kill";
    EXPECT_LE((*mark)->sequence, verified->last);
  }
  const auto log = open_journal(small_journal(path()));
  EXPECT_TRUE(holds_everything(*log));
}

/// What happens in a directory, one by one: a way to stop another process at a step of its own work.
class directory_watch {
 public:
  explicit directory_watch(const std::string& directory) : watch_(::inotify_init1(IN_CLOEXEC)) {
    constexpr auto changes = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE;
    if (::inotify_add_watch(watch_, directory.c_str(), changes) < 0) ADD_FAILURE() << directory;
  }
  directory_watch(const directory_watch&) = delete;
  directory_watch& operator=(const directory_watch&) = delete;
  ~directory_watch() { ::close(watch_); }
  void await(std::uint64_t changes) {
    alignas(inotify_event) std::array<char, 4096> buffer;
    while (changes > 0) {
      const auto n = ::read(watch_, buffer.data(), buffer.size());
      ASSERT_GT(n, 0);
      for (std::size_t at = 0; at < static_cast<std::size_t>(n) && changes > 0; --changes)
        at += sizeof(inotify_event) + reinterpret_cast<const inotify_event*>(buffer.data() + at)->len;
    }
  }

 private:
  const int watch_;
};

TEST_F(journal_on_disk, killed_while_it_recovers_it_recovers_again) {
  fill();
  std::mt19937_64 random(5);
  for (int cycle = 0; cycle < 8; ++cycle) {
    directory_watch watch(path() + "/journal");
    child_process child("commit_until_killed", path());
    watch.await(1 + random() % 40);  // somewhere within the opening, or just behind it
    child.kill();
    child.wait();
  }
  const auto verified = verify_journal(path());
  ASSERT_TRUE(verified.has_value()) << verified.error().what;
  EXPECT_GE(verified->last, 200u);
}

/// RocksDB forgets value files by what the tables that are left refer to. Where none is left, a reopened journal lists
/// all that there ever were, and nothing needs them.
TEST_F(journal_on_disk, trimmed_to_the_last_table_it_opens_again) {
  auto log = open_journal(small_journal(path()));
  auto reading = small_journal(path());
  reading.read_only = true;
  for (int round = 0; round < 80; ++round) {
    for (int i = 0; i < 10; ++i) ASSERT_EQ(commit_next(*log, 20).result, log_result::ok);
    ASSERT_EQ(log->trim(every_partition, log->last() - 50), log_result::ok);
    const auto opened = journal::open(reading);
    ASSERT_TRUE(opened) << "round " << round << ": " << opened.error().what;
    if (round % 8 != 7) continue;
    log.reset();
    log = open_journal(small_journal(path()));
    const auto pinned = log->pin();
    ASSERT_TRUE(pinned) << pinned.error().what;
    for (const auto& file : pinned->files())
      EXPECT_TRUE(fs::exists(path() + "/journal/" + file.name)) << file.name;
  }
}

}  // namespace
}  // namespace switchboard::storage::testing
