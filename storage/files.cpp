#include "storage/files.hpp"

#include "storage/journal.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>

namespace switchboard::storage {
expected<void, file_error> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unexpected(last_file_error(path, "write"));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

bool sync_file(int fd) {
  return uninterrupted([fd] { return ::fsync(fd); }) == 0;
}

bool sync_file_data(int fd) {
  return uninterrupted([fd] { return ::fdatasync(fd); }) == 0;
}

file_descriptor::~file_descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

file_error last_file_error(std::string_view path, std::string_view verb) {
  const int number = errno;
  std::string what(path);
  what.append(": cannot ").append(verb).append(": ").append(std::strerror(number));
  return {number, std::move(what)};
}

expected<std::string, file_error> read_small_file(const std::string& path, std::size_t size_max) {
  const file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return unexpected(last_file_error(path, "open"));
  std::string bytes(size_max + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t n = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unexpected(last_file_error(path, "read"));
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size > size_max)
    return unexpected(
        file_error{0, path + ": longer than the " + std::to_string(size_max) + " bytes it may have"});
  bytes.resize(size);
  return bytes;
}

expected<void, file_error> write_file_durably(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  {
    const file_descriptor file(uninterrupted(
        [&] { return ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640); }));
    if (!file) return unexpected(last_file_error(temporary, "create"));
    if (auto written = write_all(file.get(), bytes, temporary); !written) return written;
    if (!sync_file(file.get())) return unexpected(last_file_error(temporary, "sync"));
  }
  if (uninterrupted([&] { return ::rename(temporary.c_str(), path.c_str()); }) != 0)
    return unexpected(last_file_error(path, "replace"));
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return sync_directory(directory.empty() ? "." : directory);
}

expected<void, file_error> sync_directory(const std::string& path) {
  const file_descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return unexpected(last_file_error(path, "open"));
  if (!sync_file(directory.get())) return unexpected(last_file_error(path, "sync"));
  return {};
}

expected<void, file_error> make_directory_durably(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  auto made = fs::absolute(path, error).lexically_normal();
  if (!made.has_filename()) made = made.parent_path();  // "data/"
  auto existing = made;
  while (existing != existing.root_path() && !fs::exists(existing, error)) existing = existing.parent_path();
  fs::create_directories(made, error);
  if (error) return unexpected(file_error{error.value(), path + ": cannot create: " + error.message()});
  bool is_new = made != existing;
  for (; made != made.root_path(); made = made.parent_path()) {
    is_new = is_new && made != existing;
    if (auto synced = sync_directory(made.parent_path().string()); !synced && is_new) return synced;
  }
  return {};
}

std::uint64_t free_disk_bytes(const std::string& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) return 0;
  return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
}

}  // namespace switchboard::storage
