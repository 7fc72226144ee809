#include "domain/assigning.hpp"

#include "tests/domain/thread_fixture.hpp"

#include <optional>
#include <string>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using status = conversation_status;
using type = event_type;

struct assigning : thread_test {
  assigning() { feed(text_message("1")); }

  [[nodiscard]] route routed(type t, std::uint64_t sequence, const std::string& agent = {}) const {
    return {.id = current().id, .sequence = sequence, .type = t, .queue = {"sales"}, .agent = {agent}};
  }
  [[nodiscard]] assign_by_hand by_hand(const std::string& agent) const {
    return {.id = current().id, .agent = {agent}};
  }
  /// "ann, before: bob at 100": whose it is, whose it was.
  [[nodiscard]] std::string owners() const {
    const conversation& c = current();
    std::string said = c.assigned_to.empty() ? "nobody" : c.assigned_to.value;
    if (!c.last_agent.empty()) said += ", before: " + c.last_agent.value;
    EXPECT_EQ(c.last_agent_at.has_value(), !c.last_agent.empty());
    if (c.last_agent_at) said += " at " + std::to_string((*c.last_agent_at - epoch) / 1s);
    return said;
  }
};

TEST_F(assigning, a_rules_priority_does_not_undo_what_somebody_set_meanwhile) {
  patch p = change();
  p.priority = priority::low;
  run(p);
  auto first = routed(type::conversation_queued, 7);
  first.priority = priority::urgent;
  first.instead_of = priority::medium;
  run(first);
  EXPECT_EQ(current().priority, priority::low);
}

TEST_F(assigning, what_the_router_says_is_one_event_of_its_name) {
  auto first = routed(type::conversation_queued, 7);
  first.priority = priority::urgent;
  auto events = run(first);
  EXPECT_EQ(types(events), "conversation.queued");
  EXPECT_EQ(events[0].previous->priority, priority::medium);
  EXPECT_EQ(current().priority, priority::urgent);
  EXPECT_EQ(current().queue.value, "sales");
  EXPECT_EQ(current().routed, 7u);
  EXPECT_EQ(owners(), "nobody");

  EXPECT_EQ(types(run(routed(type::conversation_assigned, 8, "ann"))), "conversation.assigned");
  EXPECT_EQ(owners(), "ann");
  EXPECT_EQ(current().priority, priority::urgent) << "only a rule's word on it is said";

  now += 10s;
  auto moved = routed(type::conversation_transferred, 11, "ann");
  moved.queue = {"billing"};
  EXPECT_EQ(types(run(moved)), "conversation.transferred");
  EXPECT_EQ(owners(), "ann") << "a warm one: she keeps it until another accepts";
  EXPECT_EQ(current().queue.value, "billing");
  moved.sequence = 12;
  moved.agent = {};
  EXPECT_EQ(types(run(moved)), "conversation.transferred");
  EXPECT_EQ(owners(), "nobody, before: ann at 110");
  EXPECT_EQ(current().routed, 12u);
}

TEST_F(assigning, who_has_it_no_more_is_the_last_agent) {
  struct step {
    type what;
    std::string agent, owners;
  };
  const std::vector<step> steps = {{type::conversation_assigned, "ann", "ann"},
                                   {type::conversation_assigned, "ann", "ann"},
                                   {type::conversation_assigned, "bob", "bob, before: ann at 103"},
                                   {type::conversation_unassigned, "", "nobody, before: bob at 104"},
                                   {type::conversation_queued, "", "nobody, before: bob at 104"},
                                   {type::conversation_assigned, "ann", "ann, before: bob at 104"},
                                   {type::conversation_queued, "", "nobody, before: ann at 107"}};
  std::uint64_t sequence = 0;
  for (const auto& s : steps) {
    now += 1s;
    EXPECT_EQ(types(run(routed(s.what, ++sequence, s.agent))), to_word(s.what));
    EXPECT_EQ(owners(), s.owners) << sequence;
  }
}

TEST_F(assigning, the_router_said_again_changes_nothing) {
  run(routed(type::conversation_assigned, 5, "ann"));
  for (const std::uint64_t sequence : {0, 3, 5}) {
    EXPECT_TRUE(run(routed(type::conversation_assigned, sequence, "bob")).empty()) << sequence;
  }
  EXPECT_EQ(owners(), "ann");
  EXPECT_EQ(types(run(routed(type::conversation_assigned, 6, "bob"))), "conversation.assigned");
}

TEST_F(assigning, of_what_is_solved_the_router_says_nothing_any_more) {
  run(routed(type::conversation_assigned, 1, "ann"));
  for (const auto over : {status::resolved, status::closed}) {
    set_status(over);
    for (const auto t : {type::conversation_unassigned, type::conversation_queued})
      EXPECT_TRUE(run(routed(t, 2)).empty());
    EXPECT_EQ(current().assigned_to.value, "ann");
    EXPECT_EQ(current().routed, 1u);
  }
}

TEST_F(assigning, whoever_solved_it_keeps_it_and_was_its_last_agent) {
  run(routed(type::conversation_assigned, 1, "ann"));
  now += 20s;
  set_status(status::resolved);
  EXPECT_EQ(owners(), "ann, before: ann at 120");
  now += 20s;
  set_status(status::closed);
  EXPECT_EQ(owners(), "ann, before: ann at 120") << "closing is no more work on it";
}

TEST_F(assigning, a_conversation_that_is_closed_at_once_was_its_agents_until_then) {
  run(routed(type::conversation_assigned, 1, "ann"));
  now += 20s;
  set_status(status::closed);
  EXPECT_EQ(owners(), "ann, before: ann at 120");
}

TEST_F(assigning, a_reopened_conversation_stays_whose_it_was_until_the_router_says_otherwise) {
  run(routed(type::conversation_assigned, 1, "ann"));
  set_status(status::resolved);
  now += 60s;
  EXPECT_EQ(types(feed(text_message("2"))), "conversation.reopened message.received");
  EXPECT_EQ(owners(), "ann, before: ann at 100");
  run(routed(type::conversation_queued, 2));
  EXPECT_EQ(owners(), "nobody, before: ann at 160");
}

TEST_F(assigning, the_threads_next_conversation_knows_the_last_agent_and_is_nobodys) {
  auto first = routed(type::conversation_assigned, 900, "ann");
  run(first);
  set_status(status::closed);
  now += 60s;
  feed(text_message("2"));
  ASSERT_EQ(current().id, id_of(2));
  EXPECT_EQ(owners(), "nobody, before: ann at 100");
  EXPECT_EQ(current().routed, 0u);
  EXPECT_TRUE(current().queue.empty());
  EXPECT_EQ(refusal_of(first), refusal::superseded);
  set_status(status::closed);
  feed(text_message("3"));
  EXPECT_EQ(owners(), "nobody, before: ann at 100") << "nobody had the one in between";
}

TEST_F(assigning, what_was_erased_has_no_last_agent) {
  run(routed(type::conversation_assigned, 1, "ann"));
  const auto late = routed(type::conversation_unassigned, 2);
  run(erase{.customer = current().customer, .by = 1});
  EXPECT_EQ(refusal_of(late), refusal::not_found);
  EXPECT_FALSE(state.current);
}

TEST_F(assigning, what_no_router_says_is_refused) {
  auto with_priority = routed(type::conversation_assigned, 1, "ann");
  with_priority.priority = priority::low;
  for (const auto& r :
       {routed(type::conversation_queued, 1, "ann"), routed(type::conversation_unassigned, 1, "ann"),
        routed(type::conversation_assigned, 1), routed(type::conversation_resolved, 1),
        routed(type::message_received, 1), with_priority}) {
    EXPECT_EQ(refusal_of(r), refusal::invalid) << to_word(r.type);
  }
  for (const auto id : {id_of(0), id_of(2), conversation_id{{1, 1}, 1}, conversation_id{}}) {
    auto r = routed(type::conversation_queued, 1);
    r.id = id;
    EXPECT_EQ(refusal_of(r), refusal::not_found);
    auto hand = by_hand("ann");
    hand.id = id;
    EXPECT_EQ(refusal_of(hand), refusal::not_found);
  }
}

TEST_F(assigning, people_assign_by_hand_where_no_router_does) {
  const auto events = run(by_hand("ann"));
  EXPECT_EQ(types(events), "conversation.assigned");
  EXPECT_EQ(events[0].origin, (event_origin{"command", "", ""}));
  EXPECT_EQ(owners(), "ann");
  EXPECT_TRUE(run(by_hand("ann")).empty()) << "it is so already";
  now += 5s;
  EXPECT_EQ(types(run(by_hand("bob"))), "conversation.assigned");
  EXPECT_EQ(owners(), "bob, before: ann at 105");
  EXPECT_EQ(types(run(by_hand(""))), "conversation.unassigned");
  EXPECT_EQ(owners(), "nobody, before: bob at 105");
  EXPECT_TRUE(run(by_hand("")).empty());
  EXPECT_EQ(current().routed, 0u);
}

TEST_F(assigning, hands_are_guarded_against_the_unseen_and_the_solved) {
  auto hand = by_hand("ann");
  hand.if_version = current().version + 1;
  EXPECT_EQ(refusal_of(hand), refusal::stale_version);
  hand.if_version = current().version;
  EXPECT_EQ(types(run(hand)), "conversation.assigned");
  EXPECT_EQ(refusal_of(hand), refusal::stale_version) << "also where it would change nothing";
  for (const auto over : {status::resolved, status::closed}) {
    set_status(over);
    EXPECT_EQ(refusal_of(by_hand("bob")), refusal::invalid);
    EXPECT_EQ(refusal_of(by_hand("")), refusal::invalid);
    EXPECT_TRUE(run(by_hand("ann")).empty());
  }
  feed(text_message("2"));
  hand.id = id_of(1);
  EXPECT_EQ(refusal_of(hand), refusal::superseded);
}

}  // namespace
}  // namespace switchboard::domain
