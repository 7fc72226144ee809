// Why: each decision of a turn has its reason, which is true of the state before it; what waits has one, too; and asking changes
// nothing.

#include "domain/routing/reason.hpp"

#include "domain/routing/archive.hpp"
#include "tests/domain/routing/random_brand.hpp"
#include "tests/domain/routing/reference_router.hpp"
#include "tests/domain/routing/router_fixture.hpp"
#include "tests/full.hpp"

#include <gmock/gmock.h>

#include <map>

namespace switchboard::domain::routing {
namespace {

constexpr std::size_t steps = 500;

/// By looking at everybody, one test after the other.
std::string check_counts(const router_state& s, slot_index slot, const explanation& x) {
  std::array<std::uint32_t, reject_count> all = {};
  for (agent_index a = 0; a < s.agents.size(); ++a) {
    if (!s.config->agents[a].removed) ++all[static_cast<std::size_t>(why_not(s, slot, a))];
  }
  if (all[0] != x.eligible) return "other agents are eligible";
  all[0] = 0;
  if (all != x.rejected) return "others fail";
  for (const auto& c : x.candidates) {
    if (why_not(s, slot, c.agent) != c.why) return "a candidate fails elsewhere";
    if (c.why == reject::none && hold_between(s, slot, c.agent) != c.hold)
      return "a candidate is held otherwise";
  }
  return {};
}

std::string check_reason(const router_state& before, const reason& r) {
  const auto slot = before.items.find(r.conversation);
  if (slot == no_slot) return "of a conversation that is not here";
  if (r.explained.sequence != before.sequence) return "of another state";
  if (r.winner != no_agent && r.by == decider::strategy) {
    if (r.explained.winner != r.winner) return "it explains another";
    if (reference_best(before, slot) != r.winner) return "the reference has another";
  }
  if (r.winner == no_agent && r.explained.winner != no_agent) return "it waits, and could be had";
  if (r.winner == no_agent && r.explained.hold == hold::none && r.explained.eligible > 0) {
    for (const auto& c : r.explained.candidates) {
      if (c.why == reject::none && c.hold == hold::none) return "it waits for nothing";
    }
  }
  return check_counts(before, slot, r.explained);
}

bool is_choice(const std::vector<router_event>& events, std::size_t n) {
  if (events[n].kind == event_kind::offer_made) return true;
  if (events[n].kind != event_kind::assigned) return false;
  // Not whoever accepts: he was chosen when he was asked.
  for (auto k = n; k > 0; --k) {
    const auto& e = events[k - 1];
    if (e.conversation != events[n].conversation) return true;
    if (e.kind == event_kind::offer_accepted) return false;
  }
  return true;
}

/// All reasons of a turn, held against its events and the states between them.
std::string check_turn(router_state& before, const std::vector<router_event>& events,
                       const std::vector<reason>& why) {
  std::map<std::uint64_t, const reason*> of_choice, of_waiting;
  for (const auto& r : why) (r.winner == no_agent ? of_waiting : of_choice)[r.sequence] = &r;
  if (of_choice.size() + of_waiting.size() != why.size()) return "two reasons of one event";
  const auto first = before.sequence + 1;
  std::map<std::uint64_t, const reason*> by_state;
  for (const auto& [sequence, r] : of_choice) {
    const auto& e = events.at(sequence - first);
    if (e.kind != r->kind || e.conversation != r->conversation || e.agent != r->winner)
      return "of another event";
    by_state[r->explained.sequence] = r;
  }
  for (std::size_t n = 0; n < events.size(); ++n) {
    if (is_choice(events, n) != of_choice.contains(first + n))
      return std::string(to_word(events[n].kind)) +
             " has a reason where it needs none, or none where it does";
    if (const auto r = by_state.find(before.sequence); r != by_state.end()) {
      if (auto wrong = check_reason(before, *r->second); !wrong.empty()) return wrong;
    }
    apply(before, events[n]);
  }
  for (const auto& [sequence, r] : of_waiting) {
    if (auto wrong = check_reason(before, *r); !wrong.empty()) return wrong;
  }
  for (const auto& e : events) {
    if (e.kind != event_kind::queued) continue;
    const auto slot = before.items.find(e.conversation);
    if (slot == no_slot || before.items[slot].owner != no_agent) continue;
    if (before.items[slot].state != item_state::queued && before.items[slot].state != item_state::parked)
      continue;
    bool named = false;
    for (const auto& [sequence, r] : of_waiting) named = named || r->conversation == e.conversation;
    if (!named) return "it was queued and waits, and nobody says why";
  }
  return {};
}

TEST(Reasons, are_given_of_every_decision_and_true_of_the_state_before_it) {
  std::map<decider, int> by;
  int waiting = 0;
  for (unsigned seed = 1; seed <= (full() ? 1'000u : 100u); ++seed) {
    random_brand b(seed);
    router_state asked, plain, folded;
    for (std::size_t step = 0; step < steps; ++step) {
      const auto [command, after] = step == 0 ? std::pair{b.configure(), milliseconds{0}} : b.next(asked);
      b.now += after;
      std::vector<reason> why;
      const auto events = turn(asked, command, b.now, &why).events;
      ASSERT_EQ(encode(turn(plain, command, b.now).events), encode(events)) << "to ask changes something";
      ASSERT_EQ(check_turn(folded, events, why), "") << "seed " << seed << ", step " << step;
      for (const auto& r : why) {
        ++(r.winner == no_agent ? waiting : by[r.by]);
        ASSERT_THAT(to_json(r, asked), testing::HasSubstr("\"conversation\":\"" + to_text(r.conversation)));
      }
    }
  }
  EXPECT_GT(by[decider::strategy], 1'000);
  EXPECT_GT(by[decider::hand], 100);
  EXPECT_GT(by[decider::overflow], 10);
  EXPECT_GT(waiting, 1'000);
}

class reason_test : public router_test {
 protected:
  std::vector<reason> why_of(const router_command& c) {
    std::vector<reason> why;
    (void)turn(state, c, now, &why);
    return why;
  }
  router_command arrival(conversation_facts f = {}) {
    f.id = {{7, ++conversations}, 1};
    f.version = 1;
    return tell_conversation{std::make_shared<const conversation_facts>(f)};
  }
};

TEST_F(reason_test, is_an_object_of_names) {
  config.skills = {"billing", "vip"};
  config.rules = {"refunds"};
  config.queues[0].mode = offer_mode::offer;
  config.queues[0].strategies = {strategy::skill_best, strategy::least_active};
  const auto anna = add_agent("anna"), ben = add_agent("ben");
  add_agent("carl");
  config.agents[anna].skills = {{0, 2}, {1, 3}};
  config.agents[ben].skills = {{0, 4}};
  open();
  const auto why = why_of(arrival({.required = {{0, 2}}, .preferred = {{1, 5}}, .rule = 0}));
  ASSERT_EQ(why.size(), 1u);
  EXPECT_EQ(to_json(why[0], state),
            R"({"conversation":"c_0000000000003g000000000001-1","event":"offer_made","sequence":6,)"
            R"("at":"2024-12-18T00:00:00.000Z","configVersion":2,)"
            R"("agent":"anna","by":"strategy","queue":"support","rule":"refunds","ring":0,)"
            R"("requires":[{"skill":"billing","level":2}],"prefers":[{"skill":"vip","weight":5}],)"
            R"("keys":["skill_best","load_balanced","least_active","last_assigned","rank"],)"
            R"("best":"anna","decidedBy":"skill_best",)"
            R"("candidates":[{"agent":"anna","key":[[-15,1],[1,10],[0,1],[0,1],[0,1]]},)"
            R"({"agent":"ben","key":[[0,1],[1,10],[0,1],[0,1],[1,1]]},{"agent":"carl","reject":"skill"}],)"
            R"("eligible":2,"rejected":{"skill":1}})");
}

TEST_F(reason_test, of_what_waits_says_what_it_waits_for) {
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("anna");
  open();
  tell(tell_calendar{0, false});
  auto why = why_of(arrival());
  ASSERT_EQ(why.size(), 1u);
  EXPECT_EQ(why[0].winner, no_agent);
  EXPECT_EQ(why[0].kind, event_kind::queued);
  EXPECT_EQ(why[0].sequence, state.sequence);
  EXPECT_EQ(why[0].explained.hold, hold::closed);
  EXPECT_THAT(to_json(why[0], state), testing::HasSubstr(R"("hold":"closed","keys":)"));
  tell(tell_calendar{0, true});
  away(a);
  why = why_of(arrival());
  ASSERT_EQ(why.size(), 1u);
  EXPECT_EQ(why[0].explained.hold, hold::none);
  EXPECT_THAT(to_json(why[0], state), testing::HasSubstr(R"("eligible":0,"rejected":{"presence":1}})"));
}

TEST_F(reason_test, names_the_rule_for_as_long_as_the_conversation_is_where_that_brought_it) {
  config.rules = {"refunds", "vip"};
  config.queues.push_back({.id = {"second"}, .mode = offer_mode::auto_accept});
  configure();
  auto why = why_of(arrival({.rule = 1}));
  ASSERT_EQ(why.size(), 1u);
  const auto id = why[0].conversation;
  EXPECT_THAT(to_json(why[0], state), testing::HasSubstr(R"("rule":"vip","ring":0)"));
  config.rules = {"refunds"};  // the config has it no more, and it was the one all the same
  configure();
  (void)add_agent("anna");
  configure();
  const presence_facts anna{.epoch = ++epoch, .online = true, .channels = all_channels};
  why = why_of(tell_presence{anna});
  ASSERT_EQ(why.size(), 1u);
  EXPECT_THAT(to_json(why[0], state), testing::HasSubstr(R"("rule":"vip")"));
  why = why_of(transfer{.id = id, .queue = 1});
  ASSERT_EQ(why.size(), 1u);
  EXPECT_THAT(to_json(why[0], state), testing::Not(testing::HasSubstr("\"rule\"")));
}

TEST_F(reason_test, names_no_more_agents_than_the_config_says_and_counts_all) {
  config.explained_max = 3;
  config.queues[0].mode = offer_mode::offer;
  for (int n = 0; n < 200; ++n) add_agent("agent" + std::to_string(n), n % 2 == 0 ? 10u : 0u);
  open();
  const auto why = why_of(arrival());
  ASSERT_EQ(why.size(), 1u);
  EXPECT_EQ(why[0].explained.candidates.size(), 3u);
  EXPECT_EQ(why[0].explained.eligible, 100u);
  EXPECT_EQ(why[0].explained.rejected[static_cast<std::size_t>(reject::units)], 100u);
}

TEST_F(reason_test, of_what_was_done_by_hand_says_so_and_whom_the_strategies_prefer) {
  const auto anna = add_agent("anna"), ben = add_agent("ben");
  config.queues[0].mode = offer_mode::pull;
  open();
  const auto id = arrive();
  auto why = why_of(pull{ben, id});
  ASSERT_EQ(why.size(), 1u);
  EXPECT_EQ(why[0].winner, ben);
  EXPECT_EQ(why[0].by, decider::hand);
  EXPECT_EQ(why[0].explained.hold, hold::pull);
  why = why_of(assign{id, anna});
  ASSERT_EQ(why.size(), 1u);
  EXPECT_EQ(why[0].winner, anna);
  EXPECT_EQ(why[0].kind, event_kind::assigned);
  EXPECT_EQ(why[0].sequence, state.sequence);
}

}  // namespace
}  // namespace switchboard::domain::routing
