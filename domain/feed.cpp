#include "domain/feed.hpp"

#include <algorithm>
#include <charconv>

namespace switchboard::domain {
namespace {

constexpr std::chrono::seconds stream_overlap{5};
/// Lists are sorted by when the platform made an entry, and a few are made late.
constexpr std::chrono::seconds list_overlap{60};
/// What was too large stands at the list's head for a while.
constexpr std::uint32_t fits_to_grow = 16;

std::chrono::milliseconds less_by_chance(std::chrono::milliseconds wait, double chance) {
  const double kept = 1.0 - std::clamp(chance, 0.0, 1.0) / 2;
  return std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(wait.count()) * kept)};
}

std::chrono::milliseconds doubled(std::chrono::milliseconds first, std::uint32_t failures,
                                  std::chrono::milliseconds max) {
  auto wait = first;
  for (std::uint32_t i = 1; i < failures && wait < max; ++i) wait *= 2;
  return std::min(wait, max);
}

}  // namespace

std::chrono::milliseconds next_fetch(fetch_end end, std::uint32_t failures,
                                     std::optional<std::chrono::milliseconds> asked, double chance,
                                     const feed_policy& policy) {
  std::chrono::milliseconds wait{0};
  switch (end) {
    case fetch_end::more:
      break;
    case fetch_end::idle:
      wait = policy.poll_interval;
      break;
    case fetch_end::later:
      wait = less_by_chance(doubled(policy.backoff, failures, policy.backoff_max), chance);
      break;
    case fetch_end::no_access:
      wait = less_by_chance(policy.access_retry, chance);
      break;
  }
  return asked ? std::max(wait, *asked) : wait;
}

std::optional<timestamp> time_of_position(std::string_view position) {
  std::int64_t us = 0;
  const char* const end = position.data() + position.size();
  const auto [stop, error] = std::from_chars(position.data(), end, us);
  if (position.empty() || error != std::errc{} || stop != end || us < 0) return std::nullopt;
  return timestamp{std::chrono::microseconds{us}};
}

std::string position_at(timestamp t) {
  return std::to_string(std::max<std::int64_t>(0, t.time_since_epoch().count()));
}

std::optional<timestamp> resume_from(std::string_view position) {
  const auto at = time_of_position(position);
  if (!at) return std::nullopt;
  return std::max(timestamp{}, *at - stream_overlap);
}

std::optional<time_span> missing_before(std::string_view position, timestamp first) {
  const auto at = time_of_position(position);
  if (!at || first <= *at + stream_overlap) return std::nullopt;  // servers differ a little in their times
  return time_span{*at, first};
}

bool page_size::halve() {
  if (now_ <= 1) return false;
  now_ /= 2;
  fitted_ = 0;
  return true;
}

void page_size::fitted() {
  if (now_ == max_ || ++fitted_ < fits_to_grow) return;
  now_ = now_ > max_ / 2 ? max_ : now_ * 2;
  fitted_ = 0;
}

bool reaches_back(std::string_view position, timestamp oldest) {
  const auto at = time_of_position(position);
  return !at || oldest < *at - list_overlap;
}

std::string later_position(std::string_view one, std::string_view other) {
  const auto a = time_of_position(one), b = time_of_position(other);
  if (!a || !b) return std::string{a ? one : other};
  return position_at(std::max(*a, *b));
}

under_way::number under_way::begin(timestamp t) {
  // The server's clock may go back a little: how far was read never does.
  if (!open_.empty()) t = std::max(t, open_.back().at);
  open_.push_back({t});
  return first_ + open_.size() - 1;
}

void under_way::pass(timestamp t) {
  if (open_.empty()) {
    reached_ = reached_ ? std::max(*reached_, t) : t;
  } else {
    open_.back().at = std::max(open_.back().at, t);
  }
}

void under_way::done(number n) {
  if (n < first_ || n - first_ >= open_.size()) return;
  open_[static_cast<std::size_t>(n - first_)].done = true;
  settle();
}

void under_way::settle() {
  while (!open_.empty() && open_.front().done) {
    const auto t = open_.front().at;
    reached_ = reached_ ? std::max(*reached_, t) : t;
    open_.pop_front();
    ++first_;
  }
}

}  // namespace switchboard::domain
