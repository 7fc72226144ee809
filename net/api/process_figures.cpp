// The fields are those of proc(5).

#include "net/api/process_figures.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace switchboard::net::api {

namespace {

/// When the system booted, in seconds since 1970.
double boot_time() {
  std::ifstream stat{"/proc/stat"};
  for (std::string word; stat >> word;) {
    double seconds = 0;
    if (word == "btime" && stat >> seconds) return seconds;
  }
  return 0;
}

/// Field 22 of /proc/self/stat: clock ticks from boot to start. The name in field 2 may hold anything, so it
/// is counted from the last parenthesis.
double start_time() {
  std::ifstream file{"/proc/self/stat"};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  unsigned long long ticks = 0;
  if (std::sscanf(text.c_str() + name_end + 1,
                  " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
                  &ticks) != 1)
    return 0;
  const auto boot = boot_time();
  return boot > 0 ? boot + static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK)) : 0;
}

std::uint64_t open_descriptors() {
  constexpr auto* folder = "/proc/self/fd";
  // Since Linux 6.2 the size of the folder is their number; before that, they are counted.
  struct stat about {};
  if (::stat(folder, &about) == 0 && about.st_size > 0) return static_cast<std::uint64_t>(about.st_size);
  std::error_code ec;
  std::uint64_t n = 0;
  for (std::filesystem::directory_iterator at{folder, ec}, end; !ec && at != end; at.increment(ec)) ++n;
  return n > 0 ? n - 1 : 0;  // less the one that was looking
}

}  // namespace

process_figures read_process_figures() {
  process_figures f;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    f.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  }
  f.start_time_seconds = start_time();
  std::uint64_t pages = 0, resident_pages = 0;
  if (std::ifstream statm{"/proc/self/statm"}; statm >> pages >> resident_pages) {
    const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    f.virtual_bytes = pages * page_bytes;
    f.resident_bytes = resident_pages * page_bytes;
  }
  f.open_descriptors = open_descriptors();
  rlimit most{};
  if (::getrlimit(RLIMIT_NOFILE, &most) == 0) f.descriptors_max = most.rlim_cur;
  return f;
}

}  // namespace switchboard::net::api
