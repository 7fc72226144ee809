#pragma once
// Whether an agent is here: the agent's own rules. A session is a lease that heartbeats renew. He is online while one lives,
// or while he said that he stays; when the last is lost there is a grace, in which nothing new comes and nothing is taken from
// him. What he sets himself is never raised by anything but himself.
//
// The router hears of it (presence_facts) whenever the answer changes, with an epoch that only grows.

#include "domain/expected.hpp"
#include "domain/routing/router_protocol.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace switchboard::domain::routing {

/// A status that an agent may choose, and what it lets him be offered.
struct status_rules {
  std::string name;
  std::uint32_t channels = all_channels;
};

struct presence_rules {
  /// The first is what he comes with, the last what is set for him when he misses too much or is idle.
  std::vector<status_rules> statuses = {
      {.name = "online"}, {.name = "busy", .channels = 0}, {.name = "away", .channels = 0}};
  milliseconds lease{60'000};         ///< without a heartbeat
  milliseconds grace{30'000};         ///< after the last session
  milliseconds away_after{0};         ///< without a sign of him; 0: never
  milliseconds wrap_up{0};            ///< nothing new after a conversation ended; 0: at once
  milliseconds shift_ends_before{0};  ///< nothing new before the end of a shift (shift.hpp)
  std::size_t sessions_max = 20;      ///< of one agent
};

struct session {
  std::string id;
  timestamp until = {};
  bool operator==(const session&) const = default;
};

struct agent_presence {
  std::uint64_t epoch = 0;
  std::vector<session> sessions = {};
  bool stays_online = false;
  std::uint32_t status = 0;     ///< index of presence_rules::statuses
  bool away_by_itself = false;  ///< the status was set for him
  timestamp grace_until = {};   ///< zero: none
  timestamp wrap_up_until = {};
  timestamp seen_at = {};
  bool scheduled = true;
  bool operator==(const agent_presence&) const = default;
};

struct open_session {
  std::string id;
};
struct heartbeat {
  std::string id;
  bool active = true;  ///< he did something, not only his device
};
struct close_session {
  std::string id;
};
struct set_status {
  std::uint32_t status = 0;
};
struct stay_online {
  bool stays = true;
};
/// The router took him for away (event_kind::auto_away), at this epoch of his.
struct missed_too_many {
  std::uint64_t epoch = 0;
};
/// One of his. Said again, it changes nothing.
struct conversation_ended {
  timestamp at = {};
};
struct set_shift {
  bool on = true;
};

using presence_command = std::variant<tick, open_session, heartbeat, close_session, set_status, stay_online,
                                      missed_too_many, conversation_ended, set_shift>;

enum class presence_refusal : std::uint8_t {
  no_session,         ///< it ended: open another
  too_many_sessions,  ///< sessions_max
  no_status
};
[[nodiscard]] std::string_view to_word(presence_refusal);

/// What he is after the command, and everything that was due before it. The epoch is one higher where the router has to hear
/// of it, and only there.
[[nodiscard]] expected<agent_presence, presence_refusal> decide(const agent_presence& p,
                                                                const presence_command& c,
                                                                const presence_rules& rules, timestamp now);

/// As the router hears it.
[[nodiscard]] presence_facts facts_of(const agent_presence& p, const presence_rules& rules, agent_index a,
                                      timestamp now);
/// When a tick is due without any other command; nullopt: never.
[[nodiscard]] std::optional<timestamp> wake_at(const agent_presence& p, const presence_rules& rules);

}  // namespace switchboard::domain::routing
