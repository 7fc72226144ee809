#pragma once
// A mean hides the customer who waited, and a figure that operators add up over machines and hours cannot be a
// quantile. So: how many values fell into each of a few fixed buckets, counted where they arise. For exact
// quantiles of one run see cli/histogram.hpp.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace switchboard::domain {

/// Where the buckets end. `bounds` rise, live for ever and are inclusive; what is above the last has a bucket
/// of its own. `per_unit`: so many of what is recorded make one of what is shown.
struct bucket_scale {
  std::span<const std::uint64_t> bounds;
  std::uint64_t per_unit = 1;
};

namespace buckets {
using namespace std::chrono_literals;
inline constexpr auto nanoseconds_of = [](std::chrono::nanoseconds d) {
  return static_cast<std::uint64_t>(d.count());
};
/// From an fsync of a fast disk (50 µs) over what we promise (25, 100 and 250 ms) and the last moment that X
/// waits for an answer (2.5 s) to what no platform forgives.
inline constexpr std::array duration_bounds{
    nanoseconds_of(50us),  nanoseconds_of(100us),  nanoseconds_of(250us),  nanoseconds_of(500us),
    nanoseconds_of(1ms),   nanoseconds_of(2500us), nanoseconds_of(5ms),    nanoseconds_of(10ms),
    nanoseconds_of(25ms),  nanoseconds_of(50ms),   nanoseconds_of(100ms),  nanoseconds_of(250ms),
    nanoseconds_of(500ms), nanoseconds_of(1s),     nanoseconds_of(2500ms), nanoseconds_of(5s),
    nanoseconds_of(10s)};
/// Up to storage.commit_records_max.
inline constexpr std::array<std::uint64_t, 13> count_bounds{1,   2,   4,   8,    16,   32,  64,
                                                            128, 256, 512, 1024, 2048, 4096};
}  // namespace buckets

/// Recorded in nanoseconds, shown in seconds.
inline constexpr bucket_scale duration_scale{buckets::duration_bounds, 1'000'000'000};
inline constexpr bucket_scale count_scale{buckets::count_bounds, 1};

/// What a histogram held when it was looked at; without bounds when there is none.
struct histogram_reading {
  static constexpr std::size_t bounds_max = 17;
  bucket_scale scale{};
  /// Of each bucket alone, the one above all bounds last.
  std::array<std::uint64_t, bounds_max + 1> counts{};
  std::uint64_t sum = 0;

  [[nodiscard]] std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const auto n : counts) all += n;
    return all;
  }
};

/// From any number of threads, without a lock: two relaxed additions. On cache lines of its own, so that who
/// records does not slow down whoever reads its neighbours.
class alignas(64) histogram {
 public:
  explicit histogram(const bucket_scale& scale = duration_scale) : scale_(scale) {}

  void record(std::uint64_t value) {
    const auto bound = std::lower_bound(scale_.bounds.begin(), scale_.bounds.end(), value);
    counts_[static_cast<std::size_t>(bound - scale_.bounds.begin())].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }
  /// For duration_scale.
  void record(std::chrono::nanoseconds d) {
    record(static_cast<std::uint64_t>(std::max<std::int64_t>(d.count(), 0)));
  }

  /// While others record, the sum may lack a value that a bucket has, or the reverse; nothing ever falls.
  [[nodiscard]] histogram_reading read() const {
    histogram_reading r;
    r.scale = scale_;
    for (std::size_t i = 0; i < counts_.size(); ++i) r.counts[i] = counts_[i].load(std::memory_order_relaxed);
    r.sum = sum_.load(std::memory_order_relaxed);
    return r;
  }

 private:
  static_assert(duration_scale.bounds.size() <= histogram_reading::bounds_max);
  static_assert(count_scale.bounds.size() <= histogram_reading::bounds_max);

  const bucket_scale scale_;
  std::array<std::atomic<std::uint64_t>, histogram_reading::bounds_max + 1> counts_{};
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace switchboard::domain
