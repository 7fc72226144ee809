// Preloaded into the engine (LD_PRELOAD), it writes down every change of files below SWITCHBOARD_POWER_ROOT, and
// every sync of them, to SWITCHBOARD_POWER_RECORD, which must exist (grammar: ../power_record.hpp). A line is
// written before the call returns, so whatever the process did on the strength of a sync, the sync is in the
// record. With SWITCHBOARD_POWER_DIE_AT=n the process kills itself behind its n-th line.
// With SWITCHBOARD_FAIL some calls fail (failing.hpp).
//
// Not seen, because nothing below the data directory uses it: writing through mmap, through a FILE, or with
// write() behind an lseek to the front; renaming of directories.

#include "failing.hpp"
#include "watched.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace shim = switchboard::faults::shim;

#define SHIM __attribute__((visibility("default")))

namespace {

mode_t mode_of(int flags, va_list values) {
  const bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return has_mode ? va_arg(values, mode_t) : 0;
}

}  // namespace

extern "C" {

// None of them calls another by its name: which that is, the loader decides.

// What the tests of the shim itself call; see shim/failing.hpp.
SHIM void power_shim_fail(const char* fault, const char* note) {
  shim::begin_failing(fault, note);
}
// Likewise; the constructor does it with what the environment says.
SHIM void power_shim_begin(const char* to_record, const char* below) {
  shim::begin(to_record, below, 0);
}

__attribute__((constructor)) static void begin_as_told() {
  const char* to_record = std::getenv("SWITCHBOARD_POWER_RECORD");
  const char* below = std::getenv("SWITCHBOARD_POWER_ROOT");
  const char* dies = std::getenv("SWITCHBOARD_POWER_DIE_AT");
  if (to_record != nullptr && below != nullptr)
    shim::begin(to_record, below, dies == nullptr ? 0 : std::strtoull(dies, nullptr, 10));
  shim::begin_failing(std::getenv("SWITCHBOARD_FAIL"), std::getenv("SWITCHBOARD_FAIL_NOTE"));
}

#define SHIM_OPEN(name)                                     \
  SHIM int name(const char* path, int flags, ...) {         \
    va_list values;                                         \
    va_start(values, flags);                                \
    const auto mode = mode_of(flags, values);               \
    va_end(values);                                         \
    return shim::open_watched(AT_FDCWD, path, flags, mode); \
  }
SHIM_OPEN(open)
SHIM_OPEN(open64)

#define SHIM_OPENAT(name)                                          \
  SHIM int name(int directory, const char* path, int flags, ...) { \
    va_list values;                                                \
    va_start(values, flags);                                       \
    const auto mode = mode_of(flags, values);                      \
    va_end(values);                                                \
    return shim::open_watched(directory, path, flags, mode);       \
  }
SHIM_OPENAT(openat)
SHIM_OPENAT(openat64)

// What a fortified build calls where no mode can be needed.
SHIM int __open_2(const char* path, int flags) {
  return shim::open_watched(AT_FDCWD, path, flags, 0);
}
SHIM int __open64_2(const char* path, int flags) {
  return shim::open_watched(AT_FDCWD, path, flags, 0);
}
SHIM int __openat_2(int directory, const char* path, int flags) {
  return shim::open_watched(directory, path, flags, 0);
}
SHIM int __openat64_2(int directory, const char* path, int flags) {
  return shim::open_watched(directory, path, flags, 0);
}
SHIM int creat(const char* path, mode_t mode) {
  return shim::open_watched(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
SHIM int creat64(const char* path, mode_t mode) {
  return shim::open_watched(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

SHIM int fsync(int fd) {
  return shim::sync_watched(fd, SYS_fsync);
}
SHIM int fdatasync(int fd) {
  return shim::sync_watched(fd, SYS_fdatasync);
}

SHIM ssize_t write(int fd, const void* bytes, std::size_t count) {
  return shim::write_watched(fd, bytes, count);
}
SHIM ssize_t pwrite(int fd, const void* bytes, std::size_t count, off_t offset) {
  return shim::pwrite_watched(fd, bytes, count, offset);
}
SHIM ssize_t pwrite64(int fd, const void* bytes, std::size_t count, off_t offset) {
  return shim::pwrite_watched(fd, bytes, count, offset);
}
SHIM int ftruncate(int fd, off_t size) noexcept {
  return shim::truncate_watched(fd, size);
}
SHIM int ftruncate64(int fd, off_t size) noexcept {
  return shim::truncate_watched(fd, size);
}
SHIM int truncate(const char* path, off_t size) noexcept {
  return shim::truncate_watched(path, size);
}
SHIM int truncate64(const char* path, off_t size) noexcept {
  return shim::truncate_watched(path, size);
}

SHIM int rename(const char* from, const char* to) noexcept {
  return shim::rename_watched(AT_FDCWD, from, AT_FDCWD, to, 0);
}
SHIM int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  return shim::rename_watched(from_directory, from, to_directory, to, 0);
}
SHIM int renameat2(int from_directory, const char* from, int to_directory, const char* to,
                   unsigned flags) noexcept {
  return shim::rename_watched(from_directory, from, to_directory, to, flags);
}
SHIM int unlink(const char* path) noexcept {
  return shim::unlink_watched(AT_FDCWD, path, 0);
}
SHIM int unlinkat(int directory, const char* path, int flags) noexcept {
  return shim::unlink_watched(directory, path, flags);
}
SHIM int rmdir(const char* path) noexcept {
  return shim::unlink_watched(AT_FDCWD, path, AT_REMOVEDIR);
}
SHIM int remove(const char* path) noexcept {
  const int done = shim::unlink_watched(AT_FDCWD, path, 0);
  return done != 0 && errno == EISDIR ? shim::unlink_watched(AT_FDCWD, path, AT_REMOVEDIR) : done;
}
SHIM int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept {
  return shim::link_watched(from_directory, from, to_directory, to, flags);
}
SHIM int link(const char* from, const char* to) noexcept {
  return shim::link_watched(AT_FDCWD, from, AT_FDCWD, to, 0);
}
SHIM int mkdirat(int directory, const char* path, mode_t mode) noexcept {
  return shim::mkdir_watched(directory, path, mode);
}
SHIM int mkdir(const char* path, mode_t mode) noexcept {
  return shim::mkdir_watched(AT_FDCWD, path, mode);
}

}  // extern "C"
