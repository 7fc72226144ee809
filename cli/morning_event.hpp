#pragma once
// What `switchboard morning` reads of an event of the stream: as much as its timeline and its checks need.

#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::cli {

/// Members that the event has not are empty.
struct morning_event {
  std::string type;
  domain::timestamp at = {};
  std::string brand = {};
  std::uint64_t sequence = 0;     ///< within its conversation; 0: it is none of a conversation's own
  std::string conversation = {};  ///< id; of an offer, too

  // of a conversation's own events, as it is behind them
  std::string platform = {}, kind = {};  ///< "whatsapp", "dm"
  std::string customer = {};             ///< the platform's id of him
  std::string customer_name = {};
  std::string queue = {};
  std::string assigned_to = {};
  std::uint64_t routed = 0;  ///< the router's number of what it follows from
  std::string text = {};     ///< of a message

  // of offers and of agent.presence
  std::string agent = {};
  std::uint64_t epoch = 0;
  std::string status = {};
  bool online = false, grace = false, away_by_itself = false;
};

/// nullopt: it is no event of this stream. Time as the stream has it, to the millisecond.
[[nodiscard]] std::optional<morning_event> read_morning_event(std::string_view json);

}  // namespace switchboard::cli
