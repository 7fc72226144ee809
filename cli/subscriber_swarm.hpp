#pragma once
// Thousands of subscribers in one thread, cheap enough that the engine stays the bottleneck, strict enough
// that a missing, repeated or reordered event is seen.

#include "cli/histogram.hpp"
#include "cli/load_generator.hpp"
#include "cli/sockets.hpp"
#include "cli/stream_framing.hpp"
#include "domain/expected.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace switchboard::cli {

struct swarm_plan {
  std::string host;
  std::uint16_t port = 0;
  std::string host_header;
  std::string target = "/v1/events?from=latest&type=message.received";
  std::string token;
  std::uint32_t subscribers = 1;
  bool sse = false;
  std::string marker;         ///< stands in front of a message's number (16 hex digits) in each event
  std::uint64_t numbers = 0;  ///< message numbers expected lie in [first_number, first_number + numbers)
  std::uint64_t first_number = 0;
  std::uint32_t messages_per_request = 1;  ///< number / this = the request's number in the ledger
  const send_ledger* ledger = nullptr;     ///< latencies are measured if set
  std::int64_t measure_from = 0;           ///< only of requests due at or after this (ns, steady clock)
};

struct swarm_report {
  std::uint64_t deliveries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t missing = 0;       ///< of the reference subscriber: numbers never seen
  std::uint64_t repeated = 0;      ///< of the reference subscriber
  std::uint64_t out_of_order = 0;  ///< of the reference subscriber: `sequence` of a conversation not higher
  std::uint32_t differing = 0;  ///< subscribers that did not get exactly the reference's events in its order
  std::uint32_t lost = 0;       ///< subscribers whose connection ended
  histogram latency;
  std::chrono::steady_clock::time_point last_delivery;
};

/// The first subscriber is the reference: it is checked against the numbers, all others against it by a hash
/// that depends on the order.
class subscriber_swarm {
 public:
  explicit subscriber_swarm(swarm_plan plan);
  ~subscriber_swarm();  ///< ends the thread

  /// Connects all, waits for each one's handshake, starts reading. The error names what the engine said.
  [[nodiscard]] expected<void, std::string> start();
  [[nodiscard]] std::uint64_t deliveries() const { return deliveries_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool any_left() const { return open_.load(std::memory_order_relaxed) > 0; }
  /// Reads on until `wanted` deliveries are there, or none came for `patience`. True: all there.
  bool wait_for(std::uint64_t wanted, std::chrono::milliseconds patience);
  /// Ends the thread and gives the result. `expected`: messages that the reference should have seen.
  [[nodiscard]] swarm_report finish(std::uint64_t expected);

 private:
  struct subscriber {
    file_descriptor fd;
    std::string partial;  ///< start of an event
    dechunker chunks;
    bool chunked = false;
    std::uint64_t count = 0;
    std::uint64_t order_hash = 0;
    std::size_t hint = 0;  ///< where the marker stood in the last event
  };

  [[nodiscard]] expected<void, std::string> subscribe(subscriber& s, const socket_address& to);
  void run();
  void receive(std::size_t index);
  /// Takes the events out of `bytes` and keeps the rest for the next read.
  void settle(std::size_t index, std::string_view bytes);
  /// Returns how many bytes were used.
  [[nodiscard]] std::size_t take(std::size_t index, std::string_view bytes, bool& ok);
  void delivered(std::size_t index, std::string_view json);
  void check_reference(std::string_view json, std::uint64_t number);
  void drop(subscriber& s);

  swarm_plan plan_;
  std::vector<subscriber> subscribers_;
  file_descriptor epoll_;
  std::vector<char> buffer_;
  std::string content_;                                           ///< of chunked streams
  std::vector<bool> seen_;                                        ///< reference: by number
  std::unordered_map<std::string, std::uint64_t> last_sequence_;  ///< reference: by conversation
  swarm_report report_;
  std::chrono::steady_clock::time_point now_;
  std::atomic<std::uint64_t> deliveries_{0};
  std::atomic<std::uint32_t> open_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace switchboard::cli
