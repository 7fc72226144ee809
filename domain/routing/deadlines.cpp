#include "domain/routing/eligibility.hpp"
#include "domain/routing/placing.hpp"
#include "domain/routing/telling.hpp"
#include "domain/routing/turning.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

/// Of an item that waits: one thing that is due; false: nothing was.
bool fire_waiting(turning& t, slot_index slot) {
  const auto& i = t.s.items[slot];
  const auto& q = t.s.rules(i.queue);
  if ((i.hold == hold::sticky || i.hold == hold::delay) && i.hold_until <= t.now) {
    t.emit({.kind = event_kind::hold_ended, .conversation = i.id, .queue = i.queue, .hold = i.hold});
    skip_empty_rings(t, slot);
    return true;
  }
  if (i.ring + std::size_t{1} < q.rings.size() && i.enqueued_at + q.rings[i.ring + 1].opens_after <= t.now) {
    t.emit({.kind = event_kind::ring_opened,
            .conversation = i.id,
            .queue = i.queue,
            .ring = static_cast<std::uint8_t>(i.ring + 1)});
    skip_empty_rings(t, slot);
    return true;
  }
  if (t.s.config->ramp_window.count() > 0 && i.due != timestamp{} && !i.pressing &&
      i.due - t.s.config->ramp_window <= t.now) {
    t.emit(event_kind::pressed, slot);
    return true;
  }
  if (q.overflow.wait_max.count() > 0 && !i.exhausted && i.since + q.overflow.wait_max <= t.now) {
    overflow(t, slot);
    if (i.id != conversation_id{} && i.state == item_state::queued && !i.exhausted)
      settle_in(t, slot, no_agent);
    return true;
  }
  if (i.fresh && tells(t.s, slot) && i.since + q.tell.after <= t.now) {
    tell_first(t, slot);
    return true;
  }
  return false;
}

/// One thing that is due about an item.
void fire_item(turning& t, slot_index slot) {
  const auto& i = t.s.items[slot];
  const auto& more = t.s.more_of(slot);
  for (const auto& o : more.offers) {
    if (o.expires_at <= t.now) return end_offer(t, slot, o.agent, event_kind::offer_expired);
  }
  if (std::any_of(more.excluded.begin(), more.excluded.end(),
                  [&](const auto& e) { return e.until <= t.now; })) {
    return t.emit(
        {.kind = event_kind::hold_ended, .conversation = i.id, .queue = i.queue, .hold = hold::cooldown});
  }
  const bool waits = i.state == item_state::queued || i.state == item_state::parked;
  if (waits && fire_waiting(t, slot)) return;
  t.emit({.kind = event_kind::capacity_changed,
          .conversation = i.id,
          .agent = i.owner,
          .queue = i.queue,
          .flag = true,
          .units = t.s.config->channels[i.channel].units * t.s.config->idle_percent / 100});
}

}  // namespace

void run_due(turning& t) {
  for (;;) {
    const auto due = t.s.wake_at();
    if (!due || *due > t.now) return;
    const auto& items = t.s.item_timers;
    if (!items.empty() && t.s.items[items.front()].timer_at == *due) {
      fire_item(t, items.front());
    } else if (const auto& queues = t.s.queue_timers;
               !queues.empty() && t.s.queues[queues.front()].timer_at == *due) {
      look_at_waits(t, static_cast<queue_index>(queues.front()));
    } else {
      t.emit({.kind = event_kind::ramp_eased, .agent = t.s.agent_timers.front()});
    }
  }
}

}  // namespace switchboard::domain::routing
