#pragma once
// The one thread that writes the log. Group commit: while one group is being fsynced, the next gathers in the
// tail; whoever handed something in is told once its group is durable. Nothing is answered, published or
// caused before that.

#include "actors/engine.hpp"
#include "actors/tail.hpp"
#include "domain/histogram.hpp"
#include "storage/log.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::actors {

/// What waits for a commit: a request's ticket, or a function for whom a ticket is too little.
struct completion {
  ticket_ptr ticket;
  std::function<void(commit_state)> then;
};

struct journal_writer_options {
  std::chrono::milliseconds commit_interval{0};  ///< from the begin of a commit to that of the next, at least
  std::uint32_t commit_records_max = 4096;
  /// Set once some other part of storage failed: nothing is committed from then on. May be null.
  const std::atomic<bool>* node_failed = nullptr;
};

/// All of it on the writer's thread.
struct journal_writer_tells {
  engine::committed_handler tickets;                     ///< settled
  std::function<void(storage::log_sequence)> committed;  ///< after each group: its last sequence
  std::function<void(storage::claim)> fenced;            ///< for each claim of a group that was refused
  std::function<void(std::string)> failed;               ///< once, when the log has failed
};

class journal_writer {
 public:
  /// `log`, `t` and `held` outlive it. Commits by the claims that are held at that moment.
  journal_writer(storage::event_log& log, tail& t, const storage::claims& held,
                 journal_writer_options options, journal_writer_tells tells);
  ~journal_writer();  ///< stop() first
  journal_writer(const journal_writer&) = delete;
  journal_writer& operator=(const journal_writer&) = delete;

  /// Numbers and queues the records; `done` follows when they and everything submitted before are durable,
  /// also where there are none (a redelivery must not be answered before its original is safe).
  /// Any thread; never blocks on the disk. Returns the sequence of the last record (or the last submitted).
  storage::log_sequence submit(std::span<const std::shared_ptr<storage::record>> records, completion done);

  /// Settles `done` as failed: what it stands for could not be decided. Any thread.
  void fail(completion done);

  /// Commits what is queued and ends the thread.
  void stop();

  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  /// Of the group commits that succeeded: how long each took, and how many records it had.
  [[nodiscard]] domain::histogram_reading commit_durations() const { return commit_durations_.read(); }
  [[nodiscard]] domain::histogram_reading commit_records() const { return commit_records_.read(); }

 private:
  void run();
  bool commit_group(std::vector<std::shared_ptr<storage::record>>& group);
  void tell_fenced(std::span<const storage::record_ptr> records) const;
  void settle(std::vector<completion>& done, commit_state s);

  storage::event_log& log_;
  tail& tail_;
  const storage::claims& held_;
  const journal_writer_options options_;
  const journal_writer_tells tells_;

  struct waiting {
    storage::log_sequence up_to;
    completion done;
  };
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<waiting> waiting_;  ///< up_to never falls
  bool idle_ = false;             ///< the thread sleeps: only then is a wake-up worth a system call
  bool stopping_ = false;
  std::atomic<bool> failed_{false};
  domain::histogram commit_durations_;
  domain::histogram commit_records_{domain::count_scale};
  std::thread thread_;
};

}  // namespace switchboard::actors
