#pragma once
// Calendars for tests, in few words.

#include "domain/business_time.hpp"
#include "tests/domain/tzif_file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain::testing {

/// "2026-03-27T16:30:00+01:00"
inline timestamp utc(const char* text) {
  const auto t = parse_rfc3339(text);
  EXPECT_TRUE(t.has_value()) << text;
  return t.value_or(timestamp{});
}
inline std::string shown(deadline d) {
  return d ? to_rfc3339(*d) : "never";
}

inline calendar team(const std::string& zone, calendar_rules rules) {
  return calendar(real_zone(zone), std::move(rules));
}

/// The same windows on each of the days from one to another, Sunday being the first.
inline calendar_rules on_weekdays(std::chrono::weekday from, std::chrono::weekday to,
                                  const std::vector<wall_window>& windows) {
  calendar_rules rules;
  for (unsigned d = from.c_encoding(); d <= to.c_encoding(); ++d) rules.week[d] = windows;
  return rules;
}
inline date_override closed_on(std::chrono::year_month_day date, std::string name = {}) {
  return {std::chrono::local_days{date}, {}, std::move(name)};
}

/// Any windows, and holidays in every year from 1990 to 2059.
inline calendar random_team(std::mt19937_64& random) {
  using std::chrono::minutes;
  static constexpr std::array zones{
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin",    "America/Sao_Paulo",
      "Asia/Kolkata",  "Pacific/Apia",     "Africa/Casablanca",   "America/St_Johns", "Pacific/Kiritimati"};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  const auto windows = [&](std::uint64_t most) {
    std::vector<wall_window> all;
    for (auto n = below(most + 1); n > 0; --n)
      all.push_back({minutes{15 * below(96)}, minutes{15 * below(97)}});
    return all;
  };
  calendar_rules rules;
  for (auto& day : rules.week) day = windows(2);
  std::chrono::local_days date{std::chrono::year{1990} / 1 / 1};
  for (; date < std::chrono::local_days{std::chrono::year{2060} / 1 / 1};
       date += std::chrono::days{1 + below(90)}) {
    rules.overrides.push_back({date, windows(1)});
  }
  return team(zones[static_cast<std::size_t>(below(zones.size()))], std::move(rules));
}

}  // namespace switchboard::domain::testing
