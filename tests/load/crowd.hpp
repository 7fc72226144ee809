#pragma once
// Thousands of subscribers who all lose their connections in the same moment and all come back at once, each with
// the cursor of the last event that it got; or who never read at all. One thread, no waiting between them.

#include "cli/sockets.hpp"
#include "traffic.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace switchboard::load {

struct crowd_plan {
  std::uint16_t port = 0;
  std::uint32_t members = 0;
  std::uint32_t stalled = 0;  ///< further ones, who subscribe and then read nothing
  std::string marker;         ///< in front of a message's number
  /// Not empty: whoever comes back asks for this instead of its cursor: a planted fault.
  std::string comes_back_with;
};

struct crowd_report {
  std::uint64_t deliveries = 0;
  std::uint64_t missing = 0;    ///< of the first member: numbers never seen, of those expected
  std::uint64_t repeated = 0;   ///< … seen twice
  std::uint32_t differing = 0;  ///< members who did not get exactly the first one's events in its order
  std::uint32_t refused = 0;    ///< handshakes answered otherwise than 101; they are tried again
  std::uint32_t broken = 0;     ///< connections that ended though nobody had asked for it; they come back too
  std::vector<std::string> what;  ///< the first few of what went wrong
};

/// WebSocket subscribers to message.received. Each is compared with the first by a hash in which the order counts.
class crowd {
 public:
  explicit crowd(crowd_plan plan);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  /// Starts the thread on this thread's core and returns when all are connected. False: not within the time.
  [[nodiscard]] bool start(std::chrono::seconds within);
  /// All members reset their connections in one go and connect again, all at once.
  void drop_all();
  [[nodiscard]] std::uint32_t connected() const { return connected_.load(); }
  [[nodiscard]] std::uint64_t deliveries() const { return deliveries_.load(); }
  /// When the last member to connect did so, and all were; the epoch: not all are.
  [[nodiscard]] clock::time_point all_since() const;
  /// Whether all have had so many deliveries, or get them before none came for `patience`.
  [[nodiscard]] bool wait_for(std::uint64_t each, std::chrono::seconds patience) const;
  /// Ends the thread. `numbers`: what each member must have seen, in any order of conversations.
  [[nodiscard]] crowd_report finish(const std::vector<std::uint64_t>& numbers);

 private:
  enum class state : std::uint8_t { off, connecting, asking, streaming, stalled };
  struct member {
    cli::file_descriptor fd;
    state is = state::off;
    bool stalls = false;
    std::string partial;
    std::string cursor;  ///< empty: comes for the first time
    std::uint64_t count = 0, order = 0;
    clock::time_point try_at;
  };

  void run();
  void connect(std::size_t index);
  void off(std::size_t index, clock::duration wait);
  void ready(std::size_t index, std::uint32_t events);
  void receive(std::size_t index);
  [[nodiscard]] bool greeted(member& m);
  void delivered(std::size_t index, std::string_view json);
  void arrived(bool one);
  void note(std::string what);

  crowd_plan plan_;
  cli::socket_address to_;
  std::vector<member> members_;
  std::vector<std::uint64_t> first_seen_;  ///< numbers of the first member, in its order
  cli::file_descriptor epoll_;
  std::vector<char> buffer_;
  crowd_report report_;
  clock::time_point now_;
  std::uint32_t off_ = 0;
  std::atomic<bool> stop_{false}, drop_{false};
  std::atomic<std::uint32_t> connected_{0};
  std::atomic<std::uint64_t> deliveries_{0};
  std::atomic<std::int64_t> all_since_{0};
  std::thread thread_;
};

}  // namespace switchboard::load
