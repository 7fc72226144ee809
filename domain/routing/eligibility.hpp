#pragma once
// Whom a conversation may be offered to. One test after another, as the explanation says it, and the same as sets of bits.

#include "domain/routing/router_state.hpp"

namespace switchboard::domain::routing {

/// What this conversation costs an agent: less while its customer has been silent for long.
[[nodiscard]] std::uint32_t cost_of(const router_config& c, channel_index ch, bool idle);

/// Is one more of this channel within his soft cap?
[[nodiscard]] bool has_room(const router_config& c, const agent_load& load, channel_index ch);
/// … within the hard one, what came by force apart?
[[nodiscard]] bool has_hard_room(const router_state& s, agent_index a, std::uint32_t units);

/// Has he what is required, in this ring?
[[nodiscard]] bool has_skills(const router_state& s, agent_index a, const item_needs& needs, const ring& r);
/// nullopt: he is no member of it.
[[nodiscard]] std::optional<std::uint8_t> pool_of(const router_state& s, agent_index a, queue_index q);

/// Its members of this pool and those before it.
[[nodiscard]] const agent_bits& within_pool(const router_state& s, queue_index q, std::uint8_t pool);

/// From this ring of it on the first that is to be asked: one with nobody online may be passed over.
[[nodiscard]] std::uint8_t ring_to_ask(const router_state& s, queue_index q, std::uint8_t ring);

/// Does his status let him be offered this channel now?
[[nodiscard]] bool is_present(const agent_state& a, channel_index ch);
/// He declined or missed it lately, is asked already, or has it and hands it on.
[[nodiscard]] bool is_excluded(const router_state& s, slot_index slot, agent_index a);

/// What is left to test of who is present, in the ring and has the skills.
[[nodiscard]] reject why_not_now(const router_state& s, slot_index slot, agent_index a);
/// The first test that he fails; reject::none: he is eligible.
[[nodiscard]] reject why_not(const router_state& s, slot_index slot, agent_index a);

/// Why a conversation that waits is not offered to this agent, who is eligible (or for ramp and cooldown: would be);
/// hold::none: nothing keeps them apart.
[[nodiscard]] hold hold_between(const router_state& s, slot_index slot, agent_index a);

/// What keeps a conversation that waits from everybody; hold::none: nothing does.
[[nodiscard]] hold hold_of(const router_state& s, slot_index slot);

/// Are customers of its queue and channel told how long they wait?
[[nodiscard]] bool tells(const router_state& s, slot_index slot);

/// May its last agent be the only one who is asked? (Present, with the skills, a member, within the hard cap.)
[[nodiscard]] bool may_stick(const router_state& s, slot_index slot, agent_index a);

}  // namespace switchboard::domain::routing
