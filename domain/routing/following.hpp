#pragma once
// What a router learns from the log of conversations: one event gives it one command, or nothing. What it did itself comes back
// in the log and tells it nothing.

#include "domain/event.hpp"
#include "domain/routing/first_match.hpp"
#include "domain/routing/router_state.hpp"

#include <optional>
#include <vector>

namespace switchboard::domain::routing {

/// An event about a conversation, as the log has it.
struct followed {
  event_type type = event_type::message_received;
  const domain::conversation& conversation;  ///< as it is after the event
  const domain::message* message = nullptr;  ///< of events about one
  timestamp at = {};                         ///< of the event
  source_id source = {};                     ///< the conversation's account's
  const sla::clock_note* clock = nullptr;    ///< of sla.*
  bool text_follows = false;  ///< its customer's words come in an event of their own, right behind
};

/// Does a conversation say by such an event what its router decided?
[[nodiscard]] bool is_by_router(event_type t);

/// What rules look at.
[[nodiscard]] subject subject_of(const followed& e);

/// Of the config that is aligned: their indexes are its.
struct following_rules {
  std::vector<routing_rule> rules = {};
  queue_index otherwise = 0;  ///< where what fits none goes
};

/// What this event has to tell the router; nullopt: nothing. The router's own state says what it knows already, so that an event
/// that comes again is told as often as it is news. Precondition: `s` has a config with a queue.
[[nodiscard]] std::optional<router_command> follow(const router_state& s, const followed& e,
                                                   const following_rules& rules);

/// What somebody is given by hand that waits for nobody: its customer is to answer, or it is we who began. In the queue that rules
/// send it to, with the priority that it has.
[[nodiscard]] conversation_facts facts_by_hand(const router_state& s, const followed& e,
                                               const following_rules& rules);

/// Is nothing in `f` news but its version? Of a conversation that is known; its queue, its channel and its last agent are facts of
/// when it came, and asked no more.
[[nodiscard]] bool same_facts(const router_state& s, slot_index slot, const conversation_facts& f);

/// The agent with this id; no_agent: there is none, or no more.
[[nodiscard]] agent_index find_agent(const router_state& s, const agent_id& id);

/// Rules with the indexes of `aligned` for those of `as_written`, by the names that both have. Precondition: `aligned` is
/// align(as_written, …).
[[nodiscard]] std::vector<routing_rule> align_rules(std::vector<routing_rule> rules,
                                                    const router_config& as_written,
                                                    const router_config& aligned);

}  // namespace switchboard::domain::routing
