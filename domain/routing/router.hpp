#pragma once
// The rules of who gets what. A turn takes one command at one time: first whatever was due before it, then the command, then
// the drain: the best pair of a conversation and an agent, and again, until there is none.
//
// Each event of a turn is decided on the state that the one before it left, so a turn applies them as it goes; nobody else
// sees the state in between. The same commands at the same times give the same events, to the byte.

#include "domain/routing/router_state.hpp"

#include <optional>
#include <vector>

namespace switchboard::domain::routing {

struct turn_result {
  std::vector<router_event> events;  ///< to be committed as one, also when the command was refused
  std::optional<refusal> refused;    ///< the command had no effect
};

struct reason;

/// `now` below the last turn's counts as that one. `why`: gets the reason of each offer and assignment that was decided in this turn,
/// and of each conversation that came into a queue in it and is offered to nobody (reason.hpp); nullptr: costs nothing.
[[nodiscard]] turn_result turn(router_state& s, const router_command& c, timestamp now,
                               std::vector<reason>* why = nullptr);

}  // namespace switchboard::domain::routing
