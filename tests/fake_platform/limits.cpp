#include "tests/fake_platform/limits.hpp"

#include <algorithm>

namespace switchboard::fake_platform {
namespace {

using std::chrono::milliseconds;

/// What one unit of a bucket takes to come back.
instant::duration unit_of(const limit& l) {
  return instant::duration(l.per) / l.units;
}

}  // namespace

std::optional<milliseconds> limit_book::take(const limit& of, const std::string& whom, std::uint32_t units,
                                             instant now) {
  auto& c = counted_[{of.name, whom}];
  auto& f = figures_[of.name];
  f.allowed = of.burst == 0 ? of.units : of.burst;
  if (of.burst == 0) {
    while (!c.in_window.empty() && now - c.in_window.front().first >= of.per) {
      c.sum -= c.in_window.front().second;
      c.in_window.pop_front();
    }
    if (c.sum + units > of.units) {
      ++f.exceeded;
      return std::max(milliseconds(1),
                      std::chrono::ceil<milliseconds>(c.in_window.front().first + of.per - now));
    }
    c.in_window.emplace_back(now, units);
    c.sum += units;
    f.fullest = std::max(f.fullest, c.sum);
  } else {
    const auto full_again = std::max(c.full_at, now) + units * unit_of(of);
    const auto beyond = full_again - now - of.burst * unit_of(of);
    if (beyond > instant::duration::zero()) {
      ++f.exceeded;
      return std::chrono::ceil<milliseconds>(beyond);
    }
    c.full_at = full_again;
    f.fullest =
        std::max(f.fullest, static_cast<std::uint32_t>((full_again - now + unit_of(of) / 2) / unit_of(of)));
  }
  f.taken += units;
  return std::nullopt;
}

standing limit_book::of(const limit& l, const std::string& whom, instant now) const {
  const auto c = counted_.find({l.name, whom});
  if (c == counted_.end()) return {l.units, milliseconds(0)};
  std::uint32_t sum = 0;
  instant last = now;
  for (const auto& [at, units] : c->second.in_window) {
    if (now - at >= l.per) continue;
    sum += units;
    last = at + l.per;
  }
  return {l.units - sum, std::chrono::ceil<milliseconds>(last - now)};
}

}  // namespace switchboard::fake_platform
