#include "domain/share.hpp"

#include <gtest/gtest.h>

namespace switchboard::domain {
namespace {

TEST(share, of_a_brand) {
  EXPECT_EQ(share_of(1'000, 25, 2), 250u);
  EXPECT_EQ(share_of(1'000, 100, 7), 1'000u);
  EXPECT_EQ(share_of(1'000, 25, 1), 1'000u) << "nobody else is there";
  EXPECT_EQ(share_of(1'000, 25, 0), 1'000u);
  EXPECT_EQ(share_of(8, 1, 2), 1u) << "none could do nothing at all";
  EXPECT_EQ(share_of(std::uint64_t{1} << 40, 25, 2), std::uint64_t{1} << 38);
}

}  // namespace
}  // namespace switchboard::domain
