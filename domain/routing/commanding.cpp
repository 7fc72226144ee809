#include "domain/routing/applying.hpp"
#include "domain/routing/commanding.hpp"
#include "domain/routing/eligibility.hpp"
#include "domain/routing/heap_orders.hpp"
#include "domain/routing/placing.hpp"
#include "domain/routing/strategies.hpp"

#include <algorithm>

namespace switchboard::domain::routing {

outcome come(turning& t, const facts_ptr& facts) {
  const auto& f = *facts;
  if (!is_queue(t, f.queue)) return refusal::unknown_queue;
  if (t.s.items.size() >= t.s.config->conversations_max) return refusal::router_full;
  t.emit({.kind = event_kind::queued,
          .conversation = f.id,
          .queue = f.queue,
          .key = queue_key(*t.s.config, t.s.rules(f.queue).order, f.priority, t.now, f.due),
          .facts = facts});
  return std::nullopt;
}

namespace {

// -- conversations -------------------------------------------------------------------------------------------

outcome enqueue(turning& t, const facts_ptr& facts) {
  if (const auto why = come(t, facts)) return why;
  const auto& f = *facts;
  const bool lately = f.last_agent_at + t.s.config->sticky_window > t.now;
  settle_in(t, slot_of(t, f.id), lately ? f.last_agent : no_agent);
  return std::nullopt;
}

/// The customer wrote again, or fell silent: what it costs its owner. Beyond his hard cap it has to wait for him.
void recount(turning& t, slot_index slot) {
  const auto& i = t.s.items[slot];
  const bool silent = i.waiting_since != timestamp{} && i.waiting_since + t.s.config->idle_after <= t.now;
  if (i.owner == no_agent || !i.idle || silent) return;
  const auto units = cost_of(*t.s.config, i.channel, false);
  const auto a = i.owner;
  if (i.forced || has_hard_room(t.s, a, units - i.units)) {
    return t.emit({.kind = event_kind::capacity_changed,
                   .conversation = i.id,
                   .agent = a,
                   .queue = i.queue,
                   .units = units});
  }
  const auto id = i.id;
  t.emit(event_kind::unassigned, slot, a);
  if (i.state != item_state::resting) return;
  seek_again(t, slot);
  // Where its queue is removed it came to another, and may have overflowed from there.
  if (i.id != id || i.state != item_state::queued || i.owner != no_agent) return;
  if (!is_present(t.s.agents[a], i.channel)) return;  // he would not come
  t.emit({.kind = event_kind::held,
          .conversation = i.id,
          .agent = a,
          .queue = i.queue,
          .hold = hold::sticky,
          .until = t.now + t.s.config->sticky_hold});
}

/// Its customer wrote to somebody who is gone: had he not answered then, it would have left him when he went.
void leave_who_is_gone(turning& t, slot_index slot) {
  const auto& i = t.s.items[slot];
  if (i.owner == no_agent || i.answered || i.state != item_state::resting) return;
  if (t.s.agents[i.owner].presence.online || t.s.config->when_gone != requeue_policy::requeue_unanswered)
    return;
  t.emit(event_kind::unassigned, slot, i.owner);
  seek_again(t, slot);
}

outcome take(turning& t, const tell_conversation& c) {
  const auto& f = *c.facts;
  const auto slot = slot_of(t, f.id);
  if (slot == no_slot) {
    const auto gone = t.s.left.find(f.id);
    return gone != t.s.left.end() && gone->second >= f.version ? outcome{} : enqueue(t, c.facts);
  }
  const auto& i = t.s.items[slot];
  if (f.version <= i.version) return std::nullopt;
  const bool was_answered = i.answered;
  auto key = i.key;
  const auto order = t.s.rules(i.queue).order;
  if (order == queue_order::aged) {  // what a transfer moved it by stays
    key += queue_key(*t.s.config, order, f.priority, i.enqueued_at, f.due) -
           queue_key(*t.s.config, order, i.priority, i.enqueued_at, i.due);
  } else {
    key = queue_key(*t.s.config, order, f.priority, i.enqueued_at, f.due);
  }
  t.emit({.kind = event_kind::changed, .conversation = f.id, .queue = i.queue, .key = key, .facts = c.facts});
  recount(t, slot);
  if (was_answered) leave_who_is_gone(t, slot);
  // Whom it waited for alone may not have what it requires now.
  if (i.hold == hold::sticky && i.state == item_state::queued && !t.s.signatures[i.signature].only_fits) {
    t.emit({.kind = event_kind::hold_ended, .conversation = i.id, .queue = i.queue, .hold = hold::sticky});
  }
  return std::nullopt;
}

outcome take(turning& t, const tell_left& c) {
  const auto slot = slot_of(t, c.id);
  if (slot == no_slot || c.version <= t.s.items[slot].version) return std::nullopt;
  rescind_offers(t, slot);
  t.emit(
      {.kind = event_kind::left, .conversation = c.id, .queue = t.s.items[slot].queue, .epoch = c.version});
  return std::nullopt;
}

// -- agents --------------------------------------------------------------------------------------------------

outcome take(turning& t, const tell_presence& c) {
  const auto& p = c.presence;
  if (!is_agent(t, p.agent)) return refusal::unknown_agent;
  const auto before = t.s.agents[p.agent].presence;
  if (p.epoch <= before.epoch) return std::nullopt;
  t.emit({.kind = event_kind::presence_told, .agent = p.agent, .epoch = p.epoch, .presence = p});
  const bool was_free =
      before.online &&
      (before.channels != 0 || before.wraps_up);  // also in his grace: he comes back to what he had
  const bool is_free = p.online && !p.grace && p.channels != 0;
  const auto allowed = is_free ? p.channels : 0;
  rescind_offers_of(t, p.agent, allowed);
  release_held_for(t, p.agent, allowed);
  if (before.online && !p.online) requeue_work(t, p.agent, t.s.config->when_gone);
  if (before.online && !before.grace && (!p.online || p.grace)) skip_rings_without(t, p.agent);
  if (is_free && !was_free && t.s.config->ramp_window.count() > 0) begin_ramp(t, p.agent);
  return std::nullopt;
}

outcome take(turning& t, const tell_calendar& c) {
  if (!is_queue(t, c.queue)) return refusal::unknown_queue;
  if (t.s.queues[c.queue].open == c.open) return std::nullopt;
  t.emit({.kind = event_kind::calendar_told, .queue = c.queue, .flag = c.open});
  if (c.open || !t.s.rules(c.queue).overflow.when_closed) return std::nullopt;
  std::vector<slot_index> waiting;
  for (slot_index slot = 0; slot < t.s.items.slots(); ++slot) {
    const auto& i = t.s.items[slot];
    const bool waits = i.state == item_state::queued || i.state == item_state::parked;
    if (i.id != conversation_id{} && i.queue == c.queue && waits) waiting.push_back(slot);
  }
  std::sort(waiting.begin(), waiting.end(),
            [&](auto x, auto y) { return item_reading{t.s.items}.less(x, y); });
  for (const auto slot : waiting) settle_in(t, slot, no_agent);
  return std::nullopt;
}

/// What waits where nobody serves any more goes to the default, by its age; of other queues the rings may be others.
void look_at_all_that_waits(turning& t) {
  const auto to = t.s.config->default_queue;
  const bool has_default = to != no_queue && !t.s.rules(to).removed;
  std::vector<slot_index> waiting;
  for (slot_index slot = 0; slot < t.s.items.slots(); ++slot) {
    const auto& i = t.s.items[slot];
    if (i.id == conversation_id{} || i.state == item_state::resting) continue;
    if (!t.s.rules(i.queue).removed) {
      if (t.s.rules(i.queue).rings.front().skip_if_none_online) waiting.push_back(slot);
    } else if (has_default) {
      waiting.push_back(slot);
    }
  }
  std::sort(waiting.begin(), waiting.end(),
            [&](auto x, auto y) { return item_reading{t.s.items}.less(x, y); });
  for (const auto slot : waiting) {
    if (!t.s.rules(t.s.items[slot].queue).removed) {
      if (t.s.items[slot].state == item_state::queued) skip_empty_rings(t, slot);
      continue;
    }
    rescind_offers(t, slot);
    if (t.s.items[slot].state == item_state::resting) continue;  // a warm transfer: its owner has it
    to_default_queue(t, slot);
  }
}

outcome take(turning& t, const tell_config& c) {
  if (c.config->version == t.s.config->version && t.s.sequence > 0) return std::nullopt;
  t.emit({.kind = event_kind::configured, .epoch = c.config->version, .config = c.config});
  for (agent_index a = 0; a < t.s.agents.size(); ++a) {
    if (!c.config->agents[a].removed) continue;
    rescind_offers_of(t, a);
    requeue_work(t, a, requeue_policy::requeue_all);
  }
  look_at_all_that_waits(t);
  for (agent_index a = 0; a < t.s.agents.size(); ++a) {
    const auto only = t.s.agents[a].only_signatures;
    if (std::any_of(only.begin(), only.end(), [&](auto sig) { return !t.s.signatures[sig].only_fits; })) {
      release_held_for(t, a);
    }
  }
  return std::nullopt;
}

// -- offers --------------------------------------------------------------------------------------------------

const open_offer* find_offer(const turning& t, slot_index slot, agent_index a, std::uint64_t epoch) {
  if (slot == no_slot) return nullptr;
  for (const auto& o : t.s.more_of(slot).offers) {
    if (o.agent == a && o.epoch == epoch) return &o;
  }
  return nullptr;
}

outcome take(turning& t, const accept_offer& c) {
  const auto slot = slot_of(t, c.id);
  const auto* const o = find_offer(t, slot, c.agent, c.epoch);
  if (o == nullptr) return refusal::offer_gone;
  const bool forced = o->forced;
  const auto units = o->units;
  t.emit({.kind = event_kind::offer_accepted,
          .conversation = c.id,
          .agent = c.agent,
          .queue = t.s.items[slot].queue,
          .epoch = c.epoch});
  hand_over(t, slot, c.agent, forced, 0, units);
  return std::nullopt;
}

outcome take(turning& t, const decline_offer& c) {
  const auto slot = slot_of(t, c.id);
  if (find_offer(t, slot, c.agent, c.epoch) == nullptr) return refusal::offer_gone;
  end_offer(t, slot, c.agent, event_kind::offer_declined);
  return std::nullopt;
}

// -- time --------------------------------------------------------------------------------------------------

outcome take(turning&, const tick&) {
  return std::nullopt;
}

}  // namespace

turn_result turn(router_state& s, const router_command& c, timestamp now, std::vector<reason>* why) {
  turn_result r;
  r.events.reserve(4);  // most turns say no more
  turning t{.s = s, .now = std::max(now, s.now), .out = r.events, .why = why};
  if (const auto* const due = std::get_if<tick>(&c)) t.after_pause = due->after_pause;
  run_due(t);
  r.refused = std::visit([&](const auto& command) { return take(t, command); }, c);
  // What is settled may be due at once: a ring that opened meanwhile, an overflow.
  for (run_due(t); !s.dirty_signatures.empty() || !s.dirty_agents.empty(); run_due(t)) drain(t);
  if (why != nullptr) explain_who_waits(t);
  return r;
}

}  // namespace switchboard::domain::routing
