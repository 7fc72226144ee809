#pragma once
// Business time once more, slow and obvious: every minute of a few weeks with what the clock on the wall shows in it, by the C
// library, and whether it is open, by the rules as they are written down. Sums are made by walking from minute to minute. Nothing
// of the code that it is held against is used but the types that say what a calendar's rules are.

#include "domain/calendar.hpp"
#include "tests/domain/c_library_clock.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace switchboard::domain::testing {

class naive_calendar {
 public:
  static constexpr std::int64_t minute_us = 60'000'000;
  static constexpr std::int64_t day_minutes = 24 * 60;

  /// From a minute since 1970 on; the C library's clock must be that of the zone. Knows a few days at its ends only in part: ask
  /// about what is at least `margin` inside.
  static constexpr std::int64_t margin = 4 * day_minutes;
  naive_calendar(const calendar_rules& rules, std::int64_t first, std::int64_t minutes)
      : rules_(rules), first_(first), open_(static_cast<std::size_t>(minutes), 0), wall_(open_.size()) {
    for (std::size_t i = 0; i < wall_.size(); ++i) {
      const std::int64_t utc = first_ + static_cast<std::int64_t>(i);
      wall_[i] = utc + c_library_clock::offset_at(utc * 60) / 60;
    }
    const auto [low, high] = std::minmax_element(wall_.begin(), wall_.end());
    wall_min_ = *low;
    shown_.resize(static_cast<std::size_t>(*high - *low + 1));
    for (std::size_t i = 0; i < wall_.size(); ++i) {
      auto& [once, again] = shown_[static_cast<std::size_t>(wall_[i] - wall_min_)];
      again = first_ + static_cast<std::int64_t>(i);
      if (!once) once = again;
    }
    const std::int64_t first_date = floor_div(wall_.front(), day_minutes) + 2;
    const std::int64_t last_date = floor_div(wall_.back(), day_minutes) - 2;
    for (auto date = first_date; date <= last_date; ++date) open_windows_of(date);
  }

  [[nodiscard]] bool is_open(std::int64_t us) const { return open_[index_of(us)] != 0; }
  [[nodiscard]] std::optional<std::int64_t> next_open(std::int64_t us) const {
    for (std::size_t i = index_of(us); i < open_.size(); ++i) {
      if (open_[i] != 0) return std::max(us, begin_of(i));
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::int64_t> add(std::int64_t us, std::int64_t amount) const {
    for (std::size_t i = index_of(us); i < open_.size(); ++i) {
      if (amount == 0) return us;
      if (open_[i] == 0) continue;
      const std::int64_t from = std::max(us, begin_of(i)), rest = begin_of(i) + minute_us - from;
      if (rest >= amount) return from + amount;
      amount -= rest;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::int64_t> sub(std::int64_t us, std::int64_t amount) const {
    if (amount == 0) return us;
    for (std::size_t i = index_of(us) + 1; i-- > 0;) {
      if (open_[i] == 0) continue;
      const std::int64_t to = std::min(us, begin_of(i) + minute_us), rest = to - begin_of(i);
      if (rest >= amount) return to - amount;
      amount -= rest;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::int64_t between(std::int64_t from, std::int64_t to) const {
    std::int64_t sum = 0;
    for (std::size_t i = index_of(from); i < open_.size() && begin_of(i) < to; ++i) {
      if (open_[i] != 0) sum += std::min(to, begin_of(i) + minute_us) - std::max(from, begin_of(i));
    }
    return sum;
  }
  /// Of dates that are wholly known.
  [[nodiscard]] std::optional<std::int64_t> end_of_business_day(std::int64_t us, std::uint32_t days) const {
    std::int64_t end = us;
    for (const auto& [date, closes] : last_close_) {
      if (closes <= us) continue;
      end = std::max(end, closes);
      if (days-- == 0) return end;
    }
    return std::nullopt;
  }
  /// An answer near the ends may be another with what lies behind them.
  [[nodiscard]] bool knows(std::int64_t us) const {
    return us >= begin_of(0) + margin * minute_us && us <= begin_of(open_.size()) - margin * minute_us;
  }

 private:
  static std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
  [[nodiscard]] std::size_t index_of(std::int64_t us) const {
    return static_cast<std::size_t>(floor_div(us, minute_us) - first_);
  }
  [[nodiscard]] std::int64_t begin_of(std::size_t i) const {
    return (first_ + static_cast<std::int64_t>(i)) * minute_us;
  }

  /// The minute in which the clock shows this: the first of two or the second; where there is none, the one at which it jumps
  /// over it.
  [[nodiscard]] std::int64_t when(std::int64_t wall, bool second) const {
    const auto& [once, again] = shown_.at(static_cast<std::size_t>(wall - wall_min_));
    if (once) return second ? *again : *once;
    for (std::size_t i = 1; i < wall_.size(); ++i) {
      if (wall_[i - 1] < wall && wall < wall_[i]) return first_ + static_cast<std::int64_t>(i);
    }
    ADD_FAILURE() << "a wall time that is not in the table: " << wall;
    return first_;
  }
  [[nodiscard]] const date_override* override_of(std::int64_t date) const {
    for (const auto& o : rules_.overrides) {
      if (o.date.time_since_epoch().count() == date) return &o;
    }
    return nullptr;
  }
  void open_windows_of(std::int64_t date) {
    const auto* const other = override_of(date);
    const auto weekday = static_cast<std::size_t>((date % 7 + 7 + 4) % 7);  // 1970 began with a Thursday
    for (const auto& w : other ? other->windows : rules_.week[weekday]) {
      const bool overnight = w.close <= w.open;
      const auto opens = when(date * day_minutes + w.open.count(), false);
      const auto closes = when((date + (overnight ? 1 : 0)) * day_minutes + w.close.count(), true);
      mark(date, opens, closes, date);
      if (overnight && override_of(date + 1) == nullptr) mark(date + 1, opens, closes, date);
    }
  }
  /// What of it lies on `on`, of a window of the date `of`.
  void mark(std::int64_t on, std::int64_t opens, std::int64_t closes, std::int64_t of) {
    const auto from = std::max(opens, when(on * day_minutes, false));
    const auto to = std::min(closes, when((on + 1) * day_minutes, false));
    if (from >= to) return;
    for (auto m = from; m < to; ++m) open_[static_cast<std::size_t>(m - first_)] = 1;
    auto& last = last_close_[of];
    last = std::max(last, to * minute_us);
  }

  const calendar_rules& rules_;
  std::int64_t first_;
  std::vector<std::uint8_t> open_;
  std::vector<std::int64_t> wall_;  ///< minutes since 1970 on the wall
  std::int64_t wall_min_ = 0;
  /// The same the other way: when it is shown first, and last.
  std::vector<std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>> shown_;
  std::map<std::int64_t, std::int64_t> last_close_;  ///< by date, in µs
};

}  // namespace switchboard::domain::testing
