#pragma once
// A mean hides the customer who waited. This keeps every value to three significant digits in constant memory,
// so that p99.9 of a million requests is a look-up.

#include <chrono>
#include <cstdint>
#include <vector>

namespace switchboard::cli {

/// Log-linear: values below 2048 ns have a counter each, above that each power of two is cut in 1024 equal
/// parts, so that a value is off by less than 0.1 %. Values over 2^42 ns (73 minutes) count as that.
/// Not thread-safe: one per thread, then merge().
class histogram {
 public:
  histogram();

  void record(std::chrono::nanoseconds value);
  void merge(const histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::chrono::nanoseconds max() const { return std::chrono::nanoseconds(max_); }
  [[nodiscard]] std::chrono::nanoseconds mean() const;
  /// The smallest value that at least `quantile` (0 to 1) of all are at or below; 0 when there are none.
  [[nodiscard]] std::chrono::nanoseconds at(double quantile) const;

 private:
  std::vector<std::uint64_t> counters_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace switchboard::cli
