#pragma once
// What the clocks on the walls of a place show. An offset from UTC cannot be kept for a place: it changes twice a year, and with
// laws. So a zone is the table of the moments at which its clocks are set, and every question goes through it. Pure: the table
// comes from outside (tzif.hpp).
//
// A wall time may exist twice, where clocks are set back, or not at all, where they are set forward. Whoever turns one into an
// instant says which of the two he means, and gets the instant of the change for what does not exist.

#include "domain/time.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace switchboard::domain {

/// What a clock on the wall shows; no instant without a zone.
using wall_time = std::chrono::local_time<std::chrono::microseconds>;

/// From `at` on clocks are so far ahead of UTC; west of it: less than zero.
struct clock_change {
  std::chrono::sys_seconds at;
  std::chrono::seconds ahead;
  bool operator==(const clock_change&) const = default;
};

/// Of a wall time that exists twice.
enum class occurrence : bool { first, second };

/// Immutable: from any number of threads.
class zone {
 public:
  /// RFC 9636, 3.2: nowhere are clocks further from UTC than so.
  static constexpr std::chrono::hours ahead_max{26};

  /// `at_first`: until the first of the changes. Precondition: their times rise strictly, no offset is beyond ahead_max, and
  /// none is earlier than the year 0.
  zone(std::chrono::seconds at_first, const std::vector<clock_change>& changes);

  /// Local time minus UTC.
  [[nodiscard]] std::chrono::seconds offset_at(timestamp t) const;
  [[nodiscard]] wall_time wall_at(timestamp t) const;
  /// When clocks show it; the instant of the change where they never do.
  [[nodiscard]] timestamp to_utc(wall_time wall, occurrence which) const;

  /// Begins with one that is earlier than everything, for what is in force before the first change.
  [[nodiscard]] const std::vector<clock_change>& periods() const { return periods_; }

 private:
  [[nodiscard]] std::size_t period_at(timestamp t) const;

  std::vector<clock_change> periods_;
};

}  // namespace switchboard::domain
