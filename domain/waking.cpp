#include "domain/waking.hpp"

#include "domain/sla/clocks.hpp"

#include <algorithm>

namespace switchboard::domain {

std::optional<timestamp> wake_at(const conversation& c) {
  const auto snooze_ends = c.status == conversation_status::snoozed ? c.snooze_until : std::nullopt;
  const auto clock = c.sla ? c.sla->wake_at() : std::nullopt;
  if (!snooze_ends || !clock) return snooze_ends ? snooze_ends : clock;
  return std::min(*snooze_ends, *clock);
}

}  // namespace switchboard::domain
