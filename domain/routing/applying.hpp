#pragma once
// How an event changes the router's state: the only way. Folding the events of a log gives the state that they came from.

#include "domain/routing/router_state.hpp"

namespace switchboard::domain::routing {

/// Precondition: the event was decided on this state.
void apply(router_state& s, const router_event& e);

}  // namespace switchboard::domain::routing
