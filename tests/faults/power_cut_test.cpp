// The cutter by itself, over records and directories made by hand.

#include "power_cut.hpp"

#include "tests/e2e/scratch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace switchboard::faults {
namespace {

namespace fs = std::filesystem;

class power_cut : public testing::Test {
 protected:
  power_cut() { begin(); }
  void begin() {
    for (const auto& folder : {root_, saved_}) {
      fs::remove_all(folder);
      fs::create_directories(folder);
    }
    lines_.clear();
    line(0, "dir", inode(root_), root());
  }
  static std::uint64_t put(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
    return inode(path);
  }
  static std::uint64_t inode(const fs::path& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 ? about.st_ino : 0;
  }
  static std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  template <class... Fields>
  void line(Fields... fields) {
    std::ostringstream out;
    const char* between = "";
    ((out << between << fields, between = "\t"), ...);
    lines_ += out.str() + "\n";
  }
  cut_report cut(tail bytes, names which = names::kept) {
    return cut_power(parse_record(lines_), root_, saved_, {bytes, which}, random_);
  }
  [[nodiscard]] std::string root() const { return root_.string(); }

  e2e::scratch scratch_;
  const fs::path root_ = scratch_.path() / "data", saved_ = scratch_.path() / "power.gone";
  std::string lines_;
  std::mt19937_64 random_{7};
};

TEST_F(power_cut, keeps_what_was_synced_and_nothing_behind_it) {
  const auto a = put(root_ / "a", "synced, not synced");
  line(1, "create", a, root() + "/a");
  line(2, "sync", a, 6, 1);
  const auto report = cut(tail::cut);
  EXPECT_EQ(text_of(root_ / "a"), "synced");
  EXPECT_EQ(report.files_cut, 1U);
  EXPECT_EQ(report.bytes_lost, 12U);
}

TEST_F(power_cut, what_was_there_before_is_durable) {
  const auto a = put(root_ / "a", "before, after");
  line(0, "file", a, 6, root() + "/a");
  EXPECT_EQ(cut(tail::cut).files_cut, 1U);
  EXPECT_EQ(text_of(root_ / "a"), "before");
}

TEST_F(power_cut, a_sync_that_is_overtaken_by_another_takes_nothing_back) {
  const auto a = put(root_ / "a", "synced, not synced");
  line(1, "sync", a, 6, 0);
  line(2, "sync", a, 3, 0);
  (void)cut(tail::cut);
  EXPECT_EQ(text_of(root_ / "a"), "synced");
}

TEST_F(power_cut, a_tail_is_any_prefix_zeros_or_noise) {
  const std::string whole = "synced" + std::string(100, 'x');
  for (const auto how : {tail::prefix, tail::zeros, tail::garbage, tail::any}) {
    for (int i = 0; i < 50; ++i) {
      begin();
      const auto a = put(root_ / "a", whole);
      line(1, "sync", a, 6, 0);
      const auto report = cut(how);
      const auto left = text_of(root_ / "a");
      ASSERT_EQ(left.substr(0, 6), "synced");
      if (how == tail::prefix) {
        ASSERT_EQ(left, whole.substr(0, left.size()));
      }
      if (how == tail::zeros) {
        const auto zero = left.find('\0');
        ASSERT_EQ(left.substr(0, zero), whole.substr(0, zero));
        if (zero != std::string::npos) {
          ASSERT_EQ(left.substr(zero), std::string(whole.size() - zero, '\0'));
          ASSERT_EQ(report.bytes_lost, whole.size() - zero);
        }
      }
      if (how == tail::garbage) {
        ASSERT_EQ(left.size(), whole.size());
      }
    }
  }
}

TEST_F(power_cut, what_was_written_over_in_place_is_back) {
  const auto a = put(root_ / "a", "AAbbCC");
  line(0, "file", a, 6, root() + "/a");
  line(1, "over", a, 0, "6161");  // "aa"
  line(2, "sync", a, 6, 1);
  line(3, "over", a, 4, "7a7a");  // "zz", then
  line(4, "over", a, 4, "6363");  // "cc"
  const auto report = cut(tail::cut);
  EXPECT_EQ(text_of(root_ / "a"), "AAbbzz");
  EXPECT_EQ(report.overwritings_lost, 2U);
}

TEST_F(power_cut, what_was_written_over_while_a_sync_ran_may_be_lost) {
  const auto a = put(root_ / "a", "CC");
  line(0, "file", a, 2, root() + "/a");
  line(1, "over", a, 0, "6363");
  line(2, "sync", a, 2, 0);
  (void)cut(tail::cut);
  EXPECT_EQ(text_of(root_ / "a"), "cc");
}

TEST_F(power_cut, what_was_made_is_gone_unless_its_directory_was_synced) {
  for (const auto which : {names::creations_lost, names::lost}) {
    begin();
    const auto a = put(root_ / "a", "a"), b = put(root_ / "b", "b");
    line(1, "create", a, root() + "/a");
    line(2, "sync", a, 1, 1);
    line(3, "create", b, root() + "/b");
    line(4, "sync", b, 1, 3);
    line(5, "syncdir", inode(root_), 2);  // begun before b was there
    EXPECT_EQ(cut(tail::cut, which).names_lost, 1U);
    EXPECT_TRUE(fs::exists(root_ / "a"));
    EXPECT_FALSE(fs::exists(root_ / "b"));
  }
}

TEST_F(power_cut, a_directory_goes_with_all_in_it) {
  fs::create_directory(root_ / "d");
  const auto a = put(root_ / "d" / "a", "a");
  line(1, "mkdir", inode(root_ / "d"), root() + "/d");
  line(2, "create", a, root() + "/d/a");
  line(3, "sync", a, 1, 2);
  line(4, "syncdir", inode(root_ / "d"), 3);
  (void)cut(tail::cut, names::lost);
  EXPECT_FALSE(fs::exists(root_ / "d"));
  EXPECT_TRUE(fs::exists(root_));
}

TEST_F(power_cut, an_unsynced_rename_is_undone_and_what_it_replaced_is_back) {
  for (const auto which : {names::renames_lost, names::lost}) {
    begin();
    const auto fresh = put(root_ / "CURRENT", "new");
    put(saved_ / "1", "old");
    line(0, "file", fresh, 3, root() + "/CURRENT.tmp");
    line(1, "rename", fresh, root() + "/CURRENT.tmp", root() + "/CURRENT", 1);
    EXPECT_EQ(cut(tail::cut, which).names_lost, 1U);
    EXPECT_EQ(text_of(root_ / "CURRENT"), "old");
    EXPECT_EQ(text_of(root_ / "CURRENT.tmp"), "new");
  }
}

TEST_F(power_cut, a_synced_rename_stays) {
  const auto fresh = put(root_ / "CURRENT", "new");
  put(saved_ / "1", "old");
  line(0, "file", fresh, 3, root() + "/CURRENT.tmp");
  line(1, "rename", fresh, root() + "/CURRENT.tmp", root() + "/CURRENT", 1);
  line(2, "syncdir", inode(root_), 1);
  EXPECT_EQ(cut(tail::cut, names::lost).names_lost, 0U);
  EXPECT_EQ(text_of(root_ / "CURRENT"), "new");
}

TEST_F(power_cut, what_follows_on_a_lost_change_of_the_same_directory_is_lost_too) {
  fs::create_directory(root_ / "d");
  const auto manifest = put(root_ / "MANIFEST", "m"), current = put(root_ / "CURRENT", "c"),
             other = put(root_ / "d" / "other", "o");
  const auto wal = put(saved_ / "1", "w");
  line(0, "dir", inode(root_ / "d"), root() + "/d");
  line(1, "unlink", wal, root() + "/wal", 1);
  line(2, "create", manifest, root() + "/MANIFEST");
  line(3, "rename", current, root() + "/CURRENT.tmp", root() + "/CURRENT", "-");
  line(4, "rename", other, root() + "/d/o", root() + "/d/other", "-");
  EXPECT_EQ(cut(tail::kept, names::creations_lost).names_lost, 2U);
  EXPECT_FALSE(fs::exists(root_ / "wal"));
  EXPECT_FALSE(fs::exists(root_ / "MANIFEST"));
  EXPECT_FALSE(fs::exists(root_ / "CURRENT"));
  EXPECT_TRUE(fs::exists(root_ / "d" / "other"));
}

TEST_F(power_cut, what_was_removed_is_back_as_it_was) {
  const auto a = put(saved_ / "1", "synced, not synced");
  line(0, "file", a, 6, root() + "/a");
  line(1, "unlink", a, root() + "/a", 1);
  EXPECT_EQ(cut(tail::cut, names::lost).names_lost, 1U);
  EXPECT_EQ(text_of(root_ / "a"), "synced");
}

TEST_F(power_cut, of_a_directory_the_first_changes_may_stay_and_only_those) {
  std::vector<bool> seen(4);
  for (int i = 0; i < 100; ++i) {
    begin();
    for (int n = 1; n <= 3; ++n) {
      const auto name = root() + "/" + std::to_string(n);
      line(n, "create", put(name, "x"), name);
    }
    (void)cut(tail::kept, names::first_few);
    std::size_t left = 0;
    while (fs::exists(root_ / std::to_string(left + 1))) ++left;
    seen[left] = true;
    for (auto later = left + 1; later <= 3; ++later) ASSERT_FALSE(fs::exists(root_ / std::to_string(later)));
  }
  EXPECT_EQ(seen, std::vector<bool>(4, true));
}

TEST_F(power_cut, tells_of_files_that_no_record_explains) {
  put(root_ / "a", "a");
  EXPECT_EQ(cut(tail::cut).unrecorded, std::vector<std::string>{root() + "/a"});
}

TEST_F(power_cut, a_line_without_its_end_does_not_count_and_nonsense_is_refused) {
  EXPECT_EQ(parse_record("1\tsync\t5\t3\t0\n2\tsync\t5\t9").files.at(5).size, 3U);
  EXPECT_EQ(parse_record("2\tsync\t5\t9\t0\n1\ttruncate\t5\t0\n").files.at(5).size, 9U);
  EXPECT_THROW((void)parse_record("1\tsync\t5\n"), std::runtime_error);
  EXPECT_THROW((void)parse_record("1\tstink\t5\t3\n"), std::runtime_error);
  EXPECT_THROW((void)parse_record("x\n"), std::runtime_error);
}

}  // namespace
}  // namespace switchboard::faults
