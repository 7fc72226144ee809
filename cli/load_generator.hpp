#pragma once
// The load generator shares the machine with what it measures, so it must be lean (one write and one read a
// request, no allocation), and honest: in an open loop a request's latency runs from when it should have been
// sent, so that a server that stalls cannot hide the requests it kept from being sent.

#include "cli/histogram.hpp"
#include "domain/expected.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::cli {

/// Gives whole HTTP/1.1 requests, head and body.
class request_source {
 public:
  virtual ~request_source() = default;
  /// The request with this number; numbers are never given twice in a run. Valid until the next call.
  [[nodiscard]] virtual std::string_view next(std::uint64_t number) = 0;
};

/// The same bytes for every number.
class fixed_request final : public request_source {
 public:
  explicit fixed_request(std::string bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::string_view next(std::uint64_t) override { return bytes_; }

 private:
  std::string bytes_;
};

/// When each request should have been sent, for others to measure from (latency to a subscriber). Written by
/// the generator before the request leaves. Steady clock; 0: not sent.
class send_ledger {
 public:
  explicit send_ledger(std::size_t requests) : at_(requests) {}
  void sent(std::uint64_t number, std::chrono::steady_clock::time_point intended) {
    if (number < at_.size())
      at_[number].store(intended.time_since_epoch().count(), std::memory_order_relaxed);
  }
  /// Nanoseconds on the steady clock; 0: unknown.
  [[nodiscard]] std::int64_t at(std::uint64_t number) const {
    return number < at_.size() ? at_[number].load(std::memory_order_relaxed) : 0;
  }

 private:
  std::vector<std::atomic<std::int64_t>> at_;
};

/// What became of one request. Steady clock.
struct request_outcome {
  std::uint64_t number = 0;
  int status = 0;            ///< 0: the connection broke, or no answer came in time
  bool as_expected = false;  ///< status and body
  bool retry_after = false;  ///< the answer says when to come back
  bool counted = false;      ///< due in the measured part, not in the warm-up
  std::chrono::steady_clock::time_point intended, sent, ended;
};

/// Keeps book of every request that was sent. Called on the generator's threads, so it must be quick, and
/// thread-safe where there are several.
class request_book {
 public:
  virtual ~request_book() = default;
  virtual void ended(const request_outcome& o) = 0;
};

struct load_plan {
  std::string host = "127.0.0.1";  ///< address or name; plain HTTP
  std::uint16_t port = 0;
  std::uint32_t connections = 256;
  std::uint32_t threads = 1;
  std::chrono::nanoseconds warm_up{0};  ///< sent before `duration` starts, and not counted
  std::chrono::nanoseconds duration{std::chrono::seconds(10)};
  std::uint64_t requests_max = 0;  ///< ends after so many (closed loop); 0: by the clock
  double rate = 0;       ///< open loop, requests a second in all; 0: closed loop, each answer sends the next
  bool poisson = false;  ///< open loop: exponential gaps instead of even ones
  std::uint64_t first_number = 0;
  int expect_status = 200;
  std::string expect_body;  ///< must occur in each answer's body; empty: not looked at
  std::chrono::nanoseconds drain_max{std::chrono::seconds(5)};  ///< waits so long for the last answers
  /// Open loop: what found no free connection so long after it was due is given up and counted `unsent`, as a
  /// deliverer with a bounded queue does. 0: never; then what is overdue at the end is still sent.
  std::chrono::nanoseconds overdue_max{0};
  send_ledger* ledger = nullptr;
  request_book* book = nullptr;
  /// Told when the first request is due, once all connections are there.
  std::function<void(std::chrono::steady_clock::time_point)> on_start;
  const std::atomic<bool>* stop = nullptr;
};

struct load_report {
  // All of the measured part; the warm-up's are left out.
  std::uint64_t answered = 0;    ///< as expected
  std::uint64_t unexpected = 0;  ///< another status, or a body without `expect_body`
  std::array<std::uint64_t, 600> by_status{};
  std::uint64_t broken = 0;       ///< connections that failed or spoke no HTTP
  std::uint64_t unanswered = 0;   ///< sent or due, without an answer within drain_max
  std::uint64_t unsent = 0;       ///< given up after overdue_max
  std::uint64_t sent_in_all = 0;  ///< warm-up included: the next free number is first_number + this
  std::uint64_t late = 0;         ///< sent > 1 ms after both the request was due and a connection was free
  histogram latency;              ///< of the expected answers, and of the unanswered as far as was waited
  std::chrono::nanoseconds elapsed{0};  ///< of the measured part
  std::chrono::nanoseconds cpu{0};      ///< of the generator's threads, warm-up included
  std::uint64_t bytes_sent = 0;

  [[nodiscard]] double per_second() const;
  /// Generator's CPU time a request.
  [[nodiscard]] std::chrono::nanoseconds cpu_per_request() const;
  /// Open loop: the generator itself was late on more than 0.1 % of the sends, so the run says nothing.
  [[nodiscard]] bool is_void() const { return late * 1'000 > answered + unexpected + unanswered; }
};

/// Runs the plan and waits for its end. Each thread has its own connections, its own source and every
/// `threads`-th number. The error says what could not be reached.
[[nodiscard]] expected<load_report, std::string> generate(
    const load_plan& plan, const std::function<std::unique_ptr<request_source>()>& make_source);

/// Raises the soft limit of open files to the hard one: thousands of sockets need it.
void allow_many_files();

}  // namespace switchboard::cli
