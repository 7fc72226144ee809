#pragma once
// What an sla.* event says.

#include "domain/fwd.hpp"
#include "domain/sla/clocks.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::domain::sla {

/// What became of a clock: what an sla.* event says.
struct clock_note {
  event_type type{};
  std::string policy = {};
  sla::clock clock = {};  ///< as it is then
  instant at = {};        ///< when it was so: a breach is at its deadline, whenever it was found
  /// Why, where that is not what the type says: policy_change, calendar_change, reopened, earlier_message, reply_failed, unreplied,
  /// resolved, spam, no_reply_needed, left_queue, unassigned.
  std::string reason = {};
  agent_id by = {};                             ///< sla.met by somebody's word: whose, where it is known
  milliseconds elapsed{0};                      ///< business time, until `at`
  std::optional<std::uint32_t> threshold = {};  ///< sla.warning: which, from 0
  bool late_arrival = false;                    ///< it had passed before what started it was here
  bool fired_late = false;                      ///< it had passed while nobody looked
  std::vector<action> actions = {};
  bool operator==(const clock_note&) const = default;
};

}  // namespace switchboard::domain::sla
