#pragma once
// Why a conversation goes where it goes. Made beside a decision where somebody wants reasons, as routers do, by looking at everybody
// once more (bench/routing_bench.cpp has what that costs). On the state before the decision it explains that decision: a replay gets there by the log.

#include "domain/routing/strategies.hpp"

#include <array>
#include <optional>
#include <vector>

namespace switchboard::domain::routing {

struct candidate {
  agent_index agent = no_agent;
  reject why = reject::none;
  routing::hold hold = hold::none;    ///< eligible, and kept apart all the same
  std::vector<key_element> key = {};  ///< of who is eligible
};

struct explanation {
  std::uint64_t sequence = 0;  ///< of the last event before
  std::uint64_t config_version = 0;
  queue_index queue = 0;
  rule_index rule = no_rule;  ///< that brought it to this queue
  std::uint8_t ring = 0;
  channel_index channel = 0;
  item_needs needs = {};
  routing::hold hold = hold::none;  ///< what keeps it from everybody
  /// Who is eligible, by their keys, those whom nothing keeps from it first; then who is not, by their indexes.
  std::vector<candidate> candidates = {};
  std::uint32_t eligible = 0;                             ///< of all agents …
  std::array<std::uint32_t, reject_count> rejected = {};  ///< … and by the first test that they fail
  agent_index winner = no_agent;
  /// Of the keys: where the winner's is less than the next best's; nullopt: there was nobody else, or nobody at all.
  std::optional<std::size_t> decided_by = {};
};

/// Of a conversation that is known, with no more candidates than asked for. Costs what there are of members of its
/// queue, however many agents there are.
[[nodiscard]] explanation explain(const router_state& s, slot_index slot, std::size_t candidates_max);

}  // namespace switchboard::domain::routing
