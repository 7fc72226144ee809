#pragma once
// Why something was decided, or was not: what a turn leaves for whoever asks later, and its JSON.

#include "domain/json.hpp"
#include "domain/routing/explaining.hpp"
#include "domain/routing/router_protocol.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace switchboard::domain::routing {

/// Who chose the agent.
enum class decider : std::uint8_t {
  strategy,  ///< the queue's: he is the explanation's winner
  hand,      ///< somebody, for himself or another
  overflow   ///< the queue's rule names him
};
[[nodiscard]] std::string_view to_word(decider);

struct reason {
  conversation_id conversation = {};
  agent_index winner = no_agent;  ///< no_agent: it waits, and this is why
  event_kind kind = event_kind::offer_made;
  decider by = decider::strategy;
  std::uint64_t sequence = 0;  ///< of the event that it is the reason of
  timestamp at = {};           ///< … and when that was
  std::string inputs = {};  ///< SHA-256, hex, of what its turn was given: append_canonical() of the command
  explanation explained =
      {};  ///< as it was right before the decision; where it waits, at the end of the turn
};

/// The word of the element in which whom the strategies prefer is before the next; empty: there was nobody, or nobody else.
[[nodiscard]] std::string_view decided_by(const explanation& x, const router_state& s);
/// `requires` and `prefers` of an object, as to_json() has them.
void add_needs(json_object& o, const item_needs& needs, const router_state& s);

/// What to_json() has from `queue` on, of an object.
void add_explanation(json_object& o, const explanation& x, const router_state& s);

/// An object; names instead of indexes, `s` being any state with the config that it was decided by, or a later one.
///   conversation, event, sequence, at, configVersion
///                        event: offer_made, assigned; where it waits, what brought it there: queued, requeued,
///                        transferred, overflowed; at: RFC 3339
///   agent, by            who got it (absent: nobody), and who chose him: strategy, hand, overflow
///   inputs               of the turn: equal where it was decided from the same
///   queue, rule, ring    the rule that brought it to this queue (absent: none fitted, or it was moved since), the ring from 0
///   hold                 what keeps it from everybody: closed, pull, delay …; absent: nothing
///   requires, prefers    [{skill, level}], [{skill, weight}]; absent: nothing
///   keys                 the words of a key's elements: strategies, then last_assigned (the router's sequence, 0: never) and rank
///   best, decidedBy      whom the strategies prefer, and the word of the element in which he is before the next; absent: there was
///                        nobody, or nobody else
///   candidates           [{agent, key: [[over, under] …], hold}] of who is eligible, less is better; then [{agent, reject}]
///   eligible, rejected   of all agents: how many are, and {presence, queue, skill …: how many fail there first}
[[nodiscard]] std::string to_json(const reason& r, const router_state& s);

}  // namespace switchboard::domain::routing
