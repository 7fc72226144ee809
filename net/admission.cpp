#include "net/admission.hpp"

#include "domain/share.hpp"

#include <algorithm>
#include <ctime>

namespace switchboard::net {

/// A tenth of what the fine clock costs.
std::int64_t admission::coarse_ms() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return t.tv_sec * 1'000 + t.tv_nsec / 1'000'000;
}

admission::credit admission::take(counters& c, std::uint64_t events, std::uint64_t bytes,
                                  std::uint64_t events_max, std::uint64_t bytes_max, std::uint64_t held) {
  // Taken first, checked then: two at once may both be refused at the very edge, never both let in.
  const auto had_events = c.events.fetch_add(events, std::memory_order_relaxed);
  const auto had_bytes = c.bytes.fetch_add(bytes, std::memory_order_relaxed);
  credit taken{&c, events, bytes};
  const bool alone = had_events <= held;
  if (alone || (had_events + events <= events_max && had_bytes + bytes <= bytes_max)) return taken;
  return {};
}

admission::credit admission::take(std::uint64_t events, std::uint64_t bytes, std::uint64_t held) {
  const auto bytes_max = bytes_max_.load(std::memory_order_relaxed);
  return take(all_, events, bytes, events_max_.load(std::memory_order_relaxed),
              bytes > large_body_bytes ? bytes_max / 2 : bytes_max, held);
}

bool admission::grow(credit& c, std::uint64_t bytes) {
  if (bytes <= c.bytes_) return true;
  const auto bytes_max = bytes_max_.load(std::memory_order_relaxed);
  auto more = take(all_, 0, bytes - c.bytes_, events_max_.load(std::memory_order_relaxed),
                   bytes > large_body_bytes ? bytes_max / 2 : bytes_max, c.events_);
  if (!more) return false;
  more.from_ = nullptr;  // what it holds is the other's from now on
  c.bytes_ = bytes;
  return true;
}

admission::credit admission::take(std::string_view brand, std::uint64_t events, std::uint64_t bytes) {
  const auto table = brands_.load(std::memory_order_acquire);
  const auto found = table->find(brand);
  if (found == table->end()) return {};
  if (is_held(*found->second, events)) return {};
  return take(*found->second, events, bytes, brand_events_max_.load(std::memory_order_relaxed),
              brand_bytes_max_.load(std::memory_order_relaxed), 0);
}

/// Whether another brand than this one has come lately. Two at once may both miss a change; the next one sees it.
bool admission::has_neighbours(const counters& c, std::int64_t now) {
  if (const auto* const last = last_brand_.load(std::memory_order_relaxed); last != &c) {
    last_brand_.store(&c, std::memory_order_relaxed);
    if (last != nullptr) last_change_.store(now, std::memory_order_relaxed);
  }
  return now - last_change_.load(std::memory_order_relaxed) < neighbour_ms;
}

bool admission::is_held(counters& c, std::uint64_t events) {
  const auto now = now_();
  const bool neighbours = has_neighbours(c, now);
  const auto had = c.events.load(std::memory_order_relaxed);
  const bool was_held = neighbours && now < c.held_until.load(std::memory_order_relaxed);
  const auto most = was_held ? held_events_.load(std::memory_order_relaxed) : few_events;
  const bool stands = had > 0 && had + events > most && (was_held || waits_.load(std::memory_order_relaxed));
  if (!stands) {
    if (c.standing_since.load(std::memory_order_relaxed) != 0)
      c.standing_since.store(0, std::memory_order_relaxed);
    return false;
  }
  if (!neighbours) return false;
  const auto since = c.standing_since.load(std::memory_order_relaxed);
  if (since == 0) c.standing_since.store(now, std::memory_order_relaxed);
  const bool held = was_held || (since != 0 && now - since > standing_ms_max);
  if (held) c.held_until.store(now + held_ms, std::memory_order_relaxed);
  return held;
}

void admission::committed(std::uint64_t events, double waited_ms) {
  constexpr double newest_weighs = 0.1, forgotten = 1.0001;
  commit_events_ += newest_weighs * (static_cast<double>(events) - commit_events_);
  waited_ms_ += newest_weighs * (waited_ms - waited_ms_);
  waited_least_ms_ = std::min(waited_least_ms_ * forgotten, std::max(waited_ms_, 1.0));
  waits_.store(waited_ms_ > std::max(waits_ms_min, waited_least_ms_ * waits_times_least),
               std::memory_order_relaxed);
  const auto percent = static_cast<double>(share_percent_.load(std::memory_order_relaxed));
  held_events_.store(std::max(held_events_min, static_cast<std::uint64_t>(commit_events_ * percent / 100)),
                     std::memory_order_relaxed);
}

void admission::apply_settings(const config::settings& s) {
  const auto old = brands_.load(std::memory_order_acquire);
  // Counters of a brand that left the config stay: credits may still point to them.
  auto next = old ? std::make_shared<brand_table>(*old) : std::make_shared<brand_table>();
  for (const auto& b : s.brands) {
    if (!next->contains(b.id.value)) next->emplace(b.id.value, std::make_shared<counters>());
  }
  const auto& l = s.limits;
  const auto share = [&](std::uint64_t all) {
    return domain::share_of(all, l.brand_share_percent, s.brands.size());
  };
  share_percent_.store(share(100), std::memory_order_relaxed);
  events_max_.store(l.events_in_flight_max, std::memory_order_relaxed);
  bytes_max_.store(l.bytes_in_flight_max, std::memory_order_relaxed);
  brand_events_max_.store(share(l.events_in_flight_max), std::memory_order_relaxed);
  brand_bytes_max_.store(share(l.bytes_in_flight_max), std::memory_order_relaxed);
  brands_.store(std::move(next), std::memory_order_release);
}

}  // namespace switchboard::net
