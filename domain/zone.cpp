#include "domain/zone.hpp"

#include <algorithm>

namespace switchboard::domain {
namespace {

// In microseconds it still fits, and nothing that is asked about is earlier.
constexpr std::chrono::sys_seconds before_all = std::chrono::sys_days{std::chrono::year{-9999} / 1 / 1};

timestamp as_utc(wall_time wall, std::chrono::seconds ahead) {
  return timestamp{wall.time_since_epoch()} - ahead;
}

}  // namespace

zone::zone(std::chrono::seconds at_first, const std::vector<clock_change>& changes) {
  periods_.reserve(changes.size() + 1);
  periods_.push_back({before_all, at_first});
  periods_.insert(periods_.end(), changes.begin(), changes.end());
}

std::size_t zone::period_at(timestamp t) const {
  const auto next = std::upper_bound(periods_.begin() + 1, periods_.end(), t,
                                     [](timestamp at, const clock_change& c) { return at < c.at; });
  return static_cast<std::size_t>(next - periods_.begin()) - 1;
}

std::chrono::seconds zone::offset_at(timestamp t) const {
  return periods_[period_at(t)].ahead;
}

wall_time zone::wall_at(timestamp t) const {
  return wall_time{t.time_since_epoch()} + offset_at(t);
}

/// The first is the earliest instant at which clocks show this time or a later one; the second the latest at which they show it
/// or an earlier one, or would at the very moment when they are set forward. Where a time exists once the two are the same.
timestamp zone::to_utc(wall_time wall, occurrence which) const {
  if (which == occurrence::first) {
    for (std::size_t i = period_at(as_utc(wall, ahead_max));; ++i) {
      const timestamp at = std::max<timestamp>(periods_[i].at, as_utc(wall, periods_[i].ahead));
      if (i + 1 == periods_.size() || at < periods_[i + 1].at) return at;
    }
  }
  std::size_t i = period_at(as_utc(wall, -ahead_max));
  for (timestamp end = timestamp::max();; end = periods_[i].at, --i) {
    const timestamp at = std::min(i + 1 == periods_.size() ? end : timestamp{periods_[i + 1].at},
                                  as_utc(wall, periods_[i].ahead));
    if (i == 0 || at >= periods_[i].at) return at;
  }
}

}  // namespace switchboard::domain
