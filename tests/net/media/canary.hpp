#pragma once
// A server that nobody may reach: it listens on 127.0.0.1 and counts who connects.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace switchboard::net::testing {

class canary_server {
 public:
  canary_server() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
    EXPECT_EQ(::listen(listener_, 64), 0);
    socklen_t size = sizeof a;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size);
    port_ = ntohs(a.sin_port);
    thread_ = std::thread([this] {
      for (;;) {
        const int s = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (s < 0) return;
        ++connects_;
        ::close(s);
      }
    });
  }
  ~canary_server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  canary_server(const canary_server&) = delete;
  canary_server& operator=(const canary_server&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Who has connected before this call: our own connection, which comes behind theirs, is waited for.
  [[nodiscard]] int connects() {
    const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.sin_port = htons(port_);
    EXPECT_EQ(::connect(s, reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
    char byte = 0;
    while (::recv(s, &byte, 1, 0) > 0) {
    }
    ::close(s);
    return connects_ - ++ours_;
  }

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connects_{0};
  int ours_ = 0;
  std::thread thread_;
};

}  // namespace switchboard::net::testing
