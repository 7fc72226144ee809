#pragma once
// Who gets a conversation: the best of those who are eligible now.

#include "domain/routing/router_state.hpp"

#include <vector>

namespace switchboard::domain::routing {

/// Could anybody take something of this signature now, cooldowns of single conversations apart?
[[nodiscard]] bool has_candidates(const router_state& s, const signature& sig);

/// The best agent for a queued conversation, beside those in `asked`; no_agent: nobody is eligible. Costs some words for each
/// 64 agents, and then no more than the smaller of those who are eligible and those whom the strategy puts before the best.
[[nodiscard]] agent_index best_agent(const router_state& s, const signature& sig, slot_index slot,
                                     const std::vector<agent_index>& asked = {});

/// Should best_agent() have the tournament that it has not yet?
[[nodiscard]] bool wants_tree(const router_state& s, const signature& sig);
void make_tree(router_state& s, queue_index q, channel_index ch);

/// Agent a's place in the tournaments that he is in, after anything of him changed.
void update_trees(router_state& s, agent_index a);

}  // namespace switchboard::domain::routing
