#pragma once
// Many clients at once, each on a connection of its own, that keep a ledger of what they do until they are
// told to stop or the engine is gone.

#include "ledger.hpp"
#include "setup.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::e2e {

struct load_plan {
  unsigned connections = 16;
  unsigned customers_each = 4;      ///< of each connection, written to by no other
  unsigned hot_percent = 20;        ///< of the new messages go to one conversation that all share
  unsigned duplicate_percent = 30;  ///< of the requests deliver once more what was answered 200
  unsigned per_second = 3'000;      ///< in all; as many as the engine takes, where it takes fewer
};

/// A client repeats a message that was refused (429, 503) before it goes on to the next, as platforms do: its
/// messages reach the engine in its own order.
class load {
 public:
  load(const ledger& book, std::uint64_t seed) : book_(book), seed_(seed) {}
  ~load() { stop(); }
  load(const load&) = delete;
  load& operator=(const load&) = delete;

  /// Returns at once. Connections are numbered from 0; the counts of each go on where they stopped.
  void start(std::uint16_t port, const load_plan& plan);
  /// Ends the clients, each after the answer that it waits for. Also after the engine was killed.
  void stop();
  /// Answered 200 so far, duplicates included.
  [[nodiscard]] std::uint64_t accepted() const { return accepted_.load(); }
  /// Answers so far other than 200, 429 and 503.
  [[nodiscard]] std::uint64_t refused() const { return refused_.load(); }
  /// Requests that ended in a reset or a closed connection instead of an answer.
  [[nodiscard]] std::uint64_t broken() const { return broken_.load(); }

  /// Delivers this message (again). Returns the status, 0: no answer.
  int resend(http_connection& c, const std::string& id, const ledger_entry& entry) const;

 private:
  struct sent {
    std::string id;
    ledger_entry entry;
  };
  void run(unsigned connection, std::uint16_t port, load_plan plan);
  [[nodiscard]] bool send_until_taken(http_connection& c, const sent& message);
  void remember(const sent& message);
  [[nodiscard]] bool recall(std::uint64_t random, sent& into);

  const ledger& book_;
  const std::uint64_t seed_;
  std::uint64_t round_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> accepted_ = 0, refused_ = 0, broken_ = 0;
  std::vector<std::uint64_t> counts_;  ///< by connection
  std::vector<std::jthread> threads_;
  std::mutex mutex_;          ///< guards recent_
  std::vector<sent> recent_;  ///< answered 200, of any connection
  std::size_t recent_at_ = 0;
};

/// The text that belongs to a message id, so that a message can be sent again knowing only its id.
[[nodiscard]] std::string text_of(std::string_view id);

}  // namespace switchboard::e2e
