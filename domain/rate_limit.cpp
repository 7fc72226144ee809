#include "domain/rate_limit.hpp"

#include <algorithm>
#include <chrono>

namespace switchboard::domain {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// Calls that ended within so long of each other are freed together, at the later one's time.
constexpr milliseconds grain{1};

}  // namespace

/// How long a bucket takes to be refilled by so much.
microseconds rate_limit::refill_time(std::uint64_t units) const {
  return microseconds(quota_.per) * static_cast<std::int64_t>(units) / quota_.units;
}

std::optional<timestamp> rate_limit::when(std::uint32_t units, timestamp now) {
  forget(now);
  const timestamp from = std::max(now, closed_until_.value_or(now));
  if (!is_window()) return std::max(from, full_at_ + refill_time(units) - refill_time(quota_.burst));
  std::uint64_t held = under_way_ + spent_units_ + units;
  timestamp at = from;
  for (auto s = spent_.begin(); held > quota_.units && s != spent_.end(); ++s) {
    held -= s->units;
    at = std::max(from, s->free_at);
  }
  return held <= quota_.units ? std::optional(at) : std::nullopt;
}

/// Not to be kept: it is over before a start could ask.
void rate_limit::spent_by_others(std::uint64_t units, timestamp now) {
  forget(now);
  const std::uint64_t theirs_max = quota_.units - std::max<std::uint32_t>(reserve(), 1);
  const auto held = std::min(theirs_max, spent_units_ + under_way_);
  if (const auto more = std::min(units, theirs_max - held); more > 0) hold(more, now + quota_.per);
}

void rate_limit::forget(timestamp now) {
  while (!spent_.empty() && spent_.front().free_at <= now) {
    spent_units_ -= spent_.front().units;
    spent_.pop_front();
  }
  if (closed_until_ && *closed_until_ <= now) closed_until_.reset();
}

void rate_limit::take(std::uint32_t units, timestamp now) {
  changed_ = true;
  under_way_ += units;
  if (!is_window()) full_at_ = std::max(full_at_, now) + refill_time(units);
}

void rate_limit::ended(std::uint32_t units, timestamp now) {
  under_way_ -= std::min<std::uint64_t>(under_way_, units);
  if (!is_window()) return;
  hold(units, now + quota_.per);
  changed_ = true;
}

/// Keeps spent_ in order: nothing is freed before what was spent earlier.
void rate_limit::hold(std::uint64_t units, timestamp free_at) {
  spent_units_ += units;
  if (!spent_.empty()) free_at = std::max(free_at, spent_.back().free_at);
  if (!spent_.empty() && free_at - spent_.back().first <= grain) {
    spent_.back().units += units;
    spent_.back().free_at = free_at;
  } else {
    spent_.push_back({.units = units, .first = free_at, .free_at = free_at});
  }
}

void rate_limit::observe(std::uint64_t remaining, timestamp full_again, timestamp now) {
  forget(now);
  if (full_again <= now) return;
  const auto heard = [this] { changed_ = told_ = true; };
  if (remaining == 0) {
    if (closed_until_ && *closed_until_ >= full_again) return;
    closed_until_ = full_again;
    return heard();
  }
  if (!is_window()) {
    const auto gone = quota_.burst - std::min<std::uint64_t>(quota_.burst, remaining);
    if (now + refill_time(gone) <= full_at_) return;
    full_at_ = now + refill_time(gone);
    return heard();
  }
  // Somebody else spends from it too: what is missing is held until the platform's window ends.
  // What is under way may be counted there already, or not.
  const auto ours = quota_.units - std::min<std::uint64_t>(quota_.units, spent_units_ + under_way_);
  if (remaining >= ours) return;
  hold(ours - remaining, full_again);
  heard();
}

std::uint32_t rate_limit::reserve() const {
  constexpr std::uint32_t share = 8;  // an eighth
  return (is_window() ? quota_.units : quota_.burst) / share;
}

// -- across restarts -----------------------------------------------------------------------------------------

limit_level rate_limit::level(timestamp now) {
  forget(now);
  limit_level l;
  l.closed_until = closed_until_.value_or(timestamp{});
  if (!is_window()) {
    if (full_at_ > now) l.full_at = full_at_;
    return l;
  }
  l.under_way = under_way_;
  if (under_way_ > 0) l.under_way_until = now + call_lasts_max + quota_.per;
  if (spent_.empty()) return l;
  const auto first = spent_.front().free_at;
  const auto whole = spent_.back().free_at - first + timestamp::duration{1};
  const auto stretches = static_cast<std::int64_t>(is_long() ? limit_level::held_max : 1);
  std::int64_t last = -1;
  for (const auto& s : spent_) {
    const auto stretch = (s.free_at - first) * stretches / whole;
    if (stretch != last) l.held.emplace_back();
    last = stretch;
    l.held.back().units += s.units;
    l.held.back().free_at = s.free_at;
  }
  return l;
}

/// Times that lie further ahead than this limit reaches are of a clock that was wrong, or of a limit that was larger.
void rate_limit::resume(const limit_level& left, timestamp now) {
  if (left.closed_until > now) closed_until_ = std::min<timestamp>(left.closed_until, now + closed_max);
  if (!is_window()) {
    const timestamp full = std::max(left.full_at, over_at({.held = left.held}));
    full_at_ = std::min(full, now + refill_time(quota_.burst));
    return;
  }
  const timestamp latest = now + quota_.per + arrives_within;
  const auto keep = [&](std::uint64_t units, timestamp free_at) {
    if (units > 0 && free_at > now) hold(units, free_at);
  };
  for (const auto& h : left.held) keep(h.units, std::min(h.free_at, latest));
  if (left.full_at > now) keep(quota_.units, std::min(left.full_at, latest));  // it was a bucket
  keep(left.under_way, std::min(left.under_way_until, latest));
}

bool rate_limit::is_idle(timestamp now) {
  forget(now);
  if (under_way_ > 0 || closed_until_) return false;
  return is_window() ? spent_.empty() : full_at_ <= now;
}

}  // namespace switchboard::domain
