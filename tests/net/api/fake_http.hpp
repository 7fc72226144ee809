#pragma once
// The server's side of net/http without sockets: one I/O thread that is a queue, turned by hand.

#include "net/http/server.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
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

/// "GET", "/v1/events?from=latest", headers, body: owned here, viewed by the request.
struct request_text {
  http::method method = http::method::get;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class fake_exchange final : public http::exchange {
 public:
  fake_exchange(loop& io, request_text text) : io_(io), text_(std::move(text)) {
    for (const auto& [name, value] : text_.headers) headers_.push_back({name, value});
    request_.method = text_.method;
    request_.target = text_.target;
    const std::string_view target = text_.target;
    const auto mark = target.find('?');
    request_.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request_.query = target.substr(mark + 1);
    request_.headers = headers_;
    request_.body = text_.body;
    request_.remote_address = "127.0.0.1";
  }

  [[nodiscard]] const http::request& request() const override { return request_; }
  void respond(http::response r) override {
    const std::lock_guard lock{mutex_};
    ++ends;
    if (answer_) return;
    r.headers.insert(r.headers.end(), answer_headers.begin(), answer_headers.end());
    answer_ = std::move(r);
  }
  [[nodiscard]] std::uint32_t io_thread() const override { return 0; }
  [[nodiscard]] http::channel_ptr stream(std::string_view id) override {
    ++ends;
    if (channel) channel->last_id = id;
    return channel;
  }
  [[nodiscard]] bool is_websocket_upgrade() const override {
    const auto upgrade = request_.find("upgrade");
    return request_.method == http::method::get && upgrade && *upgrade == "websocket";
  }
  void accept_websocket(std::string subprotocol, http::header_list headers,
                        std::function<void(http::channel_ptr)> ready) override {
    ++ends;
    accepted_headers = std::move(headers);
    accepted = std::move(subprotocol);
    io_.post([ready = std::move(ready), ch = channel] { ready(ch); });
  }
  void post(std::function<void()> f) override { io_.post(std::move(f)); }

  [[nodiscard]] bool answered() const { return answer_.has_value(); }
  [[nodiscard]] const http::response& answer() const { return answer_.value(); }
  [[nodiscard]] int status() const { return answer_ ? answer_->status : 0; }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [n, v] : answer_->headers) {
      if (n == name) return v;
    }
    return {};
  }
  /// The problem's code; empty: no problem.
  [[nodiscard]] std::string code() const {
    constexpr std::string_view member = R"("code":")";
    const auto at = answer_ ? answer_->body.find(member) : std::string::npos;
    if (at == std::string::npos) return {};
    const auto from = at + member.size();
    return answer_->body.substr(from, answer_->body.find('"', from) - from);
  }

  http::header_list answer_headers;       ///< of the verdict over its head: go with whatever it is answered
  std::shared_ptr<fake_channel> channel;  ///< what it may become; null: the peer is gone
  std::optional<std::string> accepted;    ///< the subprotocol of the WebSocket that was accepted
  http::header_list accepted_headers;     ///< of its 101
  int ends = 0;                           ///< how often it was ended; exactly once is right

 private:
  loop& io_;
  request_text text_;
  std::vector<http::header> headers_;
  http::request request_;
  std::mutex mutex_;
  std::optional<http::response> answer_;
};

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
