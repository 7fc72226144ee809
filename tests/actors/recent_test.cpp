#include "actors/recent.hpp"

#include <gtest/gtest.h>

namespace switchboard::actors {
namespace {

TEST(Recent, AMessagesKeyMovesToItsLastRecord) {
  recent r{4};
  r.remember(1, 10, 0);
  r.remember(1, 12, 0);
  EXPECT_EQ(r.find(1), 12u);
  EXPECT_FALSE(r.find(2));
}

TEST(Recent, IsCompleteUntilItForgets) {
  recent r{4};
  for (std::uint64_t i = 1; i <= 4; ++i) r.remember(i, i, 4);
  EXPECT_TRUE(r.complete());
  r.remember(5, 5, 4);
  EXPECT_FALSE(r.complete());
  EXPECT_FALSE(r.find(1));
  EXPECT_TRUE(r.find(5));
}

TEST(Recent, NeverForgetsWhatTheViewsDoNotShow) {
  recent r{2};
  for (std::uint64_t i = 1; i <= 100; ++i) r.remember(i, i, 0);
  for (std::uint64_t i = 1; i <= 100; ++i) EXPECT_EQ(r.find(i), i);
  EXPECT_TRUE(r.complete());
  EXPECT_EQ(r.behind(98), (std::vector<storage::log_sequence>{99, 100}));
}

TEST(Recent, AThreadFromDiskIsNeverComplete) {
  recent r{2};
  r.starts_incomplete();
  EXPECT_FALSE(r.complete());
}

}  // namespace
}  // namespace switchboard::actors
