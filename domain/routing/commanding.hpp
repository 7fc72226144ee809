#pragma once
// What commands have in common, and those that people give (commanding_by_hand.cpp). Only turn() calls these.

#include "domain/routing/turning.hpp"

#include <optional>

namespace switchboard::domain::routing {

/// nullopt: done, or there was nothing to do.
using outcome = std::optional<refusal>;

[[nodiscard]] inline slot_index slot_of(const turning& t, const conversation_id& id) {
  return t.s.items.find(id);
}
[[nodiscard]] inline bool is_agent(const turning& t, agent_index a) {
  return a < t.s.agents.size() && !t.s.config->agents[a].removed;
}
[[nodiscard]] inline bool is_queue(const turning& t, queue_index q) {
  return q < t.s.queues.size() && !t.s.rules(q).removed;
}

/// It is in its queue, and nothing is decided about it yet.
[[nodiscard]] outcome come(turning& t, const facts_ptr& facts);

[[nodiscard]] outcome take(turning& t, const pull& c);
[[nodiscard]] outcome take(turning& t, const assign& c);
[[nodiscard]] outcome take(turning& t, const unassign& c);
[[nodiscard]] outcome take(turning& t, const transfer& c);
[[nodiscard]] outcome take(turning& t, const reassign_all& c);

}  // namespace switchboard::domain::routing
