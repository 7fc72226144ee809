#include "storage/ownership.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace switchboard::storage {
namespace {

struct told {
  std::vector<claim> gained;
  std::vector<claim> lost;
};

std::unique_ptr<ownership> start(told& t) {
  auto all = own_every_partition(4, 7, "/here");
  all->start({.gained =
                  [&t](claim c, std::uint64_t consumed_to) {
                    EXPECT_EQ(consumed_to, 0u);
                    t.gained.push_back(c);
                  },
              .lost = [&t](claim c) { t.lost.push_back(c); }});
  return all;
}

TEST(ownership, of_one_machine_is_of_every_partition_at_once) {
  told t;
  const auto all = own_every_partition(4, 7, "/here");
  EXPECT_EQ(all->owner_of(0), std::nullopt) << "not before it started";
  const auto started = start(t);
  EXPECT_EQ(t.gained, (std::vector<claim>{{0, 7}, {1, 7}, {2, 7}, {3, 7}}));
  EXPECT_TRUE(t.lost.empty());
  for (partition_number p = 0; p < 4; ++p) EXPECT_EQ(started->owner_of(p), "/here");
  EXPECT_EQ(started->owner_of(4), std::nullopt);
}

TEST(ownership, is_lost_once_and_by_the_claim_that_was_fenced) {
  told t;
  const auto all = start(t);
  all->fenced({2, 6});
  EXPECT_TRUE(t.lost.empty()) << "an older claim of ours: it was lost long ago";
  all->fenced({2, 7});
  all->fenced({2, 7});
  all->fenced({2, 0});
  EXPECT_EQ(t.lost, (std::vector<claim>{{2, 7}})) << "what is held no more is no claim";
  EXPECT_EQ(all->owner_of(2), std::nullopt);
  EXPECT_EQ(all->owner_of(1), "/here");
}

TEST(ownership, that_was_given_up_is_not_lost) {
  told t;
  const auto all = start(t);
  all->release(1);
  EXPECT_EQ(all->owner_of(1), std::nullopt);
  all->fenced({1, 7});
  EXPECT_TRUE(t.lost.empty());
}

}  // namespace
}  // namespace switchboard::storage
