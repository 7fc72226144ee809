#pragma once
// A time that is promised, held against how long things took.

#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace switchboard::faults {

/// In the long form everything must have taken no longer; in the short one half of all, since its machine may be busy
/// with other things for a while, which says nothing of the engine. What an engine does too slowly it does mostly.
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
    EXPECT_LE(sorted[(sorted.size() - 1) / 2], most_)
        << "more than half of " << sorted.size() << " took longer";
  }
  [[nodiscard]] std::chrono::milliseconds slowest() const {
    return took_.empty() ? std::chrono::milliseconds{} : *std::max_element(took_.begin(), took_.end());
  }

 private:
  std::chrono::milliseconds most_;
  std::vector<std::chrono::milliseconds> took_;
};

}  // namespace switchboard::faults
