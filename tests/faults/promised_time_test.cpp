#include "promised_time.hpp"

#include <gtest/gtest-spi.h>

namespace switchboard::faults {
namespace {

using namespace std::chrono_literals;

TEST(promised_time, is_kept_where_one_of_three_took_longer) {
  if (full()) GTEST_SKIP() << "in the long form each is held against it";
  promised_time p{1s};
  p.take(300ms, "");
  p.take(2s, "");
  p.take(1s, "");
  p.expect_kept();
  EXPECT_EQ(p.slowest(), 2s);
}

TEST(promised_time, is_broken_where_two_of_three_took_longer) {
  if (full()) GTEST_SKIP() << "in the long form each is held against it";
  EXPECT_NONFATAL_FAILURE(
      {
        promised_time p{1s};
        p.take(1'001ms, "");
        p.take(2s, "");
        p.take(1s, "");
        p.expect_kept();
      },
      "too many of 3 took longer");
}

TEST(promised_time, is_broken_by_one_that_took_four_times_as_long) {
  if (full()) GTEST_SKIP() << "in the long form each is held against it";
  EXPECT_NONFATAL_FAILURE(
      {
        promised_time p{1s};
        p.take(300ms, "");
        p.take(4'001ms, "");
        p.expect_kept();
      },
      "4001ms");
}

}  // namespace
}  // namespace switchboard::faults
