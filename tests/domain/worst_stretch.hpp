#pragma once
// What a platform may count at the worst.

#include "domain/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace switchboard::domain::testing {

struct call_made {
  /// It is counted somewhere between the two.
  timestamp began, counted_by;
  std::uint32_t units;
};

/// The most units that the platform may count in a stretch of `per`, if each call falls as badly as it can.
inline std::uint64_t worst_in(const std::vector<call_made>& calls, std::chrono::milliseconds per) {
  std::uint64_t worst = 0;
  for (const auto& first : calls) {
    // Counted as late as can be, as the first of a stretch in which each other is counted as soon as can be.
    std::uint64_t sum = 0;
    for (const auto& other : calls) {
      if (other.counted_by >= first.counted_by && other.began < first.counted_by + per) sum += other.units;
    }
    worst = std::max(worst, sum);
  }
  return worst;
}

}  // namespace switchboard::domain::testing
