#pragma once
// Why a deadline is when it is, for who doubts it: each stretch of business time that went into it, holidays and pauses, by the clock
// on the wall of the calendar's own zone.

#include "domain/sla/clocks.hpp"

#include <string>

namespace switchboard::domain {
class zone;
}

namespace switchboard::domain::sla {

struct policies;

/// "Tue 2026-06-02 11:00:00 +02:00"
[[nodiscard]] std::string wall_text(const zone& where, timestamp t);

/// A JSON object: the policy, and of each clock what it measures, what has passed at `now` and how its deadline comes about. Clocks
/// of a policy that is gone are shown without that.
[[nodiscard]] std::string explain(const conversation_id& id, const clocks& all, const policies& in_force,
                                  timestamp now);

}  // namespace switchboard::domain::sla
