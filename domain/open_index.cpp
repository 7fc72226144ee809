#include "domain/open_index.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace switchboard::domain {
namespace {

constexpr std::uint32_t week_days = 7;

}  // namespace

open_index::open_index(std::array<day, 7> week) : week_(std::move(week)) {
  for (std::size_t i = 0; i + 1 < summed_.size(); ++i) {
    summed_[i + 1] = summed_[i];
    for (const part& p : week_[i % week_days]) summed_[i + 1] += p.close - p.open;
  }
}

void open_index::add_week_days(timestamp midnight, unsigned weekday, std::uint32_t count) {
  stretches_.push_back({midnight, total_, weekday, count, true});
  total_ += open_in(weekday, count);
}

void open_index::add_day(timestamp midnight, std::span<const open_span> spans) {
  stretches_.push_back({midnight, total_, static_cast<std::uint32_t>(spans_.size()),
                        static_cast<std::uint32_t>(spans.size()), false});
  spans_.insert(spans_.end(), spans.begin(), spans.end());
  for (const open_span& s : spans) total_ += s.close - s.open;
}

open_index::duration open_index::open_in(unsigned weekday, std::uint32_t days) const {
  return summed_[week_days] * (days / week_days) + summed_[weekday + days % week_days] - summed_[weekday];
}

std::span<const open_span> open_index::spans_of(const stretch& s) const {
  return std::span(spans_).subspan(s.first, s.count);
}

open_index::duration open_index::before(timestamp t) const {
  const auto next = std::upper_bound(stretches_.begin(), stretches_.end(), t,
                                     [](timestamp at, const stretch& s) { return at < s.begin; });
  if (next == stretches_.begin()) return duration{0};
  const stretch& s = *std::prev(next);
  duration open = s.open_before;
  if (!s.is_like) {
    for (const open_span& each : spans_of(s))
      open += std::clamp(t - each.open, duration{0}, each.close - each.open);
    return open;
  }
  const auto days = static_cast<std::uint32_t>(std::min<std::int64_t>((t - s.begin) / day_length, s.count));
  open += open_in(s.first, days);
  if (days == s.count) return open;
  const duration of_day = t - s.begin - days * day_length;
  for (const part& p : week_[(s.first + days) % week_days]) {
    open += std::clamp(of_day - p.open, duration{0}, p.close - p.open);
  }
  return open;
}

timestamp open_index::instant_of(duration n) const {
  // The last of them that begins with no more than n: those behind an empty one begin with as much as it.
  const auto next = std::upper_bound(stretches_.begin(), stretches_.end(), n,
                                     [](duration open, const stretch& s) { return open < s.open_before; });
  const stretch& s = *std::prev(next);
  n -= s.open_before;
  if (!s.is_like) {
    auto each = spans_of(s).begin();
    for (; n >= each->close - each->open; ++each) n -= each->close - each->open;
    return each->open + n;
  }
  const duration week = summed_[week_days];
  auto days = static_cast<std::uint32_t>(n / week) * week_days;
  n %= week;
  for (; n >= open_in((s.first + days) % week_days, 1); ++days) n -= open_in((s.first + days) % week_days, 1);
  const timestamp midnight = s.begin + days * day_length;
  auto each = week_[(s.first + days) % week_days].begin();
  for (; n >= each->close - each->open; ++each) n -= each->close - each->open;
  return midnight + each->open + n;
}

std::vector<open_span> open_index::closed_longer_than(duration longest) const {
  std::vector<open_span> found;
  constexpr duration tick{1};
  timestamp closed = timestamp::min();
  for (std::size_t i = 0; i < stretches_.size(); ++i) {
    const duration from = stretches_[i].open_before;
    const duration to = i + 1 < stretches_.size() ? stretches_[i + 1].open_before : total_;
    if (from == to) continue;
    const timestamp opens = instant_of(from);
    if (closed == timestamp::min() || opens - closed > longest) found.push_back({closed, opens});
    closed = instant_of(to - tick) + tick;
  }
  found.push_back({closed, timestamp::max()});
  return found;
}

}  // namespace switchboard::domain
