#include "domain/doubts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using kind = doubts::step::kind;
using testing::ElementsAre;

constexpr auto wait = 10min;
const timestamp t0{1000s};
const message_id one{{thread_id{1, 2}, 0}, 1}, two{{thread_id{1, 2}, 0}, 2};

TEST(doubts, are_asked_about_at_growing_distances_until_the_wait_is_over) {
  doubts d;
  d.add(one, t0);
  std::vector<std::int64_t> asked_at;
  for (timestamp now = t0; now < t0 + 20min; now += 1s) {
    const auto s = d.next(now, wait);
    if (!s) continue;
    if (s->what == kind::give_up) {
      EXPECT_GE(now - t0, wait);
      EXPECT_LE(now - t0, wait + doubts::questions_apart_max);
      break;
    }
    asked_at.push_back(std::chrono::duration_cast<std::chrono::seconds>(now - t0).count());
    d.asked(one);
    EXPECT_EQ(d.next(now + 1h, wait), std::nullopt) << "asked while it is asked";
    d.unclear(one, now);
  }
  EXPECT_THAT(asked_at, ElementsAre(1, 2, 4, 8, 16, 32, 64, 124, 184, 244, 304, 364, 424, 484, 544));
  EXPECT_FALSE(d.has(one));
  EXPECT_EQ(d.wake_at(), std::nullopt);
}

TEST(doubts, believe_that_it_is_absent_only_after_a_while) {
  doubts d;
  d.add(one, t0);
  d.asked(one);
  EXPECT_FALSE(d.absent(one, t0 + doubts::listed_after - 1us));
  EXPECT_TRUE(d.has(one));
  d.asked(one);
  EXPECT_TRUE(d.absent(one, t0 + doubts::listed_after));
  EXPECT_FALSE(d.has(one));
}

TEST(doubts, wait_for_the_platforms_limits) {
  doubts d;
  d.add(one, t0);
  d.add(two, t0);
  d.postpone(one, t0 + 5s);
  EXPECT_EQ(d.wake_at(), t0 + doubts::first_question);
  const auto first = d.next(t0 + 1s, wait);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, two);
  d.asked(two);
  EXPECT_EQ(d.next(t0 + 1s, wait), std::nullopt);
  EXPECT_EQ(d.wake_at(), t0 + 5s);
  EXPECT_EQ(d.next(t0 + 5s, wait)->id, one);
}

TEST(doubts, forget_what_somebody_has_settled) {
  doubts d;
  d.add(one, t0);
  d.forget(one);
  d.asked(one);
  d.unclear(one, t0);
  EXPECT_FALSE(d.absent(one, t0 + 1h));
  EXPECT_EQ(d.next(t0 + 1h, wait), std::nullopt);
}

}  // namespace
}  // namespace switchboard::domain
