// What answers mean, and when the next attempt is.

#include "domain/webhooks/schedule.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace switchboard::domain::webhooks {
namespace {

using namespace std::chrono_literals;

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};

TEST(schedule, only_2xx_is_success_and_only_410_the_end) {
  for (std::uint16_t status = 0; status < 600; ++status) {
    const auto v = judge({.status = status});
    if (status >= 200 && status <= 299)
      EXPECT_EQ(v, verdict::delivered) << status;
    else if (status == 410)
      EXPECT_EQ(v, verdict::gone);
    else
      EXPECT_EQ(v, verdict::again) << status;
  }
}

TEST(schedule, waits_as_standard_webhooks_recommends_and_tries_once_more_at_the_end) {
  const std::vector<std::chrono::seconds> waits{5s, 5min, 30min, 2h, 5h, 10h};
  auto now = start;
  std::uint32_t tries = 1;
  for (const auto wait : waits) {
    const auto next = next_attempt(tries++, start, now, {.status = 500}, 0.0, 24h);
    ASSERT_TRUE(next);
    EXPECT_EQ(*next - now, wait);
    now = *next;
  }
  EXPECT_EQ(next_attempt(tries, start, now, {.status = 500}, 0.0, 24h), start + 24h) << "not behind the end";
  EXPECT_EQ(next_attempt(tries + 1, start, start + 24h, {.status = 500}, 0.0, 24h), std::nullopt);
  EXPECT_EQ(next_attempt(40, start, start + 20h, {.status = 500}, 0.0, 168h), start + 30h)
      << "every ten hours from there on";
}

TEST(schedule, chance_adds_up_to_a_fifth) {
  EXPECT_EQ(next_attempt(1, start, start, {}, 0.5, 24h), start + 5500ms);
  EXPECT_EQ(next_attempt(1, start, start, {}, 1.0, 24h), start + 6s);
  EXPECT_EQ(next_attempt(1, start, start, {}, 7.0, 24h), start + 6s) << "no more, whatever comes in";
  EXPECT_EQ(next_attempt(1, start, start, {}, -7.0, 24h), start + 5s);
}

TEST(schedule, a_receiver_may_ask_for_time_up_to_the_next_step) {
  const auto next = [](std::uint16_t status, std::chrono::milliseconds asked, std::uint32_t tries = 1) {
    return *next_attempt(tries, start, start, {.status = status, .retry_after = asked}, 0.0, 24h) - start;
  };
  EXPECT_EQ(next(429, 60s), 60s);
  EXPECT_EQ(next(503, 60s), 60s);
  EXPECT_EQ(next(429, 1s), 5s) << "ours is longer";
  EXPECT_EQ(next(429, 24h), 5min) << "the next step's";
  EXPECT_EQ(next(429, 20h, 6), 10h);
  EXPECT_EQ(next(429, -1h), 5s);
  EXPECT_EQ(next(500, 60s), 5s) << "others may not ask";
  EXPECT_EQ(next(302, 60s), 5s);
  EXPECT_EQ(next_attempt(2, start, start, {.status = 429, .retry_after = 10min}, 0.0, 6min), start + 6min);
}

TEST(schedule, chances_are_spread_and_the_same_every_time) {
  std::set<double> seen;
  std::vector<int> tenths(10);
  for (std::uint64_t event = 1; event <= 2'000; ++event) {
    for (std::uint32_t tries = 1; tries <= 5; ++tries) {
      const auto c = chance_of(42, event, tries);
      ASSERT_GE(c, 0.0);
      ASSERT_LT(c, 1.0);
      EXPECT_EQ(c, chance_of(42, event, tries));
      seen.insert(c);
      ++tenths[static_cast<std::size_t>(c * 10)];
    }
  }
  EXPECT_EQ(seen.size(), 10'000u);
  for (const auto n : tenths) EXPECT_NEAR(n, 1'000, 150);
  EXPECT_NE(chance_of(42, 1, 1), chance_of(43, 1, 1));
}

}  // namespace
}  // namespace switchboard::domain::webhooks
