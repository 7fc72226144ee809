#include "domain/routing/commanding.hpp"
#include "domain/routing/eligibility.hpp"
#include "domain/routing/heap_orders.hpp"
#include "domain/routing/strategies.hpp"

#include <chrono>

namespace switchboard::domain::routing {
namespace {

std::int64_t transfer_key(const turning& t, const item& i, queue_index to) {
  const auto order = t.s.rules(to).order;
  const auto key = queue_key(*t.s.config, order, i.priority, i.enqueued_at, i.due);
  if (order != queue_order::aged) return key;
  return key - std::chrono::microseconds{std::chrono::minutes{t.s.config->transfer_minutes}}.count();
}

/// What he declined, and the ramp, do not keep him from taking it himself.
bool may_pull(const turning& t, slot_index slot, agent_index a) {
  const auto& i = t.s.items[slot];
  if (i.state != item_state::queued || i.owner == a || (i.only != no_agent && i.only != a)) return false;
  const auto why = why_not(t.s, slot, a);
  return why == reject::none || why == reject::ramp ||
         (why == reject::excluded && t.s.available[i.channel].test(a));
}

bool goes_before(const turning& t, slot_index a, slot_index b) {
  const auto& x = t.s.items[a];
  const auto& y = t.s.items[b];
  const auto px = t.s.rules(x.queue).priority;
  const auto py = t.s.rules(y.queue).priority;
  return px != py ? px < py : item_reading{t.s.items}.less(a, b);
}

slot_index first_to_pull(const turning& t, agent_index a) {
  slot_index best = no_slot;
  const auto look = [&](std::uint32_t sig) {
    t.s.signatures[sig].items.walk(item_reading{t.s.items}, [&](slot_index slot) {
      if (!may_pull(t, slot, a)) return t.s.items[slot].owner != a;  // the others of it are no better
      if (best == no_slot || goes_before(t, slot, best)) best = slot;
      return true;
    });
  };
  for (const auto& m : t.s.config->agents[a].queues) {
    for_each_signature_of(t.s, m.queue, a, look);
  }
  for (const auto sig : t.s.agents[a].only_signatures) look(sig);
  return best;
}

/// Would it fit, with what he has of it already given back?
bool fits_hard(const turning& t, slot_index slot, agent_index a) {
  std::uint32_t his = t.s.items[slot].owner == a ? t.s.items[slot].units : 0;
  for (const auto& o : t.s.more_of(slot).offers) his += o.agent == a ? o.units : 0;
  const auto units = cost_of(*t.s.config, t.s.items[slot].channel, false);
  return units <= his || has_hard_room(t.s, a, units - his);
}

/// One that waits for its customer, or that we began: nobody was to be sought for it.
outcome bring_to(turning& t, const assign& c) {
  const auto gone = t.s.left.find(c.id);
  if (gone != t.s.left.end() && gone->second > c.facts->version) return refusal::unknown_conversation;
  const bool fits = has_hard_room(t.s, c.agent, cost_of(*t.s.config, c.facts->channel, false));
  if (!c.force && !fits) return refusal::over_hard_cap;
  if (const auto why = come(t, c.facts)) return why;
  give_to(t, slot_of(t, c.id), c.agent, decider::hand, !fits);
  return std::nullopt;
}

/// It goes to others: he is not asked for it again at once.
void take_from_owner(turning& t, slot_index slot) {
  const auto& i = t.s.items[slot];
  t.emit({.kind = event_kind::unassigned,
          .conversation = i.id,
          .agent = i.owner,
          .queue = i.queue,
          .ring = i.ring,
          .until = t.now + t.s.config->cooldown,
          .key = i.key});
}

outcome transfer_to_agent(turning& t, slot_index slot, const transfer& c) {
  const auto& i = t.s.items[slot];
  if (!is_agent(t, c.agent)) return refusal::unknown_agent;
  if (i.owner == c.agent) return i.state == item_state::resting ? outcome{} : refusal::not_queued;
  const bool fits = fits_hard(t, slot, c.agent);
  if (!c.force && !fits) return refusal::over_hard_cap;
  if (!c.warm) {
    give_to(t, slot, c.agent, decider::hand, !fits);
    return std::nullopt;
  }
  if (i.owner == no_agent) return refusal::not_assigned;
  rescind_offers(t, slot);
  t.emit({.kind = event_kind::held,
          .conversation = i.id,
          .agent = c.agent,
          .queue = i.queue,
          .hold = hold::sticky,
          .until = t.now + t.s.rules(i.queue).offer_timeout});
  t.explain_choice(event_kind::offer_made, slot, c.agent, decider::hand);
  t.emit({.kind = event_kind::offer_made,
          .conversation = i.id,
          .agent = c.agent,
          .queue = i.queue,
          .ring = i.ring,
          .flag = !fits,
          .epoch = t.s.sequence + 1,
          .until = t.now + t.s.rules(i.queue).offer_timeout,
          .key = i.key});
  return std::nullopt;
}

}  // namespace

outcome take(turning& t, const pull& c) {
  if (!is_agent(t, c.agent)) return refusal::unknown_agent;
  if (!c.id) {
    const auto slot = first_to_pull(t, c.agent);
    if (slot == no_slot) return refusal::nothing_to_pull;
    give_to(t, slot, c.agent, decider::hand);
    return std::nullopt;
  }
  const auto slot = slot_of(t, *c.id);
  if (slot == no_slot) return refusal::unknown_conversation;
  if (t.s.items[slot].state != item_state::queued) return refusal::not_queued;
  if (!may_pull(t, slot, c.agent)) return refusal::not_eligible;
  give_to(t, slot, c.agent, decider::hand);
  return std::nullopt;
}

outcome take(turning& t, const assign& c) {
  const auto slot = slot_of(t, c.id);
  if (slot == no_slot && c.facts == nullptr) return refusal::unknown_conversation;
  if (!is_agent(t, c.agent)) return refusal::unknown_agent;
  if (slot == no_slot) return bring_to(t, c);
  if (t.s.items[slot].owner == c.agent && t.s.items[slot].state == item_state::resting) return std::nullopt;
  const bool fits = fits_hard(t, slot, c.agent);
  if (!c.force && !fits) return refusal::over_hard_cap;
  give_to(t, slot, c.agent, decider::hand, !fits);
  return std::nullopt;
}

outcome take(turning& t, const unassign& c) {
  const auto slot = slot_of(t, c.id);
  if (slot == no_slot) return refusal::unknown_conversation;
  if (t.s.items[slot].owner == no_agent) return refusal::not_assigned;
  take_from_owner(t, slot);
  if (t.s.items[slot].state == item_state::resting) seek_again(t, slot);
  return std::nullopt;
}

outcome take(turning& t, const transfer& c) {
  const auto slot = slot_of(t, c.id);
  if (slot == no_slot) return refusal::unknown_conversation;
  if (c.agent != no_agent) return transfer_to_agent(t, slot, c);
  if (!is_queue(t, c.queue)) return refusal::unknown_queue;
  const auto& i = t.s.items[slot];
  if (c.warm && i.owner == no_agent) return refusal::not_assigned;
  rescind_offers(t, slot);
  if (!c.warm && i.owner != no_agent) take_from_owner(t, slot);
  t.emit({.kind = event_kind::transferred,
          .conversation = i.id,
          .queue = c.queue,
          .key = transfer_key(t, i, c.queue)});
  if (c.warm) {
    skip_empty_rings(t, slot);
  } else {
    settle_in(t, slot, no_agent);
  }
  return std::nullopt;
}

outcome take(turning& t, const reassign_all& c) {
  if (!is_agent(t, c.agent)) return refusal::unknown_agent;
  if (c.queue != no_queue && !is_queue(t, c.queue)) return refusal::unknown_queue;
  const auto work = t.s.agents[c.agent].work;
  if (work.size() > t.s.config->bulk_max) return refusal::bulk_too_large;
  for (const auto slot : work) {
    const auto& i = t.s.items[slot];
    if (i.owner != c.agent) continue;
    take_from_owner(t, slot);
    if (i.state != item_state::resting) continue;
    const auto queue = c.queue == no_queue ? i.queue : c.queue;
    // As if it came now: whoever waits already goes first, and whoever comes later does not.
    t.emit({.kind = event_kind::transferred,
            .conversation = i.id,
            .queue = queue,
            .key = queue_key(*t.s.config, t.s.rules(queue).order, domain::priority::low, t.now, i.due)});
    settle_in(t, slot, no_agent);
  }
  return std::nullopt;
}

}  // namespace switchboard::domain::routing
