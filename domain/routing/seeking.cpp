#include "domain/routing/applying.hpp"
#include "domain/routing/eligibility.hpp"
#include "domain/routing/heap_orders.hpp"
#include "domain/routing/position.hpp"
#include "domain/routing/strategies.hpp"
#include "domain/routing/turning.hpp"

#include <algorithm>
#include <set>

namespace switchboard::domain::routing {

void turning::emit(router_event e) {
  e.at = now;
  apply(s, e);
  out.push_back(std::move(e));
}

void turning::emit(event_kind kind, slot_index slot, agent_index agent) {
  const auto& i = s.items[slot];
  emit({.kind = kind, .conversation = i.id, .agent = agent, .queue = i.queue, .ring = i.ring, .key = i.key});
}

void turning::explain_choice(event_kind kind, slot_index slot, agent_index winner, decider by) {
  if (why == nullptr) return;
  why->push_back({.conversation = s.items[slot].id,
                  .winner = winner,
                  .kind = kind,
                  .by = by,
                  .sequence = s.sequence + 1,
                  .at = now,
                  .explained = explain(s, slot, s.config->explained_max)});
}

namespace {

/// The first target of its queue that can take it; nullopt: none is left.
std::optional<overflow_target> next_target(const router_state& s, slot_index slot) {
  const auto& i = s.items[slot];
  const auto& visited = s.more_of(slot).visited;
  for (const auto& t : s.rules(i.queue).overflow.targets) {
    switch (t.kind) {
      case overflow_target::to::queue: {
        const auto q = static_cast<queue_index>(t.index);
        const bool was_there = q == i.queue || std::find(visited.begin(), visited.end(), q) != visited.end();
        if (!was_there && !s.rules(q).removed) return t;
        break;
      }
      case overflow_target::to::agent:
        if (is_present(s.agents[t.index], i.channel) && !is_excluded(s, slot, t.index) &&
            has_hard_room(s, t.index, cost_of(*s.config, i.channel, false))) {
          return t;
        }
        break;
      case overflow_target::to::bot:
        if (i.owner == no_agent) return t;
        break;
      case overflow_target::to::leave_message:
        if (i.owner == no_agent && !s.more_of(slot).left_message &&
            (s.rules(i.queue).overflow.message_channels >> i.channel & 1) != 0) {
          return t;
        }
        break;
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_over(const turning& t, slot_index slot, bool arriving) {
  const auto& i = t.s.items[slot];
  const auto& rule = t.s.rules(i.queue).overflow;
  if (i.exhausted || rule.targets.empty()) return false;
  if (rule.when_closed && !t.s.queues[i.queue].open) return true;
  if (rule.wait_max.count() > 0 && t.now >= i.since + rule.wait_max) return true;
  if (!arriving) return false;
  if (rule.length_max > 0 && t.s.queues[i.queue].waiting > rule.length_max) return true;
  if (rule.eta_max.count() == 0) return false;
  const auto eta = estimate(t.s, slot, rule.eta_max);
  return !eta.p50 || *eta.p50 > rule.eta_max;
}

void overflow(turning& t, slot_index slot) {
  const auto target = next_target(t.s, slot);
  const auto& i = t.s.items[slot];
  router_event e{.kind = event_kind::overflowed, .conversation = i.id, .queue = i.queue, .key = i.key};
  if (!target) {
    const auto& visited = t.s.more_of(slot).visited;
    if (!visited.empty() && visited.front() != i.queue && !t.s.rules(visited.front()).removed) {
      // It waits where it came to first.
      e.queue = visited.front();
      e.target = {.kind = overflow_target::to::queue, .index = e.queue};
      t.emit(e);
    }
    e.flag = true;
    return t.emit(e);
  }
  e.target = *target;
  if (target->kind == overflow_target::to::queue) e.queue = static_cast<queue_index>(target->index);
  const auto id = i.id;
  t.emit(e);
  if (target->kind == overflow_target::to::agent) return give_to(t, slot, target->index, decider::overflow);
  if (target->kind == overflow_target::to::bot) {
    t.emit({.kind = event_kind::left, .conversation = id, .epoch = t.s.items[slot].version});
  }
}

void skip_empty_rings(turning& t, slot_index slot) {
  const auto& i = t.s.items[slot];
  for (const auto to = ring_to_ask(t.s, i.queue, i.ring); i.ring < to;) {
    t.emit({.kind = event_kind::ring_opened,
            .conversation = i.id,
            .queue = i.queue,
            .ring = static_cast<std::uint8_t>(i.ring + 1)});
  }
}

void settle_in(turning& t, slot_index slot, agent_index last) {
  const auto id = t.s.items[slot].id;
  while (is_over(t, slot, true)) {
    overflow(t, slot);
    if (t.s.items.find(id) == no_slot || t.s.items[slot].state == item_state::resting) return;
  }
  skip_empty_rings(t, slot);
  const auto& i = t.s.items[slot];
  if (last != no_agent && may_stick(t.s, slot, last)) {
    return t.emit({.kind = event_kind::held,
                   .conversation = id,
                   .agent = last,
                   .queue = i.queue,
                   .hold = hold::sticky,
                   .until = t.now + std::max(t.s.config->sticky_hold, milliseconds{1})});  // he has this turn
  }
  const auto delay = t.s.rules(i.queue).delay;
  if (delay.count() > 0 && t.now < i.enqueued_at + delay) {
    t.emit({.kind = event_kind::held,
            .conversation = id,
            .queue = i.queue,
            .hold = hold::delay,
            .until = i.enqueued_at + delay});
  }
}

void to_default_queue(turning& t, slot_index slot) {
  const auto& i = t.s.items[slot];
  const auto to = t.s.config->default_queue;
  t.emit({.kind = event_kind::transferred,
          .conversation = i.id,
          .queue = to,
          .key = queue_key(*t.s.config, t.s.rules(to).order, i.priority, i.enqueued_at, i.due)});
  settle_in(t, slot, no_agent);
}

void seek_again(turning& t, slot_index slot) {
  const auto& i = t.s.items[slot];
  if (i.state == item_state::resting && i.owner != no_agent) return;
  if (!t.s.more_of(slot).offers.empty()) return;
  t.emit(event_kind::requeued, slot);
  const auto otherwise = t.s.config->default_queue;
  if (t.s.rules(i.queue).removed && otherwise != no_queue && !t.s.rules(otherwise).removed) {
    return to_default_queue(t, slot);
  }
  // Its queue may have closed while somebody had it, or was asked.
  if (i.owner == no_agent && is_over(t, slot, false)) return settle_in(t, slot, no_agent);
  skip_empty_rings(t, slot);
  t.sought_again.push_back(i.id);
}

void rescind_offers(turning& t, slot_index slot) {
  while (!t.s.more_of(slot).offers.empty()) {
    const auto& o = t.s.more_of(slot).offers.front();
    t.emit({.kind = event_kind::offer_rescinded,
            .conversation = t.s.items[slot].id,
            .agent = o.agent,
            .queue = t.s.items[slot].queue,
            .epoch = o.epoch});
  }
}

void hand_over(turning& t, slot_index slot, agent_index a, bool force, std::uint64_t epoch,
               std::uint32_t units) {
  rescind_offers(t, slot);
  const auto& i = t.s.items[slot];
  if (i.owner != no_agent) {  // of the same decision, which the epoch says
    t.emit({.kind = event_kind::unassigned,
            .conversation = i.id,
            .agent = i.owner,
            .queue = i.queue,
            .ring = i.ring,
            .epoch = epoch,
            .key = i.key});
  }
  t.emit({.kind = event_kind::assigned,
          .conversation = i.id,
          .agent = a,
          .queue = i.queue,
          .ring = i.ring,
          .flag = force,
          .units = units,
          .epoch = epoch,
          .key = i.key});
}

void give_to(turning& t, slot_index slot, agent_index a, decider by, bool force) {
  t.explain_choice(event_kind::assigned, slot, a, by);
  hand_over(t, slot, a, force, by == decider::strategy ? t.s.sequence + 1 : 0);
  if (t.why != nullptr) t.why->back().sequence = t.s.sequence;
}

void end_offer(turning& t, slot_index slot, agent_index a, event_kind how) {
  const bool lapsed = how == event_kind::offer_expired && t.after_pause;
  if (lapsed) how = event_kind::offer_rescinded;
  const auto& offers = t.s.more_of(slot).offers;
  const auto o = std::find_if(offers.begin(), offers.end(), [&](const auto& x) { return x.agent == a; });
  t.emit({.kind = how,
          .conversation = t.s.items[slot].id,
          .agent = a,
          .queue = t.s.items[slot].queue,
          .epoch = o->epoch,
          .until = lapsed ? timestamp{} : t.now + t.s.config->cooldown});
  seek_again(t, slot);
  if (how == event_kind::offer_expired && t.s.agents[a].missed >= t.s.config->missed_max) {
    t.emit({.kind = event_kind::auto_away, .agent = a, .epoch = t.s.agents[a].presence.epoch});
    rescind_offers_of(t, a);
    release_held_for(t, a);
  }
}

void rescind_offers_of(turning& t, agent_index a, std::uint32_t but_in) {
  const auto work = t.s.agents[a].work;
  for (const auto slot : work) {
    if ((but_in >> t.s.items[slot].channel & 1) != 0) continue;
    const auto& offers = t.s.more_of(slot).offers;
    const auto o = std::find_if(offers.begin(), offers.end(), [&](const auto& x) { return x.agent == a; });
    if (o == offers.end()) continue;
    t.emit({.kind = event_kind::offer_rescinded,
            .conversation = t.s.items[slot].id,
            .agent = a,
            .queue = t.s.items[slot].queue,
            .epoch = o->epoch});
    seek_again(t, slot);
  }
}

void release_held_for(turning& t, agent_index a, std::uint32_t but_in) {
  std::vector<slot_index> held;
  for (const auto index : t.s.agents[a].only_signatures) {
    const auto& items = t.s.signatures[index].items.slots();
    held.insert(held.end(), items.begin(), items.end());
  }
  // Not as the list has them: in what order it was filled is nothing that a saved state would know.
  std::sort(held.begin(), held.end(), [&](auto x, auto y) { return item_reading{t.s.items}.less(x, y); });
  for (const auto slot : held) {
    if ((but_in >> t.s.items[slot].channel & 1) != 0) continue;
    t.emit({.kind = event_kind::hold_ended,
            .conversation = t.s.items[slot].id,
            .agent = a,
            .queue = t.s.items[slot].queue,
            .hold = hold::sticky});
    skip_empty_rings(t, slot);
  }
}

void requeue_work(turning& t, agent_index a, requeue_policy policy) {
  if (policy == requeue_policy::keep) return;
  const auto work = t.s.agents[a].work;
  for (const auto slot : work) {
    const auto& i = t.s.items[slot];
    if (i.owner != a || (i.answered && policy == requeue_policy::requeue_unanswered)) continue;
    t.emit(event_kind::unassigned, slot, a);
    if (i.state == item_state::resting) seek_again(t, slot);
  }
}

void begin_ramp(turning& t, agent_index a) {
  const auto& queues = t.s.config->agents[a].queues;
  std::uint32_t backlog = 0;
  agent_bits scheduled;
  scheduled.resize(t.s.agents.size());
  for (const auto& m : queues) {
    const auto& q = t.s.queues[m.queue];
    for_each_signature_of(t.s, m.queue, a, [&](std::uint32_t index) {
      const auto& sig = t.s.signatures[index];
      if (sig.match.test(a)) backlog += static_cast<std::uint32_t>(sig.items.size());
    });
    for (const auto other : q.members) scheduled.set(other, t.s.agents[other].presence.scheduled);
  }
  if (backlog == 0) return;
  std::uint32_t sharers = 0;
  for (std::size_t w = 0; w < scheduled.words(); ++w) {
    sharers += static_cast<std::uint32_t>(count_bits(scheduled.word(w)));
  }
  sharers = std::max(sharers, std::uint32_t{1});
  t.emit({.kind = event_kind::ramp_begun,
          .agent = a,
          .units = (backlog + sharers - 1) / sharers,
          .until = t.now + t.s.config->ramp_window});
}

void skip_rings_without(turning& t, agent_index a) {
  for (const auto& m : t.s.config->agents[a].queues) {
    const auto& rings = t.s.rules(m.queue).rings;
    if (std::none_of(rings.begin(), rings.end(), [](const auto& r) { return r.skip_if_none_online; }))
      continue;
    std::vector<slot_index> waiting;
    for_each_signature(t.s.queues[m.queue], [&](std::uint32_t sig) {
      const auto& of = t.s.signatures[sig];
      if (of.key.ring < rings.size() && ring_to_ask(t.s, m.queue, of.key.ring) > of.key.ring) {
        waiting.insert(waiting.end(), of.items.slots().begin(), of.items.slots().end());
      }
    });
    std::sort(waiting.begin(), waiting.end(),
              [&](auto x, auto y) { return item_reading{t.s.items}.less(x, y); });
    for (const auto slot : waiting) skip_empty_rings(t, slot);
  }
}

void explain_who_waits(turning& t) {
  std::set<conversation_id> seen;
  // From the last on: what brought it where it is now.
  for (auto n = t.out.size(); n > 0; --n) {
    const auto& e = t.out[n - 1];
    const bool came = e.kind == event_kind::queued || e.kind == event_kind::requeued ||
                      e.kind == event_kind::transferred || (e.kind == event_kind::overflowed && !e.flag);
    if (!came || !seen.insert(e.conversation).second) continue;
    const auto slot = t.s.items.find(e.conversation);
    if (slot == no_slot) continue;
    const auto state = t.s.items[slot].state;
    if (state != item_state::queued && state != item_state::parked) continue;
    t.explain_choice(e.kind, slot, no_agent, decider::strategy);
    t.why->back().sequence = t.s.sequence - (t.out.size() - n);
  }
}

}  // namespace switchboard::domain::routing
