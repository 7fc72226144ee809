#pragma once
// How many are before a conversation, and when its turn is likely to come. For showing, and for overflow by ETA.

#include "domain/routing/router_state.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace switchboard::domain::routing {

struct wait_estimate {
  std::uint32_t position = 1;  ///< 1 + those ahead that somebody eligible for this one could take
  /// nullopt: nobody is here who could, or the queue is closed; after the next opening
  std::optional<milliseconds> p50 = {};
  std::optional<milliseconds> p90 = {};
};

/// Who is there to take what comes by one channel to one ring of a queue, and requires the same.
struct wait_service {
  bool open = true;               ///< its queue
  std::uint64_t slots_milli = 0;  ///< at once, of those who are here, in the share that falls to this work
  std::uint64_t free = 0;         ///< of them now
  milliseconds handling{1};       ///< each, as measured
};

/// What the estimates of all conversations that require the same in one queue have in common: made once, it costs as much as
/// there are agents and signatures; each estimate then as much as it counts. Refers to the state, which must not change while it is used but for
/// what was told.
class wait_view {
 public:
  /// Of those that require what this one does.
  wait_view(const router_state& s, slot_index like);
  /// Counts up to `ahead_max`, or one more than that.
  [[nodiscard]] wait_estimate of(slot_index slot, std::uint64_t ahead_max) const;
  /// With so many before it p50 exceeds `enough`, once it is served.
  [[nodiscard]] std::uint64_t ahead_in(milliseconds enough) const;
  [[nodiscard]] bool is_served() const { return by_.open && by_.slots_milli > 0; }

 private:
  [[nodiscard]] std::uint64_t count_ahead(slot_index slot, std::uint64_t most) const;

  const router_state& s_;
  wait_service by_;
  std::vector<std::uint32_t> rivals_ = {};  ///< signatures of what one of those could take as well
};

/// Of what came to this queue now, by this channel, and required nothing in particular: behind all that waits in it. What its
/// agents do for other queues is in their share. Costs as much as the queue has members.
[[nodiscard]] wait_estimate estimate_newcomer(const router_state& s, queue_index q, channel_index ch);

/// Of a conversation that waits. Costs as much as there are ahead, until p50 exceeds `enough` (zero: no bound).
[[nodiscard]] wait_estimate estimate(const router_state& s, slot_index slot,
                                     milliseconds enough = milliseconds{0});

/// `turns` conversations must be taken before, by `slots_milli` thousandths of places that take `handling` each.
/// Precondition: slots_milli > 0.
[[nodiscard]] milliseconds eta50(std::uint64_t turns, std::uint64_t slots_milli, milliseconds handling);
[[nodiscard]] milliseconds eta90(std::uint64_t turns, std::uint64_t slots_milli, milliseconds handling);

/// Is he to be told this? When it got better, or after `notify_min` again, but never more than he heard, unless it is more
/// than half as much again.
[[nodiscard]] bool should_tell(const std::optional<told_wait>& last, milliseconds eta, timestamp now,
                               milliseconds notify_min);

}  // namespace switchboard::domain::routing
