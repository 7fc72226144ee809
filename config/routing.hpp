#pragma once
// What one brand's router goes by, made of the settings: names become indexes.

#include "config/settings.hpp"

#include <cstdint>
#include <vector>

namespace switchboard::config {

/// Queues, agents, skills and rules are in the order of the file and of this brand alone.
struct routing_settings {
  domain::routing::router_config router = {};  ///< `version`: the settings' own, of all brands
  domain::routing::presence_rules presence = {};
  std::vector<domain::routing::routing_rule> rules = {};
  /// Where a conversation goes that no rule names a queue for. no_queue: the brand has no [[queue]], and so no routing.
  domain::routing::queue_index default_queue = domain::routing::no_queue;
};

/// Pure; takes as long as reading all queues, agents and rules once. `s`: as the loader gives them, so that every name is known.
[[nodiscard]] routing_settings routing_of(const settings& s, const domain::brand_id& brand);

/// Which channels a status lets an agent be offered, a bit for each. `torn`: those that it would have in part only, for
/// which a bit can't be told: an error of the config.
struct status_channels {
  std::uint32_t whole = 0;
  std::uint32_t torn = 0;
};
[[nodiscard]] status_channels channels_of(const status_settings& status,
                                          const domain::routing::router_config& c);

/// The brands for which a rule counts; empty: every one. One that names a queue counts for the queue's brand only.
[[nodiscard]] std::vector<domain::brand_id> brands_of(const settings& s, const rule_settings& rule);

/// settings.version as the number that it is in hex.
[[nodiscard]] std::uint64_t version_number(const settings& s);

}  // namespace switchboard::config
