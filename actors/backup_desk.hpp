#pragma once
// One backup at a time, on a thread of its own that gives way to all others: it reads everything that there is,
// and the webhooks of that minute must not feel it.

#include "actors/engine.hpp"
#include "storage/journal.hpp"
#include "storage/views.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace switchboard::actors {

class backup_desk {
 public:
  /// Both must outlive the desk. `free_bytes_min`: what storage.free_space_min_bytes is now.
  backup_desk(const storage::journal& log, const storage::views& rows,
              std::function<std::uint64_t()> free_bytes_min)
      : log_(log), views_(rows), free_bytes_min_(std::move(free_bytes_min)) {}
  ~backup_desk() { stop(); }
  backup_desk(const backup_desk&) = delete;
  backup_desk& operator=(const backup_desk&) = delete;

  /// False: one is under way, or the desk is closed. Any thread; does not wait.
  [[nodiscard]] bool start(std::string to);
  [[nodiscard]] backup_progress progress() const;
  /// Gives up the one that is under way, and takes no more.
  void stop();

 private:
  void run(const std::string& to);

  const storage::journal& log_;
  const storage::views& views_;
  const std::function<std::uint64_t()> free_bytes_min_;
  mutable std::mutex mutex_;
  backup_progress now_;  // guarded by mutex_
  bool closed_ = false;  // guarded by mutex_
  std::thread thread_;   // guarded by mutex_
  std::atomic<bool> stopping_{false};
};

}  // namespace switchboard::actors
