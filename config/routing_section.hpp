#pragma once
// What the config says of who gets what: queues, agents, rules, and the numbers that all brands share. By names, as the file
// has them; routing_of() (routing.hpp) makes of it what a brand's router goes by. Bounds and sentences: routing_keys.hpp and
// properties.cpp.

#include "domain/ids.hpp"
#include "domain/model.hpp"
#include "domain/routing/agent_presence.hpp"
#include "domain/routing/first_match.hpp"
#include "domain/routing/router_config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::config {

struct named_target {
  domain::routing::overflow_target::to kind = domain::routing::overflow_target::to::queue;
  std::string id = {};  ///< of the queue or agent
};

struct queue_settings {
  domain::queue_id id;
  domain::brand_id brand = {};
  std::string name = {};
  domain::calendar_id calendar = {};  ///< empty: always open
  /// Without what names something else: overflow's targets, and the channels of overflow and tell. Those stand in:
  domain::routing::queue_rules rules = {};
  std::vector<named_target> overflow_targets = {};
  std::string leave_message_text = {};
  std::string wait_text = {};    ///< told to who waits (domain/routing/wait_text.hpp); empty: nothing is
  std::string closed_text = {};  ///< … while nobody is here
  std::vector<domain::thread_kind> told_kinds = {domain::thread_kind::dm};
};

struct named_membership {
  domain::queue_id queue;
  std::uint8_t pool = 0;
};
struct named_level {
  std::string skill;
  std::uint8_t level = 1;
};
struct named_weight {
  std::string skill;
  std::uint16_t weight = 1;
};

struct agent_settings {
  domain::agent_id id;
  domain::brand_id brand = {};
  std::string name = {};
  domain::calendar_id calendar = {};  ///< of his shifts; empty: always
  std::uint32_t units = 100;
  std::uint32_t units_hard = 120;
  std::vector<named_membership> queues = {};
  std::vector<named_level> skills = {};  ///< languages too, as "language:de"; each once
};

struct rule_settings {
  /// Its tests and set_priority. What is of one brand only stands by name:
  domain::routing::routing_rule rule = {};
  domain::queue_id queue = {};  ///< empty: the brand's default
  std::vector<named_level> required = {};
  std::vector<named_weight> preferred = {};
};

/// A status that an agent may choose. nullopt: of every one.
struct status_settings {
  std::string name;
  std::optional<std::vector<domain::platform>> platforms = {};
  std::optional<std::vector<domain::thread_kind>> kinds = {};
};

/// [routing]
struct routing_section {
  domain::routing::router_config router =
      {};  ///< the numbers and the channels; the tables are each brand's own
  domain::routing::presence_rules presence = {};  ///< the numbers
  std::vector<status_settings> statuses = {};     ///< empty: presence's own
  std::vector<rule_settings> rules = {};          ///< of all brands, the first that fits counts
  std::string shadow = {};  ///< the file of settings::shadow, as the config names it; empty: none
  std::uint32_t shadow_kept = 200;
  std::uint32_t shadow_behind_max = 50'000;
};

}  // namespace switchboard::config
