// Preloaded into the engine (LD_PRELOAD), it is the wall clock that a test turns: the file SWITCHBOARD_CLOCK holds two
// numbers of eight bytes each, which the test writes whenever it likes,
//
//   offset  nanoseconds to add to the machine's wall clock
//   frozen  not 0: what the wall clock shows instead, in nanoseconds since 1970
//
// CLOCK_MONOTONIC and its kin stay as they are. The functions of libc are what every library calls; behind them the
// system is asked directly, so a call costs more than it does elsewhere.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#define SHIM __attribute__((visibility("default")))

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

struct wall_clock {
  volatile std::int64_t offset, frozen;
};
const wall_clock* turned = nullptr;

std::int64_t wall_ns() {
  timespec now{};
  ::syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  const auto real = now.tv_sec * second_ns + now.tv_nsec;
  if (turned == nullptr) return real;
  const auto frozen = turned->frozen;
  return frozen != 0 ? frozen : real + turned->offset;
}

}  // namespace

extern "C" {

__attribute__((constructor)) static void begin_as_told() {
  const char* const file = std::getenv("SWITCHBOARD_CLOCK");
  if (file == nullptr) return;
  const int fd = ::open(file, O_RDONLY | O_CLOEXEC);
  void* const at = fd < 0 ? MAP_FAILED : ::mmap(nullptr, sizeof(wall_clock), PROT_READ, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) std::abort();  // a test that believes in a clock that isn't turned proves nothing
  ::close(fd);
  turned = static_cast<const wall_clock*>(at);
}

SHIM int clock_gettime(clockid_t which, timespec* now) noexcept {
  if (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE)
    return static_cast<int>(::syscall(SYS_clock_gettime, which, now));
  const auto ns = wall_ns();
  now->tv_sec = ns / second_ns;
  now->tv_nsec = ns % second_ns;
  return 0;
}

SHIM int gettimeofday(timeval* now, void*) noexcept {
  const auto ns = wall_ns();
  now->tv_sec = ns / second_ns;
  now->tv_usec = ns % second_ns / 1'000;
  return 0;
}

SHIM time_t time(time_t* now) noexcept {
  const time_t seconds = wall_ns() / second_ns;
  if (now != nullptr) *now = seconds;
  return seconds;
}

}  // extern "C"
