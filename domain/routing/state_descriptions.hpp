#pragma once
// What of a router's state is kept (saving.cpp): everything that is not an index. The indexes are built again from it.

#include "domain/routing/descriptions.hpp"
#include "domain/routing/router_state.hpp"

#include <array>

namespace switchboard::domain::routing {

template <>
inline constexpr item_state last_of<item_state> = item_state::offered;

/// One that left, in the order in which they are forgotten.
struct left_conversation {
  conversation_id id = {};
  std::uint64_t version = 0;
};

template <class Archive, field_of<left_conversation> T>
void describe(Archive& a, T& l) {
  a(l.id, l.version);
}
template <class Archive, field_of<item_needs> T>
void describe(Archive& a, T& n) {
  a(n.required, n.preferred);
}
template <class Archive, field_of<agent_state> T>
void describe(Archive& a, T& s) {
  a(s.presence, s.paused, s.missed, s.ramping, s.ramp_left, s.ramp_until, s.ramp_next, s.work);
}
template <class Archive, field_of<agent_load> T>
void describe(Archive& a, T& l) {
  a(l.last_assigned);
}
template <class Archive, field_of<queue_state> T>
void describe(Archive& a, T& q) {
  a(q.open, q.handling);
  a.since(2, q.look_at);
}
template <class Archive, field_of<exclusion> T>
void describe(Archive& a, T& x) {
  a(x.agent, x.until);
}
template <class Archive, field_of<open_offer> T>
void describe(Archive& a, T& o) {
  a(o.agent, o.units, o.epoch, o.expires_at, o.forced);
}
template <class Archive, field_of<item_more> T>
void describe(Archive& a, T& m) {
  a(m.excluded, m.offers, m.visited);
  a.since(2, m.told.eta, m.told.at, m.left_message);
}

template <class Archive, field_of<item> T>
void describe(Archive& a, T& i) {
  a(i.id, i.version, i.key, i.sequence, i.enqueued_at, i.since, i.due, i.waiting_since, i.hold_until, i.needs,
    i.owner, i.only, i.units, i.queue, i.ring, i.channel, i.priority, i.state, i.hold);
  std::array<bool, 6> flags{i.answered, i.forced, i.pressing, i.idle, i.exhausted, i.more};
  a(flags);
  if constexpr (Archive::reads) {
    i.answered = flags[0];
    i.forced = flags[1];
    i.pressing = flags[2];
    i.idle = flags[3];
    i.exhausted = flags[4];
    i.more = flags[5];
  }
  bool ruled = i.ruled, fresh = i.fresh;
  a.since(2, i.rule, ruled, fresh);
  if constexpr (Archive::reads) {
    i.ruled = ruled;
    i.fresh = fresh;
  }
}

/// All but the conversations, what they need, and those that left.
template <class Archive, field_of<router_state> T>
void describe(Archive& a, T& s) {
  a(s.sequence, s.now);
  a.brought(s.config);
  a(s.agents, s.loads, s.queues);
}

}  // namespace switchboard::domain::routing
