#include "cli/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace switchboard::cli {
namespace {

using std::chrono::nanoseconds;

TEST(histogram, says_nothing_of_nothing) {
  const histogram h;
  EXPECT_EQ(h.count(), 0u);
  EXPECT_EQ(h.at(0.99).count(), 0);
  EXPECT_EQ(h.mean().count(), 0);
}

TEST(histogram, is_exact_below_two_microseconds) {
  histogram h;
  for (int i = 1; i <= 1'000; ++i) h.record(nanoseconds(i));
  EXPECT_EQ(h.at(0.5).count(), 500);
  EXPECT_EQ(h.at(0.99).count(), 990);
  EXPECT_EQ(h.at(0).count(), 1);
  EXPECT_EQ(h.at(1).count(), 1'000);
  EXPECT_EQ(h.max().count(), 1'000);
}

TEST(histogram, keeps_three_digits_of_every_size) {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> values;
  histogram h;
  for (int i = 0; i < 20'000; ++i) {
    const double exponent = std::uniform_real_distribution<double>(0, 41)(random);
    values.push_back(static_cast<std::int64_t>(std::exp2(exponent)));
    h.record(nanoseconds(values.back()));
  }
  std::sort(values.begin(), values.end());
  for (const double q : {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999}) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
    const double exact = static_cast<double>(values[rank - 1]);
    EXPECT_NEAR(static_cast<double>(h.at(q).count()), exact, exact / 1'000) << q;
  }
  EXPECT_EQ(h.max().count(), values.back());
}

TEST(histogram, merges_to_what_one_would_have_been) {
  histogram a, b, both;
  for (int i = 0; i < 5'000; ++i) {
    const nanoseconds v(i * i * 17);
    (i % 3 == 0 ? a : b).record(v);
    both.record(v);
  }
  a.merge(b);
  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.max(), both.max());
  EXPECT_EQ(a.mean(), both.mean());
  for (const double q : {0.1, 0.5, 0.9, 0.999}) EXPECT_EQ(a.at(q), both.at(q));
}

TEST(histogram, bounds_what_no_run_can_last) {
  histogram h;
  h.record(std::chrono::hours(1'000));
  h.record(nanoseconds(-5));
  EXPECT_EQ(h.count(), 2u);
  EXPECT_EQ(h.at(0).count(), 0);
  EXPECT_EQ(h.max().count(), (std::int64_t{1} << 42) - 1);
}

}  // namespace
}  // namespace switchboard::cli
