#pragma once
// How an event changes the router's state: the only way. Folding the events of a log gives the state that they came from.

#include "domain/routing/router_state.hpp"

#include <vector>

namespace switchboard::domain::routing {

/// Precondition: the event was decided on this state.
void apply(router_state& s, const router_event& e);
/// All events of one turn, which has looked at whatever they made worth a look: the state is as the turn left it.
void apply_turn(router_state& s, const std::vector<router_event>& events);

}  // namespace switchboard::domain::routing
