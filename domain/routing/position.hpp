#pragma once
// How many are before a conversation, and when its turn is likely to come. For showing, and for overflow by ETA.

#include "domain/routing/router_state.hpp"

#include <optional>

namespace switchboard::domain::routing {

struct wait_estimate {
  std::uint32_t position = 1;            ///< 1 + those ahead that somebody eligible for this one could take
  std::optional<milliseconds> p50 = {};  ///< nullopt: nobody is here who could; after the next opening
  std::optional<milliseconds> p90 = {};
};

/// Of a conversation that waits. Costs as much as there are ahead, until p50 exceeds `enough` (zero: no bound).
[[nodiscard]] wait_estimate estimate(const router_state& s, slot_index slot,
                                     milliseconds enough = milliseconds{0});

/// `turns` conversations must be taken before, by `slots_milli` thousandths of places that take `handling` each.
/// Precondition: slots_milli > 0.
[[nodiscard]] milliseconds eta50(std::uint64_t turns, std::uint64_t slots_milli, milliseconds handling);
[[nodiscard]] milliseconds eta90(std::uint64_t turns, std::uint64_t slots_milli, milliseconds handling);

/// What a customer was told last.
struct told_wait {
  milliseconds eta{0};
  timestamp at = {};
};
/// Is he to be told this? When it got better, or after `notify_min` again, but never more than he heard, unless it is more
/// than half as much again.
[[nodiscard]] bool should_tell(const std::optional<told_wait>& last, milliseconds eta, timestamp now,
                               milliseconds notify_min);

}  // namespace switchboard::domain::routing
