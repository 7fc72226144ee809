#include "actors/settled_versions.hpp"

#include <gtest/gtest.h>

namespace switchboard::actors {
namespace {

using namespace std::chrono_literals;

TEST(SettledVersions, are_known_for_a_while_each_by_its_newest) {
  const domain::conversation_id a{{1, 1}, 1}, next_of_a{{1, 1}, 2}, b{{2, 1}, 1};
  const settled_versions::time start{1h};
  settled_versions v;
  v.note(a, 5, start);
  EXPECT_TRUE(v.is_behind(a, 4));
  EXPECT_FALSE(v.is_behind(a, 5));
  EXPECT_FALSE(v.is_behind(b, 0));
  EXPECT_FALSE(v.is_behind(next_of_a, 0)) << "its thread's next conversation has versions of its own";
  v.note(a, 6, start + 3s);
  v.note(b, 1, start + settled_versions::known_for + 1s);
  EXPECT_TRUE(v.is_behind(a, 5)) << "the newer one is known for longer";
  v.note(b, 2, start + 3s + settled_versions::known_for + 1s);
  EXPECT_FALSE(v.is_behind(a, 0));
  EXPECT_TRUE(v.is_behind(b, 1));
}

}  // namespace
}  // namespace switchboard::actors
