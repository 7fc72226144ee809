// A disk that fills: a small one of the test's own, in a mount namespace that nobody else sees.

#include "crash_loop.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/eventually.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace switchboard::faults {
namespace {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t low_water = 16 * mib;
/// From room on the disk to the first 200.
constexpr std::chrono::seconds back_max{10};

/// Mounted as long as it lives; of the thread that makes it and whom that starts.
class small_disk {
 public:
  explicit small_disk(fs::path at) : at_(std::move(at)) {
    fs::create_directories(at_);
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", at_.c_str(), "tmpfs", 0, "size=64m") != 0)
      why_not_ = std::strerror(errno);
  }
  ~small_disk() {
    if (why_not_.empty()) ::umount2(at_.c_str(), MNT_DETACH);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] std::uint64_t free_bytes() const {
    struct statvfs about {};
    return ::statvfs(at_.c_str(), &about) == 0 ? about.f_bavail * about.f_frsize : 0;
  }
  /// Takes room until so much is left (0: none at all).
  void leave(std::uint64_t bytes) const {
    const int fd = ::open(ballast().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const auto have = fs::file_size(ballast());
    const auto room = free_bytes();
    if (room > bytes) (void)::posix_fallocate(fd, 0, static_cast<off_t>(have + room - bytes));
    const std::string page(4'096, 'x');
    if (bytes == 0) {
      ::lseek(fd, 0, SEEK_END);
      while (::write(fd, page.data(), page.size()) > 0) {
      }
    }
    ::close(fd);
  }
  void make_room() const { fs::remove(ballast()); }

 private:
  [[nodiscard]] fs::path ballast() const { return at_ / "ballast"; }
  const fs::path at_;
  std::string why_not_;
};

e2e::setup on_small_disk(std::uint64_t free_min) {
  e2e::setup s;
  s.storage =
      "journal_memtable_bytes = \"1MiB\"\nviews_memtable_bytes = \"1MiB\"\nblock_cache_bytes = \"1MiB\"\n"
      "tail_bytes = \"1MiB\"\nfree_space_min_bytes = " +
      std::to_string(free_min) + "\n";
  return s;
}

/// What a webhook is answered; 0: nobody answers.
int say(crash_loop& loop, unsigned n) {
  return loop.engine().running()
             ? e2e::deliver(loop.engine(), "telegram", "{\"update_id\":" + std::to_string(n) + "}").status
             : 0;
}

std::string asked_of_admin(crash_loop& loop, const char* target) {
  e2e::http_connection c(loop.engine().admin_port());
  return c.ask("GET", target, e2e::bearer(e2e::admin_token)).body;
}

void check_clean(crash_loop& loop) {
  const auto found = loop.check();
  ASSERT_TRUE(found.none()) << found.text();
  loop.redeliver(10);
  const auto again = loop.check();
  ASSERT_TRUE(again.none()) << again.text();
  EXPECT_EQ(loop.clients().refused(), 0U);
  loop.verify_offline();
}

TEST(full_disk, low_water_is_503_and_room_makes_it_200_again) {
  crash_loop loop{crash::kill};
  const small_disk disk(loop.engine().data());
  if (!disk.why_not().empty()) GTEST_SKIP() << "no mount of its own: " << disk.why_not();
  loop.configure(on_small_disk(low_water));
  loop.recover();
  milliseconds slowest{};
  for (unsigned round = 0; round < cycles(2, 20); ++round) {
    std::optional<e2e::ending> ended;
    loop.begin_load();
    ASSERT_TRUE(loop.wait_for_answers(300, ended)) << ended->out;
    disk.leave(low_water - mib);
    ASSERT_TRUE(eventually([&] { return say(loop, round) == 503; })) << loop.engine().said();
    EXPECT_NE(asked_of_admin(loop, "/readyz?verbose").find("[-]disk"), std::string::npos);
    EXPECT_EQ(e2e::text_at(asked_of_admin(loop, "/status"), "/state"), "disk_low");
    disk.make_room();
    const auto freed = clock::now();
    EXPECT_TRUE(eventually([&] { return say(loop, round) == 200; }, back_max));
    slowest = std::max(slowest, std::chrono::duration_cast<milliseconds>(clock::now() - freed));
    ASSERT_TRUE(loop.wait_for_answers(100, ended)) << ended->out;
    loop.end_load();
    const auto found = loop.check();
    ASSERT_TRUE(found.none()) << found.text();
  }
  check_clean(loop);
  std::printf("200 again %lld ms after there was room, at most\n", static_cast<long long>(slowest.count()));
}

/// By itself, with a word about it.
bool is_orderly(const e2e::ending& e) {
  return e.signal == 0 && e.code == 1;
}

/// An engine that doesn't look how much room there is comes upon a disk that was filled at one stroke. How it ended.
e2e::ending fill_under_load(crash_loop& loop, const small_disk& disk, std::uint64_t answers) {
  std::optional<e2e::ending> ended;
  loop.begin_load();
  EXPECT_TRUE(loop.wait_for_answers(answers, ended));
  disk.leave(0);
  EXPECT_TRUE(eventually([&] { return (ended = loop.engine().ended()).has_value(); }));
  loop.end_load();
  return ended.value_or(e2e::ending{});
}

TEST(full_disk, without_any_room_it_ends_and_never_aborts) {
  crash_loop loop{crash::kill};
  const small_disk disk(loop.engine().data());
  if (!disk.why_not().empty()) GTEST_SKIP() << "no mount of its own: " << disk.why_not();
  loop.configure(on_small_disk(0));
  std::uint64_t refusals = 0;
  const auto rounds = cycles(3, 50);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + ", seed " + std::to_string(seed()));
    if (!loop.engine().running()) loop.recover();
    const auto ended = fill_under_load(loop, disk, 100 + (seed() + round) % 300);
    ASSERT_TRUE(is_orderly(ended)) << ended.signal << ": " << ended.out;
    // Nor does it abort where there is still no room.
    if (const auto refused = loop.engine().start_or_end()) {
      ++refusals;
      ASSERT_TRUE(is_orderly(*refused)) << refused->signal << ": " << refused->out;
    } else {
      loop.engine().kill();
    }
    disk.make_room();
    loop.recover();
    const auto found = loop.check();
    ASSERT_TRUE(found.none()) << found.text();
    loop.redeliver(0);
  }
  check_clean(loop);
  std::printf("ended on %llu full disks, refused to start on %llu of them, never by a signal\n",
              static_cast<unsigned long long>(rounds), static_cast<unsigned long long>(refusals));
}

TEST(full_disk, a_file_at_its_limit_ends_it_and_never_by_a_signal) {
  crash_loop loop{crash::kill};
  for (unsigned round = 0; round < cycles(3, 50); ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + ", seed " + std::to_string(seed()));
    if (!loop.engine().running()) loop.recover();
    loop.begin_load();
    std::optional<e2e::ending> ended;
    ASSERT_TRUE(loop.wait_for_answers(100, ended)) << ended->out;
    const rlimit limit{.rlim_cur = 1 + (seed() * (round + 1)) % (mib / 4), .rlim_max = RLIM_INFINITY};
    ASSERT_EQ(::prlimit(loop.engine().pid(), RLIMIT_FSIZE, &limit, nullptr), 0) << std::strerror(errno);
    ASSERT_TRUE(eventually([&] { return (ended = loop.engine().ended()).has_value(); }));
    EXPECT_EQ(ended->signal, 0) << ended->out;
    EXPECT_EQ(ended->code, 1) << ended->out;
    loop.end_load();
    loop.recover();
    const auto found = loop.check();
    ASSERT_TRUE(found.none()) << found.text();
    loop.redeliver(0);
  }
  check_clean(loop);
}

}  // namespace
}  // namespace switchboard::faults
