#include "tests/domain/routing/watcher.hpp"

#include "domain/routing/applying.hpp"
#include "domain/routing/placing.hpp"
#include "domain/routing/position.hpp"
#include "tests/domain/routing/reference_router.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace switchboard::domain::routing {

watcher::watcher(router_state begun) : state_(std::move(begun)) {
  for (slot_index slot = 0; slot < state_.items.slots(); ++slot) {
    const auto& i = state_.items[slot];
    if (i.id != conversation_id{} && i.owner != no_agent) owners_[i.id] = i.owner;
  }
  for (agent_index a = 0; a < state_.agents.size(); ++a) {
    allowed_[a] = state_.loads[a].used - state_.agents[a].forced;
  }
}

void watcher::complain(const router_event& e, const std::string& what) {
  if (!complaint_.empty()) return;
  std::ostringstream text;
  text << what << " (" << to_word(e.kind) << ", conversation " << to_text(e.conversation) << ", agent "
       << e.agent << ", event " << state_.sequence + 1 << ")";
  complaint_ = text.str();
}

void watcher::see(const std::vector<router_event>& events) {
  for (std::size_t i = 0; i < events.size() && complaint_.empty(); ++i) see_one(events, i);
  if (!complaint_.empty() || events.empty()) return;
  // An offer that becomes an assignment is two events of one turn, with its units free in between.
  for (auto& [a, units] : allowed_) units = std::min(units, state_.loads[a].used - state_.agents[a].forced);
  check_deadlines();
  // I1: what is left has a hold, and the reference knows each by name.
  if (const auto left = reference_next(state_)) {
    complain({.kind = events.back().kind, .conversation = state_.items[left->slot].id, .agent = left->agent},
             "at rest, and these two could have each other");
  }
}

void watcher::see_one(const std::vector<router_event>& events, std::size_t at) {
  const auto& e = events[at];
  // Who hands a conversation on and the one who takes it are one decision.
  const bool next_takes = e.kind == event_kind::unassigned && e.epoch != 0 && at + 1 < events.size() &&
                          events[at + 1].kind == event_kind::assigned && events[at + 1].epoch != 0 &&
                          events[at + 1].conversation == e.conversation;
  const bool decided_before = at > 0 && events[at - 1].kind == event_kind::unassigned &&
                              events[at - 1].epoch != 0 && events[at - 1].conversation == e.conversation;
  if (next_takes) check_choice(events[at + 1]);
  const bool chosen = e.kind == event_kind::offer_made || (e.kind == event_kind::assigned && e.epoch != 0);
  if (chosen && !decided_before) check_choice(e);
  check_owner(e);
  if (e.kind == event_kind::wait_told) check_told(e);
  if (!complaint_.empty()) return;
  apply(state_, e);
  if (e.kind == event_kind::configured) {
    for (agent_index a = 0; a < state_.agents.size(); ++a) {
      allowed_[a] = state_.loads[a].used - state_.agents[a].forced;
    }
  }
  check_caps(e);
  asked_for_ = e.kind == event_kind::offer_made ? e.conversation : conversation_id{};
}

/// The reference agrees, and nothing of the same signature goes before it (I4).
void watcher::check_choice(const router_event& e) {
  ++offers_;
  const auto slot = state_.items.find(e.conversation);
  if (slot == no_slot) return complain(e, "it is not here");
  const auto& i = state_.items[slot];
  if (i.owner != no_agent && i.only == e.agent) return;  // a warm transfer to one person: nobody chose
  if (asked_for_ == e.conversation && i.state == item_state::offered) {
    if (reference_best(state_, slot) != e.agent) complain(e, "the reference asks another as well");
    return;
  }
  const auto expected = reference_next(state_);
  if (!expected) return complain(e, "the reference sees nothing to do");
  if (expected->slot != slot) return complain(e, "I4: the reference takes another conversation first");
  if (expected->agent != e.agent)
    return complain(e, "the reference asks agent " + std::to_string(expected->agent));
}

/// §1.12, by what was said alone: who waits is told what is so, not too often, and more only where it is much more.
void watcher::check_told(const router_event& e) {
  const auto slot = state_.items.find(e.conversation);
  if (slot == no_slot) return complain(e, "who is told is not here");
  const auto& i = state_.items[slot];
  const auto& rule = state_.rules(i.queue).tell;
  const bool waits = i.state == item_state::queued || i.state == item_state::parked;
  if (!waits || i.owner != no_agent) return complain(e, "who is told does not wait");
  if ((rule.channels >> i.channel & 1) == 0) return complain(e, "his channel is told nothing");
  const auto estimated = estimate(state_, slot);
  const auto position = reference_position(state_, slot);
  const bool nobody = !estimated.p50 || !state_.queues[i.queue].open;
  if (nobody != e.flag) return complain(e, "whether somebody is here is told wrong");
  if (nobody && !rule.when_closed) return complain(e, "that nobody is here is not to be told");
  if (!nobody && (e.units != position || e.units > rule.ahead_max + 1)) {
    return complain(e, "he is number " + std::to_string(position));
  }
  const milliseconds eta{e.key};
  if (!nobody && (eta < *estimated.p50 || eta >= *estimated.p50 + std::chrono::minutes{1})) {
    if (estimated.p50->count() > 0 || eta != std::chrono::minutes{1}) complain(e, "he waits otherwise");
  }
  const auto last = told_.find(e.conversation);
  if (last != told_.end()) {
    const auto& [eta_then, then] = last->second;
    if (e.at < then + rule.notify_gap) complain(e, "he was told just now");
    if (eta > eta_then && eta * 2 <= eta_then * 3)
      complain(e, "he is told more than he was, by less than half");
    if (eta == eta_then && e.at < then + rule.notify_min) complain(e, "it is what he knows");
  }
  told_[e.conversation] = {eta, e.at};
  ++tellings_;
}

/// I3, by what was said alone; and that nothing ends which has not begun.
void watcher::check_owner(const router_event& e) {
  const auto has = owners_.find(e.conversation);
  const bool offer_ends = e.kind == event_kind::offer_accepted || e.kind == event_kind::offer_declined ||
                          e.kind == event_kind::offer_expired || e.kind == event_kind::offer_rescinded;
  if (e.conversation != conversation_id{} && e.kind != event_kind::queued) {
    const auto slot = state_.items.find(e.conversation);
    if (slot == no_slot) return complain(e, "it is not here");
    const auto& offers = state_.more_of(slot).offers;
    const bool made =
        std::any_of(offers.begin(), offers.end(), [&](const auto& o) { return o.agent == e.agent; });
    if (offer_ends && !made) return complain(e, "an offer ends that was not made");
    if (e.kind == event_kind::offer_made && made) return complain(e, "he is asked already");
    if (e.kind == event_kind::capacity_changed && state_.items[slot].owner != e.agent) {
      return complain(e, "what it costs is not his");
    }
  }
  if (e.kind == event_kind::assigned) {
    if (has != owners_.end()) return complain(e, "I3: it has an owner already");
    owners_[e.conversation] = e.agent;
    told_.erase(e.conversation);
  } else if (e.kind == event_kind::unassigned) {
    if (has == owners_.end() || has->second != e.agent) return complain(e, "I3: it is not his");
    owners_.erase(has);
  } else if (e.kind == event_kind::left) {
    told_.erase(e.conversation);
  }
  if (e.kind == event_kind::left && has != owners_.end()) {
    owners_.erase(has);
  }
}

/// I2: what each has and is offered is what is counted, and within his caps.
void watcher::check_caps(const router_event& e) {
  std::vector<std::uint32_t> used(state_.agents.size()), forced(used), active(used);
  for (slot_index slot = 0; slot < state_.items.slots(); ++slot) {
    const auto& i = state_.items[slot];
    if (i.id == conversation_id{}) continue;
    if (i.owner != no_agent) {
      used[i.owner] += i.units;
      forced[i.owner] += i.forced ? i.units : 0;
      ++active[i.owner];
    }
    for (const auto& o : state_.more_of(slot).offers) {
      used[o.agent] += o.units;
      forced[o.agent] += o.forced ? o.units : 0;
      ++active[o.agent];
    }
  }
  for (agent_index a = 0; a < used.size(); ++a) {
    if (used[a] != state_.loads[a].used || active[a] != state_.loads[a].active ||
        forced[a] != state_.agents[a].forced) {
      return complain(e, "I2: what agent " + std::to_string(a) + " has is not what is counted");
    }
    if (used[a] - forced[a] > std::max(state_.config->agents[a].units_hard, allowed_[a])) {
      return complain(e, "I2: agent " + std::to_string(a) + " is above his hard cap");
    }
  }
}

void watcher::check_deadlines() {
  for (slot_index slot = 0; slot < state_.items.slots(); ++slot) {
    const auto& i = state_.items[slot];
    if (i.id == conversation_id{}) continue;
    const auto due = next_due(state_, slot);
    const bool armed = i.timer_place != no_place;
    if (due.has_value() != armed || (due && *due != i.timer_at)) {
      return complain({.conversation = i.id}, "its deadline is not the one that is armed");
    }
    if (due && *due <= state_.now) return complain({.conversation = i.id}, "it is overdue at rest");
  }
}

namespace {

std::int64_t micros(timestamp t) {
  return t.time_since_epoch().count();
}

}  // namespace

std::string contents(const router_state& s) {
  std::ostringstream out;
  for (slot_index slot = 0; slot < s.items.slots(); ++slot) {
    const auto& i = s.items[slot];
    if (i.id == conversation_id{}) continue;
    out << to_text(i.id) << ' ' << i.version << ' ' << i.key << ' ' << i.sequence << ' ' << i.owner << ' '
        << i.only << ' ' << i.units << ' ' << i.queue << ' ' << i.rule << ' ' << int{i.ring} << ' '
        << static_cast<int>(i.state) << ' ' << static_cast<int>(i.hold) << ' ' << i.answered << i.forced
        << i.pressing << i.idle << i.exhausted << ' ' << micros(i.enqueued_at) << ' ' << micros(i.since)
        << ' ' << micros(i.due) << ' ' << micros(i.waiting_since) << ' ' << micros(i.hold_until) << ' '
        << static_cast<int>(i.priority) << int{i.channel} << ':';
    for (const auto& r : s.needs[i.needs].required) out << " r" << r.skill << '/' << int{r.level};
    for (const auto& p : s.needs[i.needs].preferred) out << " p" << p.skill << '/' << p.weight;
    for (const auto& o : s.more_of(slot).offers) out << " o" << o.agent << '/' << o.epoch;
    for (const auto& x : s.more_of(slot).excluded) out << " x" << x.agent << '/' << micros(x.until);
    for (const auto v : s.more_of(slot).visited) out << " v" << v;
    const auto& more = s.more_of(slot);
    out << " t" << more.told.eta.count() << '/' << micros(more.told.at) << ' ' << more.left_message
        << i.fresh;
    out << '\n';
  }
  for (agent_index a = 0; a < s.agents.size(); ++a) {
    const auto& agent = s.agents[a];
    out << a << ' ' << s.loads[a].used << ' ' << s.loads[a].last_assigned << ' ' << agent.presence.epoch
        << ' ' << agent.paused << agent.ramping << ' ' << agent.missed << ' ' << agent.ramp_left << ' '
        << agent.forced << ' ' << s.loads[a].active << ':';
    for (const auto slot : agent.work) out << ' ' << to_text(s.items[slot].id);
    out << '\n';
  }
  for (const auto& q : s.queues) {
    out << q.open << ' ' << q.waiting << ' ' << micros(q.look_at);
    for (const auto took : q.handling) out << ' ' << took.count();
    out << '\n';
  }
  for (const auto& id : s.left_order) out << to_text(id) << ' ' << s.left.at(id) << '\n';
  return out.str();
}

}  // namespace switchboard::domain::routing
