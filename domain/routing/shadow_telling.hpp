#pragma once
// What a shadow (shadowing.hpp) is told of a turn of the live router: the same, as far as its own config has to do with it.

#include "domain/routing/shadowing.hpp"

namespace switchboard::domain::routing {

/// Before the turn's events are applied to `h.live`. tick{}: nothing but that it is later.
[[nodiscard]] router_command command_for_shadow(const shadow& h, const live_turn& t);
/// Which live channels have to be allowed for each of `own`; empty where they are the same channels.
[[nodiscard]] std::vector<std::uint32_t> channels_of_shadow(const router_config& live,
                                                            const router_config& own);

}  // namespace switchboard::domain::routing
