#include "domain/zone.hpp"

#include <algorithm>
#include <optional>

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

/// Each period of a constant offset that could show it is asked. Between clocks that are set within hours of each other a time may
/// be skipped and shown all the same: then it is shown.
timestamp zone::to_utc(wall_time wall, occurrence which) const {
  std::optional<timestamp> shown, skipped;
  const timestamp latest = as_utc(wall, -ahead_max);
  for (std::size_t i = period_at(as_utc(wall, ahead_max)); i < periods_.size() && periods_[i].at <= latest;
       ++i) {
    const bool is_last = i + 1 == periods_.size();
    const timestamp begin = i == 0 ? timestamp::min() : timestamp{periods_[i].at};
    const timestamp end = is_last ? timestamp::max() : timestamp{periods_[i + 1].at};
    const timestamp at = as_utc(wall, periods_[i].ahead);
    if (at >= begin && at < end) {
      shown = at;
      if (which == occurrence::first) break;
    } else if (!skipped && at >= end && as_utc(wall, periods_[i + 1].ahead) < end) {
      skipped = end;
    }
  }
  return shown ? *shown : *skipped;  // clocks go from the past to the future: what they never show they skip
}

}  // namespace switchboard::domain
