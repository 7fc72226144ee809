// Ticks that an actor sends itself: one counts, and however often they overtake each other they stay few.

#include "actors/ticking.hpp"

#include <gtest/gtest.h>

#include <queue>
#include <random>
#include <utility>
#include <vector>

namespace switchboard::actors {
namespace {

using namespace std::chrono_literals;

constexpr domain::timestamp start{std::chrono::hours{24 * 365 * 55}};

TEST(Ticking, TheEarliestCountsAndAnOvertakenOneIsNone) {
  ticking t;
  const auto late = t.sleep_until(std::nullopt, start);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->after, 1s);
  EXPECT_FALSE(t.sleep_until(start + 5s, start)) << "one comes before";
  const auto early = t.sleep_until(start + 50ms, start);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->after, 50ms);
  EXPECT_TRUE(t.heard(early->name));
  EXPECT_FALSE(t.heard(late->name)) << "it was overtaken";
  EXPECT_EQ(t.sleep_until(start, start + 60ms)->after, 1ms) << "what is due already, soon";
}

/// As the deliverer does it: each event is flushed 50 ms later, each tick sleeps on.
TEST(Ticking, TheyStayFew) {
  ticking t;
  std::mt19937 random{7};
  using under_way = std::pair<domain::timestamp, std::int64_t>;
  std::priority_queue<under_way, std::vector<under_way>, std::greater<>> mailbox;
  const auto sleep = [&](std::optional<domain::timestamp> due, domain::timestamp now) {
    if (const auto one = t.sleep_until(due, now)) mailbox.emplace(now + one->after, one->name);
  };
  sleep(std::nullopt, start);
  std::size_t most = 0, heard = 0;
  auto next_event = start;
  for (auto now = start; now < start + 600s;) {
    const bool event = mailbox.empty() || next_event < mailbox.top().first;
    now = event ? next_event : mailbox.top().first;
    if (event) {
      next_event = now + std::chrono::milliseconds{1 + random() % 400};
      sleep(now + 50ms, now);
    } else {
      const auto name = mailbox.top().second;
      mailbox.pop();
      if (!t.heard(name)) continue;
      ++heard;
      sleep(std::nullopt, now);
    }
    most = std::max(most, mailbox.size());
  }
  EXPECT_LT(most, 30u) << "no more than may be sent within a second";
  EXPECT_GT(heard, 600u) << "and one a second at least";
}

}  // namespace
}  // namespace switchboard::actors
