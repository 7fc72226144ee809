#pragma once
// What clocks have in common.

#include "domain/model.hpp"
#include "domain/sla/metric.hpp"

#include <array>

namespace switchboard::domain::sla {

/// They run from a cycle's beginning until it is resolved.
inline constexpr std::array of_cycle{metric::requester_wait, metric::agent_work, metric::resolution};
/// They run from one public word of a person to the next.
inline constexpr std::array of_updates{metric::update, metric::pausable_update};

[[nodiscard]] inline bool waits_in_queue(const conversation& c) {
  return c.status == conversation_status::open && !c.queue.empty() && c.assigned_to.empty();
}

}  // namespace switchboard::domain::sla
