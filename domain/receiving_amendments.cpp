// Edits, deletions, reactions and receipts: what happens to messages that are here, or are still to come.

#include "domain/message_rules.hpp"
#include "domain/receiving.hpp"
#include "domain/saying.hpp"

#include <utility>

namespace switchboard::domain {
namespace {

[[nodiscard]] event_type event_of(delivery_status status) {
  switch (status) {
    case delivery_status::queued:
      return event_type::message_queued;
    case delivery_status::sent:
      return event_type::message_sent;
    case delivery_status::delivered:
      return event_type::message_delivered;
    case delivery_status::read:
      return event_type::message_read;
    case delivery_status::failed:
      return event_type::message_failed;
    case delivery_status::unknown:
      break;
  }
  return event_type::message_unknown;
}

/// Moves an up-to mark forward; false where it is there already.
bool reaches(std::optional<timestamp>& mark, timestamp up_to) {
  if (mark && *mark >= up_to) return false;
  mark = up_to;
  return true;
}

}  // namespace

void receiving::edited() {
  message m = target_or_placeholder();
  if (apply_edit(m, std::move(in_), policy_.redact_deleted)) about(event_type::message_edited, std::move(m));
}

void receiving::deleted() {
  message m = target_or_placeholder();
  if (withdraw(m, policy_.redact_deleted)) about(event_type::message_deleted, std::move(m));
}

void receiving::reacted() {
  message m = target_or_placeholder();
  reaction r{in_.reaction_emoji, in_.sender_id, in_.at};
  if (add_reaction(m, r, reactions_each_on(in_.platform)))
    about(event_type::reaction_added, std::move(m)).reaction = std::move(r);
}

void receiving::unreacted() {
  message m = target_or_placeholder();
  reaction r{in_.reaction_emoji, in_.sender_id, in_.at};
  if (remove_reaction(m, r, reactions_each_on(in_.platform)))
    about(event_type::reaction_removed, std::move(m)).reaction = std::move(r);
}

void receiving::status() {
  if (!in_.status) return;
  if (in_.platform_message_id.empty()) return watermark();
  const delivery_status to = *in_.status;
  if (auto ours = our_reply()) {
    if (to == delivery_status::failed) return reply_failed(*std::move(ours));
    echoed(*std::move(ours));
    what_.target = draft_.first().message;
  }
  message m = target_or_placeholder();
  if (m.placeholder) {
    m.direction = direction::outbound;  // receipts are about our side's messages only
    m.sender_type = sender_type::agent;
  } else if (m.direction != direction::outbound) {
    return;
  }
  if (deliver(m, to, std::move(in_.error))) about(event_of(to), std::move(m));
}

/// Our reply did not go through, and the platform says so before, or instead of, answering the call.
void receiving::reply_failed(message&& m) {
  const bool counted = is_on_its_way(state_, m.id);
  if (m.platform_message_id.empty()) m.platform_message_id = in_.platform_message_id;
  if (!deliver(m, delivery_status::failed, std::move(in_.error))) return;
  conversation& c = *about(event_type::message_failed, std::move(m)).conversation;
  if (counted && c.sending > 0) --c.sending;
}

void receiving::watermark() {
  if (!in_.watermark || !draft_.has_conversation()) return;
  const delivery_status to = *in_.status;
  if (to != delivery_status::delivered && to != delivery_status::read) return;
  const event_origin because = origin();
  draft_.expect(what_.covered.size());
  bool carried = false;
  for (message& m : what_.covered) {
    // What was not sent yet, or perhaps not, was not read: its time is that of the asking.
    const bool may_be_unsent =
        m.delivery == delivery_status::queued || m.delivery == delivery_status::unknown;
    if (m.direction != direction::outbound || m.note || may_be_unsent || !deliver(m, to, {})) continue;
    event& e = draft_.add(event_of(to));
    watermark_reaches(*e.conversation);
    e.message = std::move(m);
    e.origin = because;
    carried = true;
  }
  const conversation& c = draft_.latest();
  const auto& mark = to == delivery_status::read ? c.read_up_to : c.delivered_up_to;
  if (carried || (mark && *mark >= *in_.watermark)) return;
  event& e = draft_.add(event_type::conversation_updated);
  watermark_reaches(*e.conversation);
  e.origin = because;
}

void receiving::watermark_reaches(conversation& c) const {
  reaches(c.delivered_up_to, *in_.watermark);  // what was read was delivered
  if (*in_.status == delivery_status::read) reaches(c.read_up_to, *in_.watermark);
}

/// The message that the event is about. One that is not here yet becomes a placeholder; its id is given when
/// its event is (about).
message receiving::target_or_placeholder() {
  if (what_.target) return std::move(*what_.target);
  message m;
  m.placeholder = true;
  m.content_type = content_type::unsupported;
  m.platform_message_id = in_.platform_message_id;
  m.sent_at = in_.at;  // at the latest
  m.received_at = what_.received_at;
  if (in_.kind == inbound_kind::edit) {  // only the author edits
    m.direction = in_.direction;
    m.sender_type = sender();
    m.sender_id = in_.sender_id;
    m.reply_to = in_.reply_to;
  }
  return m;
}

/// The event that carries the effect on `m`, in the thread's newest conversation, which is opened if need be.
event& receiving::about(event_type type, message&& m) {
  if (!draft_.has_conversation()) {
    // Many like a post; who reacts in a direct message is in the midst of a talk with us.
    const bool likes = in_.kind == inbound_kind::reaction_added && in_.thread != thread_kind::dm;
    const bool nobody_waits =
        likes || in_.kind == inbound_kind::status || in_.kind == inbound_kind::reaction_removed;
    open_conversation(nobody_waits ? conversation_status::resolved : conversation_status::open);
  }
  event& e = draft_.add(type);
  if (m.id.sequence == 0) m.id = {e.conversation->id, e.sequence};
  e.message = std::move(m);
  e.origin = origin();
  return e;
}

}  // namespace switchboard::domain
