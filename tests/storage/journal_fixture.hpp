#pragma once
// A journal's directory: filled, looked at file by file, and opened again.

#include "log_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace switchboard::storage::testing {

namespace fs = std::filesystem;

inline expected<std::unique_ptr<journal>, open_error> reopened(const std::string& directory,
                                                               bool accept_loss = false) {
  journal_options options = small_journal(directory);
  options.accept_loss = accept_loss;
  return journal::open(options);
}

inline void expect_refused(const std::string& directory, const std::string& file) {
  const auto opened = reopened(directory);
  ASSERT_FALSE(opened.has_value());
  EXPECT_TRUE(opened.error().damaged) << opened.error().what;
  EXPECT_NE(opened.error().what.find(file), std::string::npos) << opened.error().what;
}

/// Every file with its size and time of change.
inline std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> listing(
    const std::string& directory) {
  std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files[entry.path().string()] = {entry.file_size(), entry.last_write_time()};
  return files;
}

inline std::string newest_wal(const std::string& directory) {
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

}  // namespace switchboard::storage::testing
