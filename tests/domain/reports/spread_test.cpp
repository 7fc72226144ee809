// Percentiles against sorted values: never off by more than a cell is wide, whatever was added and merged in whatever order.

#include "domain/reports/spread.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace switchboard::domain::reports {
namespace {

using ::testing::Optional;

std::uint64_t nearest_rank(std::vector<std::uint64_t> values, double percent) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

TEST(spread, of_nothing_is_nothing) {
  const spread s;
  EXPECT_EQ(s.count(), 0u);
  EXPECT_EQ(s.percentile(99), 0u);
  EXPECT_EQ(s.mean(), 0u);
}

TEST(spread, tells_small_values_exactly) {
  spread s;
  for (std::uint64_t v = 0; v <= 255; ++v) s.add(v);
  for (const double p : {0.0, 1.0, 25.0, 50.0, 99.0, 100.0}) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t v = 0; v <= 255; ++v) all.push_back(v);
    EXPECT_EQ(s.percentile(p), nearest_rank(all, p)) << p;
  }
}

TEST(spread, is_off_by_less_than_a_hundredth_and_never_beyond_what_was_there) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint64_t> values(1 + random() % 400);
    std::vector<spread> parts(1 + random() % 5);
    for (auto& v : values) {
      v = random() >> (1 + random() % 63);
      parts[random() % parts.size()].add(v);
    }
    spread sum;
    for (const auto& p : parts) sum.merge(p);
    ASSERT_EQ(sum.count(), values.size());
    EXPECT_EQ(sum.least(), *std::min_element(values.begin(), values.end()));
    EXPECT_EQ(sum.most(), *std::max_element(values.begin(), values.end()));
    for (const double p : {0.1, 50.0, 90.0, 95.0, 99.0, 99.9, 100.0}) {
      const auto exact = nearest_rank(values, p);
      const auto told = sum.percentile(p);
      EXPECT_GE(told, exact);
      EXPECT_LE(static_cast<double>(told - exact), 0.01 * static_cast<double>(exact)) << p;
      EXPECT_LE(told, sum.most());
    }
    spread once;
    for (const auto v : values) once.add(v);
    EXPECT_EQ(once, sum) << "whatever the order";
    EXPECT_THAT(spread::of(sum.all()), Optional(sum)) << "what is written down reads back";
  }
}

TEST(spread, takes_the_largest_number_for_what_is_larger) {
  spread s;
  s.add(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(s.most(), static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(s.percentile(50), s.most());
}

TEST(spread, is_not_made_of_parts_that_are_none) {
  const spread::parts good{.sum = 7, .least = 3, .most = 4, .cells = {{3, 1}, {4, 1}}};
  ASSERT_TRUE(spread::of(good));
  const auto broken = [&](auto how) {
    auto p = good;
    how(p);
    return !spread::of(std::move(p));
  };
  EXPECT_TRUE(broken([](auto& p) { p.cells[0].count = 0; }));
  EXPECT_TRUE(broken([](auto& p) { std::swap(p.cells[0], p.cells[1]); }));
  EXPECT_TRUE(broken([](auto& p) { p.cells[1].index = 3; }));
  EXPECT_TRUE(broken([](auto& p) { p.cells[1].index = ~0u; }));
  EXPECT_TRUE(broken([](auto& p) { p.least = 2; }));
  EXPECT_TRUE(broken([](auto& p) { p.most = 5; }));
  EXPECT_TRUE(broken([](auto& p) { p.cells.clear(); }));
  EXPECT_TRUE(broken([](auto& p) { p.cells[0].count = p.cells[1].count = ~0ull; }));
}

}  // namespace
}  // namespace switchboard::domain::reports
