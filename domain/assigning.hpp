#pragma once
// Whose a conversation is, and in which queue it stands: decide() for `route` and `assign_by_hand`.
//
// Where a brand has a router it alone says so, and the conversation follows: each of its events is one event here, in its order.
// Where it has none people say it, and nobody counts. Who had it last is kept, also for the thread's next conversation: a
// customer who comes back finds the person who knows him. A solved conversation stays whose it was, and so does one that is
// opened again, until the router says otherwise.

#include "domain/commanding.hpp"

namespace switchboard::domain {

[[nodiscard]] decision decide_route(const thread_state& state, route&& what, timestamp now);
[[nodiscard]] decision decide_assignment(const thread_state& state, assign_by_hand&& what, timestamp now);

/// It is this agent's from now on; empty: nobody's. Whoever had it until now is its last agent.
void hand_over(conversation& c, agent_id to, timestamp now);
/// It is solved: its agent keeps it, and has done his work on it.
void note_solver(conversation& c, timestamp now);

}  // namespace switchboard::domain
