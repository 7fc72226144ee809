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

// Time that moves only when it is told to.
std::int64_t told_ms = 0;

struct two_brands {
  admission a;
  std::vector<admission::credit> held;
  explicit two_brands(std::int64_t from = 1'000) : a{*limits(10'000, 1 << 30), [] { return told_ms; }} {
    told_ms = from;
  }
  void commits(std::uint64_t events, double waited_ms) {
    for (int i = 0; i < 100; ++i) a.committed(events, waited_ms);
  }
  /// As many of one event as it lets in, at most `most`.
  std::size_t fill(std::string_view brand, std::size_t most) {
    std::size_t n = 0;
    for (; n < most; ++n) {
      auto c = a.take(brand, 1, 1);
      if (!c) break;
      held.push_back(std::move(c));
    }
    return n;
  }
};

TEST(admission, holds_a_brand_whose_events_stand_in_line_while_others_are_there) {
  two_brands t;
  t.commits(10, 100);
  EXPECT_EQ(t.fill("beta", 1), 1u);
  EXPECT_EQ(t.fill("acme", 1'000), 1'000u) << "a burst is let in whole";
  told_ms += admission::standing_ms_max + 1;
  EXPECT_EQ(t.fill("beta", 1), 1u);
  EXPECT_EQ(t.fill("acme", 1), 0u) << "it has not gone down for too long";
  EXPECT_EQ(t.fill("beta", admission::few_events / 2), admission::few_events / 2) << "that one alone";
  t.held.clear();
  EXPECT_EQ(t.fill("acme", 1'000), admission::held_events_min);
  told_ms += admission::held_ms;
  t.held.clear();
  EXPECT_EQ(t.fill("acme", 1'000), 1'000u) << "it has not wanted more for a while";
}

TEST(admission, holds_nobody_whose_burst_is_over_or_who_is_alone) {
  two_brands t;
  t.commits(10, 100);
  EXPECT_EQ(t.fill("beta", 1), 1u);
  EXPECT_EQ(t.fill("acme", 1'000), 1'000u);
  told_ms += admission::standing_ms_max / 2;
  t.held.clear();
  EXPECT_EQ(t.fill("acme", 1), 1u) << "few meanwhile";
  told_ms += admission::standing_ms_max;
  EXPECT_EQ(t.fill("beta", 1), 1u);
  EXPECT_EQ(t.fill("acme", 1'000), 1'000u);
  told_ms += admission::neighbour_ms;
  EXPECT_EQ(t.fill("acme", 1'000), 1'000u) << "the others have gone";
}

TEST(admission, holds_nobody_while_nobody_waits_longer_than_the_disk_lets_them) {
  for (const double always_ms : {2.0, 100.0}) {
    two_brands t;
    t.commits(10, always_ms);  // the first are slow: it learns
    for (int i = 0; i < 20'000; ++i) t.a.committed(10, always_ms);
    EXPECT_EQ(t.fill("beta", 1), 1u);
    EXPECT_EQ(t.fill("acme", 1'000), 1'000u);
    told_ms += 10 * admission::standing_ms_max;
    EXPECT_EQ(t.fill("beta", 1), 1u);
    EXPECT_EQ(t.fill("acme", 100), 100u) << always_ms;
  }
}

TEST(admission, what_is_held_gets_its_share_of_a_commit) {
  two_brands t;
  t.commits(1'000, 100);
  EXPECT_EQ(t.fill("beta", 1), 1u);
  EXPECT_EQ(t.fill("acme", 1'000), 1'000u);
  told_ms += admission::standing_ms_max + 1;
  EXPECT_EQ(t.fill("beta", 1), 1u);
  EXPECT_EQ(t.fill("acme", 1), 0u);
  t.held.clear();
  const auto in = t.fill("acme", 1'000);
  EXPECT_GT(in, 450u);
  EXPECT_LE(in, 500u);
}

TEST(admission, says_before_a_body_comes_whether_its_events_may_fit) {
  constexpr auto of = admission::event_bytes_typical;
  admission a{*limits(100, 1 << 30)};
  EXPECT_TRUE(a.has_room_for_body(1'000 * of)) << "alone";
  const auto held = a.take(60, 1);
  EXPECT_TRUE(a.has_room_for_body(40 * of));
  EXPECT_FALSE(a.has_room_for_body(41 * of));
  EXPECT_TRUE(a.has_room_for_body(of / 2));
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
