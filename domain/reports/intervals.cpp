#include "domain/reports/intervals.hpp"

#include "domain/words.hpp"

#include <charconv>

namespace switchboard::domain::reports {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::year_month_day;

constexpr word_table<5> words = {"hour", "day", "week", "month", "total"};

std::optional<local_days> date_of(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t digits) -> int {
    int n = -1;
    const auto* const from = text.data() + at;
    const auto [end, wrong] = std::from_chars(from, from + digits, n);
    return wrong == std::errc{} && end == from + digits && *from != '-' ? n : -1;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int y = number(0, 4), m = number(5, 2), d = number(8, 2);
  if (y < 0 || m < 0 || d < 0) return std::nullopt;
  const year_month_day date{std::chrono::year{y}, std::chrono::month{static_cast<unsigned>(m)},
                            std::chrono::day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return local_days(date);
}

timestamp begin_of(local_days day, const zone& where) {
  return where.to_utc(day, occurrence::first);
}

/// The next one behind `t` that begins there.
timestamp next_after(timestamp t, interval by, const zone& where) {
  const auto wall = where.wall_at(t);
  const auto today = std::chrono::floor<days>(wall);
  const year_month_day date{today};
  switch (by) {
    case interval::hour: {
      const auto hour = std::chrono::floor<std::chrono::hours>(wall) + std::chrono::hours{1};
      return t + (hour - wall);  // by what passes, not by what is shown: no hour is left out or told twice
    }
    case interval::day:
      return begin_of(today + days{1}, where);
    case interval::week: {
      const auto from_monday = std::chrono::weekday(today) - std::chrono::Monday;
      return begin_of(today - from_monday + days{7}, where);
    }
    case interval::month:
      return begin_of(local_days(date.year() / date.month() / 1 + std::chrono::months{1}), where);
    case interval::whole:
      break;
  }
  return timestamp::max();
}

}  // namespace

std::optional<interval> interval_from_word(std::string_view word) {
  return value_of<interval>(words, word);
}

std::optional<timestamp> begin_of(std::string_view text, const zone& where) {
  if (const auto date = date_of(text)) return begin_of(*date, where);
  return parse_rfc3339(text);
}

std::optional<timestamp> end_of(std::string_view text, const zone& where) {
  if (const auto date = date_of(text)) return begin_of(*date + days{1}, where);
  return parse_rfc3339(text);
}

timestamp day_before(timestamp t, int n, const zone& where) {
  return begin_of(std::chrono::floor<days>(where.wall_at(t)) - days{n}, where);
}

expected<std::vector<timestamp>, std::string> cut(timestamp from, timestamp to, interval by,
                                                  const zone& where) {
  from = slot_of(from);
  to = to == slot_of(to) ? to : timestamp(slot_of(to) + slot);
  if (from >= to) return unexpected{std::string("to must be later than from")};
  std::vector<timestamp> edges{from};
  for (auto next = next_after(from, by, where); next < to; next = next_after(next, by, where)) {
    if (next != slot_of(next)) {
      return unexpected{
          std::string("an interval begins within a half hour of UTC there, and figures are kept by the half "
                      "hour; ask with a zone that sets its clocks by half hours, e.g. UTC")};
    }
    edges.push_back(next);
    if (edges.size() > intervals_max) {
      return unexpected{"these are more than " + std::to_string(intervals_max) +
                        " intervals; ask for a shorter time, or a longer interval"};
    }
  }
  edges.push_back(to);
  return edges;
}

}  // namespace switchboard::domain::reports
