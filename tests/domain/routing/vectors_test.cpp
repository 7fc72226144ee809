// The worked examples of how routing is meant, one by one.

#include "domain/routing/position.hpp"
#include "domain/routing/strategies.hpp"
#include "tests/domain/routing/router_fixture.hpp"

namespace switchboard::domain::routing {
namespace {

class routing_vectors : public router_test {};

TEST_F(routing_vectors, r1_round_robin_skips_who_is_away_and_owes_him_one_not_two) {
  config.queues[0].strategies = {strategy::round_robin};
  const auto a = add_agent("a"), b = add_agent("b"), c = add_agent("c");
  open();
  EXPECT_EQ(owner(arrive()), a);
  away(b);
  EXPECT_EQ(owner(arrive()), c);
  online(b);
  EXPECT_EQ(owner(arrive()), b);
  EXPECT_EQ(owner(arrive()), a);
}

TEST_F(routing_vectors, r2_the_load_is_compared_as_it_would_be_after_the_assignment) {
  const auto a = add_agent("a", 10), b = add_agent("b", 5);
  open();
  EXPECT_EQ(owner(arrive()), a);
  EXPECT_EQ(owner(arrive()), b);
  EXPECT_EQ(owner(arrive()), a);
  EXPECT_EQ(owner(arrive()), a);
}

TEST_F(routing_vectors, r3_loads_are_compared_crosswise) {
  config.channels = {{.units = 20}};
  const auto a = add_agent("a", 100), b = add_agent("b", 60);
  open();
  EXPECT_EQ(owner(arrive()), a);
  EXPECT_EQ(tell(assign{arrive(), a}), std::nullopt);
  for (const auto& [agent, used] : {std::pair{a, 40u}, std::pair{b, 20u}}) {
    while (state.loads[agent].used < used) (void)tell(assign{arrive(), agent});
    while (state.loads[agent].used > used) leave(state.items[state.agents[agent].work.front()].id);
  }
  ASSERT_EQ(state.loads[a].used, 40u);
  ASSERT_EQ(state.loads[b].used, 20u);
  EXPECT_EQ(owner(arrive()), a);  // 60/100 < 40/60
}

TEST_F(routing_vectors, r4_skills_that_are_preferred_decide_among_those_who_have_what_is_required) {
  config.skills = {"billing", "french", "vip"};
  config.queues[0].strategies = {strategy::skill_best};
  const auto a = add_agent("a"), b = add_agent("b"), c = add_agent("c");
  config.agents[a].skills = {{0, 4}, {1, 5}};
  config.agents[b].skills = {{0, 5}, {2, 5}};
  config.agents[c].skills = {{0, 2}, {1, 10}};
  open();
  const auto id = arrive({.required = {{0, 3}}, .preferred = {{1, 2}, {2, 1}}});
  EXPECT_EQ(owner(id), a);
  const auto& needs = state.needs[at(id).needs];
  EXPECT_EQ(skill_score(state, a, needs), 10);
  EXPECT_EQ(skill_score(state, b, needs), 5);
  EXPECT_EQ(why_not(state, state.items.find(id), c), reject::skill);
}

TEST_F(routing_vectors, r5_a_ring_opens_at_its_time_from_queueing_on) {
  config.queues[0].rings = {{}, {.opens_after = 30s, .pool = 1}, {.opens_after = 90s, .pool = 2}};
  const auto a = add_agent("a"), b = add_agent("b", 10, 1);
  open();
  away(a);
  const auto id = arrive();
  EXPECT_EQ(owner(id), no_agent);
  EXPECT_EQ(state.wake_at(), now + 30s);
  wait(29'999ms);
  EXPECT_EQ(owner(id), no_agent);
  wait(1ms);
  EXPECT_EQ(owner(id), b);
  EXPECT_EQ(now, start + 30s);
}

TEST_F(routing_vectors, r5_a_ring_without_anybody_online_is_skipped_at_once) {
  config.queues[0].rings = {
      {.skip_if_none_online = true}, {.opens_after = 30s, .pool = 1}, {.opens_after = 90s, .pool = 2}};
  const auto a = add_agent("a"), b = add_agent("b", 10, 1);
  open();
  offline(a);
  EXPECT_EQ(owner(arrive()), b);
  EXPECT_EQ(now, start);
}

TEST_F(routing_vectors, r6_age_and_priority_are_one_static_key) {
  const auto at_time = [](int hour, int minute) {
    return start + std::chrono::hours{hour} + std::chrono::minutes{minute};
  };
  const auto key = [&](priority p, timestamp t) { return queue_key(config, queue_order::aged, p, t, {}); };
  const auto micros = [](timestamp t) { return t.time_since_epoch().count(); };
  EXPECT_EQ(key(priority::low, at_time(10, 0)), micros(at_time(10, 0)));
  EXPECT_EQ(key(priority::urgent, at_time(10, 45)), micros(at_time(9, 45)));
  EXPECT_EQ(key(priority::urgent, at_time(11, 5)), micros(at_time(10, 5)));
  const auto a = add_agent("a");
  configure();
  now = at_time(10, 0);
  const auto low = arrive({.priority = priority::low});
  now = at_time(10, 45);
  const auto first_urgent = arrive({.priority = priority::urgent});
  now = at_time(11, 5);
  const auto second_urgent = arrive({.priority = priority::urgent});
  online(a);
  std::vector<conversation_id> order;
  for (const auto& e : said) {
    if (e.kind == event_kind::assigned) order.push_back(e.conversation);
  }
  EXPECT_EQ(order, (std::vector{first_urgent, low, second_urgent}));
}

TEST_F(routing_vectors, r7_an_accept_behind_its_time_is_gone_and_the_place_in_the_queue_is_kept) {
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("a"), b = add_agent("b");
  open();
  const auto id = arrive();
  const auto key = at(id).key;
  ASSERT_EQ(offered(id), a);
  const auto of_a = offer_epoch(id);
  now = start + 20'400ms;  // no timer came before it
  EXPECT_EQ(tell(accept_offer{id, a, of_a}), refusal::offer_gone);
  EXPECT_EQ(offered(id), b);
  EXPECT_EQ(at(id).key, key);
  now = start + 23s;
  EXPECT_EQ(tell(accept_offer{id, b, offer_epoch(id)}), std::nullopt);
  EXPECT_EQ(owner(id), b);
  EXPECT_EQ(at(id).key, key);
}

TEST_F(routing_vectors, r9_the_last_agent_goes_first_where_he_is_here) {
  config.sticky_window = 1h;
  const auto a = add_agent("a", 1), b = add_agent("b", 10);
  config.agents[a].units_hard = 2;
  open();
  const conversation_facts his{.last_agent = a, .last_agent_at = start};
  const auto first = arrive(his);
  EXPECT_EQ(owner(first), a) << "b would be less loaded";
  const auto second = arrive(his);
  EXPECT_EQ(owner(second), no_agent) << "a is at his soft cap: it waits for him";
  EXPECT_EQ(at(second).hold, hold::sticky);
  wait(29'999ms);
  EXPECT_EQ(owner(second), no_agent);
  wait(1ms);
  EXPECT_EQ(owner(second), b);
  offline(a);
  EXPECT_EQ(owner(arrive(his)), b) << "at once";
}

TEST_F(routing_vectors, r10_what_nobody_can_take_stands_before_nothing) {
  config.skills = {"english", "klingon"};
  const auto a = add_agent("a");
  config.agents[a].skills = {{0, 1}};
  configure();
  for (int i = 0; i < 1'000; ++i) arrive({.required = {{1, 1}}});
  const auto english = arrive({.required = {{0, 1}}});
  online(a);
  EXPECT_EQ(owner(english), a);
}

TEST_F(routing_vectors, r11_the_first_to_log_in_gets_his_share_of_the_backlog) {
  config.ramp_window = 60s;
  const auto a = add_agent("a"), b = add_agent("b"), c = add_agent("c");
  configure();
  for (const auto other : {b, c}) presence(other, {.scheduled = true});
  for (int i = 0; i < 18; ++i) arrive();
  online(a);
  EXPECT_EQ(state.loads[a].used, 6u);
  wait(59'999ms);
  EXPECT_EQ(state.loads[a].used, 6u);
  wait(1ms);
  EXPECT_EQ(state.loads[a].used, 10u);
}

TEST_F(routing_vectors, r12_the_wait_is_what_is_ahead_over_the_places) {
  EXPECT_EQ(eta50(7, 12'000, 300s), 175s);
  EXPECT_EQ(std::chrono::round<std::chrono::seconds>(eta90(7, 12'000, 300s)), 263s);
  const auto a = add_agent("a", 12);
  config.agents[a].units_hard = 12;
  open();
  for (int i = 0; i < 12; ++i) arrive();
  conversation_id last;
  for (int i = 0; i < 7; ++i) last = arrive();
  const auto e = estimate(state, state.items.find(last));
  EXPECT_EQ(e.position, 7u);
  EXPECT_EQ(e.p50, 175s);
  EXPECT_EQ(std::chrono::round<std::chrono::seconds>(e.p90.value_or(0s)), 263s);
}

TEST_F(routing_vectors, the_places_are_those_that_agents_have_for_it) {
  const auto a = add_agent("a", 12);
  config.agents[a].units_hard = 12;
  const auto wait_of_the_next = [&] {
    open();
    const auto id = [&] {
      conversation_id last;
      do last = arrive();
      while (owner(last) == a);
      return last;
    }();
    const auto e = estimate(state, state.items.find(id));
    EXPECT_EQ(e.position, 1u);
    leave(id);
    return e.p50;
  };
  EXPECT_EQ(wait_of_the_next(), 25s) << "12 places, 300 s each";
  config.channels[0].interruptible = true;
  config.reserve_percent = 50;
  EXPECT_EQ(wait_of_the_next(), 50s);
  config.channels[0].at_once_max = 3;
  EXPECT_EQ(wait_of_the_next(), 100s);
}

TEST_F(routing_vectors, r13_one_free_unit_is_offered_once) {
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("a", 1);
  open();
  const auto first = arrive(), second = arrive();
  EXPECT_EQ(offered(first), a);
  EXPECT_EQ(offered(second), no_agent);
  EXPECT_EQ(at(second).state, item_state::queued);
}

TEST_F(routing_vectors, r14_who_sets_himself_away_while_he_is_asked_is_asked_no_more_and_stays_away) {
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("a");
  open();
  const auto id = arrive();
  ASSERT_EQ(offered(id), a);
  away(a);
  EXPECT_EQ(kinds(),
            (std::vector{event_kind::presence_told, event_kind::offer_rescinded, event_kind::requeued}));
  EXPECT_EQ(offered(id), no_agent);
  EXPECT_EQ(state.agents[a].presence.channels, 0u);
  wait(10min);
  EXPECT_EQ(offered(id), no_agent);
  EXPECT_EQ(state.agents[a].presence.channels, 0u);
}

}  // namespace
}  // namespace switchboard::domain::routing
