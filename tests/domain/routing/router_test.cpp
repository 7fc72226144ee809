// What else a router does: overflow, transfers, cooldowns, capacity that comes and goes, and what each costs.

#include "domain/routing/eligibility.hpp"
#include "domain/routing/explaining.hpp"
#include "domain/routing/position.hpp"
#include "tests/domain/routing/router_fixture.hpp"

#include <malloc.h>

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

TEST_F(router_test, a_conversation_that_was_declined_is_held_for_the_only_one_who_could) {
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("a");
  open();
  const auto id = arrive();
  tell(decline_offer{id, a, offer_epoch(id)});
  EXPECT_EQ(kinds(), (std::vector{event_kind::offer_declined, event_kind::requeued, event_kind::held}));
  EXPECT_EQ(said.back().hold, hold::cooldown);
  EXPECT_EQ(said.back().until, now + config.cooldown);
  EXPECT_EQ(state.wake_at(), now + config.cooldown);
  EXPECT_EQ(explain(state, state.items.find(id), 9).candidates[0].why, reject::excluded);
  wait(config.cooldown);
  EXPECT_EQ(offered(id), a);
}

TEST_F(router_test, of_several_who_are_asked_the_first_to_accept_has_it) {
  config.queues[0].mode = offer_mode::offer;
  config.queues[0].offers_at_once = 2;
  const auto a = add_agent("a"), b = add_agent("b");
  open();
  const auto id = arrive();
  const auto offers = state.more_of(state.items.find(id)).offers;
  ASSERT_EQ(offers.size(), 2u);
  EXPECT_EQ(tell(accept_offer{id, b, offers[1].epoch}), std::nullopt);
  EXPECT_EQ(kinds(),
            (std::vector{event_kind::offer_accepted, event_kind::offer_rescinded, event_kind::assigned}));
  EXPECT_EQ(tell(accept_offer{id, a, offers[0].epoch}), refusal::offer_gone);
  EXPECT_EQ(owner(id), b);
  EXPECT_EQ(state.loads[a].used, 0u);
}

TEST_F(router_test, a_queue_that_is_full_overflows_and_nothing_goes_in_a_circle) {
  config.queues.push_back({.id = {"second"}});
  config.queues[0].overflow = {.length_max = 1, .targets = {{overflow_target::to::queue, 1}}};
  config.queues[1].overflow = {.length_max = 1, .targets = {{overflow_target::to::queue, 0}}};
  configure();
  const auto first = arrive(), second = arrive(), third = arrive();
  EXPECT_EQ(at(first).queue, 0);
  EXPECT_EQ(at(second).queue, 1);
  EXPECT_EQ(at(second).enqueued_at, start);
  EXPECT_EQ(at(third).queue, 0) << "it waits where it came to first";
  ASSERT_EQ(kinds(), (std::vector{event_kind::queued, event_kind::overflowed, event_kind::overflowed,
                                  event_kind::overflowed}));
  EXPECT_TRUE(said.back().flag) << "nowhere left: somebody is told";
}

TEST_F(router_test, a_closed_queue_overflows_to_whom_it_names) {
  config.queues.push_back({.id = {"second"}});
  config.queues[0].overflow = {.when_closed = true, .targets = {{overflow_target::to::queue, 1}}};
  add_agent("a");
  configure();
  const auto waits = arrive();
  tell(tell_calendar{0, false});
  EXPECT_EQ(kinds(), (std::vector{event_kind::calendar_told, event_kind::overflowed}));
  EXPECT_EQ(at(waits).queue, 1);
}

TEST_F(router_test, what_comes_back_to_a_closed_queue_overflows_as_what_waited_there) {
  config.queues[0].mode = offer_mode::offer;
  config.queues.push_back({.id = {"night"}, .mode = offer_mode::auto_accept});
  config.queues[0].overflow = {.when_closed = true, .targets = {{overflow_target::to::queue, 1}}};
  const auto a = add_agent("a"), b = add_agent("b");
  config.agents[b].queues = {{.queue = 1}};
  configure();
  online(a);
  const auto has = arrive(), asked = arrive();
  tell(accept_offer{has, a, offer_epoch(has)});
  ASSERT_EQ(offered(asked), a);
  tell(tell_calendar{0, false});
  EXPECT_EQ(at(asked).queue, 0) << "he may still take it";
  online(b);
  offline(a);
  EXPECT_EQ(owner(has), b);
  EXPECT_EQ(owner(asked), b);
  EXPECT_EQ(at(has).enqueued_at, start);
}

TEST_F(router_test, who_writes_to_somebody_who_is_gone_is_not_left_to_him) {
  const auto a = add_agent("a"), b = add_agent("b");
  configure();
  online(a);
  const auto id = arrive();
  const auto news = [&](std::uint64_t version, bool answered) {
    tell(tell_conversation{std::make_shared<const conversation_facts>(
        conversation_facts{.id = id, .version = version, .answered = answered})});
  };
  news(2, true);
  offline(a);
  online(b);
  EXPECT_EQ(owner(id), a) << "he answered, and it is his";
  news(3, false);
  EXPECT_EQ(owner(id), b);
  EXPECT_EQ(at(id).enqueued_at, start);
  offline(b);
  tell(assign{id, a, true});
  news(4, false);
  EXPECT_EQ(owner(id), a) << "somebody wanted it to wait for him";
}

TEST_F(router_test, who_is_asked_for_a_message_keeps_his_place_and_age_and_is_asked_once) {
  config.queues.push_back({.id = {"second"}});
  config.queues[0].overflow = {
      .wait_max = 10min,
      .when_closed = true,
      .targets = {{overflow_target::to::leave_message, 0}, {overflow_target::to::queue, 1}}};
  const auto a = add_agent("a");
  configure();
  const auto waits = arrive();
  const auto key = at(waits).key;
  tell(tell_calendar{0, false});
  ASSERT_EQ(kinds(), (std::vector{event_kind::calendar_told, event_kind::overflowed}));
  EXPECT_FALSE(said.back().flag) << "nothing is wrong";
  EXPECT_EQ(said.back().queue, 0);
  wait(11min);
  EXPECT_TRUE(said.empty()) << "it stays: the next target is for who cannot be asked";
  const auto late = arrive();
  ASSERT_EQ(kinds(), (std::vector{event_kind::queued, event_kind::overflowed}));
  tell(tell_calendar{0, true});
  EXPECT_EQ(at(waits).queue, 0);
  EXPECT_EQ(at(waits).key, key);
  EXPECT_EQ(at(waits).enqueued_at, start);
  online(a);
  EXPECT_EQ(owner(waits), a);
  EXPECT_EQ(owner(late), a);
  tell(unassign{waits});
  away(a);
  tell(transfer{.id = waits, .queue = 0});
  tell(tell_calendar{0, false});
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.back().queue, 1) << "asked already, it goes where it can";
}

TEST_F(router_test, of_channels_that_have_no_direct_messages_nobody_is_asked_for_one) {
  config.channels = {{.kind = thread_kind::dm}, {}};
  config.queues[0].overflow = {
      .when_closed = true, .targets = {{overflow_target::to::leave_message, 0}}, .message_channels = 0b01};
  configure();
  tell(tell_calendar{0, false});
  (void)arrive({.channel = 1});
  ASSERT_EQ(kinds(), (std::vector{event_kind::queued, event_kind::overflowed}));
  EXPECT_TRUE(said.back().flag) << "nowhere to go";
  (void)arrive({.channel = 0});
  EXPECT_FALSE(said.back().flag);
}

TEST_F(router_test, who_hands_one_on_to_a_queue_of_his_own_does_not_get_it_back_at_once) {
  config.queues.push_back({.id = {"second"}, .mode = offer_mode::auto_accept});
  const auto a = add_agent("a");
  config.agents[a].queues.push_back({.queue = 1});
  open();
  const auto id = arrive();
  ASSERT_EQ(owner(id), a);
  EXPECT_EQ(tell(transfer{.id = id, .queue = 1}), std::nullopt);
  EXPECT_EQ(owner(id), no_agent);
  wait(config.cooldown);
  EXPECT_EQ(owner(id), a) << "nobody else is here";
}

TEST_F(router_test, who_declined_pulls_it_all_the_same_but_not_beyond_what_he_may_have_at_once) {
  config.queues[0].mode = offer_mode::offer;
  config.channels[0].at_once_max = 1;
  const auto a = add_agent("a");
  open();
  const auto id = arrive();
  tell(decline_offer{id, a, offer_epoch(id)});
  const auto other = arrive();
  tell(accept_offer{other, a, offer_epoch(other)});
  ASSERT_EQ(owner(other), a);
  EXPECT_NE(tell(pull{a, id}), std::nullopt);
  EXPECT_EQ(owner(id), no_agent);
  leave(other);
  EXPECT_EQ(tell(pull{a, id}), std::nullopt);
  EXPECT_EQ(owner(id), a);
}

TEST_F(router_test, what_costs_too_much_again_does_not_wait_for_who_is_away) {
  config.channels = {{.units = 10}};
  config.idle_after = 1min;
  const auto a = add_agent("a", 10), b = add_agent("b", 10);
  config.agents[a].units_hard = 10;
  open();
  const auto id = arrive();
  ASSERT_EQ(owner(id), a);
  tell(tell_conversation{std::make_shared<const conversation_facts>(
      conversation_facts{.id = id, .version = 2, .waiting_since = now, .answered = true})});
  wait(1min);
  const auto more = arrive();
  tell(assign{more, a, true});
  away(a);
  tell(tell_conversation{std::make_shared<const conversation_facts>(
      conversation_facts{.id = id, .version = 3, .answered = true})});
  EXPECT_EQ(owner(id), b);
}

TEST_F(router_test, what_is_transferred_goes_before_what_waited_as_long_and_keeps_its_age) {
  config.queues.push_back({.id = {"second"}});
  const auto a = add_agent("a");
  open();
  const auto id = arrive();
  ASSERT_EQ(owner(id), a);
  wait(10min);
  EXPECT_EQ(tell(transfer{.id = id, .queue = 1}), std::nullopt);
  EXPECT_EQ(owner(id), no_agent);
  EXPECT_EQ(at(id).enqueued_at, start);
  const auto other = arrive({.queue = 1, .priority = priority::low});
  EXPECT_LT(at(id).key, at(other).key);
}

TEST_F(router_test, a_warm_transfer_leaves_it_with_its_owner_until_another_accepts) {
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("a"), b = add_agent("b");
  open();
  const auto id = arrive();
  tell(accept_offer{id, a, offer_epoch(id)});
  EXPECT_EQ(tell(transfer{.id = id, .agent = b, .warm = true}), std::nullopt);
  EXPECT_EQ(owner(id), a);
  ASSERT_EQ(offered(id), b);
  tell(decline_offer{id, b, offer_epoch(id)});
  EXPECT_EQ(owner(id), a);
  EXPECT_EQ(at(id).state, item_state::resting);
  tell(transfer{.id = id, .queue = 0, .warm = true});
  EXPECT_EQ(owner(id), a);
  EXPECT_EQ(offered(id), no_agent) << "b has just declined it, and a has it";
  wait(config.cooldown);
  ASSERT_EQ(offered(id), b);
  tell(accept_offer{id, b, offer_epoch(id)});
  EXPECT_EQ(owner(id), b);
  EXPECT_EQ(state.loads[a].used, 0u);
}

TEST_F(router_test, what_was_forced_counts_against_the_hard_cap_as_well) {
  const auto a = add_agent("a", 10);
  configure();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(tell(assign{arrive(), a, true}), std::nullopt);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(tell(assign{arrive(), a}), std::nullopt);
  EXPECT_EQ(tell(assign{arrive(), a}), refusal::over_hard_cap);
  EXPECT_EQ(state.loads[a].used, 12u);
  EXPECT_EQ(state.agents[a].forced, 0u) << "all of it fitted";
  EXPECT_EQ(tell(assign{arrive(), a, true}), std::nullopt);
  EXPECT_EQ(state.agents[a].forced, 1u);
}

TEST_F(router_test, what_is_taken_from_somebody_by_hand_goes_to_others) {
  const auto a = add_agent("a", 10), b = add_agent("b", 10);
  open();
  const auto id = arrive();
  ASSERT_EQ(owner(id), a);
  tell(unassign{id});
  EXPECT_EQ(owner(id), b);
  away(b);
  const auto second = arrive();
  ASSERT_EQ(owner(second), a);
  tell(reassign_all{.agent = a});
  EXPECT_EQ(owner(second), no_agent);
  wait(config.cooldown);
  EXPECT_EQ(owner(second), a) << "there is nobody else";
}

TEST_F(router_test, a_status_that_takes_less_ends_the_offers_that_it_does_not_take) {
  config.channels = {{.platform = platform::whatsapp, .units = 1}, {.units = 1}};
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("a");
  open();
  const auto dm = arrive({.channel = 0}), comment = arrive({.channel = 1});
  ASSERT_EQ(offered(comment), a);
  presence(a, {.online = true, .channels = 1});
  EXPECT_EQ(offered(dm), a);
  EXPECT_EQ(offered(comment), no_agent);
}

TEST_F(router_test, offers_that_lapse_while_nobody_could_answer_are_not_missed) {
  config.queues[0].mode = offer_mode::offer;
  config.missed_max = 1;
  const auto a = add_agent("a");
  open();
  const auto id = arrive();
  now += 1h;
  tell(tick{.after_pause = true});
  EXPECT_EQ(kinds().front(), event_kind::offer_rescinded);
  EXPECT_EQ(offered(id), a) << "and he is asked again at once";
}

TEST_F(router_test, a_sticky_hold_of_no_time_gives_it_to_him_where_he_has_room) {
  config.sticky_window = 1h;
  config.sticky_hold = 0ms;
  const auto a = add_agent("a", 1), b = add_agent("b", 1);
  open();
  const auto id = arrive({.last_agent = b, .last_agent_at = now});
  EXPECT_EQ(owner(id), b);
  const auto next = arrive({.last_agent = b, .last_agent_at = now});
  wait(1ms);
  EXPECT_EQ(owner(next), a) << "he has none: the others";
}

TEST_F(router_test, by_hand_an_agent_is_filled_to_his_hard_cap_and_by_force_beyond) {
  const auto a = add_agent("a", 10);
  configure();
  for (int i = 0; i < 12; ++i) EXPECT_EQ(tell(assign{arrive(), a}), std::nullopt);
  const auto more = arrive();
  EXPECT_EQ(tell(assign{more, a}), refusal::over_hard_cap);
  EXPECT_TRUE(said.empty());
  EXPECT_EQ(tell(assign{more, a, true}), std::nullopt);
  EXPECT_EQ(state.loads[a].used, 13u);
}

TEST_F(router_test, a_silent_customer_costs_less_and_who_comes_back_to_a_full_agent_waits_for_him) {
  config.channels = {{.units = 10}};
  config.idle_after = 60s;
  config.idle_percent = 0;
  const auto a = add_agent("a", 10);
  config.agents[a].units_hard = 10;
  open();
  const auto silent = arrive();
  conversation_facts f{.id = silent, .version = 2, .waiting_since = now, .answered = true};
  tell(tell_conversation{std::make_shared<const conversation_facts>(f)});
  const auto next = arrive();
  EXPECT_EQ(owner(next), no_agent);
  wait(60s);
  EXPECT_EQ(owner(next), a);
  f.version = 3;
  f.waiting_since = {};
  tell(tell_conversation{std::make_shared<const conversation_facts>(f)});
  EXPECT_EQ(owner(silent), no_agent);
  EXPECT_EQ(at(silent).hold, hold::sticky);
  EXPECT_EQ(at(silent).only, a);
  leave(next);
  EXPECT_EQ(owner(silent), a);
}

TEST_F(router_test, a_delayed_queue_is_seen_when_it_has_waited) {
  config.queues[0].delay = 5s;
  const auto a = add_agent("a");
  open();
  const auto id = arrive();
  EXPECT_EQ(at(id).state, item_state::parked);
  wait(4'999ms);
  EXPECT_EQ(owner(id), no_agent);
  wait(1ms);
  EXPECT_EQ(owner(id), a);
}

TEST_F(router_test, what_is_reassigned_in_bulk_goes_behind_what_waits) {
  config.queues.push_back({.id = {"second"}, .mode = offer_mode::auto_accept});
  const auto a = add_agent("a");
  const auto b = add_agent("b", 1);
  config.agents[b].queues = {{1, 0}};
  open();
  const auto old = arrive(), older = arrive();
  const auto live = [&] {
    (void)arrive({.queue = 1});  // b's one place
    return arrive({.queue = 1});
  }();
  wait(1min);
  EXPECT_EQ(tell(reassign_all{a, 1}), std::nullopt);
  EXPECT_EQ(owner(old), no_agent);
  EXPECT_EQ(owner(older), no_agent);
  leave(state.items[state.agents[b].work.front()].id);
  EXPECT_EQ(owner(live), b);
}

TEST_F(router_test, what_comes_late_has_no_effect) {
  const auto a = add_agent("a");
  open();
  const auto id = arrive();
  leave(id);
  tell(tell_conversation{
      std::make_shared<const conversation_facts>(conversation_facts{.id = id, .version = 2})});
  EXPECT_TRUE(said.empty()) << "it left at a later version";
  tell(tell_presence{{.agent = a, .epoch = 0}});
  EXPECT_TRUE(said.empty());
  tell(tell_left{id, 5});
  EXPECT_TRUE(said.empty());
}

TEST_F(router_test, what_comes_with_its_owner_keeps_to_his_hard_cap) {
  const auto a = add_agent("a", 1);
  open();
  ASSERT_EQ(owner(arrive()), a);
  const auto waits =
      std::make_shared<const conversation_facts>(conversation_facts{.id = {{9, 9}, 1}, .version = 1});
  EXPECT_EQ(tell(assign{waits->id, a, false, waits}), refusal::over_hard_cap);
  EXPECT_EQ(state.items.find(waits->id), no_slot);
  EXPECT_EQ(tell(assign{waits->id, a, true, waits}), std::nullopt);
  EXPECT_TRUE(at(waits->id).forced);
}

TEST_F(router_test, turns_are_never_equal_so_nothing_behind_them_counts) {
  config.queues[0].strategies = {strategy::round_robin, strategy::least_active};
  const auto a = add_agent("a"), b = add_agent("b");
  open();
  const auto first = arrive(), second = arrive();
  ASSERT_EQ(owner(first), a);
  ASSERT_EQ(owner(second), b);
  tell(tell_left{second, 9});
  EXPECT_EQ(owner(arrive()), a) << "b has fewer, and had the last turn";
}

TEST_F(router_test, a_new_config_keeps_everybodys_place_and_empties_who_is_gone) {
  const auto a = add_agent("a"), b = add_agent("b");
  config.queues[0].strategies = {strategy::round_robin};
  open();
  const auto of_a = arrive(), of_b = arrive();
  ASSERT_EQ(owner(of_a), a);
  ASSERT_EQ(owner(of_b), b);
  router_config next = config;
  next.agents.erase(next.agents.begin());  // b is first of all now
  config = next;
  configure();
  EXPECT_EQ(config.agents[a].id.value, "a");
  EXPECT_TRUE(config.agents[a].removed);
  EXPECT_EQ(owner(of_b), b);
  EXPECT_EQ(owner(of_a), b);
}

TEST_F(router_test, the_explanation_names_every_agent_and_what_decided) {
  config.skills = {"billing"};
  const auto busy = add_agent("busy"), free = add_agent("free"), away_one = add_agent("away"),
             none = add_agent("none");
  for (const auto a : {busy, free, away_one}) config.agents[a].skills = {{0, 1}};
  config.queues[0].mode = offer_mode::pull;
  open();
  away(away_one);
  (void)tell(assign{arrive(), busy});
  const auto id = arrive({.required = {{0, 1}}});
  config.queues[0].mode = offer_mode::pull;
  const auto held = explain(state, state.items.find(id), 9);
  EXPECT_EQ(held.hold, hold::pull);
  EXPECT_EQ(held.winner, no_agent);
  EXPECT_EQ(held.candidates[0].hold, hold::pull);
  // The same without the hold, as it was before the decision.
  router_config offering = config;
  offering.queues[0].mode = offer_mode::offer;
  state.config = std::make_shared<const router_config>(offering);
  const auto x = explain(state, state.items.find(id), 9);
  EXPECT_EQ(x.winner, free);
  EXPECT_EQ(x.decided_by, 0u) << "the load";
  ASSERT_EQ(x.candidates.size(), 4u);
  EXPECT_EQ(x.candidates[0].agent, free);
  EXPECT_EQ(x.candidates[0].key[0], (key_element{1, 10}));
  EXPECT_EQ(x.candidates[1].agent, busy);
  EXPECT_EQ(x.candidates[1].key[0], (key_element{2, 10}));
  EXPECT_EQ(x.candidates[2].agent, away_one);
  EXPECT_EQ(x.candidates[2].why, reject::presence);
  EXPECT_EQ(x.candidates[3].agent, none);
  EXPECT_EQ(x.candidates[3].why, reject::skill);
  const auto few = explain(state, state.items.find(id), 1);
  ASSERT_EQ(few.candidates.size(), 1u);
  EXPECT_EQ(few.winner, free);
  EXPECT_EQ(few.decided_by, 0u) << "also where the next best is not named";
  EXPECT_EQ(few.eligible, 2u);
  EXPECT_EQ(few.rejected, x.rejected);
  EXPECT_EQ(tell(pull{free, id}), std::nullopt);
  EXPECT_EQ(owner(id), free);
}

TEST_F(router_test, a_wait_is_told_when_it_is_good_news_or_much_worse) {
  EXPECT_TRUE(should_tell({}, 100s, now, 60s));
  const told_wait last{.eta = 100s, .at = now};
  EXPECT_TRUE(should_tell(last, 99s, now, 60s));
  EXPECT_FALSE(should_tell(last, 100s, now + 59s, 60s));
  EXPECT_TRUE(should_tell(last, 100s, now + 60s, 60s));
  EXPECT_FALSE(should_tell(last, 150s, now + 60s, 60s));
  EXPECT_TRUE(should_tell(last, 151s, now, 60s));
}

TEST_F(router_test, with_nobody_here_there_is_no_estimate) {
  add_agent("a");
  configure();
  (void)arrive();
  const auto e = estimate(state, state.items.find(arrive()));
  EXPECT_EQ(e.position, 1u) << "nobody could take the one ahead either";
  EXPECT_EQ(e.p50, std::nullopt);
}

TEST_F(router_test, while_its_queue_is_closed_there_is_no_estimate_and_a_newcomer_stands_behind_all) {
  add_agent("a", 1);
  config.handling_prior = 60s;
  open();
  EXPECT_EQ(estimate_newcomer(state, 0, 0).p50, 0ms) << "somebody is free";
  (void)arrive();
  const auto waits = arrive();
  EXPECT_EQ(estimate(state, state.items.find(waits)).p50, 60s);
  EXPECT_EQ(estimate_newcomer(state, 0, 0).position, 2u);
  EXPECT_EQ(estimate_newcomer(state, 0, 0).p50, 120s);
  tell(tell_calendar{0, false});
  EXPECT_EQ(estimate(state, state.items.find(waits)).p50, std::nullopt);
  EXPECT_EQ(estimate_newcomer(state, 0, 0).p50, std::nullopt);
  EXPECT_EQ(hold_of(state, state.items.find(waits)), hold::closed);
}

TEST_F(router_test, a_queued_conversation_takes_no_more_than_200_bytes) {
  constexpr std::size_t many = 100'000;
  config.queues[0].rings.push_back({.opens_after = 1h});  // so that each has a deadline
  configure();
  (void)arrive();
  const auto before = mallinfo2();
  for (std::size_t i = 0; i < many; ++i) {
    conversation_facts f{.id = {{0x9e3779b97f4a7c15u * i, 0xff51afd7ed558ccdu * i}, 1}, .version = 1};
    (void)turn(state, tell_conversation{std::make_shared<const conversation_facts>(f)}, now);
  }
  const auto after = mallinfo2();
  const auto each = (after.uordblks + after.hblkhd - before.uordblks - before.hblkhd) / many;
  RecordProperty("bytes", std::to_string(each));
  EXPECT_LE(each, 200u);
  EXPECT_GE(each, sizeof(item)) << "it was not measured";
}

}  // namespace
}  // namespace switchboard::domain::routing
