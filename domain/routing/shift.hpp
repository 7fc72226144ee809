#pragma once
// Whether an agent works now, by the calendar of his shifts.

#include "domain/calendar.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <optional>

namespace switchboard::domain::routing {

struct shift {
  bool on = true;
  std::optional<timestamp> until =
      {};  ///< when that changes, later than now; nullopt: it does not, as far as a calendar tells
};

/// For the last `ends_before` of what is open in one piece he gets nothing new any more, so that then his shift has ended; one
/// that is no longer than that is none.
[[nodiscard]] shift shift_of(const calendar& c, timestamp now, std::chrono::milliseconds ends_before);

}  // namespace switchboard::domain::routing
