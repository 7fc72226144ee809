#pragma once
// Folds the committed log into the views, off the way to the answer: one thread, in batches, sooner when
// somebody waits to read. Also the housekeeper of the disk: flushes the views, trims the journal behind them,
// watches the free space.

#include "actors/tail.hpp"
#include "config/settings.hpp"
#include "domain/histogram.hpp"
#include "storage/journal.hpp"
#include "storage/views.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::actors {

class views_keeper {
 public:
  /// `trimmed`: the journal to be trimmed, null for any other log. `on_second` is called about once a second.
  views_keeper(storage::event_log& log, storage::journal* trimmed, storage::views& v, tail& t,
               config::settings_ptr settings, std::function<void()> on_second,
               std::function<void(std::string)> on_fatal);
  ~views_keeper();  ///< stop() first
  views_keeper(const views_keeper&) = delete;
  views_keeper& operator=(const views_keeper&) = delete;

  /// Something was committed. Cheap; from the writer's thread.
  void committed(storage::log_sequence s);
  /// Runs `then` on a reader thread once everything up to `s` is applied. False: limits.reads_waiting_max of
  /// them wait already, here or for a reader thread, or the keeper stops. Accepted, it always finds its room.
  [[nodiscard]] bool when_applied(storage::log_sequence s, std::function<void()> then);
  /// Runs `work` on a reader thread now. False: as many of these wait already, or the keeper stops.
  [[nodiscard]] bool on_reader_thread(std::function<void()> work);

  void apply_settings(config::settings_ptr next);
  [[nodiscard]] std::uint64_t free_disk_bytes() const { return free_bytes_.load(std::memory_order_relaxed); }
  /// How long each batch took that was folded into the views.
  [[nodiscard]] domain::histogram_reading apply_durations() const { return apply_durations_.read(); }
  [[nodiscard]] bool disk_low() const { return disk_low_.load(std::memory_order_relaxed); }

  /// Applies everything committed, flushes, ends the threads. False: the flush failed.
  bool stop();

 private:
  struct waiting {
    storage::log_sequence up_to;
    std::function<void()> then;
  };

  /// One of a bounded number, counted from its acceptance until a reader thread takes it.
  struct job {
    std::function<void()> work;
    std::atomic<std::size_t>* counted = nullptr;
  };
  [[nodiscard]] bool accept(std::atomic<std::size_t>& counted);
  void queue(std::function<void()> work, std::atomic<std::size_t>& counted);
  void run();
  void run_reader();
  bool apply_pending();
  void release_readers();
  void housekeeping();
  void flush_and_trim();

  storage::event_log& log_;
  storage::journal* journal_;
  storage::views& views_;
  tail& tail_;
  const std::function<void()> on_second_;
  const std::function<void(std::string)> on_fatal_;

  std::mutex mutex_;
  std::condition_variable wake_;
  config::settings_ptr settings_;
  std::vector<waiting> waiting_;
  bool urgent_ = false;
  bool stopping_ = false;
  std::atomic<std::uint64_t> free_bytes_{UINT64_MAX};
  std::atomic<bool> disk_low_{false};
  domain::histogram apply_durations_;
  bool failed_ = false;  ///< only on the keeper's thread
  std::chrono::steady_clock::time_point next_check_{}, next_flush_{};

  std::mutex jobs_mutex_;
  std::condition_variable jobs_wake_;
  std::deque<job> jobs_;
  std::atomic<std::size_t> waiting_max_{0}, reads_{0}, works_{0};
  bool jobs_stopping_ = false;

  std::vector<std::thread> readers_;
  std::thread thread_;
};

}  // namespace switchboard::actors
