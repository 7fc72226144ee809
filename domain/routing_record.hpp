#pragma once
// What routing leaves in the log: a router's turns and its saved state, an agent's state, the reasons, and the offers and presences
// that everybody sees. What only routers and agents read is bytes here (domain/routing/archive.hpp).

#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace switchboard::domain {

/// One turn of a brand's router (domain/routing/router.hpp): what it was told, and what came of it. The log of them is the router's
/// state: whoever starts applies the events; whoever doubts takes the turns again and compares.
struct routing_turn {
  brand_id brand;
  std::uint64_t sequence = 0;  ///< the router's, before the turn
  std::uint64_t consumed = 0;  ///< what the log had of the brand up to here is in it
  std::string command;         ///< bytes
  std::string events;          ///< bytes
  bool operator==(const routing_turn&) const = default;
};

/// A part of a router's whole state, as it was behind `sequence`: a start begins with the last whole one.
struct routing_save {
  brand_id brand;
  std::uint64_t sequence = 0;
  std::uint64_t consumed = 0;
  std::uint32_t part = 0;  ///< from 0
  std::uint32_t parts = 1;
  std::string state;  ///< bytes
  bool operator==(const routing_save&) const = default;
};

/// Why a conversation went where it went (domain/routing/explaining.hpp). Names no customer.
struct routing_decision {
  brand_id brand;
  conversation_id conversation;
  std::string json;  ///< an object, as GET …/decisions shows it
  bool operator==(const routing_decision&) const = default;
};

/// An agent is asked whether he takes a conversation; the type of the event says what became of it.
struct offer {
  std::string id;  ///< of this conversation and this agent; `epoch` tells one offer from the next
  brand_id brand;
  conversation_id conversation;
  agent_id agent;
  queue_id queue;
  std::uint64_t epoch = 0;
  std::optional<timestamp> expires_at = {};  ///< of an offer that is made
  bool operator==(const offer&) const = default;
};

/// Everything that an agent's owner knows of him, whenever it changed; heartbeats are not noted.
struct agent_note {
  brand_id brand;
  agent_id agent;
  std::string state;  ///< bytes
  bool operator==(const agent_note&) const = default;
};

/// What others see of it.
struct agent_shown {
  agent_id id;
  brand_id brand;
  std::string status;  ///< of [[routing.status]]
  bool online = false;
  bool grace = false;           ///< his last session is lost: nothing new, and his work is kept
  bool away_by_itself = false;  ///< nobody chose `status`: he missed too much, or was idle
  bool stays_online = false;
  bool on_shift = true;  ///< outside his shifts nothing new comes to him
  std::uint32_t sessions = 0;
  std::uint64_t epoch = 0;
  std::optional<timestamp> grace_until = {};
  std::optional<timestamp> wrap_up_until = {};
  bool operator==(const agent_shown&) const = default;
};

}  // namespace switchboard::domain
