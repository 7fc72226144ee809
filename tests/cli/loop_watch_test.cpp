#include "cli/loop_watch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace switchboard::cli {
namespace {

TEST(loop_watch, says_so_when_one_loop_hangs_and_asks_it_once) {
  std::vector<std::function<void()>> posted[2];
  loop_watch watch{
      2, [&](std::uint32_t n, std::function<void()> what) { posted[n].push_back(std::move(what)); }};
  const auto turn = [&](std::size_t n) {
    for (const auto& f : posted[n]) f();
    posted[n].clear();
  };
  EXPECT_TRUE(watch.all_turn()) << "nobody was asked yet";
  turn(0);
  turn(1);
  EXPECT_TRUE(watch.all_turn());
  turn(0);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(watch.all_turn()) << "loop 1 hangs";
  EXPECT_EQ(posted[1].size(), 1u);
  EXPECT_TRUE(posted[0].empty());
  turn(1);
  EXPECT_TRUE(watch.all_turn()) << "it was only slow";
}

TEST(loop_watch, may_go_before_its_loops_answer) {
  std::function<void()> late;
  {
    loop_watch watch{1, [&](std::uint32_t, std::function<void()> what) { late = std::move(what); }};
    EXPECT_TRUE(watch.all_turn());
  }
  late();
}

}  // namespace
}  // namespace switchboard::cli
