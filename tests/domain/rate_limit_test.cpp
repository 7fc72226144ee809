// Two kinds of quota, each held against what a platform could count. The platform counts a call somewhere between its
// begin and its end; whichever moment it takes, no stretch of time may have too many.

#include "domain/rate_limit.hpp"

#include "worst_stretch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using testing::call_made;
using testing::worst_in;

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};

/// As many calls as the limit allows, each of which takes up to `slow`, until `until`.
std::vector<call_made> run(rate_limit& limit, std::chrono::milliseconds slow, timestamp until,
                           unsigned seed) {
  std::mt19937 random(seed);
  std::vector<call_made> made;
  std::vector<std::pair<timestamp, std::size_t>> under_way;
  for (timestamp now = start; now < until;) {
    std::erase_if(under_way, [&](const auto& u) {
      if (u.first > now) return false;
      limit.ended(made[u.second].units, now);
      return true;
    });
    const std::uint32_t units = limit.of().units > 3 ? 1 + static_cast<std::uint32_t>(random() % 3) : 1;
    const auto when = limit.when(units, now);
    if (when == now) {
      limit.take(units, now);
      const auto takes = std::chrono::milliseconds(random() % static_cast<unsigned>(slow.count() + 1));
      made.push_back({now, now + takes, units});
      under_way.emplace_back(now + takes, made.size() - 1);
      continue;
    }
    timestamp next = when.value_or(until);
    for (const auto& u : under_way) next = std::min(next, std::max(u.first, now + 1us));
    now = std::max(next, now + 1us);
  }
  return made;
}

TEST(rate_limit_test, no_stretch_has_more_than_a_window_allows_and_little_is_left_unused) {
  struct row {
    quota q;
    std::chrono::milliseconds slow;
  };
  const std::vector<row> rows{
      {{.name = "300/s", .units = 300, .per = 1s}, 5ms},
      {{.name = "80/s", .units = 80, .per = 1s}, 20ms},
      {{.name = "10/s", .units = 10, .per = 1s}, 0ms},
      {{.name = "1/s", .units = 1, .per = 1s}, 30ms},
      {{.name = "15/15min", .units = 15, .per = 15min}, 1s},
      {{.name = "20/min", .units = 20, .per = 1min}, 2s},
  };
  for (const auto& [q, slow] : rows) {
    SCOPED_TRACE(q.name);
    rate_limit limit(q);
    const auto until = start + q.per * 4;
    const auto made = run(limit, slow, until, 7);
    EXPECT_LE(worst_in(made, q.per), q.units);
    std::uint64_t units = 0;
    for (const auto& c : made) units += c.units;
    EXPECT_GE(static_cast<double>(units), 0.9 * q.units * 4) << "of four stretches";
  }
}

TEST(rate_limit_test, the_count_catches_a_limit_that_allows_one_more) {
  rate_limit limit(quota{.name = "81/s", .units = 81, .per = 1s});
  const auto made = run(limit, 20ms, start + 4s, 7);
  EXPECT_GT(worst_in(made, 1s), 80u);
}

TEST(rate_limit_test, a_bucket_gives_its_burst_and_then_its_rate) {
  rate_limit pair(quota{.name = "pair", .of = quota::scope::recipient, .units = 1, .per = 6s, .burst = 45});
  timestamp now = start;
  for (int i = 0; i < 45; ++i) {
    ASSERT_EQ(pair.when(1, now), now) << i;
    pair.take(1, now);
    pair.ended(1, now);
  }
  EXPECT_EQ(pair.when(1, now), now + 6s);
  EXPECT_EQ(pair.when(1, now + 4s), now + 6s);
  EXPECT_EQ(pair.when(2, now), now + 12s);
  now += 6s;
  ASSERT_EQ(pair.when(1, now), now);
  pair.take(1, now);
  EXPECT_EQ(pair.when(1, now), now + 6s);
  EXPECT_FALSE(pair.is_idle(now + 10min)) << "one is under way";
  pair.ended(1, now);
  EXPECT_FALSE(pair.is_idle(now + 4min));
  EXPECT_TRUE(pair.is_idle(now + 46 * 6s));
}

TEST(rate_limit_test, a_call_counts_until_its_window_has_passed_since_its_end) {
  rate_limit one(quota{.name = "1/s", .units = 1, .per = 1s});
  one.take(1, start);
  EXPECT_EQ(one.when(1, start + 5s), std::nullopt) << "as long as it is under way, nobody can say";
  one.ended(1, start + 5s);
  EXPECT_EQ(one.when(1, start + 5s), start + 6s);
  EXPECT_EQ(one.when(1, start + 6s), start + 6s);
  EXPECT_TRUE(one.is_idle(start + 6s));
}

TEST(rate_limit_test, what_the_platform_says_is_believed_where_it_is_less) {
  rate_limit window(quota{.name = "15/15min", .units = 15, .per = 15min});
  window.observe(20, start + 15min, start);
  EXPECT_EQ(window.when(15, start), start) << "more than it has is nothing new";
  window.observe(3, start + 10min, start);
  EXPECT_EQ(window.when(3, start), start);
  EXPECT_EQ(window.when(4, start), start + 10min);
  window.observe(0, start + 10min, start);
  EXPECT_EQ(window.when(1, start), start + 10min);
  EXPECT_EQ(window.when(1, start + 10min), start + 10min);

  rate_limit busy(quota{.name = "15/15min", .units = 15, .per = 15min});
  for (int i = 0; i < 7; ++i) busy.take(1, start);
  busy.ended(1, start);
  busy.observe(8, start + 15min, start);  // the other six are counted there already
  for (int i = 0; i < 6; ++i) busy.ended(1, start);
  EXPECT_EQ(busy.when(8, start), start);

  rate_limit bucket(quota{.name = "pair", .units = 1, .per = 6s, .burst = 45});
  bucket.observe(0, start + 30s, start);
  EXPECT_EQ(bucket.when(1, start), start + 30s);
  rate_limit half(quota{.name = "pair", .units = 1, .per = 6s, .burst = 45});
  half.observe(2, start + 30s, start);
  EXPECT_EQ(half.when(2, start), start);
  EXPECT_EQ(half.when(3, start), start + 6s);
  half.observe(0, start - 1s, start);
  EXPECT_EQ(half.when(2, start), start) << "a window that is over says nothing";
}

TEST(rate_limit, others_take_of_it_but_never_all) {
  const quota q{.name = "both ways", .units = 80, .per = 1s, .tiered = true};
  rate_limit limit(q);
  limit.spent_by_others(30, start);
  EXPECT_EQ(limit.when(50, start), start);
  EXPECT_EQ(limit.when(51, start), start + 1s);
  limit.take(40, start);
  limit.spent_by_others(1'000, start + 10ms);
  EXPECT_EQ(limit.when(10, start + 10ms), start + 10ms) << "an eighth is ours";
  EXPECT_GT(limit.when(11, start + 10ms), start + 10ms);
  EXPECT_FALSE(rate_limit(q).has_changed());
  rate_limit heard(q);
  heard.spent_by_others(1, start);
  EXPECT_FALSE(heard.has_changed()) << "nothing to be kept";
  EXPECT_TRUE(heard.is_idle(start + 1s));
  rate_limit one({.name = "one", .units = 1, .per = 1s, .tiered = true});
  one.spent_by_others(5, start);
  EXPECT_EQ(one.when(1, start), start);
}

TEST(rate_limit, of_another_size_goes_on_with_what_was_taken) {
  rate_limit limit(quota{.name = "both ways", .units = 80, .per = 1s, .tiered = true});
  limit.take(30, start);
  limit.ended(30, start);
  limit.resize(20);
  EXPECT_EQ(limit.when(1, start), start + 1s);
  limit.resize(1'000);
  EXPECT_EQ(limit.when(970, start), start);
}

}  // namespace
}  // namespace switchboard::domain
