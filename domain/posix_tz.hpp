#pragma once
// The rule that goes on where a zone's table ends, as POSIX writes it in the variable TZ: "CET-1CEST,M3.5.0,M10.5.0/3". With
// RFC 9636's extension: the times of changes are from -167 to 167 hours.
//
//   rule  := name offset [name [offset] "," date ["/" time] "," date ["/" time]]
//   name  := 3 or more letters | "<" 3 or more of letters, digits, "+" and "-" ">"
//   offset, time := ["+" | "-"] hours [":" minutes [":" seconds]]       an offset is what is added to local time to get UTC
//   date  := "J" 1…365 (the 29th of February never counts) | 0…365 | "M" month "." week "." weekday (week 5: the last)

#include "domain/expected.hpp"
#include "domain/zone.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

/// A date of every year, and the moment of it by the clocks that are in force before it.
struct yearly_date {
  enum class kind : std::uint8_t { without_leap_day, with_leap_day, weekday_of_month };
  kind is = kind::without_leap_day;
  unsigned day = 0;  ///< of the year, or the weekday from 0, Sunday
  unsigned month = 0, week = 0;
  std::chrono::seconds time{0};
  bool operator==(const yearly_date&) const = default;
};

struct daylight_time {
  std::chrono::seconds ahead{0};
  yearly_date begins = {}, ends = {};
  bool operator==(const daylight_time&) const = default;
};

struct posix_tz {
  std::chrono::seconds ahead{0};  ///< local time minus UTC, as everywhere but in the text
  std::optional<daylight_time> daylight = {};
  bool operator==(const posix_tz&) const = default;
};

/// Or what is wrong with it. Daylight time without its dates is refused: what they would be is nobody's word.
[[nodiscard]] expected<posix_tz, std::string> parse_posix_tz(std::string_view text);

/// What clocks do in the years `first` to `last`, in order, each change a real one; of a rule without daylight time nothing.
[[nodiscard]] std::vector<clock_change> changes_of(const posix_tz& rule, std::chrono::year first,
                                                   std::chrono::year last);

}  // namespace switchboard::domain
