#include "domain/draft.hpp"

#include <cassert>
#include <utility>

namespace switchboard::domain {

const conversation& draft::latest() const {
  assert(has_conversation());
  return events_.empty() ? *state_.current : *events_.back().conversation;
}

event& draft::add(event_type type) {
  assert(has_conversation());
  event& next = events_.emplace_back();
  const conversation& before =
      events_.size() > 1 ? *events_[events_.size() - 2].conversation : *state_.current;
  conversation& after = next.conversation.emplace(before);
  next.previous = previous_state{before.status, before.priority, before.updated_at};
  next.type = type;
  next.at = now_;
  after.updated_at = now_;
  next.sequence = ++after.version;
  return next;
}

event& draft::open(conversation&& fresh) {
  assert(fresh.id.thread == state_.id);
  assert(fresh.id.ordinal == (has_conversation() ? latest().id.ordinal : state_.erased) + 1);
  event& first = events_.emplace_back();
  conversation& opened = first.conversation.emplace(std::move(fresh));
  first.type = event_type::conversation_created;
  first.at = now_;
  opened.created_at = now_;
  opened.updated_at = now_;
  opened.version = 1;
  first.sequence = 1;
  return first;
}

event& draft::add_hidden(event_type type) {
  assert(has_conversation() && !is_public(type));
  conversation unchanged = latest();
  event& next = events_.emplace_back();
  next.previous = previous_state{unchanged.status, unchanged.priority, unchanged.updated_at};
  next.conversation = std::move(unchanged);
  next.type = type;
  next.at = now_;
  return next;
}

event& draft::add_without_conversation(event_type type) {
  assert(!has_conversation());
  event& only = events_.emplace_back();
  only.type = type;
  only.at = now_;
  return only;
}

}  // namespace switchboard::domain
