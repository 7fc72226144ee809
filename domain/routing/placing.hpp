#pragma once
// Where things stand in the state's indexes: items in the heaps of their signatures and among the deadlines, agents among
// those who are available. Only apply() calls these.

#include "domain/routing/router_state.hpp"

namespace switchboard::domain::routing {

/// Puts a queued item into the heap of its signature, out of the one where it was; any other out of every heap.
void place_item(router_state& s, slot_index slot);
/// After anything that a deadline of it depends on.
void arm_item(router_state& s, slot_index slot);
/// When something is due about this item without anything else happening; nullopt: never.
[[nodiscard]] std::optional<timestamp> next_due(const router_state& s, slot_index slot);
void arm_agent(router_state& s, agent_index a);
void arm_queue(router_state& s, queue_index q);
[[nodiscard]] std::optional<timestamp> next_due_of(const agent_state& a);
/// After his status changed, and before refresh_agent().
void refresh_presence(router_state& s, agent_index a);
/// After anything that he may be offered depends on. Who can take what he could not before is looked at in the next drain.
void refresh_agent(router_state& s, agent_index a);
/// Whom the signature fits, after the config or the signature itself changed.
void match_signature(const router_state& s, signature& sig);
/// Something of it may find an agent now.
void mark_signature(router_state& s, std::uint32_t sig);
void mark_agent(router_state& s, agent_index a);
/// A turn is over: whatever was marked has been looked at.
void clear_marks(router_state& s);
/// Whoever takes an index of s.needs gives it back, and what nobody has is forgotten. Those who need nothing have 0 for nothing.
[[nodiscard]] std::uint32_t take_needs(router_state& s, item_needs needs);
void give_back_needs(router_state& s, std::uint32_t index);
/// The item's item_more, made where it has none; and away with one that is empty.
[[nodiscard]] item_more& more_for(router_state& s, slot_index slot);
void drop_empty_more(router_state& s, slot_index slot);
/// Takes everything of `config` into the state, which keeps who has what.
void take_config(router_state& s, const config_ptr& config);

}  // namespace switchboard::domain::routing
