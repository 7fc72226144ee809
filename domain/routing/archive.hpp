#pragma once
// The router's things as bytes, for the log: what it was told, what it said, what it is; and an agent's presence. Each begins
// with a byte that says its version; what an earlier version wrote is read, too. What cannot be read gives a text that says where and why; nothing here throws, and what
// the reading of any bytes takes of memory is bounded by how many there are.

#include "domain/expected.hpp"
#include "domain/routing/agent_presence.hpp"
#include "domain/routing/router_state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain::routing {

/// tell_config with the whole config. Precondition: a tell_conversation has facts, a tell_config its config.
[[nodiscard]] std::string encode(const router_command& c);
/// A config that it brings is one that a router can go by (find_fault()).
[[nodiscard]] expected<router_command, std::string> decode_command(std::string_view bytes);

/// Of one turn. The config that `configured` took is not in them: it came with the turn's command.
[[nodiscard]] std::string encode(const std::vector<router_event>& events);
/// `told`: the config of the turn's tell_config; nullptr: it had another command.
[[nodiscard]] expected<std::vector<router_event>, std::string> decode_events(std::string_view bytes,
                                                                             const config_ptr& told);

[[nodiscard]] std::string encode(const agent_presence& p);
[[nodiscard]] expected<agent_presence, std::string> decode_presence(std::string_view bytes);

/// Equal where two configs say the same, whatever their versions are.
[[nodiscard]] std::string encode(const router_config& c);

/// Everything of a state that is not an index, between two turns. About 120 bytes for each conversation.
[[nodiscard]] std::string save(const router_state& s);
/// The state, its indexes built again: it goes on as the saved one would have, to the byte.
[[nodiscard]] expected<router_state, std::string> load(std::string_view bytes);

/// Why no router can go by this config: an index that leads nowhere, or a list that is empty and must not be; nullopt: it can.
[[nodiscard]] std::optional<std::string> find_fault(const router_config& c);

}  // namespace switchboard::domain::routing
