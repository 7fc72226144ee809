#include "cli/routing_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace switchboard::cli {
namespace {

using domain::routing::strategy;

std::size_t in_work(const routing_world& w) {
  std::size_t n = 0;
  for (const auto& a : w.state().agents) n += a.work.size();
  return n;
}

TEST(RoutingWorld, stays_as_full_as_it_was_made_however_small_it_is) {
  for (const std::size_t agents : {1u, 2u, 10u, 50u, 250u}) {
    routing_world w({.agents = agents, .skills = 200, .queues = std::max<std::size_t>(1, agents / 100)},
                    {strategy::load_balanced});
    w.queue_up(20, 0);
    EXPECT_EQ(w.state().items.size(), agents * 5 + 20);
    EXPECT_EQ(in_work(w), agents * 5) << agents;
    for (int n = 0; n < 5'000; ++n) (void)w.release();
    EXPECT_EQ(w.state().items.size(), agents * 5 + 20) << agents;
    EXPECT_GT(in_work(w), agents * 2) << "an agent without work is nobody's to free; of " << agents;
  }
}

TEST(RoutingWorld, has_room_for_everybody_who_comes_half_busy) {
  routing_world w({.agents = 100, .skills = 200, .queues = 1}, {strategy::skill_best});
  w.half_busy();
  EXPECT_EQ(in_work(w), 250u);
  for (int n = 0; n < 1'000; ++n) (void)w.arrival();
  EXPECT_EQ(in_work(w), 250u) << "each of them was given to somebody, and one went";
}

TEST(RoutingWorld, leaves_what_nobody_can_take) {
  routing_world w({.agents = 20, .skills = 10, .queues = 1}, {strategy::round_robin});
  w.queue_up(30, 40);
  for (int n = 0; n < 500; ++n) (void)w.release();
  std::size_t impossible = 0;
  for (const auto& sig : w.state().signatures) {
    const auto& required = w.state().needs[sig.key.needs].required;
    if (!required.empty() && required.front().level == 9) impossible += sig.items.size();
  }
  EXPECT_EQ(impossible, 40u);
  EXPECT_LE(in_work(w), 100u);
}

TEST(RoutingWorld, knows_how_many_may_wait) {
  EXPECT_EQ(routing_world::room(10'000), 1'950'000u);
  EXPECT_EQ(routing_world::room(1'000'000), 0u);
}

}  // namespace
}  // namespace switchboard::cli
