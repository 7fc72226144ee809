#pragma once
// The few file operations whose order decides what survives a power cut: read whole, write whole or not at
// all, make a directory's entries durable.

#include "domain/expected.hpp"

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace switchboard::storage {

struct file_error {
  int number = 0;    ///< errno; 0: not from the system
  std::string what;  ///< names the file and the reason
};

/// Owns an open descriptor; closes it.
class file_descriptor {
 public:
  file_descriptor() = default;
  explicit file_descriptor(int fd) noexcept : fd_(fd) {}
  file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  file_descriptor(const file_descriptor&) = delete;
  file_descriptor& operator=(const file_descriptor&) = delete;
  ~file_descriptor();

  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// The present errno as an error about `path`: "path: cannot <verb>: reason".
[[nodiscard]] file_error last_file_error(std::string_view path, std::string_view verb);

/// Writes all of it, in as many calls as it takes. `path` is only for the message.
[[nodiscard]] expected<void, file_error> write_all(int fd, std::string_view bytes, const std::string& path);

/// What a system call returns that answers -1 for errors; repeated where a signal interrupts it.
template <class Call>
int uninterrupted(Call&& call) {
  int result = 0;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result;
}

/// fsync and fdatasync, uninterrupted. False: errno says why.
[[nodiscard]] bool sync_file(int fd);
[[nodiscard]] bool sync_file_data(int fd);

/// The whole file. More than `size_max` bytes is an error: none of our small files is large.
[[nodiscard]] expected<std::string, file_error> read_small_file(const std::string& path,
                                                                std::size_t size_max);

/// After success the file has these bytes, also after a power cut; after failure it is as it was before.
[[nodiscard]] expected<void, file_error> write_file_durably(const std::string& path, std::string_view bytes);

/// Makes the names in a directory durable: a created or renamed file may be gone after a power cut without
/// it.
[[nodiscard]] expected<void, file_error> sync_directory(const std::string& path);

/// Makes a directory, with those above it that are missing, and their names durable. The names above it that were
/// there already are synced too where that is allowed: an earlier attempt may have ended between making and
/// syncing.
[[nodiscard]] expected<void, file_error> make_directory_durably(const std::string& path);

}  // namespace switchboard::storage
