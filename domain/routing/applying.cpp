#include "domain/routing/applying.hpp"

#include "domain/routing/eligibility.hpp"
#include "domain/routing/heap_orders.hpp"
#include "domain/routing/placing.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

void take(router_state& s, agent_index a, slot_index slot, std::uint32_t units) {
  auto& agent = s.agents[a];
  s.loads[a].used += units;
  ++s.loads[a].active;
  ++agent.at_once[s.items[slot].channel];
  agent.work.push_back(slot);
  refresh_agent(s, a);
}

void give_back(router_state& s, agent_index a, slot_index slot, std::uint32_t units) {
  auto& agent = s.agents[a];
  s.loads[a].used -= units;
  --s.loads[a].active;
  --agent.at_once[s.items[slot].channel];
  agent.work.erase(std::find(agent.work.begin(), agent.work.end(), slot));
  refresh_agent(s, a);
}

void count_waiting(router_state& s, slot_index slot, int by) {
  if (s.items[slot].state == item_state::resting) return;
  s.queues[s.items[slot].queue].waiting += static_cast<std::uint32_t>(by);
}

/// Of a state that waits to one that does not, and the other way round.
void set_state(router_state& s, slot_index slot, item_state state) {
  count_waiting(s, slot, -1);
  s.items[slot].state = state;
  count_waiting(s, slot, 1);
}

void take_facts(router_state& s, slot_index slot, const conversation_facts& f) {
  auto& i = s.items[slot];
  i.version = f.version;
  i.priority = f.priority;
  if (i.due != f.due) i.pressing = false;
  i.due = f.due;
  i.waiting_since = f.waiting_since;
  i.answered = f.answered;
  const auto before = i.needs;
  i.needs = take_needs(s, {f.required, f.preferred});
  give_back_needs(s, before);
}

void on_queued(router_state& s, const router_event& e) {
  const auto slot = s.items.add(e.conversation);
  auto& i = s.items[slot];
  i.sequence = s.sequence;
  i.enqueued_at = i.since = e.at;
  i.queue = e.queue;
  i.rule = e.facts->rule;
  i.ruled = e.facts->had.has_value();
  i.channel = e.facts->channel;
  i.key = e.key;
  take_facts(s, slot, *e.facts);
  i.fresh = tells(s, slot);
  count_waiting(s, slot, 1);
  place_item(s, slot);
  arm_item(s, slot);
}

void free_owner(router_state& s, slot_index slot) {
  auto& i = s.items[slot];
  if (i.owner == no_agent) return;
  const auto a = i.owner;
  i.owner = no_agent;
  if (i.forced) s.agents[a].forced -= i.units;
  give_back(s, a, slot, i.units);
  i.units = 0;
  i.forced = i.idle = i.answered = false;
}

void on_left(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  i.version = std::max(i.version, e.epoch);
  if (i.owner != no_agent) {
    // How long it took him, smoothed over about eight.
    auto& handling = s.queues[i.queue].handling[i.channel];
    const auto took = std::chrono::duration_cast<milliseconds>(s.now - i.since);
    const auto before = handling.count() == 0 ? s.config->handling_prior : handling;
    handling = std::max(before + (took - before) / 8, milliseconds{1});
  }
  free_owner(s, slot);
  set_state(s, slot, item_state::resting);
  place_item(s, slot);
  if (i.timer_place != no_place) s.item_timers.erase(slot, item_timer_order{s.items});
  if (i.more) s.more.erase(slot);
  give_back_needs(s, i.needs);
  if (s.left.insert_or_assign(i.id, i.version).second) s.left_order.push_back(i.id);
  while (s.left_order.size() > s.config->left_max) {
    s.left.erase(s.left_order.front());
    s.left_order.pop_front();
  }
  s.items.remove(slot);
}

void on_presence(router_state& s, const router_event& e) {
  const auto a = e.agent;
  auto& agent = s.agents[a];
  const auto here = [](const presence_facts& p) { return p.online && !p.grace; };
  const int change = here(e.presence) - here(agent.presence);
  agent.presence = e.presence;
  agent.paused = false;
  for (const auto& m : s.config->agents[a].queues) {
    s.queues[m.queue].online[m.pool] += static_cast<std::uint32_t>(change);
  }
  if (agent.ramping && (!e.presence.online || (e.presence.channels == 0 && !e.presence.wraps_up))) {
    agent.ramping = false;
    arm_agent(s, a);
  }
  refresh_presence(s, a);
  refresh_agent(s, a);
}

void on_calendar(router_state& s, const router_event& e) {
  s.queues[e.queue].open = e.flag;
  if (!e.flag) return;
  for_each_signature(s.queues[e.queue], [&](std::uint32_t sig) { mark_signature(s, sig); });
  for (const auto& a : s.agents) {  // what waits for one alone, who need be no member
    for (const auto sig : a.only_signatures) mark_signature(s, sig);
  }
}

void on_offer(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  set_state(s, slot, item_state::offered);
  const auto units = cost_of(*s.config, i.channel, false);
  more_for(s, slot).offers.push_back({e.agent, units, e.epoch, e.until, e.flag});
  if (e.flag) s.agents[e.agent].forced += units;
  place_item(s, slot);
  arm_item(s, slot);
  take(s, e.agent, slot, units);
}

/// Of what the ramp lets him have. A conversation that is given to him by hand counts neither for nor against.
void spend_ramp(router_state& s, agent_index a) {
  auto& agent = s.agents[a];
  if (!agent.ramping) return;
  if (agent.ramp_until != timestamp{}) {
    if (agent.ramp_left > 0) --agent.ramp_left;
  } else if (s.config->ramp_per_minute > 0) {
    agent.ramp_next = s.now + std::chrono::microseconds{60'000'000 / s.config->ramp_per_minute};
  }
  arm_agent(s, a);
  refresh_agent(s, a);
}

void on_offer_end(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  auto& more = more_for(s, slot);
  const auto offer =
      std::find_if(more.offers.begin(), more.offers.end(), [&](const auto& o) { return o.agent == e.agent; });
  const auto units = offer->units;
  if (offer->forced) s.agents[e.agent].forced -= units;
  more.offers.erase(offer);
  give_back(s, e.agent, slot, units);
  auto& agent = s.agents[e.agent];
  if (e.kind == event_kind::offer_declined || e.kind == event_kind::offer_expired) {
    more.excluded.push_back({e.agent, e.until});
  }
  if (e.kind == event_kind::offer_expired) ++agent.missed;
  if (e.kind == event_kind::offer_accepted || e.kind == event_kind::offer_declined) agent.missed = 0;
  // A warm transfer to one person that came to nothing: its owner has it as before.
  if (more.offers.empty() && i.owner != no_agent && i.only == e.agent) {
    i.only = no_agent;
    set_state(s, slot, item_state::resting);
  }
  drop_empty_more(s, slot);
  arm_item(s, slot);
}

void on_assigned(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  set_state(s, slot, item_state::resting);
  i.hold = hold::none;
  i.only = no_agent;
  i.since = e.at;
  i.owner = e.agent;
  i.idle = false;
  i.forced = e.flag;
  i.units = e.units != 0 ? e.units : cost_of(*s.config, i.channel, false);
  place_item(s, slot);
  if (i.more) {
    more_for(s, slot).excluded.clear();
    more_for(s, slot).told = {};
  }
  drop_empty_more(s, slot);
  i.fresh = false;
  arm_item(s, slot);
  if (i.forced) s.agents[e.agent].forced += i.units;
  s.loads[e.agent].last_assigned = s.sequence;
  s.agents[e.agent].missed = 0;
  take(s, e.agent, slot, i.units);
}

/// What its customers wait is looked at then, at the latest.
void look_by(router_state& s, queue_index q, timestamp at) {
  auto& queue = s.queues[q];
  if (queue.look_at != timestamp{} && queue.look_at <= at) return;
  queue.look_at = at;
  arm_queue(s, q);
}

/// Those who were here before anybody was told are looked at as well.
void begin_looks(router_state& s) {
  for (queue_index q = 0; q < s.queues.size(); ++q) {
    const auto& rule = s.rules(q).tell;
    if (rule.channels != 0 && s.queues[q].waiting > 0) look_by(s, q, s.now + rule.notify_gap);
  }
}

/// It seeks an agent: in its queue, from the place that its key says.
void seek(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  i.key = e.key;
  i.hold = hold::none;
  i.only = no_agent;
  set_state(s, slot, item_state::queued);
  place_item(s, slot);
  arm_item(s, slot);
}

void move_queue(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  if (e.kind == event_kind::overflowed && e.target.kind == overflow_target::to::leave_message) {
    more_for(s, slot).left_message = true;
    i.exhausted = true;
    return arm_item(s, slot);
  }
  if (e.flag) {  // nowhere to go to: it stays as it is
    i.exhausted = true;
    return arm_item(s, slot);
  }
  count_waiting(s, slot, -1);
  if (e.kind == event_kind::overflowed && i.queue != e.queue) more_for(s, slot).visited.push_back(i.queue);
  if (i.queue != e.queue) i.rule = no_rule;
  i.queue = e.queue;
  i.ring = 0;
  i.since = e.at;
  i.exhausted = false;
  i.fresh = i.owner == no_agent && tells(s, slot);
  count_waiting(s, slot, 1);
  seek(s, slot, e);
}

/// What was due is done; and what this one waits is looked at again with the others of its queue.
void on_wait(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  i.fresh = false;
  if (e.kind == event_kind::wait_told) more_for(s, slot).told = {milliseconds{e.key}, e.at};
  arm_item(s, slot);
  look_by(s, i.queue, e.at + s.rules(i.queue).tell.notify_gap);
}

void on_held(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  i.hold = e.hold;
  if (e.hold == hold::cooldown) return;  // it stands where it stood: others may have it
  i.hold_until = e.until;
  i.only = e.hold == hold::sticky ? e.agent : no_agent;
  set_state(s, slot, e.hold == hold::delay ? item_state::parked : item_state::queued);
  place_item(s, slot);
  arm_item(s, slot);
}

void on_hold_ended(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  if (e.hold == hold::cooldown) {
    std::erase_if(more_for(s, slot).excluded, [&](const auto& x) { return x.until <= e.at; });
    drop_empty_more(s, slot);
    if (i.hold == hold::cooldown) i.hold = hold::none;
    if (i.signature != no_signature) mark_signature(s, i.signature);
  } else {
    i.hold = hold::none;
    i.only = no_agent;
    set_state(s, slot, item_state::queued);
    place_item(s, slot);
  }
  arm_item(s, slot);
}

void on_capacity(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  auto& used = s.loads[i.owner].used;
  used = used - i.units + e.units;
  if (i.forced) s.agents[i.owner].forced = s.agents[i.owner].forced - i.units + e.units;
  i.units = e.units;
  i.idle = e.flag;
  refresh_agent(s, i.owner);
  arm_item(s, slot);
}

void on_ramp(router_state& s, const router_event& e) {
  auto& agent = s.agents[e.agent];
  if (e.kind == event_kind::ramp_begun) {
    agent.ramping = true;
    agent.ramp_left = e.units;
    agent.ramp_until = e.until;
  } else {
    agent.ramp_until = {};
  }
  agent.ramp_next = {};
  arm_agent(s, e.agent);
  refresh_agent(s, e.agent);
}

/// Events about a conversation that is here.
void apply_to_item(router_state& s, slot_index slot, const router_event& e) {
  auto& i = s.items[slot];
  switch (e.kind) {
    case event_kind::left:
      return on_left(s, slot, e);
    case event_kind::offer_made:
      on_offer(s, slot, e);
      if (i.owner == no_agent || i.only == no_agent) spend_ramp(s, e.agent);
      return;
    case event_kind::offer_accepted:
    case event_kind::offer_declined:
    case event_kind::offer_expired:
    case event_kind::offer_rescinded:
      return on_offer_end(s, slot, e);
    case event_kind::assigned:
      on_assigned(s, slot, e);
      if (e.epoch != 0) spend_ramp(s, e.agent);
      return;
    case event_kind::unassigned:
      free_owner(s, slot);
      i.since = e.at;
      if (e.until != timestamp{}) more_for(s, slot).excluded.push_back({e.agent, e.until});
      i.fresh = tells(s, slot);
      // Who handed it on may have it again.
      if (i.signature != no_signature) mark_signature(s, i.signature);
      return arm_item(s, slot);
    case event_kind::requeued:
      return seek(s, slot, e);
    case event_kind::transferred:
    case event_kind::overflowed:
      return move_queue(s, slot, e);
    case event_kind::held:
      return on_held(s, slot, e);
    case event_kind::hold_ended:
      return on_hold_ended(s, slot, e);
    case event_kind::capacity_changed:
      return on_capacity(s, slot, e);
    case event_kind::wait_told:
    case event_kind::wait_not_told:
      return on_wait(s, slot, e);
    case event_kind::changed:
      take_facts(s, slot, *e.facts);
      i.key = e.key;
      break;
    case event_kind::ring_opened:
      i.ring = e.ring;
      break;
    case event_kind::pressed:
      i.pressing = true;
      break;
    default:
      return;
  }
  place_item(s, slot);
  arm_item(s, slot);
}

}  // namespace

void apply(router_state& s, const router_event& e) {
  ++s.sequence;
  s.now = e.at;
  switch (e.kind) {
    case event_kind::configured:
      take_config(s, e.config);
      return begin_looks(s);
    case event_kind::waits_looked:
      s.queues[e.queue].look_at = e.until;
      return arm_queue(s, e.queue);
    case event_kind::presence_told:
      return on_presence(s, e);
    case event_kind::calendar_told:
      return on_calendar(s, e);
    case event_kind::queued:
      return on_queued(s, e);
    case event_kind::auto_away:
      s.agents[e.agent].paused = true;
      s.agents[e.agent].missed = 0;
      refresh_presence(s, e.agent);
      return refresh_agent(s, e.agent);
    case event_kind::ramp_begun:
    case event_kind::ramp_eased:
      return on_ramp(s, e);
    default:
      return apply_to_item(s, s.items.find(e.conversation), e);
  }
}

void apply_turn(router_state& s, const std::vector<router_event>& events) {
  for (const auto& e : events) apply(s, e);
  clear_marks(s);
}

}  // namespace switchboard::domain::routing
