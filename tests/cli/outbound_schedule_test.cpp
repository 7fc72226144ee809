#include "cli/outbound_schedule.hpp"

#include <gtest/gtest.h>

namespace switchboard::cli {
namespace {

using namespace std::chrono_literals;
using times = std::vector<std::chrono::nanoseconds>;

TEST(outbound_schedule, is_ideal_where_each_goes_as_soon_as_it_may) {
  const auto f = hold_against_limit(times{0ms, 0ms, 1000ms, 1000ms, 2000ms}, 2, 1s);
  EXPECT_EQ(f.ideal, 2s);
  EXPECT_EQ(f.actual, 2s);
  EXPECT_EQ(f.idle_max, 0s);
}

TEST(outbound_schedule, tells_how_long_the_account_was_idle_with_a_message_that_was_due) {
  const auto f = hold_against_limit(times{0ms, 0ms, 1250ms, 1250ms, 2250ms}, 2, 1s);
  EXPECT_EQ(f.ideal, 2s);
  EXPECT_EQ(f.actual, 2250ms);
  EXPECT_EQ(f.idle_max, 250ms);
  EXPECT_EQ(hold_against_limit(times{0ms, 400ms}, 2, 1s).idle_max, 400ms);
}

TEST(outbound_schedule, of_nothing_is_nothing) {
  EXPECT_EQ(hold_against_limit({}, 2, 1s).actual, 0s);
  EXPECT_EQ(hold_against_limit(times{5s}, 2, 1s).actual, 0s);
}

}  // namespace
}  // namespace switchboard::cli
