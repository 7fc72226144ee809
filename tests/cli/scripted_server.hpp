#pragma once
// A web server of a few lines, so that a client can be shown every answer, and every way of not answering.

#include "cli/sockets.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace switchboard::cli::test {

struct seen_request {
  std::string head;  ///< request line and headers
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    const auto at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  [[nodiscard]] std::string target() const {
    const auto from = head.find(' ') + 1;
    return head.substr(from, head.find(' ', from) - from);
  }
};

struct scripted_answer {
  std::string bytes;
  bool close = false;
};

[[nodiscard]] inline std::string http_answer(int status, std::string_view body,
                                             std::string_view headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

/// One thread for each connection; `answer` is called under a lock, with the number of the request from 0.
class scripted_server {
 public:
  using handler = std::function<scripted_answer(const seen_request&, std::size_t)>;

  explicit scripted_server(handler h)
      : handler_(std::move(h)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof a;
    auto* address = reinterpret_cast<sockaddr*>(&a);
    if (::bind(listener_.get(), address, length) != 0 || ::listen(listener_.get(), 512) != 0) std::abort();
    ::getsockname(listener_.get(), address, &length);
    port_ = ntohs(a.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }
  ~scripted_server() {
    stop_ = true;
    acceptor_.join();
    for (auto& t : threads_) t.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<seen_request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  bool readable(int fd) {
    while (!stop_) {
      pollfd p{fd, POLLIN, 0};
      if (::poll(&p, 1, 10) > 0) return true;
    }
    return false;
  }

  void accept() {
    while (readable(listener_.get())) {
      const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) threads_.emplace_back([this, fd] { serve(file_descriptor(fd)); });
    }
  }

  void serve(file_descriptor fd) {
    std::string in;
    while (true) {
      seen_request r;
      std::size_t end = std::string::npos, whole = 0;
      while (end == std::string::npos || in.size() < whole) {
        if (!readable(fd.get())) return;
        char piece[16384];
        const auto n = ::recv(fd.get(), piece, sizeof piece, 0);
        if (n <= 0) return;
        in.append(piece, static_cast<std::size_t>(n));
        end = in.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        r.head = in.substr(0, end + 2);
        const auto length = r.header("Content-Length");
        whole = end + 4 + (length.empty() ? 0 : std::stoul(length));
      }
      r.body = in.substr(end + 4, whole - end - 4);
      in.erase(0, whole);
      scripted_answer a;
      {
        const std::lock_guard lock(mutex_);
        a = handler_(r, requests_.size());
        requests_.push_back(std::move(r));
      }
      for (std::string_view left = a.bytes; !left.empty();) {
        const auto n = ::send(fd.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (n <= 0) return;
        left.remove_prefix(static_cast<std::size_t>(n));
      }
      if (a.close) return;
    }
  }

  handler handler_;
  file_descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::vector<seen_request> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace switchboard::cli::test
