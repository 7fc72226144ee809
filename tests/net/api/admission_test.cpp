// Credit: what was taken comes back, always, and no more is out than may be.

#include "net/admission.hpp"

#include "parts.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <vector>

namespace switchboard::net::testing {
namespace {

std::shared_ptr<config::settings> limits(std::uint64_t events, std::uint64_t bytes,
                                         std::uint32_t percent = 50) {
  auto s = some_settings();
  s->limits.events_in_flight_max = static_cast<decltype(s->limits.events_in_flight_max)>(events);
  s->limits.bytes_in_flight_max = bytes;
  s->limits.brand_share_percent = percent;
  return s;
}

TEST(admission, takes_up_to_its_limits_and_gives_back) {
  admission a{*limits(3, 1'000)};
  auto one = a.take(1, 400);
  auto two = a.take(1, 600);
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(a.take(1, 1)) << "bytes";
  two = {};
  EXPECT_EQ(a.bytes_in_flight(), 400u);
  auto three = a.take(2, 1);
  EXPECT_TRUE(three);
  EXPECT_FALSE(a.take(1, 1)) << "events";
  auto moved = std::move(three);
  EXPECT_EQ(a.events_in_flight(), 3u);
  moved = {};
  one = {};
  EXPECT_EQ(a.events_in_flight(), 0u);
  EXPECT_EQ(a.bytes_in_flight(), 0u);
}

TEST(admission, lets_one_through_that_is_larger_than_everything) {
  admission a{*limits(3, 1'000)};
  EXPECT_TRUE(a.take(50, 5'000)) << "or it could never be delivered";
  const auto small = a.take(1, 1);
  EXPECT_FALSE(a.take(50, 5'000));
}

TEST(admission, large_bodies_leave_half_to_the_small_ones) {
  constexpr std::uint64_t large = admission::large_body_bytes + 1;
  admission a{*limits(10'000, 20 * large)};
  std::vector<admission::credit> held;
  for (;;) {
    auto c = a.take(1, large);
    if (!c) break;
    held.push_back(std::move(c));
  }
  EXPECT_EQ(held.size(), 10u);
  EXPECT_TRUE(a.take(1, admission::large_body_bytes));
}

TEST(admission, holds_a_brand_to_its_share_while_there_are_others) {
  admission a{*limits(100, 1'000'000, 20)};
  auto most = a.take("acme", 20, 10);
  EXPECT_TRUE(most);
  EXPECT_FALSE(a.take("acme", 1, 1));
  EXPECT_TRUE(a.take("beta", 20, 10));
  EXPECT_FALSE(a.take("nobody", 1, 1));

  auto alone = limits(100, 1'000'000, 20);
  alone->brands.resize(1);
  a.apply_settings(*alone);
  EXPECT_TRUE(a.take("acme", 80, 1)) << "alone it may use all";
  alone->brands.clear();
  a.apply_settings(*alone);
  most = {};  // its counters are still there
  EXPECT_TRUE(a.take("acme", 100, 1));
}

TEST(admission, never_lets_more_out_than_its_limits_whoever_asks_at_once) {
  constexpr std::uint64_t events_max = 64, bytes_max = 64'000;
  admission a{*limits(events_max, bytes_max)};
  std::atomic<std::uint64_t> events{0}, bytes{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random{t};
      // One is held all the time, so that nobody is alone and the limits count.
      auto anchor = a.take(1, 1);
      std::vector<admission::credit> held;
      std::vector<std::pair<std::uint64_t, std::uint64_t>> sizes;
      for (int i = 0; i < 20'000; ++i) {
        if (random() % 2 == 0 && !held.empty()) {
          events -= sizes.back().first;
          bytes -= sizes.back().second;
          sizes.pop_back();
          held.pop_back();
          continue;
        }
        const std::uint64_t e = random() % 8 + 1, b = random() % 4'000;
        auto c = a.take(e, b);
        if (!c) continue;
        if ((events += e) > events_max || (bytes += b) > bytes_max) over = true;
        held.push_back(std::move(c));
        sizes.emplace_back(e, b);
      }
      for (const auto& [e, b] : sizes) {
        events -= e;
        bytes -= b;
      }
      held.clear();
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(a.events_in_flight(), 0u);
  EXPECT_EQ(a.bytes_in_flight(), 0u);
}

}  // namespace
}  // namespace switchboard::net::testing
