#include "domain/routing/taking_over.hpp"

#include "domain/routing/applying.hpp"
#include "domain/routing/placing.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

/// Longer than any conversation waits: what is held so long seeks nobody by itself.
constexpr auto for_good = std::chrono::hours{24 * 3650};

struct taking {
  shadow& h;
  timestamp at;
  own_deeds& deeds;

  void emit(router_event e) {
    e.at = std::max(at, h.own.now);
    if (e.agent != no_agent) deeds.agents.insert(e.agent);
    apply(h.own, e);
  }
  void emit(event_kind kind, slot_index slot, agent_index a) {
    const auto& i = h.own.items[slot];
    emit({.kind = kind, .conversation = i.id, .agent = a, .queue = i.queue, .ring = i.ring, .key = i.key});
  }
};

void rescind(taking& t, slot_index slot, const open_offer& o) {
  t.emit({.kind = event_kind::offer_rescinded,
          .conversation = t.h.own.items[slot].id,
          .agent = o.agent,
          .queue = t.h.own.items[slot].queue,
          .epoch = o.epoch});
}

void rescind_all(taking& t, slot_index slot) {
  while (!t.h.own.more_of(slot).offers.empty()) {
    const auto o = t.h.own.more_of(slot).offers.front();
    rescind(t, slot, o);
  }
}

void ask(taking& t, slot_index slot, agent_index a, timestamp until, bool forced) {
  const auto& i = t.h.own.items[slot];
  t.emit({.kind = event_kind::offer_made,
          .conversation = i.id,
          .agent = a,
          .queue = i.queue,
          .ring = i.ring,
          .flag = forced,
          .epoch = t.h.own.sequence + 1,
          .until = until,
          .key = i.key});
}

/// It stands in no heap, until something becomes of it.
void park(taking& t, slot_index slot) {
  const auto& i = t.h.own.items[slot];
  t.emit({.kind = event_kind::held,
          .conversation = i.id,
          .queue = i.queue,
          .hold = hold::delay,
          .until = std::max(t.at, t.h.own.now) + for_good});
}

void forget_ask(shadow& h, const conversation_id& id) {
  const auto known = h.asked.find(id);
  if (known == h.asked.end()) return;
  h.lapses.erase({known->second, id});
  h.asked.erase(known);
}

/// Nobody really has it or is asked: what the shadow did about it is no more than an ask.
void keep_ask(taking& t, slot_index slot) {
  auto& own = t.h.own;
  const auto id = own.items[slot].id;
  const auto owner = own.items[slot].owner;
  if (owner != no_agent) {
    rescind_all(t, slot);
    t.emit(event_kind::unassigned, slot, owner);
    if (t.deeds.given.contains(id)) {
      ask(t, slot, owner, std::max(t.at, own.now) + own.rules(own.items[slot].queue).offer_timeout, false);
    } else {
      t.emit(event_kind::requeued, slot, no_agent);  // it comes back, as it really did
    }
  }
  const auto& offers = own.more_of(slot).offers;
  if (offers.empty()) {
    if (own.items[slot].state == item_state::resting) t.emit(event_kind::requeued, slot, no_agent);
    return;
  }
  const auto first = std::min_element(offers.begin(), offers.end(),
                                      [](auto& a, auto& b) { return a.expires_at < b.expires_at; });
  t.h.asked.emplace(id, first->expires_at);
  t.h.lapses.emplace(first->expires_at, id);
}

/// Its rules let it go, to a bot or to leave a message, and somebody has it all the same.
slot_index bring_back(taking& t, const item& is) {
  const auto& needs = t.h.live.needs[is.needs];
  const auto channels = t.h.own.config->channels.size();
  const conversation_facts f{.id = is.id,
                             .version = is.version,
                             .queue = is.queue,
                             .channel = is.channel < channels ? is.channel : channel_index{0},
                             .priority = is.priority,
                             .required = needs.required,
                             .preferred = needs.preferred,
                             .due = is.due,
                             .waiting_since = is.waiting_since,
                             .answered = is.answered,
                             .rule = no_rule};
  t.emit({.kind = event_kind::queued,
          .conversation = is.id,
          .queue = is.queue,
          .key = is.key,
          .facts = std::make_shared<const conversation_facts>(f)});
  return t.h.own.items.find(is.id);
}

void take_over_owner(taking& t, slot_index slot, const item& is) {
  const auto& i = t.h.own.items[slot];
  const bool rests = is.state == item_state::resting;
  if (i.owner == is.owner && (!rests || i.state == item_state::resting)) return;
  rescind_all(t, slot);
  if (i.owner != no_agent) t.emit(event_kind::unassigned, slot, i.owner);
  if (is.owner == no_agent) return;
  t.emit({.kind = event_kind::assigned,
          .conversation = i.id,
          .agent = is.owner,
          .queue = i.queue,
          .ring = i.ring,
          .flag = bool{is.forced},
          .key = i.key});
}

bool same_offer(const open_offer& a, const open_offer& b) {
  return a.agent == b.agent && a.expires_at == b.expires_at;
}

void take_over_offers(taking& t, slot_index slot, const std::vector<open_offer>& real) {
  const auto is_in = [](const auto& list, const open_offer& o) {
    return std::any_of(list.begin(), list.end(), [&](const auto& other) { return same_offer(o, other); });
  };
  const auto before = t.h.own.more_of(slot).offers;
  for (const auto& o : before) {
    if (!is_in(real, o)) rescind(t, slot, o);
  }
  for (const auto& o : real) {
    if (!is_in(before, o)) ask(t, slot, o.agent, o.expires_at, o.forced);
  }
  const auto& i = t.h.own.items[slot];
  if (i.state == item_state::offered && t.h.own.more_of(slot).offers.empty()) park(t, slot);
}

}  // namespace

void end_lapsed(shadow& h, timestamp now) {
  own_deeds deeds;
  taking t{h, now, deeds};
  while (!h.lapses.empty() && h.lapses.begin()->first <= now) {
    const auto id = h.lapses.begin()->second;
    forget_ask(h, id);
    const auto slot = h.own.items.find(id);
    if (slot == no_slot) continue;
    rescind_all(t, slot);
    park(t, slot);
  }
}

void take_over(shadow& h, const conversation_id& id, timestamp at, own_deeds& deeds) {
  taking t{h, at, deeds};
  forget_ask(h, id);
  const auto real = h.live.items.find(id);
  auto slot = h.own.items.find(id);
  if (real == no_slot) {
    if (slot == no_slot) return;
    rescind_all(t, slot);
    const auto& i = h.own.items[slot];
    return t.emit({.kind = event_kind::left, .conversation = id, .queue = i.queue, .epoch = i.version});
  }
  const auto& is = h.live.items[real];
  const auto& offers = h.live.more_of(real).offers;
  const bool nobody = is.owner == no_agent && offers.empty();
  if (slot == no_slot) {
    if (nobody) return;
    slot = bring_back(t, is);
  }
  if (nobody) return keep_ask(t, slot);
  take_over_owner(t, slot, is);
  take_over_offers(t, slot, offers);
}

/// The one thing that is set here without an event: no event says that something was not, after all.
void take_over_agent(shadow& h, agent_index a) {
  const auto& is = h.live.agents[a];
  auto& own = h.own.agents[a];
  auto& last = h.own.loads[a].last_assigned;
  if (last == h.live.loads[a].last_assigned && own.missed == is.missed && own.paused == is.paused) return;
  last = h.live.loads[a].last_assigned;
  own.missed = is.missed;
  own.paused = is.paused;
  refresh_presence(h.own, a);
  refresh_agent(h.own, a);
}

}  // namespace switchboard::domain::routing
