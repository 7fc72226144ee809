// The corruption sweep, short form: one thing in a copy of a good data directory is damaged; then the journal
// either shows everything that was acknowledged or refuses and names a file. Never less, silently.

#include "child_process.hpp"
#include "log_support.hpp"
#include "storage/verify.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

namespace switchboard::storage::testing {
namespace {

namespace fs = std::filesystem;

constexpr log_sequence batches = 200;
constexpr std::size_t records_a_batch = 3;
constexpr log_sequence acknowledged = batches * records_a_batch;
constexpr std::size_t block = 4096;

void build(const journal_options& options) {
  auto log = journal::open(options);
  if (!log) ::_exit(97);
  for (log_sequence i = 0; i < batches; ++i)
    if (commit_next(**log, records_a_batch).result != log_result::ok) ::_exit(96);
  ::_exit(0);  // nothing is closed: as after kill -9
}
const register_child_part in_wal("build_in_wal",
                                 [](const std::string& directory, int) { build({.data_dir = directory}); });
const register_child_part in_files("build_in_files", [](const std::string& directory, int) {
  build(small_journal(directory));
});

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void replace(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

enum class target { any_file, wal };

/// Damages one thing; says what, for the failure message.
std::string mutate(const std::string& directory, target where_to, std::mt19937_64& random) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file() && entry.file_size() > 0 && entry.path().filename() != "LOG" &&
        (where_to == target::any_file || entry.path().extension() == ".log"))
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  const fs::path& file = files[random() % files.size()];
  std::string bytes = content_of(file);
  const std::size_t at = random() % bytes.size();
  const std::string where = file.filename().string() + " at " + std::to_string(at);
  switch (random() % 6) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
      replace(file, bytes);
      return "bit flip in " + where;
    case 1:
      bytes.replace(at, block, std::min(block, bytes.size() - at), '\0');
      replace(file, bytes);
      return "zeros in " + where;
    case 2:
      replace(file, bytes.substr(0, at));
      return "cut " + where;
    case 3:
      bytes.insert(at, bytes.substr(at - at % block, block));
      replace(file, bytes);
      return "block twice in " + where;
    case 4:
      fs::remove(file);
      return "removed " + where;
    default: {
      const fs::path& other = files[random() % files.size()];
      replace(file, content_of(other));
      replace(other, bytes);
      return "swapped " + where + " with " + other.filename().string();
    }
  }
}

enum class verdict { everything_there, refused, refused_without_a_file, silent_loss };

/// A start and a full walk, as `serve` and `verify` do them.
verdict judge(const std::string& directory, bool accept_loss, std::string& said) {
  journal_options options = small_journal(directory);
  options.accept_loss = accept_loss;
  const auto refused = [&](const open_error& e) {
    said = e.what;
    const bool good = e.exit_code == 74 && e.what.find('/') != std::string::npos;
    return good ? verdict::refused : verdict::refused_without_a_file;
  };
  const auto opened = journal::open(options);
  if (!opened) return refused(opened.error());
  const auto report = verify_log(**opened);
  if (!report) return refused(report.error());
  const auto same = holds_everything(**opened);
  said = "opened with " + std::to_string(report->last) + " of " + std::to_string(acknowledged) + "; " +
         same.message();
  return same && report->first == 1 && report->last >= acknowledged ? verdict::everything_there
                                                                    : verdict::silent_loss;
}

struct tally {
  int everything_there = 0, refused = 0, silent_losses = 0;
};

tally sweep(const std::string& base, target where_to, int mutations, bool accept_loss) {
  constexpr std::uint64_t seed = 1000;
  tally counts;
  for (int i = 0; i < mutations; ++i) {
    const temporary_directory scratch;
    const std::string copy = scratch.path() + "/data";
    fs::copy(base, copy, fs::copy_options::recursive);
    std::mt19937_64 random(seed + static_cast<std::uint64_t>(i));
    const std::string what = mutate(copy, where_to, random);
    std::string said;
    switch (judge(copy, accept_loss, said)) {
      case verdict::everything_there:
        ++counts.everything_there;
        break;
      case verdict::refused:
        ++counts.refused;
        break;
      case verdict::refused_without_a_file:
        ADD_FAILURE() << "seed " << seed + i << ", " << what
                      << ": refused without code 74 or a file: " << said;
        break;
      case verdict::silent_loss:
        ++counts.silent_losses;
        if (!accept_loss) ADD_FAILURE() << "seed " << seed + i << ", " << what << ": silent loss: " << said;
        break;
    }
  }
  return counts;
}

class corruption_short : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    child_process child(GetParam(), directory_.path());
    ASSERT_EQ(child.wait(), 0);
    const auto whole = verify_journal(directory_.path());
    ASSERT_TRUE(whole.has_value()) << whole.error().what;
    ASSERT_EQ(whole->last, acknowledged);
  }
  temporary_directory directory_;
};

TEST_P(corruption_short, shows_everything_or_refuses_by_name) {
  const tally counts = sweep(directory_.path(), target::any_file, 80, false);
  EXPECT_EQ(counts.silent_losses, 0);
  EXPECT_GT(counts.refused, 10) << "the mutations hit nothing";
  EXPECT_GT(counts.everything_there, 0) << "whatever is damaged, it refuses: then it proves nothing";
  std::cout << "  " << GetParam() << ": " << counts.everything_there << " whole, " << counts.refused
            << " refused\n";
}

/// A checker that never failed is no evidence: with the watermark ignored it must find losses.
TEST_P(corruption_short, the_checker_catches_a_journal_that_ignores_the_watermark) {
  EXPECT_GT(sweep(directory_.path(), target::wal, 20, true).silent_losses, 0);
}

INSTANTIATE_TEST_SUITE_P(of, corruption_short, ::testing::Values("build_in_wal", "build_in_files"),
                         [](const auto& instance) { return std::string(instance.param).substr(6); });

}  // namespace
}  // namespace switchboard::storage::testing
