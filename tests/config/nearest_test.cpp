#include "config/nearest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

namespace switchboard::config {
namespace {

TEST(Nearest, EditDistanceCountsSwapsOnce) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("listen", "lisen"), 1u);
  EXPECT_EQ(edit_distance("listen", "lsiten"), 1u);
  EXPECT_EQ(edit_distance("listen", "listens"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
}

TEST(Nearest, EditDistanceIsSymmetricAndBounded) {
  std::mt19937 random(7);
  const auto word = [&] {
    std::string w(random() % 8, ' ');
    std::generate(w.begin(), w.end(), [&] { return static_cast<char>('a' + random() % 3); });
    return w;
  };
  for (int i = 0; i < 2000; ++i) {
    const std::string a = word(), b = word();
    const std::size_t d = edit_distance(a, b);
    EXPECT_EQ(d, edit_distance(b, a)) << a << ' ' << b;
    EXPECT_EQ(d == 0, a == b) << a << ' ' << b;
    EXPECT_LE(d, std::max(a.size(), b.size()));
    EXPECT_GE(d, std::max(a.size(), b.size()) - std::min(a.size(), b.size()));
  }
}

TEST(Nearest, OnlyWhatMayHaveBeenMeant) {
  constexpr std::array<std::string_view, 4> known{"listen", "admin_listen", "demo", "id"};
  EXPECT_EQ(nearest("lisen", known), "listen");
  EXPECT_EQ(nearest("adminlisten", known), "admin_listen");
  EXPECT_EQ(nearest("dmeo", known), "demo");
  EXPECT_EQ(nearest("ids", known), "id");
  EXPECT_EQ(nearest("colour", known), "");
  EXPECT_EQ(nearest("xy", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'l'), known), "");
}

TEST(Nearest, AOneLetterWordIsNotLikeEveryOther) {
  constexpr std::array<std::string_view, 1> known{"a"};
  EXPECT_EQ(nearest("b", known), "");
}

}  // namespace
}  // namespace switchboard::config
