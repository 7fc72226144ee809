#include "storage/journal.hpp"

#include "child_process.hpp"
#include "log_support.hpp"
#include "storage/journal_batch.hpp"
#include "storage/journal_identity.hpp"
#include "storage/journal_watermark.hpp"
#include "storage/verify.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <map>
#include <random>

namespace switchboard::storage::testing {
namespace {

namespace fs = std::filesystem;

expected<std::unique_ptr<journal>, open_error> reopened(const std::string& directory,
                                                        bool accept_loss = false) {
  journal_options options = small_journal(directory);
  options.accept_loss = accept_loss;
  return journal::open(options);
}

void expect_refused(const std::string& directory, const std::string& file) {
  const auto opened = reopened(directory);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().exit_code, 74) << opened.error().what;
  EXPECT_NE(opened.error().what.find(file), std::string::npos) << opened.error().what;
}

/// Every file with its size and time of change.
std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> listing(const std::string& directory) {
  std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files[entry.path().string()] = {entry.file_size(), entry.last_write_time()};
  return files;
}

std::uint64_t bytes_of_kind(const std::string& directory, const std::string& extension) {
  std::uint64_t bytes = 0;
  for (const auto& [file, about] : listing(directory))
    if (file.ends_with(extension)) bytes += about.first;
  return bytes;
}

std::string newest_wal(const std::string& directory) {
  std::string newest;
  for (const auto& entry : fs::directory_iterator(directory + "/journal"))
    if (entry.path().extension() == ".log" && entry.file_size() > 0)
      newest = std::max(newest, entry.path().string());
  return newest;
}

/// Commits 40 batches and stays open; closed by a copy, as after kill -9.
class journal_on_disk : public ::testing::Test {
 protected:
  void fill(int batches = 40) {
    auto log = open_journal({.data_dir = directory_.path()});
    for (int i = 0; i < batches; ++i) ASSERT_EQ(commit_next(*log, 5).result, log_result::ok);
  }
  const std::string& path() const { return directory_.path(); }
  temporary_directory directory_;
};

// -- identity
// -------------------------------------------------------------------------------------------------

TEST_F(journal_on_disk, identity_is_drawn_once) {
  const journal_options options{.data_dir = path(), .partitions = 16};
  const identity first = open_journal(options)->identity();
  EXPECT_EQ(first.partitions, 16);
  const identity second = open_journal({.data_dir = path(), .partitions = 64})->identity();
  EXPECT_EQ(second.partitions, 16);
  EXPECT_EQ(second.hash_seed, first.hash_seed);
  EXPECT_EQ(second.journal_tag, first.journal_tag);
  const temporary_directory other;
  const identity third = open_journal({.data_dir = other.path()})->identity();
  EXPECT_NE(third.hash_seed, first.hash_seed);
}

TEST(identity, comes_back_and_every_byte_of_it_is_checked) {
  const identity drawn = draw_identity(48);
  const std::string text = identity_text(drawn);
  const auto back = parse_identity(text, "identity");
  ASSERT_TRUE(back.has_value()) << back.error().what;
  EXPECT_EQ(back->hash_seed, drawn.hash_seed);
  EXPECT_EQ(back->journal_tag, drawn.journal_tag);
  EXPECT_EQ(back->partitions, 48);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    const auto refused = parse_identity(flipped, "identity");
    ASSERT_FALSE(refused.has_value()) << flipped;
    EXPECT_EQ(refused.error().exit_code, 74);
    EXPECT_FALSE(parse_identity(text.substr(0, i), "identity").has_value()) << i;
  }
  EXPECT_FALSE(parse_identity(text + "x", "identity").has_value());
}

TEST_F(journal_on_disk, a_newer_format_is_refused_and_says_what_to_do) {
  fill(1);
  identity newer = draw_identity(64);
  newer.format = 2;
  std::ofstream(identity_path(path()), std::ios::trunc) << identity_text(newer);
  expect_refused(path(), "newer switchboard");
}

TEST_F(journal_on_disk, what_belongs_together_must_be_there_together) {
  fill();
  for (const char* file : {"identity", "watermark", "journal/CURRENT", "journal"}) {
    const temporary_directory copy;
    fs::copy(path(), copy.path(), fs::copy_options::recursive);
    fs::remove_all(copy.path() + "/" + file);
    expect_refused(copy.path(), std::string(file).substr(0, 8));
  }
}

TEST_F(journal_on_disk, a_creation_that_was_interrupted_starts_over) {
  open_journal({.data_dir = path()}).reset();
  fs::remove(identity_path(path()));  // the last thing that is written
  auto log = open_journal({.data_dir = path()});
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(commit_next(*log, 1).result, log_result::ok);
}

TEST_F(journal_on_disk, a_second_process_is_told_that_the_directory_is_in_use) {
  const auto log = open_journal({.data_dir = path()});
  const auto second = reopened(path());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().exit_code, 1);
  EXPECT_NE(second.error().what.find("in use"), std::string::npos) << second.error().what;
}

// -- reading only
// ---------------------------------------------------------------------------------------------

TEST_F(journal_on_disk, reading_only_sees_all_and_changes_nothing) {
  fill();
  const auto before = listing(path());
  {
    const auto log = open_journal({.data_dir = path(), .read_only = true});
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->last(), 200u);
    EXPECT_TRUE(holds_everything(*log));
    EXPECT_EQ(log->commit({0, log->epoch()}, make_batch(log->cursors(), 201, 1)).result,
              log_result::unavailable);
    EXPECT_EQ(log->trim(100), log_result::unavailable);
  }
  EXPECT_TRUE(verify_journal(path()).has_value());
  EXPECT_EQ(listing(path()), before);
}

TEST_F(journal_on_disk, reading_only_works_beside_the_writer) {
  const auto writer = open_journal(small_journal(path()));
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(commit_next(*writer, 20).result, log_result::ok);
    const log_sequence acknowledged = writer->last();
    if (i % 10 != 0) continue;
    const auto reader = open_journal({.data_dir = path(), .read_only = true});
    ASSERT_NE(reader, nullptr);
    EXPECT_GE(reader->last(), acknowledged);
    EXPECT_TRUE(holds_everything(*reader));
  }
}

TEST_F(journal_on_disk, reading_only_does_not_create) {
  const auto log = journal::open({.data_dir = path() + "/none", .read_only = true});
  ASSERT_FALSE(log.has_value());
  EXPECT_FALSE(fs::exists(path() + "/none"));
}

// -- loss
// -----------------------------------------------------------------------------------------------------

TEST_F(journal_on_disk, a_wal_cut_in_half_is_refused_with_both_numbers_and_left_as_it_is) {
  fill();
  const std::string wal = newest_wal(path());
  fs::resize_file(wal, fs::file_size(wal) / 2);
  const auto before = listing(path());
  const auto opened = reopened(path());
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().exit_code, 74);
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

TEST_F(journal_on_disk, without_sync_it_still_reads_what_it_wrote) {
  journal_options options{.data_dir = path()};
  options.sync = false;
  const auto log = open_journal(options);
  ASSERT_EQ(commit_next(*log, 9).result, log_result::ok);
  EXPECT_TRUE(holds_everything(*log));
}

// -- a failing disk
// -------------------------------------------------------------------------------------------

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
// --------------------------------------------------------------------------------------------------

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

TEST_F(journal_on_disk, killed_while_it_recovers_it_recovers_again) {
  fill();
  std::mt19937_64 random(5);
  for (int cycle = 0; cycle < 8; ++cycle) {
    child_process child("commit_until_killed", path());
    ::usleep(static_cast<useconds_t>(random() % 40'000));  // somewhere within the opening
    child.kill();
    child.wait();
  }
  const auto verified = verify_journal(path());
  ASSERT_TRUE(verified.has_value()) << verified.error().what;
  EXPECT_GE(verified->last, 200u);
}

// -- time and space
// -------------------------------------------------------------------------------------------

TEST_F(journal_on_disk, finds_the_first_event_of_a_time) {
  const auto log = open_journal(small_journal(path()));
  EXPECT_EQ(log->first_at_or_after(time_of(1)), 1u) << "empty";
  std::mt19937_64 random(2);
  while (log->last() < 500) ASSERT_EQ(commit_next(*log, 1 + random() % 40).result, log_result::ok);
  for (log_sequence s = 1; s <= log->last(); s += 7) {
    EXPECT_EQ(log->first_at_or_after(time_of(s)), s);
    EXPECT_EQ(log->first_at_or_after(time_of(s) - std::chrono::milliseconds(1)), s);
  }
  EXPECT_EQ(log->first_at_or_after(time_of(log->last() + 1)), log->last() + 1);
  ASSERT_EQ(log->trim(250), log_result::ok);
  EXPECT_EQ(log->first_at_or_after(time_of(1)), log->earliest());
  EXPECT_EQ(log->first_at_or_after(time_of(400)), 400u);
}

TEST_F(journal_on_disk, trimming_gives_the_disk_back) {
  const auto log = open_journal(small_journal(path()));
  while (log->last() < 6000) ASSERT_EQ(commit_next(*log, 50, 2000).result, log_result::ok);
  const std::uint64_t before = bytes_of_kind(path(), ".blob");
  EXPECT_GT(log->disk_bytes(), before);
  ASSERT_EQ(log->trim(log->last() - 100), log_result::ok);
  // Compactions, which the coming flushes cause, take the files of what was trimmed.
  while (log->last() < 7000) ASSERT_EQ(commit_next(*log, 50, 2000).result, log_result::ok);
  EXPECT_LT(bytes_of_kind(path(), ".blob"), before / 2) << before;
  EXPECT_TRUE(holds_everything(*log, 2000));
}

TEST(free_disk, is_known_for_a_directory_and_zero_for_none) {
  EXPECT_GT(free_disk_bytes("/"), 0u);
  EXPECT_EQ(free_disk_bytes("/nonexistent/directory"), 0u);
}

// -- the value of a batch
// -------------------------------------------------------------------------------------

std::string value_of(std::span<const record_ptr> records) {
  batch_writer writer;
  std::string value;
  for (const std::string_view part : writer.lay_out(9, time_of(1), records)) value.append(part);
  return value;
}

TEST(journal_batch, comes_back_as_it_was_laid_out) {
  const cursor_codec cursors{1};
  for (const std::size_t count : {1u, 2u, 100u}) {
    const auto records = make_batch(cursors, 41, count);
    const std::string value = value_of(records);
    EXPECT_EQ(value.size(), batch_writer::size_of(records));
    const auto batch = parse_batch(value);
    ASSERT_TRUE(batch.has_value()) << batch.error().what;
    EXPECT_EQ(batch->epoch, 9u);
    EXPECT_EQ(batch->first, 41u);
    EXPECT_EQ(batch->at, time_of(1));
    ASSERT_EQ(batch->records.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(batch->records[i].bytes, records[i]->bytes);
      EXPECT_EQ(batch->records[i].partition, records[i]->partition);
    }
  }
}

TEST(journal_batch, every_flipped_bit_and_every_cut_is_found) {
  const std::string value = value_of(make_batch(cursor_codec{1}, 1, 2));
  for (std::size_t at = 0; at < value.size(); ++at) {
    std::string flipped = value;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    ASSERT_FALSE(parse_batch(flipped).has_value()) << at;
    ASSERT_FALSE(parse_batch(std::string_view(value).substr(0, at)).has_value()) << at;
  }
  EXPECT_FALSE(parse_batch(value + std::string(1, '\0')).has_value());
}

// -- verify
// ---------------------------------------------------------------------------------------------------

TEST_F(journal_on_disk, verify_finds_a_conversation_that_skips) {
  const auto log = open_journal({.data_dir = path()});
  ASSERT_EQ(commit_next(*log, 14).result, log_result::ok);
  // Place 15 gets the event that belongs to place 22: the same conversation, one step too far.
  record skipped = *make_record(log->cursors(), 22);
  skipped.sequence = 15;
  log->cursors().write(skipped.bytes.data() + skipped.cursor_at, 15);
  const std::vector<record_ptr> batch{std::make_shared<const record>(skipped)};
  ASSERT_EQ(log->commit({0, log->epoch()}, batch).result, log_result::ok);
  const auto report = verify_log(*log);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().exit_code, 74);
  EXPECT_NE(report.error().what.find("sequence 15"), std::string::npos) << report.error().what;
}

TEST_F(journal_on_disk, verify_finds_an_event_with_the_cursor_of_another_place) {
  const auto log = open_journal({.data_dir = path()});
  ASSERT_EQ(commit_next(*log, 3).result, log_result::ok);
  record wrong = *make_record(log->cursors(), 4);
  log->cursors().write(wrong.bytes.data() + wrong.cursor_at, 5);
  const std::vector<record_ptr> batch{std::make_shared<const record>(wrong)};
  ASSERT_EQ(log->commit({0, log->epoch()}, batch).result, log_result::ok);
  const auto report = verify_log(*log);
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().what.find("sequence 4"), std::string::npos) << report.error().what;
}

TEST_F(journal_on_disk, verify_reports_what_is_there) {
  fill();
  log_sequence reached = 0;
  const auto report = verify_journal(path(), [&](log_sequence at, log_sequence) { reached = at; });
  ASSERT_TRUE(report.has_value()) << report.error().what;
  EXPECT_EQ(report->last, 200u);
  EXPECT_EQ(report->records, 200u);
  EXPECT_EQ(report->conversations, conversations_in_turn);
  EXPECT_EQ(reached, 200u);
}

}  // namespace
}  // namespace switchboard::storage::testing
