#pragma once
// A stream's channel without a socket, and the I/O thread that it lives on: a queue, turned by hand.

#include "net/http/server.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::testing {

/// The I/O thread. post() from any thread, run() from the test's.
class loop {
 public:
  void post(std::function<void()> f) {
    const std::lock_guard lock{mutex_};
    queue_.push_back(std::move(f));
  }
  /// Runs what is queued and what that queues; false if it never ends.
  bool run() {
    for (int i = 0; i < 100'000; ++i) {
      std::function<void()> next;
      {
        const std::lock_guard lock{mutex_};
        if (queue_.empty()) return true;
        next = std::move(queue_.front());
        queue_.pop_front();
      }
      next();
    }
    return false;
  }
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> queue_;
};

class fake_channel final : public http::channel {
 public:
  explicit fake_channel(loop& io) : io_(io) {}

  void write(std::vector<http::outgoing> pieces, std::function<void(bool)> done) override {
    overlapped = overlapped || done_ != nullptr;  // the contract: one write at a time
    for (const auto& p : pieces) {
      frames.push_back(p.head + std::string(p.body) + std::string(p.tail));
      bodies.emplace_back(p.body);
    }
    ++writes;
    done_ = std::move(done);
    if (!slow) taken();
  }
  /// The kernel has taken what was written.
  void taken(bool ok = true) {
    if (done_) io_.post([done = std::exchange(done_, nullptr), ok] { done(ok); });
  }
  void ping(std::string_view id) override {
    ++pings;
    last_id = id;
  }
  void close(std::uint16_t code, std::string reason) override {
    if (closed) return;
    closed = code;
    closed_with = std::move(reason);
  }
  void on_gone(std::function<void()> f) override { gone_ = std::move(f); }
  void on_text(std::function<bool(std::string_view)> f) override { said_ = std::move(f); }
  void post(std::function<void()> f) override { io_.post(std::move(f)); }
  [[nodiscard]] std::uint32_t io_thread() const override { return 0; }

  void leave() {
    if (gone_) io_.post(std::exchange(gone_, nullptr));
  }
  /// Its connection was closed: nobody is called any more.
  void forget() {
    done_ = nullptr;
    gone_ = nullptr;
    said_ = nullptr;
  }
  bool say(std::string_view text) { return said_(text); }

  bool slow = false;  ///< writes wait for taken()
  std::vector<std::string> frames, bodies;
  std::size_t writes = 0, pings = 0;
  std::string last_id;  ///< of the opening, or of the last ping
  bool overlapped = false;
  std::optional<std::uint16_t> closed;
  std::string closed_with;

 private:
  loop& io_;
  std::function<void(bool)> done_;
  std::function<void()> gone_;
  std::function<bool(std::string_view)> said_;
};

}  // namespace switchboard::net::testing
