#pragma once
// One I/O thread: an Asio context for posted work and timers, a timer wheel, and the sockets that it watches.
//
// Asio's reactor starts each wait with a system call per request (a speculative read or an epoll_ctl).
// Sockets here are registered once, edge-triggered, in an epoll of their own, which Asio waits for as one
// descriptor: a keep-alive request then costs one recv and one send.

#include "net/http/gate.hpp"
#include "net/http/server.hpp"
#include "net/http/timer_wheel.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::net::http {

/// What an I/O thread watches. Owned by it while it is a member.
class pollable {
 public:
  virtual ~pollable() = default;
  /// The socket's state has changed. `input`: bytes, the end or an error may be there; `hang_up`: the end or
  /// an error certainly is.
  virtual void on_edge(bool input, bool hang_up) = 0;
  /// The server takes no more requests: end as soon as nothing is under way.
  virtual void on_drain() = 0;
  /// End now.
  virtual void close() = 0;

 private:
  friend class io_thread;
  std::size_t place_ = 0;
};

/// Written by one thread, read by any: no locked instruction.
class counter {
 public:
  void add(std::uint64_t n = 1) { value_.store(value() + n, std::memory_order_relaxed); }
  void subtract() { value_.store(value() - 1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct io_counters {
  counter requests, gate_refusals, timeouts, bytes_in, bytes_out, busy, leaving;
  std::array<counter, 5> answers;  ///< 1xx to 5xx
  void answered(int status) { answers.at(static_cast<std::size_t>(status / 100 - 1)).add(); }
};

class io_thread : public std::enable_shared_from_this<io_thread> {
 public:
  io_thread(std::uint32_t index, config::settings_ptr settings, std::shared_ptr<handler> routes);
  ~io_thread();
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;

  void start();
  /// Closes all members, ends the thread and joins it. Not from the thread itself.
  void stop();

  [[nodiscard]] bool here() const {
    return std::this_thread::get_id() == id_.load(std::memory_order_relaxed);
  }
  /// Runs `f` on the thread; from any. Dropped once the thread has stopped.
  template <class F>
  void post(F&& f) {
    if (!stopped_.load(std::memory_order_acquire)) boost::asio::post(context_, std::forward<F>(f));
  }
  [[nodiscard]] std::uint32_t index() const { return index_; }
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] const io_counters& totals() const { return counters_; }

  // -- on the thread only
  // ------------------------------------------------------------------------------------
  /// Takes the member in and reports its descriptor's edges from now on. False: no more descriptors to be
  /// had.
  [[nodiscard]] bool enter(std::shared_ptr<pollable> member, int descriptor);
  /// Lets the member go. It is kept until the present round of edges is over.
  void leave(pollable& member);
  void announce_end() { ending_ = true; }
  void drain();
  void apply(config::settings_ptr next);

  [[nodiscard]] bool ending() const { return ending_; }  ///< each answer is its connection's last
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] timer_wheel& wheel() { return wheel_; }
  [[nodiscard]] const config::limit_settings& limits() const { return settings_->limits; }
  [[nodiscard]] const config::settings& settings() const { return *settings_; }
  [[nodiscard]] const gate_limits& gate() const { return gate_; }
  [[nodiscard]] handler& routes() { return *routes_; }
  [[nodiscard]] io_counters& counters() { return counters_; }
  [[nodiscard]] std::string_view date() const { return date_; }

 private:
  void run();
  void await_edges();
  void dispatch_edges();
  void release_left();
  void await_tick();

  const std::uint32_t index_;
  boost::asio::io_context context_;
  boost::asio::posix::stream_descriptor edges_;
  boost::asio::steady_timer ticker_;
  timer_wheel wheel_;
  config::settings_ptr settings_;
  gate_limits gate_;
  std::shared_ptr<handler> routes_;
  io_counters counters_;
  std::string date_;
  std::vector<std::shared_ptr<pollable>> members_;
  std::vector<std::shared_ptr<pollable>> left_;
  bool ending_ = false, draining_ = false;
  std::atomic<bool> stopped_{false};
  std::atomic<std::thread::id> id_;
  std::thread thread_;
};

}  // namespace switchboard::net::http
