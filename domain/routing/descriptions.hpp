#pragma once
// What the fields of each struct are, in the order in which they stand in the bytes (byte_writer.hpp). A field that is added to a
// struct is added here, or it is neither hashed nor kept: behind the others, by since() with a new version of what holds it
// (archive.cpp, saving.cpp), for what an earlier version wrote is read as well.

#include "domain/routing/agent_presence.hpp"
#include "domain/routing/byte_reader.hpp"
#include "domain/routing/byte_writer.hpp"

#include <concepts>
#include <type_traits>

namespace switchboard::domain::routing {

/// T or const T: to be read, or to be written.
template <class T, class Of>
concept field_of = std::same_as<std::remove_const_t<T>, Of>;

template <>
inline constexpr domain::platform last_of<domain::platform> = domain::platform::telegram;
template <>
inline constexpr thread_kind last_of<thread_kind> = thread_kind::review;
template <>
inline constexpr domain::priority last_of<domain::priority> = domain::priority::urgent;
template <>
inline constexpr strategy last_of<strategy> = strategy::skill_best;
template <>
inline constexpr queue_order last_of<queue_order> = queue_order::edf;
template <>
inline constexpr offer_mode last_of<offer_mode> = offer_mode::pull;
template <>
inline constexpr requeue_policy last_of<requeue_policy> = requeue_policy::requeue_all;
template <>
inline constexpr overflow_target::to last_of<overflow_target::to> = overflow_target::to::leave_message;
template <>
inline constexpr event_kind last_of<event_kind> = event_kind::waits_looked;
template <>
inline constexpr hold last_of<hold> = hold::pull;

// -- what is named -------------------------------------------------------------------------------------------

template <class Archive, field_of<conversation_id> T>
void describe(Archive& a, T& id) {
  a(id.thread.high, id.thread.low, id.ordinal);
}
template <class Archive, field_of<skill_level> T>
void describe(Archive& a, T& s) {
  a(s.skill, s.level);
}
template <class Archive, field_of<skill_weight> T>
void describe(Archive& a, T& s) {
  a(s.skill, s.weight);
}

// -- config --------------------------------------------------------------------------------------------------

template <class Archive, field_of<channel> T>
void describe(Archive& a, T& c) {
  a(c.platform, c.kind, c.units, c.interruptible, c.at_once_max);
}
template <class Archive, field_of<ring> T>
void describe(Archive& a, T& r) {
  a(r.opens_after, r.pool, r.levels_lower, r.preferred_required, r.skip_if_none_online);
}
template <class Archive, field_of<overflow_target> T>
void describe(Archive& a, T& t) {
  a(t.kind, t.index);
}
template <class Archive, field_of<overflow_rule> T>
void describe(Archive& a, T& r) {
  a(r.length_max, r.wait_max, r.eta_max, r.when_closed, r.targets);
  a.since(2, r.message_channels);
}
template <class Archive, field_of<tell_rule> T>
void describe(Archive& a, T& r) {
  a(r.channels, r.when_closed, r.after, r.notify_min, r.notify_gap, r.ahead_max);
}
template <class Archive, field_of<queue_rules> T>
void describe(Archive& a, T& q) {
  a(q.id, q.removed, q.priority, q.order, q.strategies, q.rings, q.mode, q.offer_timeout, q.offers_at_once,
    q.delay, q.overflow);
  a.since(2, q.tell);
}
template <class Archive, field_of<membership> T>
void describe(Archive& a, T& m) {
  a(m.queue, m.pool);
}
template <class Archive, field_of<agent_rules> T>
void describe(Archive& a, T& r) {
  a(r.id, r.removed, r.units, r.units_hard, r.queues, r.skills);
}
template <class Archive, field_of<router_config> T>
void describe(Archive& a, T& c) {
  a(c.version, c.skills, c.channels, c.queues, c.agents, c.priority_minutes, c.transfer_minutes, c.idle_after,
    c.idle_percent, c.reserve_percent, c.cooldown, c.missed_max, c.sticky_window, c.sticky_hold,
    c.sticky_ignore_queue, c.ramp_window, c.ramp_per_minute, c.when_gone, c.handling_prior,
    c.conversations_max, c.signatures_max, c.left_max, c.bulk_max, c.scanned_max, c.explained_max);
  a.since(2, c.rules, c.channel_order, c.default_queue);
}

// -- commands ------------------------------------------------------------------------------------------------

template <class Archive, field_of<conversation_facts> T>
void describe(Archive& a, T& f) {
  a(f.id, f.version, f.queue, f.channel, f.priority, f.required, f.preferred, f.due, f.waiting_since,
    f.answered, f.last_agent, f.last_agent_at);
  a.since(2, f.rule, f.had);
}
template <class Archive, field_of<presence_facts> T>
void describe(Archive& a, T& p) {
  a(p.agent, p.epoch, p.online, p.grace, p.scheduled, p.channels);
  a.since(2, p.wraps_up);
}
template <class Archive, field_of<tick> T>
void describe(Archive& a, T& t) {
  a.since(2, t.after_pause);
}
template <class Archive, field_of<tell_conversation> T>
void describe(Archive& a, T& c) {
  a(c.facts);
}
template <class Archive, field_of<tell_left> T>
void describe(Archive& a, T& c) {
  a(c.id, c.version);
}
template <class Archive, field_of<tell_presence> T>
void describe(Archive& a, T& c) {
  a(c.presence);
}
template <class Archive, field_of<tell_calendar> T>
void describe(Archive& a, T& c) {
  a(c.queue, c.open);
}
template <class Archive, field_of<tell_config> T>
void describe(Archive& a, T& c) {
  a.brought(c.config);
}
template <class Archive, class T>
requires field_of<T, accept_offer> || field_of<T, decline_offer>
void describe(Archive& a, T& c) {
  a(c.id, c.agent, c.epoch);
}
template <class Archive, field_of<pull> T>
void describe(Archive& a, T& c) {
  a(c.agent, c.id);
}
template <class Archive, field_of<assign> T>
void describe(Archive& a, T& c) {
  a(c.id, c.agent, c.force);
  a.since(2, c.facts);
}
template <class Archive, field_of<unassign> T>
void describe(Archive& a, T& c) {
  a(c.id);
}
template <class Archive, field_of<transfer> T>
void describe(Archive& a, T& c) {
  a(c.id, c.queue, c.agent, c.warm, c.force);
}
template <class Archive, field_of<reassign_all> T>
void describe(Archive& a, T& c) {
  a(c.agent, c.queue);
}

// -- events --------------------------------------------------------------------------------------------------

template <class Archive, field_of<router_event> T>
void describe(Archive& a, T& e) {
  a(e.kind, e.at, e.conversation, e.agent, e.queue, e.ring, e.hold, e.flag, e.units, e.epoch, e.until, e.key,
    e.target, e.presence, e.facts);
  a.named(e.config);
}

// -- an agent's presence -------------------------------------------------------------------------------------

template <class Archive, field_of<session> T>
void describe(Archive& a, T& s) {
  a(s.id, s.until);
}
template <class Archive, field_of<agent_presence> T>
void describe(Archive& a, T& p) {
  a(p.epoch, p.sessions, p.stays_online, p.status, p.away_by_itself, p.grace_until, p.wrap_up_until,
    p.seen_at, p.scheduled);
}

}  // namespace switchboard::domain::routing
