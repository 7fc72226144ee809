#include "failing.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace switchboard::faults::shim {

namespace {

constexpr std::array<const char*, 7> words{"write", "pwrite", "fdatasync", "fsync",
                                           "open",  "rename", "ftruncate"};
constexpr int short_write = -1;

struct {
  bool given = false, any = false, ever = false;
  operation which = operation::write;
  int error = 0;
  std::uint64_t first = 0;
} fault;
std::array<char, PATH_MAX> note_file;
std::atomic<std::uint64_t> calls{0};
std::atomic<bool> noted{false};

std::string_view take(std::string_view& text) {
  const auto colon = text.find(':');
  const auto word = text.substr(0, colon);
  text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  return word;
}

int error_of(std::string_view word) {
  if (word == "EIO") return EIO;
  if (word == "ENOSPC") return ENOSPC;
  if (word == "EINTR") return EINTR;
  if (word == "SHORT") return short_write;
  std::abort();
}

void note(operation o, const char* path) {
  if (noted.exchange(true)) return;
  timespec now{};
  ::syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  std::array<char, PATH_MAX + 64> line;
  const auto n = std::snprintf(line.data(), line.size(), "%lld\t%s\t%s\n",
                               static_cast<long long>(now.tv_sec) * 1'000 + now.tv_nsec / 1'000'000,
                               words[static_cast<std::size_t>(o)], path);
  const auto fd =
      ::syscall(SYS_openat, AT_FDCWD, note_file.data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || ::syscall(SYS_write, fd, line.data(), n) != n) std::abort();
  ::syscall(SYS_close, fd);
}

/// 0: not this call.
int hit(operation o, const char* path) {
  if (!may_fail(o)) return 0;
  if (fault.error == short_write && o != operation::write && o != operation::pwrite) return 0;
  const auto call = calls.fetch_add(1) + 1;
  if (call < fault.first || (call > fault.first && !fault.ever)) return 0;
  const bool harmless = fault.error == EINTR || fault.error == short_write;
  if (harmless && (call - fault.first) % 2 != 0) return 0;
  note(o, path);
  return fault.error;
}

}  // namespace

void begin_failing(const char* text, const char* note_to) {
  fault = {};
  calls = 0;
  noted = false;
  if (text == nullptr) return;
  if (note_to == nullptr) std::abort();
  std::snprintf(note_file.data(), note_file.size(), "%s", note_to);
  std::string_view left{text};
  const auto which = take(left);
  fault.any = which == "any";
  bool known = fault.any;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (which != words[i]) continue;
    fault.which = static_cast<operation>(i);
    known = true;
  }
  fault.error = error_of(take(left));
  fault.first = std::strtoull(take(left).data(), nullptr, 10);
  fault.ever = left == "ever";
  if (!known || fault.first == 0 || (!fault.ever && left != "once")) std::abort();
  fault.given = true;
}

bool may_fail(operation o) {
  return fault.given && (fault.any || fault.which == o);
}

int fails(operation o, const char* path) {
  return hit(o, path);
}

std::size_t writes(operation o, const char* path, std::size_t count, int& error) {
  error = hit(o, path);
  if (error == 0) return count;
  if (error != short_write) return 0;
  error = 0;
  return count < 2 ? count : count / 2;
}

}  // namespace switchboard::faults::shim
