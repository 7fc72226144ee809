// The shadow of a router: what it says of each conversation that comes, and that what really happens is what it goes on from.

#include "domain/routing/shadowing.hpp"

#include "domain/routing/archive.hpp"
#include "domain/routing/placing.hpp"
#include "tests/domain/routing/random_brand.hpp"
#include "tests/domain/routing/router_fixture.hpp"
#include "tests/domain/routing/watcher.hpp"
#include "tests/full.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <optional>

namespace switchboard::domain::routing {
namespace {

using testing::HasSubstr;

// -- by hand -------------------------------------------------------------------------------------------------

class shadow_test : public router_test {
 protected:
  shadow_test() {
    config.skills = {"billing"};
    config.channels = {{.units = 1}};
    config.queues = {{.id = {"support"}, .mode = offer_mode::offer},
                     {.id = {"vip"}, .mode = offer_mode::offer}};
    config.rules = {"everything"};
    for (const auto* name : {"anna", "ben"}) {
      add_agent(name);
      config.agents.back().queues = {{.queue = 0}, {.queue = 1}};
    }
    config.agents[1].skills = {{0, 1}};
  }

  /// The live config, for a test to change.
  shadow_plan as_it_is() const {
    shadow_plan plan;
    plan.router = config;
    plan.router.version = 77;
    plan.rules = {{.name = "everything", .place = 0, .queue = 0}};
    return plan;
  }
  void cast(const shadow_plan& plan) {
    auto begun = begin_shadow(save(state), plan, now);
    ASSERT_TRUE(begun) << begun.error();
    h.emplace(*std::move(begun));
  }
  /// The router takes it, then its shadow.
  std::optional<refusal> act(router_command c, std::optional<subject> about = {}) {
    live_turn t{.command = std::move(c), .sequence = state.sequence, .told = std::move(about)};
    auto done = turn(state, t.command, now, &t.why);
    t.events = done.events;
    t.at = state.now;
    t.refused = done.refused.has_value();
    if (!t.events.empty()) take(*follow_turn(*h, t));
    take(pass_time(*h, now));
    return done.refused;
  }
  void take(shadow_findings f) {
    for (std::size_t o = 0; o < shadow_outcomes; ++o) outcomes[o] += f.outcomes[o];
    for (auto& d : f.differences) differences.push_back(std::move(d));
  }
  conversation_id come(conversation_facts f = {}, subject about = {}) {
    f.id = {{7, ++conversations}, 1};
    f.version = 1;
    f.rule = 0;
    (void)act(tell_conversation{std::make_shared<const conversation_facts>(f)}, std::move(about));
    return f.id;
  }
  void later(milliseconds by) {
    now += by;
    (void)act(tick{});
  }
  void come_online(agent_index a) {
    (void)act(tell_presence{{.agent = a, .epoch = ++epoch, .online = true, .channels = all_channels}});
  }
  std::uint64_t count(shadow_outcome o) const { return outcomes[static_cast<std::size_t>(o)]; }
  std::uint64_t all() const {
    std::uint64_t n = 0;
    for (const auto one : outcomes) n += one;
    return n;
  }
  const item& own(const conversation_id& id) const { return h->own.items[h->own.items.find(id)]; }

  std::optional<shadow> h;
  std::array<std::uint64_t, shadow_outcomes> outcomes = {};
  std::vector<std::string> differences;
};

TEST_F(shadow_test, of_the_same_config_says_the_same) {
  open();
  cast(as_it_is());
  for (int n = 0; n < 5; ++n) come();
  EXPECT_EQ(count(shadow_outcome::same), 5u);
  EXPECT_EQ(all(), 5u);
  EXPECT_EQ(contents(h->own), contents(state));
}

TEST_F(shadow_test, says_in_what_each_conversation_would_have_come_out_otherwise) {
  using enum shadow_outcome;
  struct row {
    const char* name;
    void (*change)(shadow_plan&);
    std::function<void()> before;
    shadow_outcome expected;
    const char* says;
  };
  const row table[] = {
      {"a rule with another queue", [](shadow_plan& p) { p.rules[0].queue = 1; }, nullptr, other_queue,
       R"("shadow":{"queue":"vip","rule":"everything","priority":"medium","agent":"anna")"},
      {"another queue where nobody is asked",
       [](shadow_plan& p) {
         p.rules[0].queue = 1;
         p.router.queues[1].mode = offer_mode::pull;
       },
       nullptr, other_queue, R"("shadow":{"queue":"vip","rule":"everything","priority":"medium"}})"},
      {"a rule with another priority", [](shadow_plan& p) { p.rules[0].set_priority = priority::urgent; },
       nullptr, other_priority, R"("priority":"urgent")"},
      {"a rule that requires a skill",
       [](shadow_plan& p) {
         p.rules[0].required = {{0, 1}};
       },
       nullptr, other_skills, R"("requires":[{"skill":"billing","level":1}],"agent":"ben")"},
      {"a rule that prefers one",
       [](shadow_plan& p) {
         p.rules[0].preferred = {{0, 5}};
       },
       nullptr, other_skills, R"("prefers":[{"skill":"billing","weight":5}])"},
      {"an agent with more units",
       [](shadow_plan& p) { p.router.agents[1].units = p.router.agents[1].units_hard = 1000; },
       [this] {
         for (agent_index a = 0; a < 2; ++a)
           (void)tell(assign{arrive({.queue = 1}), a, true});  // one each: the fuller one matters
       },
       other_agent, R"("agent":"ben","by":"strategy","decidedBy":"load_balanced")"},
      {"a queue that nobody is asked in", [](shadow_plan& p) { p.router.queues[0].mode = offer_mode::pull; },
       nullptr, only_live,
       R"("live":{"queue":"support","rule":"everything","priority":"medium","agent":"anna","by":"strategy")"},
      {"a queue of people who are not here",
       [](shadow_plan& p) {
         p.router.agents[0].queues.clear();
         p.router.agents[1].queues.clear();
       },
       nullptr, only_live, R"("shadow":{"queue":"support","rule":"everything","priority":"medium"}})"},
      {"a queue without a delay", [](shadow_plan& p) { p.router.queues[0].delay = 0ms; },
       [this] {
         config.queues[0].delay = 1min;
         configure();
       },
       only_shadow, R"("live":{"queue":"support","rule":"everything","priority":"medium"},"shadow":{)"},
  };
  for (const auto& r : table) {
    SCOPED_TRACE(r.name);
    outcomes = {};
    differences.clear();
    state = {};
    epoch = 0;
    config.version = 1;
    config.queues[0].delay = 0ms;
    open();
    if (r.before) r.before();
    auto plan = as_it_is();
    r.change(plan);
    cast(plan);
    come();
    EXPECT_EQ(count(r.expected), 1u);
    EXPECT_EQ(all(), 1u);
    ASSERT_EQ(differences.size(), 1u);
    EXPECT_THAT(differences[0], HasSubstr("\"outcome\":\"" + std::string(to_word(r.expected)) + "\""));
    EXPECT_THAT(differences[0], HasSubstr(r.says));
  }
}

TEST_F(shadow_test, writes_a_difference_as_an_object_of_names) {
  open();
  auto plan = as_it_is();
  plan.rules[0].queue = 1;
  plan.rules.insert(plan.rules.begin(), {.name = "refunds", .place = 1, .keywords = {"refund"}, .queue = 0});
  plan.router.rules = {"everything", "refunds"};
  cast(plan);
  (void)come({}, {.text = "hello"});
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0],
            R"({"conversation":"c_0000000000003g000000000001-1","outcome":"other_queue",)"
            R"("at":"2024-12-18T00:00:00.000Z",)"
            R"("live":{"queue":"support","rule":"everything","priority":"medium","agent":"anna",)"
            R"("by":"strategy","decidedBy":"rank","ring":0,"at":"2024-12-18T00:00:00.000Z"},)"
            R"("shadow":{"queue":"vip","rule":"everything","priority":"medium","agent":"anna",)"
            R"("by":"strategy","decidedBy":"rank","ring":0,"at":"2024-12-18T00:00:00.000Z"}})");
  (void)come({}, {.text = "a refund"});
  EXPECT_EQ(count(shadow_outcome::same), 1u) << "its own rule sends it where the live one does";
}

TEST_F(shadow_test, compares_what_waits_when_one_of_the_two_asks_somebody_and_then_no_more) {
  configure();
  auto plan = as_it_is();
  plan.router.agents[0].queues.clear();
  cast(plan);
  const auto id = come();
  EXPECT_EQ(all(), 0u) << "neither asks anybody";
  come_online(0);
  EXPECT_EQ(count(shadow_outcome::only_live), 1u);
  (void)act(decline_offer{id, 0, offer_epoch(id)});
  come_online(1);
  EXPECT_EQ(all(), 1u);
}

TEST_F(shadow_test, counts_what_leaves_or_is_taken_by_hand_before_anybody_was_asked_as_the_same) {
  configure();
  cast(as_it_is());
  const auto a = come(), b = come();
  (void)act(tell_left{a, 9});
  (void)act(assign{b, 0});
  EXPECT_EQ(count(shadow_outcome::same), 2u);
  EXPECT_EQ(all(), 2u);
  EXPECT_EQ(own(b).owner, 0u);
}

TEST_F(shadow_test, compares_what_comes_back_again) {
  open();
  auto plan = as_it_is();
  plan.router.agents[0].queues.clear();  // ben alone
  cast(plan);
  const auto id = come();
  EXPECT_EQ(count(shadow_outcome::other_agent), 1u);
  (void)act(accept_offer{id, 0, offer_epoch(id)});
  EXPECT_EQ(own(id).owner, 0u) << "who really has it has it here";
  (void)act(unassign{id});
  EXPECT_EQ(all(), 2u);
}

TEST_F(shadow_test, goes_on_from_who_was_asked_and_who_has_what) {
  open();
  auto plan = as_it_is();
  plan.router.agents[0].queues.clear();
  cast(plan);
  const auto id = come();
  const auto slot = h->own.items.find(id);
  ASSERT_EQ(h->own.more_of(slot).offers.size(), 1u);
  EXPECT_EQ(h->own.more_of(slot).offers[0].agent, 0u);
  EXPECT_EQ(h->own.loads[0].used, 1u);
  EXPECT_EQ(h->own.loads[1].used, 0u) << "whom it would have asked was not";
  later(20s);
  ASSERT_EQ(h->own.more_of(slot).offers.size(), 1u);
  EXPECT_EQ(h->own.more_of(slot).offers[0].agent, offered(id));
  EXPECT_EQ(offered(id), 1u);
  EXPECT_EQ(h->own.agents[0].missed, 1u);
}

TEST_F(shadow_test, asks_nobody_for_more_than_he_has_room_for_and_no_longer_than_an_offer_lasts) {
  config.queues[0].delay = 1h;
  open();
  auto plan = as_it_is();
  plan.router.queues[0].delay = 0ms;
  plan.router.agents[0].units = plan.router.agents[1].units = 3;
  cast(plan);
  for (int n = 0; n < 20; ++n) come();
  EXPECT_EQ(count(shadow_outcome::only_shadow), 6u) << "three of each";
  later(19s);
  EXPECT_EQ(all(), 6u);
  later(2s);
  EXPECT_EQ(count(shadow_outcome::only_shadow), 12u);
  EXPECT_EQ(h->own.agents[0].missed, 0u) << "nobody was really asked";
  later(21s);
  later(21s);
  later(21s);
  EXPECT_EQ(count(shadow_outcome::only_shadow), 20u);
  EXPECT_EQ(h->own.loads[0].used, 0u);
}

TEST_F(shadow_test, what_it_gives_at_once_is_no_more_than_asked) {
  config.queues[0].delay = 1h;
  open();
  auto plan = as_it_is();
  plan.router.queues[0].delay = 0ms;
  plan.router.queues[0].mode = offer_mode::auto_accept;
  cast(plan);
  const auto last = h->own.loads[0].last_assigned;
  const auto id = come();
  EXPECT_EQ(count(shadow_outcome::only_shadow), 1u);
  EXPECT_EQ(own(id).owner, no_agent);
  EXPECT_EQ(h->own.loads[0].last_assigned, last) << "whose turn it is goes by what was really given";
}

TEST_F(shadow_test, knows_who_is_in_one_of_the_configs_alone) {
  open();
  auto plan = as_it_is();
  plan.router.agents.erase(plan.router.agents.begin());  // no anna …
  plan.router.agents.push_back({.id = {"carl"}, .queues = {{.queue = 0}}});
  cast(plan);
  const auto id = come();
  EXPECT_EQ(count(shadow_outcome::other_agent), 1u);
  EXPECT_THAT(differences.back(), HasSubstr(R"("shadow":{"queue":"support","rule":"everything",)"
                                            R"("priority":"medium","agent":"ben")"));
  (void)act(accept_offer{id, 0, offer_epoch(id)});
  EXPECT_EQ(own(id).owner, 0u) << "she has it, whoever goes by the other config";
}

TEST_F(shadow_test, sees_the_channels_of_the_live_config_as_its_own) {
  config.channels = {{.platform = platform::whatsapp, .units = 1}, {.units = 1}};
  open();
  auto plan = as_it_is();
  plan.router.channels = {
      {.kind = thread_kind::comment, .units = 1}, {.platform = platform::whatsapp, .units = 1}, {.units = 1}};
  cast(plan);
  const presence_facts on_whatsapp{.agent = 0, .epoch = ++epoch, .online = true, .channels = 1};
  (void)act(tell_presence{on_whatsapp});
  const auto takes = [&](platform on, thread_kind kind) {
    const auto& own = h->own;
    return (own.agents[0].presence.channels >> channel_of(*own.config, on, kind) & 1) != 0;
  };
  EXPECT_TRUE(takes(platform::whatsapp, thread_kind::dm));
  EXPECT_FALSE(takes(platform::telegram, thread_kind::dm));
  const presence_facts on_others{.agent = 0, .epoch = ++epoch, .online = true, .channels = 2};
  (void)act(tell_presence{on_others});
  EXPECT_FALSE(takes(platform::whatsapp, thread_kind::dm));
  EXPECT_TRUE(takes(platform::telegram, thread_kind::dm));
  EXPECT_FALSE(takes(platform::telegram, thread_kind::comment))
      << "comments are on whatsapp, too, and that he does not take";
}

TEST_F(shadow_test, opens_and_closes_by_its_own_hours_what_it_has_hours_of_its_own_for) {
  open();
  auto plan = as_it_is();
  plan.own_hours = {{"support"}};
  cast(plan);
  (void)act(tell_calendar{0, false});
  (void)act(tell_calendar{1, false});
  EXPECT_TRUE(h->own.queues[0].open);
  EXPECT_FALSE(h->own.queues[1].open);
  come();
  EXPECT_EQ(count(shadow_outcome::only_shadow), 1u);
  take(open_queue(*h, {"support"}, false, now));
  EXPECT_FALSE(h->own.queues[0].open);
  take(open_queue(*h, {"vip"}, true, now));
  EXPECT_FALSE(h->own.queues[1].open) << "which goes by the live one";
}

TEST_F(shadow_test, refuses_a_turn_that_is_not_the_next) {
  open();
  cast(as_it_is());
  const auto gap = follow_turn(*h, {.sequence = state.sequence + 1, .at = now});
  ASSERT_FALSE(gap);
  EXPECT_THAT(gap.error(), HasSubstr("it knows the router up to " + std::to_string(state.sequence)));
  EXPECT_FALSE(follow_turn(*h, {.command = tell_config{}, .sequence = state.sequence, .at = now}));
  EXPECT_FALSE(begin_shadow("", as_it_is(), now));
}

// -- whatever happens ----------------------------------------------------------------------------------------

constexpr std::size_t steps = 500;

/// What is wrong with what the shadow is told, for the checks to be seen to notice.
enum class fault : std::uint8_t { none, not_told_who_comes, not_told_of_answers, told_of_another };

void plant(fault f, live_turn& t, std::size_t agents) {
  switch (f) {
    case fault::none:
      return;
    case fault::not_told_who_comes:
      if (std::holds_alternative<tell_presence>(t.command)) t.command = tick{};
      return;
    case fault::not_told_of_answers:
      if (std::holds_alternative<accept_offer>(t.command)) t.command = tick{};
      if (std::holds_alternative<decline_offer>(t.command)) t.command = tick{};
      return;
    case fault::told_of_another:
      for (auto& e : t.events) {
        if (e.kind == event_kind::assigned) e.agent = static_cast<agent_index>((e.agent + 1) % agents);
      }
  }
}

/// Who has what and is asked for what, as it really is; and a state that is what it says.
std::string check_reality(const shadow& h, const router_state& state) {
  for (slot_index slot = 0; slot < state.items.slots(); ++slot) {
    const auto& is = state.items[slot];
    if (is.id == conversation_id{}) continue;
    const auto& offers = state.more_of(slot).offers;
    const bool nobody = is.owner == no_agent && offers.empty();
    const auto mine = h.own.items.find(is.id);
    if (mine == no_slot) {
      if (!nobody) return to_text(is.id) + " is somebody's, and not known";
      continue;
    }
    const auto& i = h.own.items[mine];
    if (i.owner != is.owner) return to_text(is.id) + " is another's";
    if (nobody) continue;
    const auto& mine_offers = h.own.more_of(mine).offers;
    if (mine_offers.size() != offers.size()) return to_text(is.id) + " is offered to others";
    for (const auto& o : offers) {
      const bool known = std::any_of(mine_offers.begin(), mine_offers.end(), [&](const auto& x) {
        return x.agent == o.agent && x.expires_at == o.expires_at;
      });
      if (!known) return to_text(is.id) + " is offered to another, or for longer";
    }
  }
  for (slot_index slot = 0; slot < h.own.items.slots(); ++slot) {
    const auto& id = h.own.items[slot].id;
    if (id == conversation_id{}) continue;
    if (state.items.find(id) == no_slot) return to_text(id) + " has left";
    const auto due = next_due(h.own, slot);
    const bool armed = h.own.items[slot].timer_place != no_place;
    if (due.has_value() != armed || (due && *due != h.own.items[slot].timer_at))
      return "the deadline of " + to_text(id) + " is not the one that is armed";
  }
  for (agent_index a = 0; a < state.agents.size(); ++a) {
    if (h.own.loads[a].last_assigned != state.loads[a].last_assigned) return "whose turn it is";
  }
  return {};
}

/// Dear, so not behind each step.
std::string check_indexes(const shadow& h) {
  const auto again = load(save(h.own));
  if (!again) return again.error();
  return contents(*again) == contents(h.own) ? "" : "its indexes are not what its conversations say";
}

std::string check_same(const shadow& h, const router_state& state, const shadow_findings& f) {
  if (!f.differences.empty()) return f.differences.front();
  if (h.own.sequence != state.sequence) return "it says more, or less";
  return contents(h.own) == contents(state) ? "" : "it is another router";
}

struct run_result {
  std::string complaint = {};
  std::string bytes = {};  ///< of all that the live router says
  std::array<std::uint64_t, shadow_outcomes> outcomes = {};
  std::uint64_t arrived = 0;
};

/// `other`: the seed of the shadow's configs; 0: the live one. `beside`: false: no shadow at all.
run_result run(unsigned seed, unsigned other, fault f, bool beside = true) {
  random_brand b(seed);
  std::optional<random_brand> others;
  if (other != 0) others.emplace(other);
  router_state state;
  std::optional<shadow> h;
  run_result r;
  std::size_t checked = 0;
  const auto add = [&](const shadow_findings& found) {
    for (std::size_t o = 0; o < shadow_outcomes; ++o) r.outcomes[o] += found.outcomes[o];
    if (r.complaint.empty() && !others) r.complaint = check_same(*h, state, found);
    if (r.complaint.empty()) r.complaint = check_reality(*h, state);
    if (r.complaint.empty() && ++checked % 20 == 0) r.complaint = check_indexes(*h);
  };
  for (std::size_t step = 0; step < steps && r.complaint.empty(); ++step) {
    auto [command, after] = step == 0 ? std::pair{b.configure(), 0ms} : b.next(state);
    b.now += after;
    live_turn t{.command = command, .sequence = state.sequence};
    auto done = turn(state, command, b.now, &t.why);
    for (const auto& e : done.events) {
      append_canonical(r.bytes, e);
      r.arrived += e.kind == event_kind::queued;
    }
    if (!beside) continue;
    if (std::holds_alternative<tell_config>(command)) {
      shadow_plan plan;
      plan.router = others ? *std::get<tell_config>(others->configure()).config : *state.config;
      auto begun = begin_shadow(save(state), plan, state.now);
      if (!begun) return {.complaint = begun.error()};
      h.emplace(*std::move(begun));
      continue;
    }
    t.events = done.events;
    t.refused = done.refused.has_value();
    t.at = state.now;
    plant(f, t, state.agents.size());
    if (!t.events.empty()) {
      auto found = follow_turn(*h, t);
      if (!found) return {.complaint = found.error()};
      add(*found);
    }
    if (r.complaint.empty()) add(pass_time(*h, b.now));
    if (!r.complaint.empty()) r.complaint += ", step " + std::to_string(step);
  }
  return r;
}

TEST(ShadowProperties, the_same_config_beside_the_live_one_is_the_same_router) {
  std::uint64_t same = 0, arrived = 0;
  for (unsigned seed = 1; seed <= (full() ? 1'000u : 25u); ++seed) {
    const auto r = run(seed, 0, fault::none);
    ASSERT_EQ(r.complaint, "") << "seed " << seed;
    ASSERT_EQ(r.bytes, run(seed, 0, fault::none, false).bytes) << "seed " << seed;
    same += r.outcomes[0];
    arrived += r.arrived;
  }
  EXPECT_GT(same, arrived / 4) << "nothing was compared";
}

TEST(ShadowProperties, another_config_goes_on_from_what_really_happened) {
  std::array<std::uint64_t, shadow_outcomes> outcomes = {};
  for (unsigned seed = 1; seed <= (full() ? 1'000u : 100u); ++seed) {
    const auto r = run(seed, seed + 100'000, fault::none);
    ASSERT_EQ(r.complaint, "") << "seed " << seed;
    for (std::size_t o = 0; o < shadow_outcomes; ++o) outcomes[o] += r.outcomes[o];
  }
  for (const auto o : {shadow_outcome::same, shadow_outcome::other_agent, shadow_outcome::only_live,
                       shadow_outcome::only_shadow}) {
    EXPECT_GT(outcomes[static_cast<std::size_t>(o)], 10u) << to_word(o);
  }
}

TEST(ShadowProperties, notice_every_fault_that_is_planted) {
  for (const auto f : {fault::not_told_who_comes, fault::not_told_of_answers, fault::told_of_another}) {
    unsigned noticed = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) noticed += !run(seed, 0, f).complaint.empty();
    EXPECT_GE(noticed, 15u) << "fault " << static_cast<int>(f);
  }
  unsigned noticed = 0;
  for (unsigned seed = 1; seed <= 20; ++seed)
    noticed += !run(seed, seed + 100'000, fault::told_of_another).complaint.empty();
  EXPECT_GE(noticed, 15u);
}

}  // namespace
}  // namespace switchboard::domain::routing
