#pragma once
// How much time is open before an instant, and when the n-th open microsecond is: what every question about business time comes
// down to, over years as over minutes in a binary search and a look at one day. Nearly all days are like those of any other
// week, so only what is not like them is kept: a stretch of days by the week, then the few around a change of clocks or a
// holiday, then the next stretch. Knows no zones and no rules; calendar.hpp makes it.

#include "domain/time.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace switchboard::domain {

/// [open, close)
struct open_span {
  timestamp open, close;
  [[nodiscard]] bool empty() const { return close <= open; }
  bool operator==(const open_span&) const = default;
};

class open_index {
 public:
  using duration = timestamp::duration;
  static constexpr std::chrono::hours day_length{24};
  /// Of a day of 24 hours, since its midnight; in order, apart from each other, none empty.
  struct part {
    duration open, close;
  };
  using day = std::vector<part>;

  open_index() = default;
  /// Sunday first.
  explicit open_index(std::array<day, 7> week);

  // In the order of time, each from where the last one ended.
  /// `count` days like those of the week, the first of them a `weekday` (Sunday: 0) that begins at `midnight`.
  void add_week_days(timestamp midnight, unsigned weekday, std::uint32_t count);
  /// One that is unlike; the spans as those of a day.
  void add_day(timestamp midnight, std::span<const open_span> spans);

  [[nodiscard]] duration total() const { return total_; }
  /// Of all open time that which is earlier than `t`.
  [[nodiscard]] duration before(timestamp t) const;
  /// When the microsecond begins that has `n` open ones before it. Precondition: 0 <= n < total().
  [[nodiscard]] timestamp instant_of(duration n) const;

  /// Where nothing is open for more than `longest`, in the order of time; the last never ends (timestamp::max()), the first
  /// never began. Precondition: more than two weeks, which is as long as days of the week can keep closed.
  [[nodiscard]] std::vector<open_span> closed_longer_than(duration longest) const;

 private:
  struct stretch {
    timestamp begin;
    duration open_before;
    std::uint32_t first = 0;  ///< of like days the weekday, else the place in spans_
    std::uint32_t count = 0;  ///< of like days, else of spans
    bool is_like = false;
  };
  /// Of `days` days of the week, from a weekday on.
  [[nodiscard]] duration open_in(unsigned weekday, std::uint32_t days) const;
  [[nodiscard]] std::span<const open_span> spans_of(const stretch& s) const;

  std::array<day, 7> week_;
  std::array<duration, 15> summed_{};  ///< of the first n days of two weeks
  std::vector<stretch> stretches_;
  std::vector<open_span> spans_;
  duration total_{0};
};

}  // namespace switchboard::domain
