#include "actors/tail.hpp"

#include "support.hpp"

#include <gtest/gtest.h>

namespace switchboard::actors {
namespace {

using testing::make_record;

TEST(Tail, NumbersFromBehindTheLog) {
  tail t{41, 1 << 20};
  const std::vector records{make_record("a"), make_record("b")};
  t.append(records);
  EXPECT_EQ(records[0]->sequence, 42u);
  EXPECT_EQ(records[1]->sequence, 43u);
  EXPECT_EQ(t.submitted(), 43u);
  EXPECT_EQ(t.committed(), 41u);
}

TEST(Tail, ShowsOnlyWhatIsCommitted) {
  tail t{0, 1 << 20};
  t.append(std::vector{make_record("a"), make_record("b"), make_record("c")});
  std::vector<storage::record_ptr> got;
  EXPECT_TRUE(t.committed_after(0, 10, got));
  EXPECT_TRUE(got.empty());
  t.mark_committed(2);
  EXPECT_TRUE(t.committed_after(0, 10, got));
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[1]->sequence, 2u);
  got.clear();
  EXPECT_TRUE(t.committed_after(1, 10, got));
  EXPECT_EQ(got.size(), 1u);
}

TEST(Tail, FindsWhatIsNotCommittedYet) {
  tail t{0, 1 << 20};
  t.append(std::vector{make_record("a")});
  ASSERT_TRUE(t.find(1));
  EXPECT_FALSE(t.find(2));
  EXPECT_FALSE(t.find(0));
}

TEST(Tail, ForgetsOnlyWhatIsApplied) {
  tail t{0, 0};  // no byte may stay
  t.append(std::vector{make_record("a"), make_record("b"), make_record("c")});
  t.mark_committed(3);
  t.mark_applied(2);
  EXPECT_FALSE(t.find(2));
  EXPECT_TRUE(t.find(3));
  std::vector<storage::record_ptr> got;
  EXPECT_FALSE(t.committed_after(1, 10, got)) << "a reader that far back must go to the log";
  EXPECT_TRUE(t.committed_after(2, 10, got));
  EXPECT_EQ(got.size(), 1u);
}

TEST(Tail, KeepsAppliedRecordsWithinItsBytes) {
  tail t{0, 1 << 20};
  t.append(std::vector{make_record("a")});
  t.mark_committed(1);
  t.mark_applied(1);
  EXPECT_TRUE(t.find(1));
}

}  // namespace
}  // namespace switchboard::actors
