#pragma once
// A server of net/http without sockets, and with a clock that the test moves.

#include "fake_channel.hpp"
#include "fake_exchange.hpp"
#include "net/http/server.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::net::testing {

class fake_server final : public http::server {
 public:
  explicit fake_server(loop& io) : io_(io) {}
  [[nodiscard]] std::uint16_t port(http::listener) const override { return 1; }
  [[nodiscard]] std::uint32_t io_threads() const override { return 1; }
  void respond_all(std::vector<std::pair<http::exchange_ptr, http::response>>&& answers) override {
    for (auto& [x, r] : answers) x->respond(std::move(r));
  }
  void post(std::uint32_t, std::function<void()> f) override { io_.post(std::move(f)); }
  std::uint64_t after(std::chrono::milliseconds d, std::function<void()> f) override {
    timers_.emplace(++key_, timer{now_ + d, std::move(f)});
    return key_;
  }
  void cancel(std::uint64_t key) override { timers_.erase(key); }
  void apply_settings(config::settings_ptr) override {}
  [[nodiscard]] http::server_counters counters() const override { return {.accepted = 3, .open = 2}; }
  void announce_end() override {}
  void stop_accepting() override {}
  [[nodiscard]] bool wait_idle(std::chrono::milliseconds) override { return true; }
  void stop() override {}

  /// Moves its clock; timers that are due run on the loop.
  void pass(std::chrono::milliseconds d) {
    const auto until = now_ + d;
    for (;;) {
      const auto next = std::min_element(timers_.begin(), timers_.end(), [](const auto& a, const auto& b) {
        return a.second.at < b.second.at;
      });
      if (next == timers_.end() || next->second.at > until) break;
      now_ = next->second.at;
      io_.post(std::move(next->second.run));
      timers_.erase(next);
      io_.run();
    }
    now_ = until;
    io_.run();
  }
  [[nodiscard]] std::size_t timers() const { return timers_.size(); }

 private:
  struct timer {
    std::chrono::milliseconds at;
    std::function<void()> run;
  };
  loop& io_;
  std::uint64_t key_ = 0;
  std::chrono::milliseconds now_{0};
  std::map<std::uint64_t, timer> timers_;
};

}  // namespace switchboard::net::testing
