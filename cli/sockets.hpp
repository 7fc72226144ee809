#pragma once
// The few socket calls that the load generator and the subscriber swarm share.

#include "domain/expected.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace switchboard::cli {

/// Closes on destruction; -1: none.
class file_descriptor {
 public:
  file_descriptor() = default;
  explicit file_descriptor(int fd) : fd_(fd) {}
  ~file_descriptor() { reset(); }
  file_descriptor(file_descriptor&& other) noexcept : fd_(other.release()) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept;

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }
  int release();
  void reset();

 private:
  int fd_ = -1;
};

struct socket_address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

[[nodiscard]] expected<socket_address, std::string> resolve(const std::string& host, std::uint16_t port);
/// Blocking connect of a stream socket without Nagle's delay, reads and writes limited to `timeout`.
[[nodiscard]] expected<file_descriptor, std::string> connect_to(const socket_address& to,
                                                                std::chrono::milliseconds timeout);
void set_blocking(int fd, bool blocking);
/// A TCP port on 127.0.0.1 that was free a moment ago.
[[nodiscard]] std::uint16_t free_port();

}  // namespace switchboard::cli
