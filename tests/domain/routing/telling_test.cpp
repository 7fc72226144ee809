// What customers are told of how long they wait: when first, when again, and to whom it is not said.

#include "domain/routing/telling.hpp"

#include "domain/routing/archive.hpp"
#include "domain/routing/position.hpp"
#include "domain/routing/wait_text.hpp"
#include "tests/domain/routing/router_fixture.hpp"

#include <gtest/gtest.h>

namespace switchboard::domain::routing {
namespace {

class telling : public router_test {
 protected:
  telling() {
    config.handling_prior = 10min;
    config.queues[0].tell = {.channels = 1,
                             .when_closed = true,
                             .after = 15s,
                             .notify_min = 5min,
                             .notify_gap = 1min,
                             .ahead_max = 3};
  }
  /// One agent with one place, who has something to do.
  agent_index busy_agent() {
    const auto a = add_agent("ada", 1);
    open();
    (void)arrive();
    return a;
  }
  /// What was told in the last turn: "2 20" is number 2 and 20 minutes, "closed" that nobody is here.
  std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const auto& e : said) {
      if (e.kind != event_kind::wait_told) continue;
      all.push_back(e.flag ? "closed" : std::to_string(e.units) + " " + std::to_string(e.key / 60'000));
    }
    return all;
  }
  /// … and until then, a second at a time.
  std::vector<std::string> told_within(milliseconds time) {
    std::vector<std::string> all;
    for (const auto end = now + time; now < end;) {
      wait(1s);
      for (auto& one : told()) all.push_back(std::move(one));
    }
    return all;
  }
  using texts = std::vector<std::string>;
};

TEST_F(telling, who_waits_is_told_once_he_has_waited_for_a_while) {
  (void)busy_agent();
  (void)arrive();
  EXPECT_EQ(told(), texts{});
  wait(14s);
  EXPECT_EQ(told(), texts{});
  (void)arrive();
  wait(1s);
  EXPECT_EQ(told(), texts{"1 10"});
  wait(14s);
  EXPECT_EQ(told(), texts{"2 20"});
}

TEST_F(telling, who_is_given_to_an_agent_before_is_told_nothing) {
  const auto a = busy_agent();
  const auto first = log.front().conversation;
  (void)first;
  (void)arrive();
  wait(10s);
  config.agents[a].units = config.agents[a].units_hard = 2;
  configure();
  EXPECT_EQ(told_within(10min), texts{});
}

TEST_F(telling, what_got_better_is_told_but_not_more_often_than_the_gap) {
  (void)busy_agent();
  const auto second = arrive();
  (void)arrive();
  wait(15s);
  ASSERT_EQ(told(), (texts{"1 10", "2 20"}));
  wait(10s);
  leave(second);
  EXPECT_EQ(told_within(49s), texts{}) << "a minute is not over";
  EXPECT_EQ(told_within(60s), texts{"1 10"});
}

TEST_F(telling, what_did_not_is_told_again_after_a_while) {
  (void)busy_agent();
  (void)arrive();
  wait(15s);
  ASSERT_EQ(told(), texts{"1 10"});
  EXPECT_EQ(told_within(299s), texts{});
  EXPECT_EQ(told_within(60s), texts{"1 10"});
}

TEST_F(telling, it_is_never_more_than_he_heard_unless_by_more_than_half) {
  (void)busy_agent();
  (void)arrive();
  (void)arrive();
  const auto third = arrive();
  wait(15s);
  ASSERT_EQ(told(), (texts{"1 10", "2 20", "3 30"}));
  (void)arrive({.priority = priority::urgent});
  EXPECT_EQ(told_within(2min), (texts{"1 10", "2 20"})) << "30 is not more than half as much again as 20";
  EXPECT_EQ(state.more_of(state.items.find(third)).told.eta, 30min);
  (void)arrive({.priority = priority::urgent});
  EXPECT_EQ(told_within(2min), (texts{"2 20", "4 40"}))
      << "40 is, and who has 50 before him has too many before him";
}

TEST_F(telling, who_has_too_many_before_him_is_told_when_they_are_fewer) {
  (void)busy_agent();
  std::vector<conversation_id> ids;
  for (int n = 0; n < 6; ++n) ids.push_back(arrive());
  wait(15s);
  EXPECT_EQ(told(), (texts{"1 10", "2 20", "3 30", "4 40"}));
  leave(ids[0]);
  EXPECT_EQ(told_within(1min), (texts{"1 10", "2 20", "3 30", "4 40"}))
      << "the last of them for the first time";
  EXPECT_EQ(state.more_of(state.items.find(ids[5])).told.at, timestamp{});
}

TEST_F(telling, where_nobody_is_here_it_is_said_once_and_again_when_somebody_comes) {
  const auto a = busy_agent();
  (void)arrive();
  wait(15s);
  ASSERT_EQ(told(), texts{"1 10"});
  away(a);
  EXPECT_EQ(told_within(2min), texts{"closed"});
  EXPECT_EQ(told_within(12h), texts{}) << "a night of it would be one every five minutes";
  (void)arrive();
  EXPECT_EQ(told_within(1min), texts{"closed"});
  online(a);
  EXPECT_EQ(told_within(2min), (texts{"1 10", "2 20"}));
}

TEST_F(telling, a_queue_that_is_closed_has_nobody_whoever_is_online) {
  (void)busy_agent();
  tell(tell_calendar{0, false});
  (void)arrive();
  EXPECT_EQ(told_within(1min), texts{"closed"});
  config.queues[0].tell.when_closed = false;
  configure();
  (void)arrive();
  EXPECT_EQ(told_within(10min), texts{});
  tell(tell_calendar{0, true});
  EXPECT_EQ(told_within(2min), (texts{"1 10", "2 20"}));
}

TEST_F(telling, who_waits_again_is_told_again_and_who_is_handed_on_is_told_nothing) {
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("ada", 1), b = add_agent("bob", 1);
  open();
  (void)arrive();
  (void)arrive();
  const auto id = arrive();
  wait(15s);
  ASSERT_EQ(told().size(), 1u);
  EXPECT_EQ(tell(assign{id, a, true}), std::nullopt);
  EXPECT_EQ(tell(transfer{.id = id, .queue = 0, .warm = true}), std::nullopt);
  ASSERT_EQ(at(id).owner, a);
  const auto before = log.size();
  EXPECT_FALSE(told_within(3min).empty());
  for (auto e = log.begin() + static_cast<std::ptrdiff_t>(before); e != log.end(); ++e) {
    EXPECT_FALSE(e->kind == event_kind::wait_told && e->conversation == id) << "ada has it";
  }
  EXPECT_EQ(tell(unassign{id}), std::nullopt);
  away(b);
  EXPECT_FALSE(told_within(1min).empty());
  EXPECT_NE(state.more_of(state.items.find(id)).told.at, timestamp{});
}

TEST_F(telling, other_channels_are_told_nothing) {
  config.channels = {{.kind = thread_kind::dm, .units = 1}, {.units = 1}};
  (void)busy_agent();
  (void)arrive({.channel = 1});
  (void)arrive({.channel = 0});
  EXPECT_EQ(told_within(1min), texts{"2 20"});
}

TEST_F(telling, those_who_waited_when_it_began_are_told_from_the_front_on) {
  const auto rule = std::exchange(config.queues[0].tell, {});
  (void)busy_agent();
  for (int n = 0; n < 9; ++n) (void)arrive();
  EXPECT_EQ(told_within(1min), texts{});
  config.queues[0].tell = rule;
  configure();
  EXPECT_EQ(told_within(1min), (texts{"1 10", "2 20", "3 30", "4 40"}));
  config.queues[0].tell = {};
  configure();
  EXPECT_EQ(told_within(10min), texts{});
}

/// What nobody can take is looked at no longer than what somebody can, however much there is of it.
TEST_F(telling, what_nobody_can_take_stands_before_nobody) {
  config.skills = {"rare"};
  (void)busy_agent();
  for (int n = 0; n < 50; ++n) (void)arrive({.priority = priority::urgent, .required = {{0, 1}}});
  (void)arrive();
  wait(15s);
  const auto all = told();
  EXPECT_EQ(std::count(all.begin(), all.end(), "closed"), 50);
  EXPECT_EQ(std::count(all.begin(), all.end(), "1 10"), 1);
  leave(log.front().conversation);
  EXPECT_EQ(told_within(6min), texts{"1 10"});
}

TEST_F(telling, a_restart_in_between_tells_nobody_twice) {
  (void)busy_agent();
  (void)arrive();
  (void)arrive();
  wait(15s);
  ASSERT_EQ(told().size(), 2u);
  auto loaded = load(save(state));
  ASSERT_TRUE(loaded);
  auto other = *std::move(loaded);
  for (int second = 0; second < 400; ++second) {
    now += 1s;
    std::string one, two;
    for (const auto& e : turn(state, tick{}, now).events) append_canonical(one, e);
    for (const auto& e : turn(other, tick{}, now).events) append_canonical(two, e);
    ASSERT_EQ(one, two) << second;
  }
}

TEST(WaitText, names_become_numbers_and_nothing_else_does) {
  EXPECT_EQ(wait_text("You are number {position}; about {minutes} min.", 4, 20min),
            "You are number 4; about 20 min.");
  EXPECT_EQ(wait_text("{position}{position} {a} } {", 12, 0ms), "1212 {a} } {");
  EXPECT_EQ(wait_text("{minutes}", 1, 61s), "2");
  EXPECT_EQ(wait_text("{minutes}", 1, after_opening), "5256000");
  EXPECT_EQ(find_unknown_name("{position} {minutes} {"), std::nullopt);
  EXPECT_EQ(find_unknown_name("{position} of {people}"), "{people}");
  for (const auto text : {"{position}", "{minutes}", "{position}{minutes}"}) {
    EXPECT_LE(wait_text(text, 4'294'967'295, milliseconds::max()).size(), std::string_view(text).size());
  }
}

}  // namespace
}  // namespace switchboard::domain::routing
