#pragma once
// The calls that change or sync files, done and, where they are about files below the root, written down. They stand
// before malloc (jemalloc opens files while it starts): nothing here allocates, and the system is called directly
// instead of through a libc that would have to be looked up.
// Those that shall fail (failing.hpp) are not done.
//
// Arguments, results and errno are those of the calls of the same name. Thread-safe but for begin().

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace switchboard::faults::shim {

/// Until then nothing is written down. `to_record` must exist; aborts when it can't be opened.
void begin(const char* to_record, const char* below, std::uint64_t dies_at);

int open_watched(int directory, const char* path, int flags, mode_t mode);
/// `call`: SYS_fsync or SYS_fdatasync.
int sync_watched(int fd, long call);
ssize_t write_watched(int fd, const void* bytes, std::size_t count);
ssize_t pwrite_watched(int fd, const void* bytes, std::size_t count, off_t offset);
int truncate_watched(int fd, off_t size);
int truncate_watched(const char* path, off_t size);
int link_watched(int from_directory, const char* from, int to_directory, const char* to, int flags);
int mkdir_watched(int directory, const char* path, mode_t mode);
int rename_watched(int from_directory, const char* from, int to_directory, const char* to, unsigned flags);
/// AT_REMOVEDIR in `flags`: of a directory.
int unlink_watched(int directory, const char* path, int flags);

}  // namespace switchboard::faults::shim
