#pragma once
// The router as one would write it in an afternoon: every pair of a conversation and an agent is looked at, each time. It reads
// what is so (items, agents, config) and none of the indexes that make the real one fast.

#include "domain/routing/router_state.hpp"

#include <optional>

namespace switchboard::domain::routing {

struct reference_pair {
  slot_index slot = no_slot;
  agent_index agent = no_agent;
};

/// Who should be offered what next; nullopt: nothing is left to do. Where a pair is eligible and not taken, it is because of a
/// named hold.
[[nodiscard]] std::optional<reference_pair> reference_next(const router_state& s);
/// The best agent for one conversation; no_agent: none.
[[nodiscard]] agent_index reference_best(const router_state& s, slot_index slot);

/// One, and those that go before it and that somebody here could take who could take it as well.
[[nodiscard]] std::uint32_t reference_position(const router_state& s, slot_index slot);

}  // namespace switchboard::domain::routing
