// A backup beside a journal that goes on, one of a closed directory, and every way in which a restore may stop.

#include "storage/backup.hpp"

#include "child_process.hpp"
#include "data_directory.hpp"
#include "log_support.hpp"
#include "storage/landing.hpp"
#include "storage/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace switchboard::storage::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

views_options views_in(const std::string& data_dir, const journal& log) {
  views_options o;
  o.data_dir = data_dir;
  o.hash_seed = log.identity().hash_seed;
  o.unwritten_bytes = 200 << 10;
  o.memtable_bytes = 1 << 20;
  return o;
}

class backup : public ::testing::Test {
 protected:
  [[nodiscard]] std::string in(const std::string& name) const { return directory_.path() + "/" + name; }
  /// As the engine leaves it that is killed.
  void build(shape s) {
    child_process child(s == shape::trimmed ? "build_trimmed" : "build_files", in("data"));
    ASSERT_EQ(child.wait(), 0);
  }
  /// What it shows; it is used up.
  void expect_whole(const std::string& data_dir, shape s) {
    copy_directory(in("data"), in("reference"));
    const auto found = judge(data_dir, s, look_at(in("reference"), s));
    EXPECT_EQ(found.is, verdict::everything_there) << found.said;
  }
  scratch_directory directory_;
};

TEST_F(backup, of_a_closed_directory_comes_back_whole) {
  for (const auto s : {shape::files, shape::trimmed}) {
    fs::remove_all(in("data"));
    fs::remove_all(in("reference"));
    build(s);
    const std::string to = in("backup" + std::to_string(int(s))),
                      restored = in("restored" + std::to_string(int(s)));
    const auto made = back_up_stopped(in("data"), to);
    ASSERT_TRUE(made) << made.error().what;
    EXPECT_EQ(made->last, acknowledged);
    EXPECT_EQ(made->first > 1, s == shape::trimmed);
    const auto back = restore(to, restored);
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(manifest_text(*back), manifest_text(*made));
    expect_whole(restored, s);
    EXPECT_TRUE(check_backup(to)) << "serving what was restored leaves the backup as it is";
  }
}

TEST_F(backup, beside_commits_flushes_and_trims_holds_what_was_acknowledged_before) {
  auto log = open_journal(small_journal(in("data")));
  auto rows = views::open(views_in(in("data"), *log));
  ASSERT_TRUE(rows) << rows.error().what;
  std::atomic<bool> enough = false;
  std::atomic<bool> failed = false;
  std::thread writer([&] {
    for (int i = 0; !enough.load(); ++i) {
      const auto records = make_batch(log->cursors(), log->last() + 1, 20);
      const bool good =
          log->commit(all_of(*log), records).result == log_result::ok &&
          (*rows)->apply(records).has_value() && (i % 5 != 4 || (*rows)->flush().has_value()) &&
          (i % 10 != 9 || log->trim(every_partition, (*rows)->flushed() - 50) == log_result::ok);
      if (!good) failed = true;
      if (!good) return;
    }
  });
  for (int i = 0; i < 12; ++i) {
    const log_sequence before = log->last();
    const std::string to = in("b" + std::to_string(i)), restored = in("r" + std::to_string(i));
    const auto made = back_up(*log, **rows, to);
    EXPECT_TRUE(made) << made.error().what;
    if (!made) break;
    EXPECT_GE(made->last, before);
    const auto back = restore(to, restored);
    EXPECT_TRUE(back) << back.error().what;
    if (!back) break;
    auto again = open_journal(small_journal(restored));
    EXPECT_GE(again->last(), made->last);
    EXPECT_TRUE(holds_everything(*again));
    auto views_again = views::open(views_in(restored, *again));
    EXPECT_TRUE(views_again) << views_again.error().what;
    if (!views_again) break;
    EXPECT_LE((*views_again)->reached(), again->last()) << "the views are ahead of the journal";
    EXPECT_GE((*views_again)->applied() + 1, again->earliest()) << "trimmed in between";
  }
  enough = true;
  writer.join();
  EXPECT_FALSE(failed);
}

TEST_F(backup, that_is_given_up_leaves_nothing) {
  build(shape::files);
  std::atomic<bool> stop = true;
  copy_watch watch;
  watch.stop = &stop;
  const auto made = back_up_stopped(in("data"), in("backup"), watch);
  ASSERT_FALSE(made);
  EXPECT_FALSE(made.error().damaged);
  EXPECT_FALSE(fs::exists(in("backup")));
}

TEST_F(backup, that_finds_no_room_leaves_nothing) {
  build(shape::files);
  copy_watch watch;
  watch.free_bytes_min = UINT64_MAX / 2;
  const auto made = back_up_stopped(in("data"), in("backup"), watch);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, HasSubstr("are free"));
  EXPECT_FALSE(fs::exists(in("backup")));
}

// -- interrupted --------------------------------------------------------------------------------------------------

/// Argument: "<directory> <calls of progress until the process is gone>".
void restore_and_vanish(const std::string& argument, int report) {
  const auto space = argument.find(' ');
  const std::string directory = argument.substr(0, space);
  unsigned left = static_cast<unsigned>(std::stoul(argument.substr(space + 1)));
  copy_watch watch;
  watch.progress = [&](std::uint64_t, std::uint64_t) {
    if (left-- == 0) ::_exit(7);
  };
  const auto done = restore(directory + "/backup", directory + "/restored", watch);
  send_report(report, done ? 1 : 0);
}
const register_child_part vanishing("restore_and_vanish", restore_and_vanish);

TEST_F(backup, a_restore_that_was_interrupted_anywhere_is_refused_by_a_start_and_done_over) {
  build(shape::trimmed);
  ASSERT_TRUE(back_up_stopped(in("data"), in("backup")));
  unsigned left_behind = 0;
  for (unsigned calls = 0;; calls += 7) {
    child_process child("restore_and_vanish", directory_.path() + " " + std::to_string(calls));
    if (child.wait() == 0) break;
    if (!fs::exists(in("restored"))) continue;  // it was still reading
    ++left_behind;
    const auto opened = journal::open(small_journal(in("restored")));
    ASSERT_FALSE(opened) << "after " << calls;
    EXPECT_TRUE(opened.error().damaged);
    EXPECT_THAT(opened.error().what, HasSubstr("/unfinished"));
  }
  EXPECT_GE(left_behind, 3U);
  expect_whole(in("restored"), shape::trimmed);
}

TEST_F(backup, nobody_restores_into_a_directory_that_another_fills) {
  build(shape::files);
  ASSERT_TRUE(back_up_stopped(in("data"), in("backup")));
  {
    const auto other = landing::begin(in("restored"));
    ASSERT_TRUE(other);
    const auto refused = restore(in("backup"), in("restored"));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("another backup or restore"));
    EXPECT_TRUE(fs::exists(unfinished_path(in("restored"))));
  }
  EXPECT_FALSE(fs::exists(in("restored"))) << "whoever gave up has cleared it away";
  fs::create_directory(in("restored"));
  std::ofstream(in("restored") + "/mine") << "x";
  const auto refused = restore(in("backup"), in("restored"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("holds \"mine\""));
  EXPECT_TRUE(fs::exists(in("restored") + "/mine"));
}

// -- the manifest -------------------------------------------------------------------------------------------------

TEST(manifest, says_what_it_was_told) {
  backup_manifest m;
  m.at = *domain::parse_rfc3339("2026-11-21T08:05:48.123Z");
  m.first = 12;
  m.last = 99;
  m.files = {{"identity", 5, 0xabc}, {"journal/000012.sst", 1ull << 40, UINT64_MAX}, {"watermark", 0, 0}};
  const auto text = manifest_text(m);
  const auto back = parse_manifest(text, "/b/backup-manifest");
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(manifest_text(*back), text);
  EXPECT_EQ(back->bytes(), (1ull << 40) + 5);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    const auto refused = parse_manifest(other, "/b/backup-manifest");
    ASSERT_FALSE(refused) << i;
    EXPECT_TRUE(refused.error().damaged);
    EXPECT_FALSE(parse_manifest(text.substr(0, i), "/b/backup-manifest")) << i;
  }
}

TEST(manifest, leads_nowhere_else) {
  for (const char* const path : {"/etc/passwd", "../identity", "journal/../../x", "journal/.x", "journal/",
                                 "other/x", "views/a/b", "identity ", ""}) {
    backup_manifest m;
    m.files = {{path, 1, 1}};
    EXPECT_FALSE(parse_manifest(manifest_text(m), "/b/backup-manifest")) << path;
  }
}

TEST(manifest, of_a_newer_program_is_told) {
  backup_manifest m;
  m.format = backup_format + 1;
  const auto refused = parse_manifest(manifest_text(m), "/b/backup-manifest");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("newer switchboard"));
}

}  // namespace
}  // namespace switchboard::storage::testing
