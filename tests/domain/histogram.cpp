#include "domain/histogram.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

TEST(histogram, its_bounds_rise_and_are_inclusive) {
  for (const auto& scale : {duration_scale, count_scale}) {
    for (std::size_t i = 0; i < scale.bounds.size(); ++i) {
      if (i > 0) {
        ASSERT_LT(scale.bounds[i - 1], scale.bounds[i]);
      }
      histogram h{scale};
      h.record(scale.bounds[i]);
      h.record(scale.bounds[i] + 1);
      const auto r = h.read();
      EXPECT_EQ(r.counts[i], 1u) << scale.bounds[i];
      EXPECT_EQ(r.counts[i + 1], 1u) << scale.bounds[i];
      EXPECT_EQ(r.count(), 2u);
      EXPECT_EQ(r.sum, 2 * scale.bounds[i] + 1);
    }
  }
}

TEST(histogram, takes_any_duration) {
  histogram h;
  h.record(-5ns);  // a clock that is read on two cores may seem to go back
  h.record(0ns);
  h.record(1h);
  const auto r = h.read();
  EXPECT_EQ(r.counts.front(), 2u);
  EXPECT_EQ(r.counts[duration_scale.bounds.size()], 1u);
  EXPECT_EQ(r.sum, 3'600'000'000'000u);
  EXPECT_EQ(r.scale.per_unit, 1'000'000'000u);
}

TEST(histogram, loses_nothing_between_threads) {
  constexpr std::uint64_t each = 20'000, threads = 4;
  histogram h{count_scale};
  std::vector<std::thread> all;
  for (std::uint64_t t = 0; t < threads; ++t) {
    all.emplace_back([&h] {
      for (std::uint64_t i = 1; i <= each; ++i) h.record(i);
    });
  }
  std::uint64_t before = 0;
  for (int i = 0; i < 1'000; ++i) {
    const auto now = h.read().count();
    ASSERT_GE(now, before) << "a counter of Prometheus never falls";
    before = now;
  }
  for (auto& t : all) t.join();
  const auto r = h.read();
  EXPECT_EQ(r.count(), each * threads);
  EXPECT_EQ(r.sum, threads * each * (each + 1) / 2);
  EXPECT_EQ(r.counts[3], threads * 4) << "5, 6, 7 and 8";
}

}  // namespace
}  // namespace switchboard::domain
