#pragma once
// A time that is promised, held against how long things took.

#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace switchboard::faults {

/// In the long form everything must have taken no longer. In the short one, whose machine may be busy with other things for
/// a while, one of ten may, or one where there are fewer, and that not four times as long.
class promised_time {
 public:
  explicit promised_time(std::chrono::milliseconds most) : most_(most) {}

  void take(std::chrono::milliseconds took, const std::string& where) {
    took_.push_back(took);
    if (full()) {
      EXPECT_LE(took, most_) << where;
    }
  }
  /// Where nothing was taken there is nothing to say.
  void expect_kept() const {
    if (took_.empty()) return;
    auto sorted = took_;
    std::sort(sorted.begin(), sorted.end());
    const auto excused = full() ? 0 : std::max<std::size_t>(sorted.size() / 10, 1);
    EXPECT_LE(sorted.back(), most_ * outermost);
    if (excused >= sorted.size()) return;
    EXPECT_LE(sorted[sorted.size() - 1 - excused], most_)
        << "too many of " << sorted.size() << " took longer";
  }
  [[nodiscard]] std::chrono::milliseconds slowest() const {
    return took_.empty() ? std::chrono::milliseconds{} : *std::max_element(took_.begin(), took_.end());
  }

 private:
  static constexpr int outermost = 4;
  std::chrono::milliseconds most_;
  std::vector<std::chrono::milliseconds> took_;
};

}  // namespace switchboard::faults
