#include "actors/even_clock.hpp"

#include <gtest/gtest.h>

namespace switchboard::actors {
namespace {

using namespace std::chrono_literals;

constexpr domain::timestamp noon{std::chrono::seconds{1'800'000'000}};

TEST(EvenClock, follows_small_steps_and_not_an_hour) {
  even_time t;
  EXPECT_EQ(t.at(noon, 10s), noon);
  EXPECT_EQ(t.at(noon + 61s, 70s), noon + 61s) << "a second of correction";
  EXPECT_EQ(t.at(noon + 1h + 71s, 80s), noon + 71s) << "set an hour ahead";
  EXPECT_EQ(t.wall_ahead(), 1h);
  EXPECT_EQ(t.at(noon + 81s, 90s), noon + 81s) << "and back again";
  EXPECT_EQ(t.wall_ahead(), 0s);
  EXPECT_EQ(t.at(noon - 1h + 91s, 100s), noon + 91s);
  EXPECT_EQ(t.wall_ahead(), -1h);
}

TEST(EvenClock, believes_what_stays) {
  even_time t;
  (void)t.at(noon, 0s);
  EXPECT_EQ(t.at(noon + 1h + 1s, 1s), noon + 1s);
  EXPECT_EQ(t.at(noon + 2h, 3'600s), noon + 3'600s) << "not quite an hour";
  EXPECT_EQ(t.at(noon + 2h + 2s, 3'602s), noon + 2h + 2s);
  EXPECT_EQ(t.wall_ahead(), 0s);
}

TEST(EvenClock, another_jump_begins_another_hour) {
  even_time t;
  (void)t.at(noon, 0s);
  (void)t.at(noon + 1h, 1s);
  EXPECT_EQ(t.at(noon + 5h, 3'000s), noon + 3'000s);
  EXPECT_EQ(t.at(noon + 5h + 700s, 3'700s), noon + 3'700s) << "the first jump's hour is no reason";
  EXPECT_EQ(t.at(noon + 5h + 3'601s, 6'601s), noon + 5h + 3'601s);
}

TEST(EvenClock, is_the_machines) {
  even_clock c;
  const auto before = std::chrono::system_clock::now();
  const auto now = c.now();
  EXPECT_GE(now, std::chrono::time_point_cast<std::chrono::microseconds>(before));
  EXPECT_EQ(c.wall_ahead(), 0s);
}

}  // namespace
}  // namespace switchboard::actors
