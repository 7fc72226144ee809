#pragma once
// How a report's time is cut. Figures are kept by the half hour of UTC, so that each place's own days, weeks and months can be made
// of them; all but a few places set their clocks by whole half hours.

#include "domain/expected.hpp"
#include "domain/time.hpp"
#include "domain/zone.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain::reports {

inline constexpr std::chrono::minutes slot{30};
inline constexpr std::size_t intervals_max = 1'000;
[[nodiscard]] inline timestamp slot_of(timestamp t) {
  return std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<1'800>>>(t);
}

enum class interval : std::uint8_t { hour, day, week, month, whole };
[[nodiscard]] std::optional<interval> interval_from_word(std::string_view word);

/// A time in RFC 3339, or a date: then where that day begins there. nullopt: neither.
[[nodiscard]] std::optional<timestamp> begin_of(std::string_view text, const zone& where);
/// The same; a date: then where that day ends.
[[nodiscard]] std::optional<timestamp> end_of(std::string_view text, const zone& where);
/// The first moment of the day that many days before that of `t`, there.
[[nodiscard]] timestamp day_before(timestamp t, int days, const zone& where);

/// Where the intervals meet, rising, from the half hour of `from` to the end of that of `to`: at whole hours, midnights, Mondays or
/// firsts of the month there. Error, for people: nothing lies between, there are more than intervals_max, or one of them begins
/// within a half hour.
[[nodiscard]] expected<std::vector<timestamp>, std::string> cut(timestamp from, timestamp to, interval by,
                                                                const zone& where);

}  // namespace switchboard::domain::reports
