#pragma once
// Forgets customers: makes the promise (customer.erased, durable before anybody is answered), and keeps it. The promise
// is an event of the log, and what follows is a reaction to it, from a checkpoint in the journal: begun again at the
// next start, and repeated, until it is done.
//
//   thread "eraser"    promises; asks each of the customer's threads to erase itself, and the quarantine to withdraw
//                      what names him; hides what memory and log still hold; then answers
//   thread "shredder"  empties his records in the journal, has the files of journal and views rewritten, and moves
//                      the checkpoint. Takes as long as the log is long; the node works on meanwhile
//
// Whatever the node does on the way, it may end between any two steps.

#include "actors/conversation.hpp"
#include "actors/log_feed.hpp"
#include "actors/tail.hpp"
#include "actors/thread_finder.hpp"
#include "storage/erasing.hpp"
#include "storage/journal.hpp"
#include "storage/views.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::actors {

/// What it needs of the node. Everything lives longer than it.
struct eraser_links {
  node& of;
  storage::journal& journal;
  storage::views& views;
  actors::tail& tail;
  log_feed& feed;
  const thread_finder& threads;
  /// Hands an act to the owner of its thread, and a letter to the owner of the letters.
  std::function<void(act_ptr)> to_thread;
  std::function<void(quarantined_ptr)> to_letters;
  /// Storage failed, `damaged` as storage::read_outcome has it; thread-safe.
  std::function<void(std::string why, bool damaged)> on_fatal;
};

class eraser {
 public:
  using answer = std::function<void(erase_state)>;

  /// What was promised and not kept yet is hidden when this returns.
  explicit eraser(eraser_links links);
  ~eraser();  ///< stop() first
  eraser(const eraser&) = delete;
  eraser& operator=(const eraser&) = delete;

  /// Any thread; `reply` once, from one of the eraser's, or at once where it stops or too many wait.
  void erase(std::string brand, std::string customer, answer reply);
  /// Ends the threads: whoever waits is answered as failed, and the shredder leaves its work for the next start.
  void stop();

  [[nodiscard]] std::uint64_t pending() const { return pending_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }
  /// Since when the oldest of them is pending; 0: none is.
  [[nodiscard]] std::chrono::seconds oldest() const;

 private:
  struct request {
    std::string brand, customer;
    answer reply;
  };
  /// What the shredder is to do at once.
  struct job {
    std::vector<storage::erasure_row> erasures;
    std::vector<domain::dead_letter_id> letters;
    storage::erased_things_ptr things;
    storage::log_sequence up_to = 0;  ///< of the log
  };

  // -- the eraser's thread
  void run();
  [[nodiscard]] bool try_again();
  [[nodiscard]] bool serve(std::vector<request>&& requests);
  void hide_what_is_left();
  [[nodiscard]] bool promise(std::vector<request>& requests);
  /// Everything that comes between the promise and the answer. False: the node ends.
  [[nodiscard]] bool carry_out(bool again);
  [[nodiscard]] bool erase_threads(const std::vector<storage::erasure_row>& erasures);
  [[nodiscard]] bool erase_letters(const std::vector<storage::erasure_row>& erasures,
                                   std::vector<domain::dead_letter_id>& letters, bool again);
  struct person {
    storage::erasure_row who;
    std::vector<domain::thread_id> threads;  ///< sorted
  };
  [[nodiscard]] bool names_one_of(const domain::dead_letter& d, const std::vector<person>& people) const;
  [[nodiscard]] storage::erased_things things_of(const std::vector<storage::erasure_row>& erasures,
                                                 const std::vector<domain::dead_letter_id>& letters);
  storage::erased_things_ptr hide(storage::erased_things&& things);
  [[nodiscard]] bool applied(storage::log_sequence s) const;
  [[nodiscard]] bool applied_all() const;
  void count(const std::vector<storage::erasure_row>& erasures);

  // -- the shredder's thread
  void run_shredder();
  void shred(const job& j);
  [[nodiscard]] bool reclaim(const std::function<expected<bool, storage::open_error>()>& step);

  eraser_links links_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> pending_{0}, done_{0};
  std::atomic<std::int64_t> oldest_s_{0};  ///< since 1970; 0: none

  std::mutex mutex_;
  std::condition_variable wake_, wake_shredder_;
  std::deque<request> requests_;
  std::vector<job> jobs_;  ///< at most one: the latest has all of those before
  storage::erased_things_ptr things_;

  std::thread thread_, shredder_;
};

}  // namespace switchboard::actors
