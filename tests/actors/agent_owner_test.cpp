// An agent's owner without its actor: what it notes, and what of the config it follows.

#include "actors/agent_owner.hpp"

#include "storage/codec.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace switchboard::actors {
namespace {

using domain::event_type;
using testing::small_node;
using namespace std::chrono_literals;
namespace routing = domain::routing;

/// In UTC.
std::shared_ptr<const domain::calendar> calendar_of(const std::vector<domain::wall_window>& each_day) {
  domain::calendar_rules rules;
  for (auto& day : rules.week) day = each_day;
  return std::make_shared<const domain::calendar>(
      std::make_shared<const domain::zone>(0s, std::vector<domain::clock_change>{}), rules);
}

class agent_owner_test : public ::testing::Test {
 protected:
  agent_owner_test() {
    links_.of = &node_.node();
    links_.execute = [](auto&&...) {};
    links_.tell_agent = [](auto&&...) {};
  }
  /// Every day from 00:00 to 24:00, or never.
  void set_shift(bool on) {
    auto s = std::make_shared<config::settings>();
    s->calendars.emplace_back();
    s->calendars.back().id = {"hours"};
    s->calendars.back().calendar =
        calendar_of(on ? std::vector<domain::wall_window>{{0h, 24h}} : std::vector<domain::wall_window>{});
    s->agents.emplace_back();
    s->agents.back().id = {"ada"};
    s->agents.back().calendar = {"hours"};
    s->index();
    node_.node().settings.store(s);
  }
  [[nodiscard]] std::vector<domain::agent_shown> seen() {
    std::vector<domain::agent_shown> found;
    for (const auto& r : node_.events()) {
      if (r->type == event_type::agent_presence) found.push_back(*storage::decode(r->bytes)->agent);
    }
    return found;
  }

  small_node node_;
  routing_links links_;
};

TEST_F(agent_owner_test, shifts_follow_the_calendar_that_the_config_has_now) {
  set_shift(false);
  agent_owner ada(links_, "acme", {"ada"}, {});
  ada.take(routing::tick{});
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_FALSE(seen()[0].on_shift);
  ada.take(routing::tick{});
  EXPECT_EQ(seen().size(), 1u) << "it is no news";
  set_shift(true);
  ada.take(routing::tick{});
  ASSERT_EQ(seen().size(), 2u);
  EXPECT_TRUE(seen()[1].on_shift);
  EXPECT_GT(seen()[1].epoch, seen()[0].epoch);
}

TEST_F(agent_owner_test, another_meaning_of_his_status_is_news_to_the_router) {
  agent_owner ada(links_, "acme", {"ada"}, {});
  bool answered = false;
  ada.act(session_opened{"desk"}, [&](agent_result&& r) { answered = !r.refused && !r.failed; });
  node_.commit();
  EXPECT_TRUE(answered);
  const auto before = seen();
  auto rules = *links_.presence.load();
  rules.statuses[0].channels = 1;
  links_.presence.store(std::make_shared<const routing::presence_rules>(rules));
  ada.take(routing::tick{});
  const auto after = seen();
  ASSERT_EQ(after.size(), before.size() + 1);
  EXPECT_EQ(after.back().epoch, before.back().epoch + 1) << "or it would be taken for late";
}

}  // namespace
}  // namespace switchboard::actors
