// The shim by itself: its functions called one by one, and the record that they leave.

#include "power_cut.hpp"
#include "tests/e2e/scratch.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

namespace switchboard::faults {
namespace {

namespace fs = std::filesystem;

class power_shim : public testing::Test {
 protected:
  power_shim() : library_(::dlopen(SWITCHBOARD_POWER_SHIM, RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) throw std::runtime_error(::dlerror());
    fs::create_directories(root_);
    fs::create_directories(saved_);
    begin_record(record_, root_);
    function<void (*)(const char*, const char*)>("power_shim_begin")(record_.c_str(), root_.c_str());
  }

  /// Not the libc's, though it has the same name.
  template <class Function>
  Function function(const char* name) {
    return reinterpret_cast<Function>(::dlsym(library_, name));
  }
  int open(const std::string& path, int flags) {
    return function<int (*)(const char*, int, ...)>("open")(path.c_str(), flags | O_CLOEXEC, 0600);
  }
  int made(const std::string& path, std::string_view text) {
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC);
    EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    return fd;
  }
  int of_fd(const char* name, int fd) { return function<int (*)(int)>(name)(fd); }
  int of_path(const char* name, const std::string& path) {
    return function<int (*)(const char*)>(name)(path.c_str());
  }
  int of_two(const char* name, const std::string& from, const std::string& to) {
    return function<int (*)(const char*, const char*)>(name)(from.c_str(), to.c_str());
  }
  void sync_directory(const std::string& path) {
    const int fd = open(path, O_RDONLY | O_DIRECTORY);
    EXPECT_EQ(of_fd("fsync", fd), 0);
    ::close(fd);
  }
  power_record recorded() {
    std::ifstream in(record_, std::ios::binary);
    return parse_record(std::string{std::istreambuf_iterator<char>(in), {}});
  }
  static std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::uint64_t inode(const fs::path& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 ? about.st_ino : 0;
  }
  cut_report cut(tail bytes, names which) {
    std::mt19937_64 random{7};
    return cut_power(recorded(), root_, saved_, {bytes, which}, random);
  }

  void* const library_;  // stays: the record's descriptor is in it
  e2e::scratch scratch_;
  const fs::path root_ = fs::canonical(scratch_.path()) / "data", record_ = scratch_.path() / "power",
                 saved_ = scratch_.path() / "power.gone";
  const std::string root = root_.string() + "/";
};

TEST_F(power_shim, remembers_the_size_at_the_last_sync) {
  const int fd = made(root + "a", "synced");
  EXPECT_TRUE(recorded().files.at(inode(root + "a")).size == 0);
  EXPECT_EQ(of_fd("fdatasync", fd), 0);
  EXPECT_EQ(::write(fd, ", not synced", 12), 12);
  EXPECT_EQ(recorded().files.at(inode(root + "a")).size, 6U);
  EXPECT_EQ(recorded().syncs, 1U);
  EXPECT_EQ(of_fd("fsync", fd), 0);
  EXPECT_EQ(recorded().files.at(inode(root + "a")).size, 18U);
  ::close(fd);
}

TEST_F(power_shim, a_name_is_durable_once_its_directory_is_synced) {
  ::close(made(root + "a", "a"));
  sync_directory(root_.string());
  ::close(made(root + "b", "b"));
  const auto names = recorded().names;
  ASSERT_EQ(names.size(), 2U);
  EXPECT_TRUE(names[0].durable);
  EXPECT_FALSE(names[1].durable);
}

TEST_F(power_shim, the_name_of_the_root_itself_is_in_the_directory_above) {
  fs::remove(root_);
  begin_record(record_, root_);
  EXPECT_EQ(function<int (*)(const char*, mode_t)>("mkdir")(root_.c_str(), 0700), 0);
  sync_directory(root_.string());
  EXPECT_FALSE(recorded().names.at(0).durable);
  sync_directory(root_.parent_path().string());
  EXPECT_TRUE(recorded().names.at(0).durable);
}

TEST_F(power_shim, an_existing_file_is_not_made_again_but_may_be_emptied) {
  const int fd = made(root + "a", "text");
  EXPECT_EQ(of_fd("fsync", fd), 0);
  ::close(fd);
  ::close(open(root + "a", O_WRONLY | O_CREAT));
  EXPECT_EQ(recorded().names.size(), 1U);
  EXPECT_EQ(recorded().files.at(inode(root + "a")).size, 4U);
  ::close(open(root + "a", O_WRONLY | O_TRUNC));
  EXPECT_EQ(recorded().files.at(inode(root + "a")).size, 0U);
}

TEST_F(power_shim, keeps_what_is_written_over_until_it_is_synced) {
  const int fd = made(root + "a", "aabb");
  EXPECT_EQ(of_fd("fsync", fd), 0);
  const auto pwrite = function<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  const int writer = open(root + "a", O_RDWR);
  EXPECT_EQ(pwrite(writer, "XX", 2, 1), 2);
  const auto file = recorded().files.at(inode(root + "a"));
  ASSERT_EQ(file.unsynced.size(), 1U);
  EXPECT_EQ(file.unsynced[0].old, "ab");
  EXPECT_EQ(file.unsynced[0].offset, 1U);
  EXPECT_EQ(of_fd("fdatasync", writer), 0);
  EXPECT_TRUE(recorded().files.at(inode(root + "a")).unsynced.empty());
  ::close(writer);
  ::close(fd);
}

TEST_F(power_shim, what_is_replaced_or_removed_can_be_put_back) {
  for (const char* name : {"CURRENT", "CURRENT.tmp", "wal"}) {
    const int fd = made(root + name, name);
    EXPECT_EQ(of_fd("fsync", fd), 0);
    ::close(fd);
  }
  sync_directory(root_.string());
  EXPECT_EQ(of_two("rename", root + "CURRENT.tmp", root + "CURRENT"), 0);
  EXPECT_EQ(of_path("unlink", root + "wal"), 0);
  EXPECT_EQ(cut(tail::cut, names::lost).names_lost, 2U);
  for (const char* name : {"CURRENT", "CURRENT.tmp", "wal"}) EXPECT_EQ(text_of(root_ / name), name);
}

TEST_F(power_shim, a_replacement_that_was_synced_in_the_right_order_stays) {
  ::close(made(root + "CURRENT", "old"));
  const int fd = made(root + "CURRENT.tmp", "new");
  EXPECT_EQ(of_fd("fsync", fd), 0);
  ::close(fd);
  EXPECT_EQ(of_two("rename", root + "CURRENT.tmp", root + "CURRENT"), 0);
  sync_directory(root_.string());
  EXPECT_EQ(cut(tail::cut, names::lost).names_lost, 0U);
  EXPECT_EQ(text_of(root_ / "CURRENT"), "new");
}

TEST_F(power_shim, a_replacement_whose_bytes_were_not_synced_is_empty) {
  ::close(made(root + "CURRENT.tmp", "new"));
  EXPECT_EQ(of_two("rename", root + "CURRENT.tmp", root + "CURRENT"), 0);
  sync_directory(root_.string());
  (void)cut(tail::cut, names::lost);
  EXPECT_EQ(text_of(root_ / "CURRENT"), "");
}

TEST_F(power_shim, knows_a_file_by_whichever_path) {
  EXPECT_EQ(function<int (*)(const char*, mode_t)>("mkdir")((root + "d/").c_str(), 0700), 0);
  const int directory = open(root + "d", O_RDONLY | O_DIRECTORY);
  const auto openat = function<int (*)(int, const char*, int, ...)>("openat64");
  ::close(openat(directory, ".//a", O_WRONLY | O_CREAT, 0600));
  EXPECT_EQ(of_two("link", root + "/d//a", root + "./b"), 0);
  EXPECT_EQ(function<int (*)(int, const char*, int)>("unlinkat")(directory, "a", 0), 0);
  ::close(directory);
  EXPECT_EQ(of_path("remove", root + "d"), 0);
  const auto names = recorded().names;
  ASSERT_EQ(names.size(), 5U);
  EXPECT_EQ(names[0].path, root_ / "d");
  EXPECT_EQ(names[1].path, root_ / "d" / "a");
  EXPECT_EQ(names[2].path, root_ / "b");
  EXPECT_EQ(names[2].inode, names[1].inode);
  EXPECT_EQ(names[3].path, root_ / "d" / "a");
  EXPECT_EQ(names[4].what, name_operation::kind::rmdir);
}

TEST_F(power_shim, what_lies_elsewhere_or_fails_is_not_its_business) {
  const auto before = recorded().operations;
  const std::string beside = root_.string() + "2";
  const int fd = made(beside, "a");
  EXPECT_EQ(of_fd("fsync", fd), 0);
  ::close(fd);
  EXPECT_EQ(of_path("unlink", beside), 0);
  EXPECT_EQ(of_path("unlink", root + "nothing"), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(open(root + "no/where", O_WRONLY | O_CREAT), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(of_two("rename", root + "nothing", root + "something"), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(of_fd("fsync", -1), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(recorded().operations, before);
}

}  // namespace
}  // namespace switchboard::faults
