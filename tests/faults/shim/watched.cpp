#include "watched.hpp"

#include "failing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace switchboard::faults::shim {

namespace {

using path_text = std::array<char, PATH_MAX>;

path_text root, graveyard;
std::size_t root_size = 0;
int record = -1;
std::uint64_t die_at = 0;
std::atomic<std::uint64_t> last_number{0};
std::atomic<std::uint64_t> last_saved{0};

int as_int(long result) {
  return static_cast<int>(result);
}

/// The caller must find the errno of its own call, whatever was done for the record.
class kept_errno {
 public:
  kept_errno() : value_(errno) {}
  ~kept_errno() { errno = value_; }
  kept_errno(const kept_errno&) = delete;
  kept_errno& operator=(const kept_errno&) = delete;

 private:
  int value_;
};

bool is_below(const char* path) {
  return std::strncmp(path, root.data(), root_size) == 0 && (path[root_size] == '/' || path[root_size] == 0);
}

/// The directory that holds the root: its sync makes the root's own name durable.
bool holds_root(const char* path) {
  const auto size = std::strlen(path);
  return size < root_size && std::strncmp(path, root.data(), size) == 0 && root[size] == '/' &&
         std::strchr(root.data() + size + 1, '/') == nullptr;
}

/// The file of a descriptor; empty when it has none.
void path_of(int fd, path_text& into) {
  std::array<char, 40> link;
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const auto n = ::syscall(SYS_readlinkat, AT_FDCWD, link.data(), into.data(), into.size() - 1);
  into[n < 0 ? 0 : static_cast<std::size_t>(n)] = 0;
}

/// Absolute and without "//", "/./" and a "/" at the end: so the same file always has the same text.
bool absolute(int directory, const char* path, path_text& into) {
  std::size_t size = 0;
  if (path[0] != '/') {
    if (directory == AT_FDCWD) {
      if (::syscall(SYS_getcwd, into.data(), into.size()) < 0) return false;
    } else {
      path_of(directory, into);
    }
    size = std::strlen(into.data());
  }
  while (*path != 0) {
    while (*path == '/') ++path;
    const auto part = std::strcspn(path, "/");
    const bool skip = part == 0 || (part == 1 && path[0] == '.');
    if (!skip) {
      if (size + part + 2 > into.size()) return false;
      into[size++] = '/';
      std::memcpy(into.data() + size, path, part);
      size += part;
    }
    path += part;
  }
  into[size] = 0;
  return true;
}

/// Is this to be written down? Then `into` is the path.
bool is_watched(int directory, const char* path, path_text& into) {
  if (record < 0 || path == nullptr) return false;
  const kept_errno keep;
  return absolute(directory, path, into) && is_below(into.data());
}

/// Shall this call fail? errno is set then.
bool is_failed(operation o, const char* path) {
  const int error = fails(o, path);
  if (error != 0) errno = error;
  return error != 0;
}

void put(const char* bytes, std::size_t size) {
  // One call: O_APPEND keeps the lines of threads apart. A line that can't be written would be a sync forgotten
  // or a change not undone: no record at all is better.
  if (::syscall(SYS_write, record, bytes, size) != static_cast<long>(size)) std::abort();
}

void write_line(const char* format, ...) __attribute__((format(printf, 1, 2)));
void write_line(const char* format, ...) {
  const kept_errno keep;
  std::array<char, 2 * PATH_MAX + 200> line;
  const auto number = last_number.fetch_add(1) + 1;
  auto n = std::snprintf(line.data(), line.size(), "%llu\t", static_cast<unsigned long long>(number));
  va_list values;
  va_start(values, format);
  n += std::vsnprintf(line.data() + n, line.size() - static_cast<std::size_t>(n) - 1, format, values);
  va_end(values);
  line[static_cast<std::size_t>(n)] = '\n';
  put(line.data(), static_cast<std::size_t>(n) + 1);
  if (number == die_at) ::syscall(SYS_kill, ::syscall(SYS_getpid), SIGKILL);
}

unsigned long long inode_of(int fd, std::uint64_t& size, bool& is_directory) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return 0;
  size = static_cast<std::uint64_t>(about.st_size);
  is_directory = S_ISDIR(about.st_mode);
  return about.st_ino;
}

unsigned long long inode_of(const char* path) {
  struct stat about {};
  return ::fstatat(AT_FDCWD, path, &about, AT_SYMLINK_NOFOLLOW) == 0 ? about.st_ino : 0;
}

/// Keeps what is about to lose its name. Empty: there is nothing, or a directory.
void save(const char* path, std::array<char, 24>& name) {
  const kept_errno keep;
  std::snprintf(name.data(), name.size(), "%llu",
                static_cast<unsigned long long>(last_saved.fetch_add(1) + 1));
  std::array<char, PATH_MAX + 32> to;
  std::snprintf(to.data(), to.size(), "%s/%s", graveyard.data(), name.data());
  if (::syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, to.data(), 0) != 0) std::strcpy(name.data(), "-");
}

}  // namespace

void begin(const char* to_record, const char* below, std::uint64_t dies_at) {
  std::snprintf(root.data(), root.size(), "%s", below);
  root_size = std::strlen(root.data());
  std::snprintf(graveyard.data(), graveyard.size(), "%.4000s.gone", to_record);
  die_at = dies_at;
  last_number = 0;
  last_saved = 0;
  if (record >= 0) ::syscall(SYS_close, record);
  record = as_int(::syscall(SYS_openat, AT_FDCWD, to_record, O_WRONLY | O_APPEND | O_CLOEXEC, 0));
  if (record < 0) std::abort();  // a test that believes in a record that isn't kept proves nothing
}

int open_watched(int directory, const char* path, int flags, mode_t mode) {
  path_text full;
  const bool watched = (flags & (O_CREAT | O_TRUNC)) != 0 && is_watched(directory, path, full);
  unsigned long long before = 0;
  if (watched) {
    if ((flags & O_CREAT) != 0 && is_failed(operation::open, full.data())) return -1;
    const kept_errno keep;
    before = inode_of(full.data());
  }
  const int fd = as_int(::syscall(SYS_openat, directory, path, flags, mode));
  if (!watched || fd < 0) return fd;
  const kept_errno keep;
  std::uint64_t size = 0;
  bool is_directory = false;
  const auto inode = inode_of(fd, size, is_directory);
  if (before == 0) write_line("create\t%llu\t%s", inode, full.data());
  if (before != 0 && (flags & O_TRUNC) != 0) write_line("truncate\t%llu\t0", inode);
  return fd;
}

int sync_watched(int fd, long call) {
  path_text path;
  std::uint64_t size = 0;
  bool is_directory = false, watched = false;
  unsigned long long inode = 0;
  const auto begun = static_cast<unsigned long long>(last_number.load());
  if (record >= 0) {
    const kept_errno keep;
    path_of(fd, path);
    inode = inode_of(fd, size, is_directory);
    watched = is_below(path.data()) || (is_directory && holds_root(path.data()));
  }
  const bool below = record >= 0 && is_below(path.data());
  if (below && is_failed(call == SYS_fsync ? operation::fsync : operation::fdatasync, path.data())) return -1;
  const int done = as_int(::syscall(call, fd));
  if (!watched || done != 0) return done;
  if (is_directory) {
    write_line("syncdir\t%llu\t%llu", inode, begun);
  } else {
    write_line("sync\t%llu\t%llu\t%llu", inode, static_cast<unsigned long long>(size), begun);
  }
  return done;
}

ssize_t pwrite_watched(int fd, const void* bytes, std::size_t count, off_t offset) {
  constexpr std::size_t old_max = PATH_MAX;  // in hexadecimal it must fit into a line
  path_text path;
  std::uint64_t size = 0;
  bool is_directory = false;
  unsigned long long inode = 0;
  std::array<char, old_max> old;
  long kept = 0;
  int failed = 0;
  if (record >= 0) {
    const kept_errno keep;
    path_of(fd, path);
    if (is_below(path.data())) {
      int error = 0;
      count = writes(operation::pwrite, path.data(), count, error);
      if (error != 0) {
        failed = error;
      } else {
        inode = inode_of(fd, size, is_directory);
      }
      if (static_cast<std::uint64_t>(offset) < size) {
        if (count > old.size()) std::abort();
        kept = ::syscall(SYS_pread64, fd, old.data(), count, offset);
      }
    }
  }
  if (failed != 0) {
    errno = failed;
    return -1;
  }
  const auto done = ::syscall(SYS_pwrite64, fd, bytes, count, offset);
  if (done <= 0 || kept <= 0) return done;
  std::array<char, 2 * old_max + 1> hex{};
  for (long i = 0; i < kept; ++i)
    std::snprintf(hex.data() + 2 * i, 3, "%02x",
                  static_cast<unsigned char>(old[static_cast<std::size_t>(i)]));
  write_line("over\t%llu\t%llu\t%s", inode, static_cast<unsigned long long>(offset), hex.data());
  return done;
}

ssize_t write_watched(int fd, const void* bytes, std::size_t count) {
  if (record >= 0 && may_fail(operation::write)) {
    path_text path;
    {
      const kept_errno keep;
      path_of(fd, path);
    }
    int error = 0;
    if (is_below(path.data())) count = writes(operation::write, path.data(), count, error);
    if (error != 0) {
      errno = error;
      return -1;
    }
  }
  return ::syscall(SYS_write, fd, bytes, count);
}

int truncate_watched(int fd, off_t size) {
  path_text path;
  std::uint64_t before = 0;
  bool is_directory = false;
  if (record >= 0) {
    const kept_errno keep;
    path_of(fd, path);
  }
  if (record >= 0 && is_below(path.data()) && is_failed(operation::ftruncate, path.data())) return -1;
  const int done = as_int(::syscall(SYS_ftruncate, fd, size));
  if (done != 0 || record < 0) return done;
  if (is_below(path.data()))
    write_line("truncate\t%llu\t%llu", inode_of(fd, before, is_directory),
               static_cast<unsigned long long>(size));
  return done;
}

int truncate_watched(const char* path, off_t size) {
  const int fd = as_int(::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0));
  if (fd < 0) return fd;
  const int done = truncate_watched(fd, size);
  const kept_errno keep;
  ::syscall(SYS_close, fd);
  return done;
}

int link_watched(int from_directory, const char* from, int to_directory, const char* to, int flags) {
  const int done = as_int(::syscall(SYS_linkat, from_directory, from, to_directory, to, flags));
  path_text full;
  if (done == 0 && is_watched(to_directory, to, full))
    write_line("link\t%llu\t%s", inode_of(full.data()), full.data());
  return done;
}

int mkdir_watched(int directory, const char* path, mode_t mode) {
  const int done = as_int(::syscall(SYS_mkdirat, directory, path, mode));
  path_text full;
  if (done == 0 && is_watched(directory, path, full))
    write_line("mkdir\t%llu\t%s", inode_of(full.data()), full.data());
  return done;
}

int rename_watched(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) {
  path_text old_path, new_path;
  const bool watched = is_watched(from_directory, from, old_path) | is_watched(to_directory, to, new_path);
  if (!watched) return as_int(::syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
  if (!is_below(old_path.data()) || !is_below(new_path.data())) std::abort();  // in from outside, or out
  if (is_failed(operation::rename, new_path.data())) return -1;
  std::array<char, 24> saved;
  save(new_path.data(), saved);
  const int done = as_int(::syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
  if (done == 0)
    write_line("rename\t%llu\t%s\t%s\t%s", inode_of(new_path.data()), old_path.data(), new_path.data(),
               saved.data());
  return done;
}

int unlink_watched(int directory, const char* path, int flags) {
  path_text full;
  if (!is_watched(directory, path, full)) return as_int(::syscall(SYS_unlinkat, directory, path, flags));
  std::array<char, 24> saved;
  unsigned long long inode = 0;
  {
    const kept_errno keep;
    inode = inode_of(full.data());
  }
  const bool is_directory = (flags & AT_REMOVEDIR) != 0;
  if (!is_directory) save(full.data(), saved);
  const int done = as_int(::syscall(SYS_unlinkat, directory, path, flags));
  if (done != 0) return done;
  if (is_directory) {
    write_line("rmdir\t%llu\t%s", inode, full.data());
  } else {
    write_line("unlink\t%llu\t%s\t%s", inode, full.data(), saved.data());
  }
  return done;
}

}  // namespace switchboard::faults::shim
