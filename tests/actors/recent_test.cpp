#include "actors/recent.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace switchboard::actors {
namespace {

TEST(Recent, AMessagesKeyMovesToItsLastRecord) {
  recent r{4, 8};
  r.remember(1, 10, 0);
  r.remember(1, 12, 0);
  EXPECT_EQ(r.find(1), 12u);
  EXPECT_FALSE(r.find(2));
}

/// Fingerprints differ in their upper bits; small numbers would all have the same tag.
std::uint64_t key(std::uint64_t i) {
  return i * 0x9e37'79b9'7f4a'7c15;
}

TEST(Recent, WhatIsForgottenIsNotTakenForNew) {
  recent r{4, 64};
  for (std::uint64_t i = 1; i <= 64; ++i) r.remember(key(i), i, i);
  EXPECT_FALSE(r.find(key(1)));
  EXPECT_TRUE(r.find(key(64)));
  for (std::uint64_t i = 1; i <= 64; ++i) EXPECT_TRUE(r.find(key(i)) || !r.is_new(key(i))) << i;
}

TEST(Recent, NearlyAllThatIsNewIsKnownToBe) {
  recent r{4, 512};
  for (std::uint64_t i = 1; i <= 512; ++i) r.remember(key(i), i, i);
  std::size_t known = 0;
  for (std::uint64_t i = 1'000; i < 2'000; ++i) known += r.is_new(key(i)) ? 1 : 0;
  EXPECT_GT(known, 980u);
}

TEST(Recent, BeyondItsTagsNothingIsSurelyNew) {
  recent r{4, 8};
  for (std::uint64_t i = 1; i <= 12; ++i) r.remember(key(i), i, i);
  EXPECT_TRUE(r.is_new(key(100)));
  for (std::uint64_t i = 13; i <= 16; ++i) r.remember(key(i), i, i);
  EXPECT_FALSE(r.is_new(key(100)));
}

TEST(Recent, AKeyThatMovesOnTakesOneTag) {
  recent r{2, 4};
  for (std::uint64_t i = 1; i <= 100; ++i) r.remember(key(i % 4), i, i);
  EXPECT_TRUE(r.is_new(key(100)));
}

TEST(Recent, NeverForgetsWhatTheViewsDoNotShow) {
  recent r{2, 8};
  for (std::uint64_t i = 1; i <= 100; ++i) r.remember(key(i), i, 0);
  for (std::uint64_t i = 1; i <= 100; ++i) EXPECT_EQ(r.find(key(i)), i);
  EXPECT_TRUE(r.is_new(key(101)));
  EXPECT_EQ(r.behind(98), (std::vector<storage::log_sequence>{99, 100}));
}

TEST(Recent, OfAThreadFromDiskNothingIsSurelyNew) {
  recent r{2, 8};
  r.starts_incomplete();
  EXPECT_FALSE(r.is_new(key(1)));
}

TEST(Recent, WhatItLearnsIsNotTakenForNewAndTheRestIs) {
  recent r{2, 64};
  r.starts_incomplete();
  for (std::uint64_t i = 1; i <= 10; ++i) r.remember(key(i), i, i);  // the oldest go without a tag
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 1; i <= 40; ++i) all.push_back(key(i));
  r.learn(all);
  EXPECT_TRUE(r.is_complete());
  for (const auto k : all) EXPECT_FALSE(r.is_new(k));
  EXPECT_TRUE(r.is_new(key(100)));
}

TEST(Recent, WhatIsMoreThanItsTagsIsNotLearnt) {
  recent r{2, 8};
  r.starts_incomplete();
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 1; i <= 9; ++i) all.push_back(key(i));
  r.learn(all);
  EXPECT_FALSE(r.is_complete());
  EXPECT_FALSE(r.is_new(key(100)));
}

}  // namespace
}  // namespace switchboard::actors
