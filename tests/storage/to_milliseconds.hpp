#pragma once
// What of an event survives its bytes: they have milliseconds.

#include "domain/event.hpp"

#include <chrono>
#include <optional>

namespace switchboard::storage::testing {

inline domain::timestamp to_milliseconds(domain::timestamp t) {
  return std::chrono::floor<std::chrono::milliseconds>(t);
}
inline void to_milliseconds(std::optional<domain::timestamp>& t) {
  if (t) t = to_milliseconds(*t);
}

/// What of an event survives its bytes.
inline domain::event to_milliseconds(domain::event e) {
  e.at = to_milliseconds(e.at);
  if (e.conversation) {
    auto& c = *e.conversation;
    c.created_at = to_milliseconds(c.created_at);
    c.updated_at = to_milliseconds(c.updated_at);
    for (auto* t : {&c.first_response_at, &c.resolved_at, &c.snooze_until, &c.delivered_up_to, &c.read_up_to,
                    &c.last_inbound_at, &c.last_from_ad_at, &c.customer_since, &c.last_agent_at})
      to_milliseconds(*t);
  }
  if (e.previous) e.previous->updated_at = to_milliseconds(e.previous->updated_at);
  if (e.message) {
    e.message->sent_at = to_milliseconds(e.message->sent_at);
    e.message->received_at = to_milliseconds(e.message->received_at);
    to_milliseconds(e.message->edited_at);
    for (auto& r : e.message->reactions) to_milliseconds(r.at);
    for (auto& r : e.message->removed_reactions) to_milliseconds(r.at);
  }
  if (e.reaction) to_milliseconds(e.reaction->at);
  if (e.account) {
    e.account->since = to_milliseconds(e.account->since);
    to_milliseconds(e.account->revoked_at);
    if (e.account->gap) {
      e.account->gap->from = to_milliseconds(e.account->gap->from);
      e.account->gap->to = to_milliseconds(e.account->gap->to);
    }
  }
  if (e.customer) {
    e.customer->created_at = to_milliseconds(e.customer->created_at);
    e.customer->updated_at = to_milliseconds(e.customer->updated_at);
  }
  for (auto& a : e.aliases) to_milliseconds(a.since);
  if (e.erased) {
    for (auto& a : e.erased->aliases) to_milliseconds(a.since);
  }
  if (e.offer) to_milliseconds(e.offer->expires_at);
  if (e.agent) {
    to_milliseconds(e.agent->grace_until);
    to_milliseconds(e.agent->wrap_up_until);
  }
  if (e.delivery) {
    for (auto& one : e.delivery->attempts) {
      one.first = to_milliseconds(one.first);
      to_milliseconds(one.next);
    }
  }
  if (e.dead_letter) {
    e.dead_letter->received_at = to_milliseconds(e.dead_letter->received_at);
    to_milliseconds(e.dead_letter->replayed_at);
  }
  return e;
}

}  // namespace switchboard::storage::testing
