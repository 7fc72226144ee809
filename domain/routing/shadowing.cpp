#include "domain/routing/shadowing.hpp"

#include "domain/routing/applying.hpp"
#include "domain/routing/archive.hpp"
#include "domain/routing/shadow_telling.hpp"
#include "domain/routing/taking_over.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

using asks = std::map<conversation_id, const reason*>;

/// The first of each that strategies or an overflow made. What somebody does by hand is nobody's decision here.
asks first_asks(const std::vector<reason>& why) {
  asks first;
  for (const auto& r : why) {
    if (r.winner != no_agent && r.by != decider::hand) first.emplace(r.conversation, &r);
  }
  return first;
}

/// New, or back from whoever had it.
std::set<conversation_id> arrivals(const std::vector<router_event>& events) {
  std::set<conversation_id> came, freed;
  for (const auto& e : events) {
    if (e.kind == event_kind::unassigned) freed.insert(e.conversation);
    const bool back = e.kind == event_kind::requeued || e.kind == event_kind::transferred;
    if (e.kind == event_kind::queued || (back && freed.contains(e.conversation))) came.insert(e.conversation);
  }
  return came;
}

shadow_place place_of(const router_state& s, slot_index slot) {
  const auto& i = s.items[slot];
  return {.queue = i.queue, .rule = i.rule, .priority = i.priority, .needs = s.needs[i.needs]};
}

/// Of what left again in the turn in which it came: as the events have it. Nullopt: they don't.
std::optional<shadow_place> place_in(const std::vector<router_event>& events, const conversation_id& id) {
  std::optional<shadow_place> at;
  for (const auto& e : events) {
    if (e.conversation != id) continue;
    if (e.kind == event_kind::queued) {
      at = {.queue = e.queue,
            .rule = e.facts->rule,
            .priority = e.facts->priority,
            .needs = {e.facts->required, e.facts->preferred}};
    } else if (at && (e.kind == event_kind::transferred || (e.kind == event_kind::overflowed && !e.flag))) {
      if (at->queue != e.queue) at->rule = no_rule;
      at->queue = e.queue;
    }
  }
  return at;
}

struct seen {
  const shadow& h;
  const live_turn& live;
  const std::vector<router_event>& own;
  asks live_asks;
  asks own_asks;

  static const reason* ask_of(const asks& all, const conversation_id& id) {
    const auto a = all.find(id);
    return a == all.end() ? nullptr : a->second;
  }
};

shadow_outcome outcome_of(const shadow_place& live, const shadow_place& own, const reason* live_ask,
                          const reason* own_ask) {
  using enum shadow_outcome;
  if (live.queue != own.queue) return other_queue;
  if (live.priority != own.priority) return other_priority;
  if (live.needs != own.needs) return other_skills;
  if (live_ask != nullptr && own_ask != nullptr)
    return live_ask->winner == own_ask->winner ? same : other_agent;
  if (live_ask != nullptr) return only_live;
  return own_ask != nullptr ? only_shadow : same;
}

/// One that came, before reality is taken over. True: it is compared, and asked for no more.
bool compare(const seen& s, const conversation_id& id, shadow_findings& found) {
  const auto real = s.h.live.items.find(id);
  const auto slot = s.h.own.items.find(id);
  const auto live = real != no_slot ? place_of(s.h.live, real) : place_in(s.live.events, id);
  const auto own = slot != no_slot ? place_of(s.h.own, slot) : place_in(s.own, id);
  const auto* const live_ask = seen::ask_of(s.live_asks, id);
  const auto* const own_ask = seen::ask_of(s.own_asks, id);
  // What the shadow let go before stood where it does with the live one, as far as anybody knows: its tables have all that those have.
  const auto& there = own ? own : live;
  const auto outcome = live ? outcome_of(*live, *there, live_ask, own_ask) : shadow_outcome::same;
  const bool taken = real == no_slot || s.h.live.items[real].owner != no_agent;
  const bool decided = live_ask != nullptr || own_ask != nullptr || taken;
  if (outcome == shadow_outcome::same && !decided) return false;
  ++found.outcomes[static_cast<std::size_t>(outcome)];
  if (outcome == shadow_outcome::same) return true;
  found.differences.push_back(
      to_json(id, outcome, s.live.at, {s.h.live, *live, live_ask}, {s.h.own, *there, own_ask}));
  return true;
}

std::set<conversation_id> touched_by(const std::vector<router_event>& a, const std::vector<router_event>& b) {
  std::set<conversation_id> ids;
  for (const auto* const events : {&a, &b}) {
    for (const auto& e : *events) {
      if (e.conversation != conversation_id{}) ids.insert(e.conversation);
    }
  }
  return ids;
}

own_deeds deeds_of(const std::vector<router_event>& live, const std::vector<router_event>& own) {
  own_deeds deeds;
  for (const auto* const events : {&live, &own}) {
    for (const auto& e : *events) {
      if (e.agent != no_agent) deeds.agents.insert(e.agent);
    }
  }
  for (const auto& e : own) {
    if (e.kind == event_kind::assigned) deeds.given.insert(e.conversation);
  }
  return deeds;
}

/// `command` is the shadow's; the live state is that behind the turn.
shadow_findings take_turn(shadow& h, const live_turn& t, const router_command& command) {
  std::vector<reason> why;
  const auto own = turn(h.own, command, t.at, &why).events;
  const auto touched = touched_by(t.events, own);
  h.pending.merge(arrivals(t.events));
  shadow_findings found;
  const seen s{h, t, own, first_asks(t.why), first_asks(why)};
  for (const auto& id : touched) {
    const auto came = h.pending.find(id);
    if (came != h.pending.end() && compare(s, id, found)) h.pending.erase(came);
  }
  auto deeds = deeds_of(t.events, own);
  for (const auto& id : touched) take_over(h, id, t.at, deeds);
  for (const auto a : deeds.agents) take_over_agent(h, a);
  return found;
}

/// Its own numbers are never behind the live ones, for who was given something last is taken over by number.
void begin_turn(shadow& h, timestamp now) {
  h.own.sequence = std::max(h.own.sequence, h.live.sequence);
  end_lapsed(h, now);
}

}  // namespace

expected<shadow, std::string> begin_shadow(std::string_view saved, const shadow_plan& plan, timestamp now) {
  auto live = load(saved);
  auto own = load(saved);
  if (!live || !own) return unexpected(live ? own.error() : live.error());
  shadow h{.live = *std::move(live), .own = *std::move(own), .version = plan.router.version};
  auto aligned = align(plan.router, *h.live.config);
  h.rules = {.rules = align_rules(plan.rules, plan.router, aligned)};
  const auto& queues = aligned.queues;
  const auto find = [&](const queue_id& id) {
    return static_cast<std::size_t>(
        std::find_if(queues.begin(), queues.end(), [&](const auto& q) { return q.id == id; }) -
        queues.begin());
  };
  h.rules.otherwise = static_cast<queue_index>(find(plan.router.queues.at(plan.default_queue).id));
  h.own_hours.resize(queues.size(), false);
  for (const auto& id : plan.own_hours) {
    const auto q = find(id);
    if (q < queues.size()) h.own_hours[q] = true;
  }
  h.channels = channels_of_shadow(*h.live.config, aligned);
  const bool same = encode(aligned) == encode(*h.live.config);
  aligned.version = h.live.config->version + 1;  // any other: it is the state's own
  aligned.explained_max = 0;                     // only winners are told
  const auto config = std::make_shared<const router_config>(std::move(aligned));
  if (same) {
    h.own.config = config;
    return h;
  }
  (void)take_turn(h, {.at = now}, tell_config{config});
  return h;
}

expected<shadow_findings, std::string> follow_turn(shadow& h, const live_turn& t) {
  if (std::holds_alternative<tell_config>(t.command)) return unexpected(std::string("the config is another"));
  if (t.sequence != h.live.sequence) {
    return unexpected("a turn behind " + std::to_string(t.sequence) + ", and it knows the router up to " +
                      std::to_string(h.live.sequence));
  }
  begin_turn(h, t.at);
  const auto command = command_for_shadow(h, t);
  apply_turn(h.live, t.events);
  return take_turn(h, t, command);
}

shadow_findings pass_time(shadow& h, timestamp now) {
  begin_turn(h, now);
  return take_turn(h, {.at = now}, tick{});
}

shadow_findings open_queue(shadow& h, const queue_id& queue, bool open, timestamp now) {
  const auto& queues = h.own.config->queues;
  for (std::size_t q = 0; q < queues.size(); ++q) {
    if (queues[q].id != queue || !h.own_hours[q] || h.own.queues[q].open == open) continue;
    begin_turn(h, now);
    return take_turn(h, {.at = now}, tell_calendar{static_cast<queue_index>(q), open});
  }
  return {};
}

}  // namespace switchboard::domain::routing
