#include "domain/deadline_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace switchboard::domain {
namespace {

conversation_id numbered(std::uint64_t n, std::uint32_t ordinal = 1) {
  return {{n, n * 0x9e3779b97f4a7c15u}, ordinal};
}
timestamp at(std::int64_t n) {
  return timestamp{std::chrono::microseconds{n}};
}

TEST(DeadlineIndex, gives_what_is_due_in_order_and_again_where_nobody_says_otherwise) {
  deadline_index index;
  index.set(numbered(1), "acme", 1, at(30));
  index.set(numbered(2), "bolt", 1, at(10));
  index.set(numbered(3), "acme", 1, at(20));
  EXPECT_EQ(index.next(), at(10));
  EXPECT_FALSE(index.take(at(9), at(100)));
  const auto first = index.take(at(25), at(100));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, numbered(2));
  EXPECT_EQ(first->brand, "bolt");
  EXPECT_EQ(first->at, at(10));
  EXPECT_EQ(index.take(at(25), at(100))->id, numbered(3));
  EXPECT_FALSE(index.take(at(25), at(100)));
  index.set(numbered(3), "acme", 2, std::nullopt);
  EXPECT_EQ(index.take(at(99), at(200))->id, numbered(1));
  EXPECT_EQ(index.take(at(100), at(200))->id, numbered(2)) << "nobody answered";
  EXPECT_EQ(index.size(), 2u);
}

TEST(DeadlineIndex, what_is_older_than_what_is_known_changes_nothing) {
  deadline_index index;
  index.set(numbered(1), "acme", 7, at(30));
  index.set(numbered(1), "acme", 6, at(10));
  index.set(numbered(1), "acme", 6, std::nullopt);
  EXPECT_EQ(index.next(), at(30));
  index.set(numbered(1), "acme", 7, at(40));
  EXPECT_EQ(index.next(), at(40));
}

TEST(DeadlineIndex, a_thread_is_forgotten_with_its_conversations) {
  deadline_index index;
  for (std::uint32_t n = 1; n <= 4; ++n) index.set(numbered(1, n), "acme", 1, at(n));
  index.set(numbered(2), "acme", 1, at(9));
  index.forget(numbered(1).thread, 3);
  EXPECT_EQ(index.size(), 2u);
  EXPECT_EQ(index.next(), at(4));
}

/// Against a map that is searched from end to end.
TEST(DeadlineIndex, says_what_a_plain_list_would) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(seed);
    deadline_index index;
    std::map<conversation_id, timestamp> plain;
    std::uint64_t version = 0;
    for (int step = 0; step < 2'000; ++step) {
      const auto id = numbered(random() % 40);
      switch (random() % 4) {
        case 0:
          index.set(id, "acme", ++version, std::nullopt);
          plain.erase(id);
          break;
        case 1: {
          const auto by = at(static_cast<std::int64_t>(random() % 1'000));
          const auto due = index.take(by, by + std::chrono::microseconds{500});
          const auto least = std::min_element(
              plain.begin(), plain.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
          ASSERT_EQ(due.has_value(), least != plain.end() && least->second <= by) << "seed " << seed;
          if (!due) break;
          ASSERT_EQ(due->at, least->second) << "seed " << seed;
          plain[due->id] = by + std::chrono::microseconds{500};
          break;
        }
        default: {
          const auto when = at(static_cast<std::int64_t>(random() % 1'000));
          index.set(id, "acme", ++version, when);
          plain[id] = when;
        }
      }
      ASSERT_EQ(index.size(), plain.size());
    }
  }
}

}  // namespace
}  // namespace switchboard::domain
