#pragma once
// Clients that all lost the same server must not all come back in the same moment.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace switchboard::cli {

/// Doubles from `first` to `most`; each wait is drawn evenly from its upper half.
class backoff {
 public:
  using duration = std::chrono::milliseconds;
  backoff(duration first, duration most, std::uint32_t seed = std::random_device{}())
      : first_(first), most_(most), ceiling_(first), random_(seed) {}

  [[nodiscard]] duration next() {
    const duration ceiling = ceiling_;
    ceiling_ = std::min(most_, ceiling_ * 2);
    return duration(
        std::uniform_int_distribution<duration::rep>(ceiling.count() / 2, ceiling.count())(random_));
  }
  /// It worked: the next failure starts small again.
  void reset() { ceiling_ = first_; }

 private:
  duration first_, most_, ceiling_;
  std::minstd_rand random_;
};

}  // namespace switchboard::cli
