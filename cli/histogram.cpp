#include "cli/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace switchboard::cli {

namespace {

constexpr unsigned digits = 11;  // 2048 exact values
constexpr std::uint64_t half = 1u << (digits - 1);
constexpr std::uint64_t largest = (1ull << 42) - 1;

constexpr std::size_t index_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = width > digits ? width - digits : 0;
  return shift * half + (value >> shift);
}

/// The largest value that has this index.
constexpr std::uint64_t upper_edge(std::size_t index) {
  if (index < 2 * half) return index;
  const std::size_t shift = index / half - 1;
  const std::uint64_t top = index - shift * half;
  return ((top + 1) << shift) - 1;
}

static_assert(index_of(2047) == 2047 && index_of(2048) == 2048 && index_of(2049) == 2048);
static_assert(upper_edge(index_of(2049)) == 2049 && upper_edge(index_of(largest)) == largest);

}  // namespace

histogram::histogram() : counters_(index_of(largest) + 1) {}

void histogram::record(std::chrono::nanoseconds value) {
  const std::uint64_t v =
      std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0)), largest);
  ++counters_[index_of(v)];
  ++count_;
  max_ = std::max(max_, v);
  sum_ += static_cast<double>(v);
}

void histogram::merge(const histogram& other) {
  for (std::size_t i = 0; i < counters_.size(); ++i) counters_[i] += other.counters_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

std::chrono::nanoseconds histogram::mean() const {
  if (count_ == 0) return {};
  return std::chrono::nanoseconds(std::llround(sum_ / static_cast<double>(count_)));
}

std::chrono::nanoseconds histogram::at(double quantile) const {
  if (count_ == 0) return {};
  const double rank = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_));
  const auto wanted = std::max<std::uint64_t>(static_cast<std::uint64_t>(rank), 1);
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    so_far += counters_[i];
    if (so_far >= wanted) return std::chrono::nanoseconds(std::min(upper_edge(i), max_));
  }
  return max();
}

}  // namespace switchboard::cli
