#pragma once
// What the config tests share: load a text and look at its problems.

#include "config/load.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::config::testing {

/// All problems as check-config prints them; empty: it loads.
inline std::vector<std::string> problems_of(std::string_view toml, const std::string& directory = ".") {
  const auto loaded = load_text(toml, "t.toml", directory);
  std::vector<std::string> lines;
  if (!loaded) {
    for (const problem& p : loaded.error()) lines.push_back(to_text(p));
  }
  return lines;
}

/// The settings, or nullptr; a test that gets nullptr fails on its own assertion.
inline settings_ptr loaded(std::string_view toml, const std::string& directory = ".") {
  auto result = load_text(toml, "t.toml", directory);
  return result ? *result : nullptr;
}

using lines = std::vector<std::string>;

struct bad_config {
  std::string_view toml;
  lines problems;  ///< without "t.toml:"
};

inline void expect_problems(const std::vector<bad_config>& cases) {
  for (const bad_config& c : cases) {
    lines expected;
    for (const std::string& p : c.problems) expected.push_back("t.toml:" + p);
    EXPECT_EQ(problems_of(c.toml), expected) << c.toml;
  }
}

/// A directory of its own, gone with the object.
class scratch {
 public:
  scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "switchboard-config-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  std::string write(const std::string& name, std::string_view content) const {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace switchboard::config::testing
