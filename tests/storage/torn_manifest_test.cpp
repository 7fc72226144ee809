// What a power loss leaves of RocksDB's MANIFEST, and what damage leaves: the one is mended, the other refused.
#include "storage/torn_manifest.hpp"

#include "journal_fixture.hpp"
#include "storage/journal.hpp"

#include <fstream>
#include <iterator>
#include <random>

namespace switchboard::storage::testing {
namespace {

std::string manifest_of(const std::string& data_dir) {
  std::string name;
  std::ifstream(data_dir + "/journal/CURRENT") >> name;
  return data_dir + "/journal/" + name;
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void append(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
}

std::string noise(std::size_t size) {
  std::mt19937 random(5);
  std::string bytes(size, '\0');
  for (auto& b : bytes) b = static_cast<char>(random());
  return bytes;
}

/// What a line is that never reached the disk whole: its head, then anything.
std::string half_a_line(const std::string& manifest, char then) {
  return manifest.substr(0, 12) + std::string(60, then);
}

TEST_F(journal_on_disk, a_whole_manifest_has_no_torn_end) {
  fill();
  EXPECT_EQ(find_torn_end(bytes_of(manifest_of(path()))), std::nullopt);
  EXPECT_EQ(find_torn_end(""), std::nullopt);
}

TEST_F(journal_on_disk, a_torn_end_begins_where_the_last_whole_line_ends) {
  fill();
  const auto whole = bytes_of(manifest_of(path()));
  for (const auto& end :
       {noise(1), noise(300), noise(70'000), half_a_line(whole, '\0'), half_a_line(whole, 'x')})
    EXPECT_EQ(find_torn_end(whole + end), whole.size()) << end.size();
}

TEST_F(journal_on_disk, damage_in_the_middle_is_no_torn_end) {
  fill();
  const auto whole = bytes_of(manifest_of(path()));
  std::size_t last = whole.size();  // where the last line begins
  for (auto at = whole.size() - 1; last == whole.size() && at > 0; --at)
    if (find_torn_end(whole.substr(0, at) + 'x').value_or(whole.size()) < at - 6)
      last = *find_torn_end(whole.substr(0, at) + 'x');
  ASSERT_LT(last, whole.size());
  for (std::size_t at = 0; at < last; ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    ASSERT_EQ(find_torn_end(damaged), std::nullopt) << "byte " << at << " of " << whole.size();
  }
}

TEST_F(journal_on_disk, opens_without_the_torn_end_of_its_manifest) {
  fill();
  const auto manifest = manifest_of(path());
  const auto whole = bytes_of(manifest);
  for (const auto& end : {noise(300), half_a_line(whole, '\0')}) {
    const temporary_directory copy;
    fs::copy(path(), copy.path(), fs::copy_options::recursive);
    append(manifest_of(copy.path()), end);
    const auto opened = reopened(copy.path());
    ASSERT_TRUE(opened.has_value()) << opened.error().what;
    EXPECT_TRUE(holds_everything(**opened));
    EXPECT_EQ(commit_next(**opened, 3).result, log_result::ok);
  }
}

// Cut, it would open but for the events that are gone: it is refused, and as it was.
TEST_F(journal_on_disk, a_torn_end_that_is_not_all_that_is_wrong_is_put_back) {
  fill();
  const auto manifest = manifest_of(path());
  append(manifest, half_a_line(bytes_of(manifest), '\0'));
  const auto wal = newest_wal(path());
  fs::resize_file(wal, fs::file_size(wal) / 2);
  const auto before = bytes_of(manifest);
  const auto opened = reopened(path());
  ASSERT_FALSE(opened.has_value());
  EXPECT_TRUE(opened.error().damaged);
  EXPECT_NE(opened.error().what.find("MANIFEST"), std::string::npos) << opened.error().what;
  EXPECT_EQ(manifest_of(path()), manifest);
  EXPECT_EQ(bytes_of(manifest), before);
}

}  // namespace
}  // namespace switchboard::storage::testing
