#pragma once
// A wall clock that is not moved by whoever sets it. What is promised to customers is measured by this one: an hour that a clock
// was set by, and set back again, is no hour that somebody waited.
//
// It goes on as the machine's clock of uptime does (asleep, too), from where the wall clock stood first. Small steps of the wall
// clock are followed, for that is how time is kept; a jump is followed once it has stayed for an hour: then it was a correction.

#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>

namespace switchboard::actors {

/// The rule, without a clock. One thread.
class even_time {
 public:
  static constexpr std::chrono::seconds step_max{2};
  static constexpr std::chrono::hours believed_after{1};

  /// What time it is, where the two clocks say so.
  [[nodiscard]] domain::timestamp at(domain::timestamp wall, std::chrono::microseconds uptime);
  /// By how much the wall clock is ahead of it; zero while it is followed.
  [[nodiscard]] std::chrono::microseconds wall_ahead() const { return ahead_; }

 private:
  std::chrono::microseconds offset_{0};  ///< wall minus uptime
  std::chrono::microseconds ahead_{0};
  std::chrono::microseconds jumped_at_{0}, jumped_to_{0};
  bool begun_ = false;
};

/// The machine's; any thread.
class even_clock {
 public:
  [[nodiscard]] domain::timestamp now();
  /// As even_time::wall_ahead(), of the last look.
  [[nodiscard]] std::chrono::microseconds wall_ahead();

 private:
  std::mutex mutex_;
  even_time time_;
};

}  // namespace switchboard::actors
