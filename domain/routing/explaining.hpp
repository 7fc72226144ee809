#pragma once
// Why a conversation goes where it goes. Made when somebody asks, by looking at everybody once more; deciding itself pays
// nothing for it. On the state before the decision it explains that decision: a replay gets there by the log.

#include "domain/routing/strategies.hpp"

#include <optional>
#include <vector>

namespace switchboard::domain::routing {

struct candidate {
  agent_index agent = no_agent;
  reject why = reject::none;
  routing::hold hold = hold::none;    ///< eligible, and kept apart all the same
  std::vector<key_element> key = {};  ///< of who is eligible and not held
};

struct explanation {
  std::uint64_t sequence = 0;  ///< of the last event before
  std::uint64_t config_version = 0;
  std::uint8_t ring = 0;
  routing::hold hold = hold::none;         ///< what keeps it from everybody
  std::vector<candidate> candidates = {};  ///< in the order of their indexes
  agent_index winner = no_agent;
  /// Of the keys: where the winner's is less than the next best's; nullopt: there was nobody else, or nobody at all.
  std::optional<std::size_t> decided_by = {};
};

/// Of a conversation that is known. Costs as much as there are agents.
[[nodiscard]] explanation explain(const router_state& s, slot_index slot);

}  // namespace switchboard::domain::routing
