#include "domain/customer.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

TEST(customer_seen_again, keeps_the_first_day_and_what_it_was_not_told) {
  customer before;
  before.name = "Ann";
  before.handle = "@ann";
  before.avatar_url = "https://a/1";
  before.platform_user_id = "7";
  before.created_at = timestamp{10s};
  before.updated_at = timestamp{20s};
  customer now;
  now.handle = "@anna";
  now.created_at = timestamp{30s};
  now.updated_at = timestamp{30s};
  const auto c = seen_again(before, now);
  EXPECT_EQ(c.name, "Ann");
  EXPECT_EQ(c.handle, "@anna");
  EXPECT_EQ(c.avatar_url, "https://a/1");
  EXPECT_EQ(c.platform_user_id, "7");
  EXPECT_EQ(c.created_at, timestamp{10s});
  EXPECT_EQ(c.updated_at, timestamp{30s});
}

TEST(customer_seen_again, an_earlier_day_that_comes_late_is_the_first_one) {
  customer before;
  before.created_at = timestamp{10s};
  customer now;
  now.created_at = timestamp{5s};
  EXPECT_EQ(seen_again(before, now).created_at, timestamp{5s});
}

}  // namespace
}  // namespace switchboard::domain
