#include "log_support.hpp"
#include "storage/journal_watermark.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace switchboard::storage::testing {
namespace {

constexpr std::size_t slot_distance = 4096;

std::optional<watermark> loaded(const std::string& directory) {
  auto mark = load_watermark(directory);
  EXPECT_TRUE(mark.has_value()) << mark.error().what;
  return mark ? *mark : std::nullopt;
}

void flip_byte(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 0x10));
}

TEST(watermark, is_absent_in_a_new_directory) {
  const temporary_directory directory;
  EXPECT_EQ(loaded(directory.path()), std::nullopt);
}

// What another process would read after kill -9: the page cache, with the file still open here.
TEST(watermark, is_exact_before_it_is_synced) {
  const temporary_directory directory;
  auto file = watermark_file::open(directory.path(), {7, 2});
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(loaded(directory.path()), (watermark{7, 2}));
  for (log_sequence s = 8; s < 500; ++s) {
    ASSERT_TRUE((*file)->advance({s, 2}).has_value());
    ASSERT_EQ(loaded(directory.path()), (watermark{s, 2}));
  }
  (*file).reset();
  EXPECT_EQ(loaded(directory.path()), (watermark{499, 2}));
}

TEST(watermark, a_torn_slot_leaves_the_mark_before_it) {
  const temporary_directory directory;
  {
    auto file = watermark_file::open(directory.path(), {10, 1});
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE((*file)->advance({11, 1}).has_value());  // slot 0
    ASSERT_TRUE((*file)->advance({12, 1}).has_value());  // slot 1
  }
  flip_byte(watermark_path(directory.path()), slot_distance + 9);
  EXPECT_EQ(loaded(directory.path()), (watermark{11, 1}));
  flip_byte(watermark_path(directory.path()), 25);
  auto none = load_watermark(directory.path());
  ASSERT_FALSE(none.has_value());
  EXPECT_NE(none.error().what.find(watermark_path(directory.path())), std::string::npos);
}

TEST(watermark, every_byte_of_a_slot_is_checked) {
  const temporary_directory directory;
  {
    auto file = watermark_file::open(directory.path(), {10, 1});
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE((*file)->advance({11, 1}).has_value());  // slot 0; slot 1 says 10
  }
  for (std::streamoff at = 0; at < 32; ++at) {
    flip_byte(watermark_path(directory.path()), at);
    EXPECT_EQ(loaded(directory.path()), (watermark{10, 1})) << at;
    flip_byte(watermark_path(directory.path()), at);
  }
  EXPECT_EQ(loaded(directory.path()), (watermark{11, 1}));
}

TEST(watermark, a_cut_or_foreign_file_is_an_error_not_zero) {
  const temporary_directory directory;
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string(8192, '\0'), std::string(9000, 'x')}) {
    std::ofstream(watermark_path(directory.path()), std::ios::binary | std::ios::trunc) << bytes;
    EXPECT_FALSE(load_watermark(directory.path()).has_value()) << bytes.size();
  }
}

TEST(watermark, where_it_cannot_be_written_opening_says_so) {
  const auto file = watermark_file::open("/nonexistent/directory", {1, 1});
  ASSERT_FALSE(file.has_value());
  EXPECT_NE(file.error().what.find("/nonexistent/directory/watermark"), std::string::npos);
}

}  // namespace
}  // namespace switchboard::storage::testing
