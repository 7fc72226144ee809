#pragma once
// One thread of the load generator: its connections, its epoll set, its share of the numbers.

#include "cli/load_generator.hpp"
#include "cli/sockets.hpp"

#include <deque>
#include <random>
#include <vector>

namespace switchboard::cli {

class load_thread {
 public:
  using clock = std::chrono::steady_clock;

  /// Sends the numbers plan.first_number + index, + plan.threads, …
  load_thread(const load_plan& plan, const socket_address& to, std::uint32_t index, request_source& source);

  /// Opens this thread's connections.
  [[nodiscard]] expected<void, std::string> connect();
  /// All threads are given the same start.
  void run(clock::time_point start);

  load_report report;

 private:
  struct connection {
    file_descriptor fd;
    bool waiting = false;        ///< a request is under way
    bool wants_out = false;      ///< registered for EPOLLOUT
    std::uint64_t number = 0;    ///< of the request under way
    clock::time_point intended;  ///< …
    clock::time_point sent;      ///< …
    clock::time_point free_since;
    std::string unsent;         ///< rest of a request that the socket buffer did not take
    std::string partial;        ///< start of an answer that came in pieces
    std::size_t body_left = 0;  ///< of an answer whose head is done
    int status = 0;
    bool close_after = false;
    bool as_expected = true;
    bool retry_after = false;
  };

  [[nodiscard]] bool open(connection& c);
  void reopen(connection& c);
  void send(connection& c, clock::time_point intended, clock::time_point now);
  void flush(connection& c);
  void watch(connection& c, bool out);
  void receive(connection& c);
  /// Takes bytes of an answer; true when it is complete.
  [[nodiscard]] bool consume(connection& c, std::string_view bytes);
  void answered(connection& c);
  void send_due(clock::time_point now);
  void advance_schedule();
  void count_missing(clock::time_point now);
  void give_up_overdue(clock::time_point now);
  void tell(const connection& c, int status, clock::time_point now);
  [[nodiscard]] bool wait(clock::time_point until);
  [[nodiscard]] bool counts(clock::time_point intended) const { return intended >= measured_from_; }
  [[nodiscard]] bool may_send(clock::time_point now) const;

  const load_plan& plan_;
  const socket_address& to_;
  request_source& source_;
  file_descriptor epoll_;
  std::vector<connection> connections_;
  std::deque<std::uint32_t> free_;  ///< open loop: idle connections, the longest idle first
  std::vector<char> buffer_;
  std::uint64_t next_number_;
  std::uint64_t requests_left_;
  std::uint64_t under_way_ = 0;
  std::mt19937_64 random_;
  double gap_ns_ = 0;  ///< open loop: mean gap of this thread
  double due_offset_ns_ = 0;
  clock::time_point start_, measured_from_, end_, due_;
  clock::time_point last_answer_;
};

}  // namespace switchboard::cli
