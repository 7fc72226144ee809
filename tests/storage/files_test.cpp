// That the names survive a power loss is for tests/faults; here: what is made, and what is said where it can't be.
#include "storage/files.hpp"

#include "log_support.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace switchboard::storage::testing {
namespace {

namespace fs = std::filesystem;

TEST(make_directory_durably, makes_all_that_is_missing_and_minds_nothing_that_is_there) {
  const temporary_directory directory;
  for (const char* below : {"/a/b/c", "/a/b/c", "/d/", "/a/./../e", "/"}) {
    const auto path = directory.path() + below;
    const auto made = make_directory_durably(path);
    ASSERT_TRUE(made) << path << ": " << made.error().what;
    EXPECT_TRUE(fs::is_directory(path)) << path;
  }
}

TEST(make_directory_durably, takes_a_path_from_where_the_process_stands) {
  const temporary_directory directory;
  const auto before = fs::current_path();
  fs::current_path(directory.path());
  const auto made = make_directory_durably("data/journal");
  fs::current_path(before);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE(fs::is_directory(directory.path() + "/data/journal"));
}

TEST(make_directory_durably, names_what_is_in_its_way) {
  const temporary_directory directory;
  std::ofstream(directory.path() + "/file") << "x";
  const auto made = make_directory_durably(directory.path() + "/file/data");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find(directory.path() + "/file/data"), std::string::npos) << made.error().what;
}

}  // namespace
}  // namespace switchboard::storage::testing
