// What the journal comes upon while it is open: that it is damage must be told, whoever came upon it.
#include "journal_fixture.hpp"

#include <atomic>
#include <fstream>

namespace switchboard::storage::testing {
namespace {

constexpr int batches = 60;
constexpr std::size_t records_of_a_batch = 5;

class damaged_journal : public journal_on_disk {
 protected:
  /// A journal of several files of values, closed.
  void make() {
    auto log = open_journal(small_journal(path()));
    for (int i = 0; i < batches; ++i)
      ASSERT_EQ(commit_next(*log, records_of_a_batch, 2000).result, log_result::ok);
    ASSERT_GT(value_files().size(), 3u);
  }
  /// Sorted by age.
  [[nodiscard]] std::vector<fs::path> value_files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path() + "/journal"))
      if (entry.path().extension() == ".blob") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
  /// In the middle of one that the opening does not look into.
  void flip_a_byte() const {
    const auto file = value_files()[1];
    const auto at = static_cast<std::streamoff>(fs::file_size(file) / 2);
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekg(at);
    const char c = static_cast<char>(f.get() ^ 4);
    f.seekp(at);
    f.put(c);
  }
};

TEST_F(damaged_journal, says_so_when_it_is_read) {
  make();
  flip_a_byte();
  const auto log = open_journal(small_journal(path()));
  const auto all = log->read(every_partition, 0, SIZE_MAX, SIZE_MAX);
  EXPECT_EQ(all.result, log_result::unavailable);
  EXPECT_TRUE(all.damaged) << all.detail;
}

TEST_F(damaged_journal, says_so_when_something_is_erased) {
  make();
  flip_a_byte();
  const auto log = open_journal(small_journal(path()));
  std::atomic<bool> cancelled{false};
  const auto erased = log->erase({}, log->last(), cancelled);
  ASSERT_FALSE(erased);
  EXPECT_TRUE(erased.error().damaged) << erased.error().what;
  EXPECT_FALSE(log->failure()) << "nothing was written yet";
}

TEST_F(damaged_journal, says_so_when_its_files_are_rewritten) {
  make();
  flip_a_byte();
  const auto log = open_journal(small_journal(path()));
  std::atomic<bool> cancelled{false};
  const auto reclaimed = log->reclaim({1, 1, log->last()}, cancelled);
  ASSERT_FALSE(reclaimed);
  EXPECT_TRUE(reclaimed.error().damaged) << reclaimed.error().what;
  // RocksDB takes no write behind a compaction that failed: a commit may be the first to tell the node.
  EXPECT_EQ(commit_next(*log, 1).result, log_result::unavailable);
  ASSERT_TRUE(log->failure());
  EXPECT_TRUE(log->failure()->damaged) << log->failure()->what;
}

TEST_F(damaged_journal, says_so_when_it_is_trimmed) {
  make();
  flip_a_byte();
  const auto log = open_journal(small_journal(path()));
  auto result = log_result::ok;
  for (log_sequence before = 1; result == log_result::ok && before <= log->last(); ++before)
    result = log->trim(every_partition, before);
  EXPECT_EQ(result, log_result::unavailable);
  ASSERT_TRUE(log->failure());
  EXPECT_TRUE(log->failure()->damaged) << log->failure()->what;
}

TEST_F(damaged_journal, misses_a_file_that_went_while_it_was_open) {
  make();
  const auto log = open_journal(small_journal(path()));
  ASSERT_TRUE(fs::remove(value_files()[1]));
  const auto all = log->read(every_partition, 0, SIZE_MAX, SIZE_MAX);
  EXPECT_EQ(all.result, log_result::unavailable);
  EXPECT_TRUE(all.damaged) << all.detail;
  std::atomic<bool> cancelled{false};
  const auto erased = log->erase({}, log->last(), cancelled);
  ASSERT_FALSE(erased);
  EXPECT_TRUE(erased.error().damaged) << erased.error().what;
}

}  // namespace
}  // namespace switchboard::storage::testing
