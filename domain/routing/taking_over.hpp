#pragma once
// How a shadow (shadowing.hpp) takes over what really happened. Its own events are made for that, and nobody else sees them.

#include "domain/routing/shadowing.hpp"

#include <set>
#include <vector>

namespace switchboard::domain::routing {

/// What its last turn did by itself, for the shadow to give back what reality has not.
struct own_deeds {
  std::set<conversation_id> given = {};  ///< that it gave to somebody without asking
  std::set<agent_index> agents = {};     ///< about whom anything was said, by either
};

/// Asks of the shadow alone that have lasted as long as an offer does: they end, and what was asked for seeks nobody else.
void end_lapsed(shadow& h, timestamp now);
/// Whoever has the conversation or is asked for it in the live state is so in the own one. What only the shadow asked for stays
/// asked, for as long as nobody has it or is asked.
void take_over(shadow& h, const conversation_id& id, timestamp at, own_deeds& deeds);
/// Who was given something last, and who misses what he is offered, is as it really is.
void take_over_agent(shadow& h, agent_index a);

}  // namespace switchboard::domain::routing
