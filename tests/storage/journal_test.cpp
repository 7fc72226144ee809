// A journal in health: what makes a directory one, reading beside it, time, space and its syncs.
#include "storage/journal.hpp"

#include "journal_fixture.hpp"
#include "storage/journal_identity.hpp"
#include "storage/verify.hpp"
#include "tests/eventually.hpp"

#include <fstream>
#include <random>

namespace switchboard::storage::testing {
namespace {

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
    EXPECT_TRUE(refused.error().damaged);
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
  EXPECT_FALSE(second.error().damaged);
  EXPECT_NE(second.error().what.find("in use"), std::string::npos) << second.error().what;
}

// -- reading only

TEST_F(journal_on_disk, reading_only_sees_all_and_changes_nothing) {
  fill();
  const auto before = listing(path());
  {
    const auto log = open_journal({.data_dir = path(), .read_only = true});
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->last(), 200u);
    EXPECT_TRUE(holds_everything(*log));
    EXPECT_EQ(log->commit(all_of(*log), make_batch(log->cursors(), 201, 1)).result, log_result::unavailable);
    EXPECT_EQ(log->trim(every_partition, 100), log_result::unavailable);
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

// -- time and space

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
  ASSERT_EQ(log->trim(every_partition, 250), log_result::ok);
  EXPECT_EQ(log->first_at_or_after(time_of(1)), log->earliest());
  EXPECT_EQ(log->first_at_or_after(time_of(400)), 400u);
}

TEST_F(journal_on_disk, trimming_gives_the_disk_back) {
  const auto log = open_journal(small_journal(path()));
  while (log->last() < 6000) ASSERT_EQ(commit_next(*log, 50, 2000).result, log_result::ok);
  const std::uint64_t before = log->disk_bytes();
  EXPECT_GT(before, 6000u * 500u);
  ASSERT_EQ(log->trim(every_partition, log->last() - 100), log_result::ok);
  // Compactions, which the coming flushes cause, take the files of what was trimmed, when they get a processor.
  while (log->last() < 7000) ASSERT_EQ(commit_next(*log, 50, 2000).result, log_result::ok);
  EXPECT_TRUE(eventually([&] { return log->disk_bytes() < before / 2; }))
      << log->disk_bytes() << " of " << before;
  EXPECT_TRUE(holds_everything(*log, 2000));
}

TEST(free_disk, is_known_for_a_directory_and_zero_for_none) {
  EXPECT_GT(free_disk_bytes("/"), 0u);
  EXPECT_EQ(free_disk_bytes("/nonexistent/directory"), 0u);
}

// -- syncing

TEST_F(journal_on_disk, each_commit_is_one_sync_and_says_how_long_it_took) {
  const auto log = open_journal({.data_dir = path()});
  const auto before = log->sync_durations();
  for (int i = 0; i < 10; ++i) ASSERT_EQ(commit_next(*log, 3).result, log_result::ok);
  const auto after = log->sync_durations();
  EXPECT_EQ(after.count(), before.count() + 10);
  EXPECT_GT(after.sum, before.sum);
}

TEST_F(journal_on_disk, without_sync_it_still_reads_what_it_wrote) {
  journal_options options{.data_dir = path()};
  options.sync = false;
  const auto log = open_journal(options);
  const auto syncs = log->sync_durations().count();
  ASSERT_EQ(commit_next(*log, 9).result, log_result::ok);
  EXPECT_TRUE(holds_everything(*log));
  EXPECT_EQ(log->sync_durations().count(), syncs);
}

}  // namespace
}  // namespace switchboard::storage::testing
