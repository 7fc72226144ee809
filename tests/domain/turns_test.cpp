#include "domain/application_limits.hpp"

#include <gtest/gtest.h>

namespace switchboard::domain {
namespace {

TEST(turns, are_the_better_lanes_then_theirs_who_waited_longest) {
  const turn agent_late{lane::agent, 9}, agent_early{lane::agent, 2}, bot{lane::bot, 1};
  EXPECT_TRUE(goes_before(agent_late, bot)) << "whatever the turns";
  EXPECT_FALSE(goes_before(bot, agent_late));
  EXPECT_TRUE(goes_before(agent_early, agent_late));
  EXPECT_FALSE(goes_before(agent_late, agent_early));
  EXPECT_FALSE(goes_before(bot, bot)) << "the first of equals stays";
}

}  // namespace
}  // namespace switchboard::domain
