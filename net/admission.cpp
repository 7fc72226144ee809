#include "net/admission.hpp"

namespace switchboard::net {

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
  return take(*found->second, events, bytes, brand_events_max_.load(std::memory_order_relaxed),
              brand_bytes_max_.load(std::memory_order_relaxed), 0);
}

void admission::apply_settings(const config::settings& s) {
  const auto old = brands_.load(std::memory_order_acquire);
  // Counters of a brand that left the config stay: credits may still point to them.
  auto next = old ? std::make_shared<brand_table>(*old) : std::make_shared<brand_table>();
  for (const auto& b : s.brands) {
    if (!next->contains(b.id.value)) next->emplace(b.id.value, std::make_shared<counters>());
  }
  const auto& l = s.limits;
  // A brand alone on the node may use all of it.
  const std::uint64_t percent = s.brands.size() > 1 ? l.brand_share_percent : 100;
  events_max_.store(l.events_in_flight_max, std::memory_order_relaxed);
  bytes_max_.store(l.bytes_in_flight_max, std::memory_order_relaxed);
  brand_events_max_.store(l.events_in_flight_max * percent / 100, std::memory_order_relaxed);
  brand_bytes_max_.store(l.bytes_in_flight_max * percent / 100, std::memory_order_relaxed);
  brands_.store(std::move(next), std::memory_order_release);
}

}  // namespace switchboard::net
