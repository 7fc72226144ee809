#pragma once
// Why a deadline is when it is: each stretch of business time that went into it, the holidays that lay on the way, what was
// paused. A sum is believed by whoever can do it again by hand; so everything has its local times, too.

#include "domain/business_time.hpp"
#include "domain/paused_span.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace switchboard::domain {

/// Of one date, between pauses. What clocks on the wall showed is the instant and how far they were ahead of UTC then.
struct counted_span {
  open_span span;
  std::chrono::seconds ahead_at_open{0}, ahead_at_close{0};
  bool operator==(const counted_span&) const = default;
};

/// A date with other hours than its weekday's.
struct overridden_date {
  std::chrono::local_days date;
  std::string name = {};
  bool closed = false;  ///< else with windows of its own
  bool operator==(const overridden_date&) const = default;
};

struct time_account {
  /// Of each list so many, the first ones; the figures are of all.
  static constexpr std::size_t items_max = 400;

  std::vector<counted_span> counted = {};
  std::vector<overridden_date> overridden = {};  ///< from the date of the beginning to that of the deadline
  std::vector<paused_span> paused = {};          ///< as given, where they kept open time from being counted
  std::size_t left_out = 0;                      ///< items that the lists have no more room for
  business_duration paused_time{0};              ///< open time that was not counted
  deadline due = {};  ///< never: what is counted is what there was until it was given up
};

/// From when on `amount` of business time has passed that was not paused, and how. Without pauses `due` is what add() says.
/// Precondition: `pauses` are in the order of time and apart from each other. Looks at each date by itself: for people who ask,
/// not for each message.
[[nodiscard]] time_account itemise(const calendar& c, timestamp from, business_duration amount,
                                   std::span<const paused_span> pauses = {});

}  // namespace switchboard::domain
