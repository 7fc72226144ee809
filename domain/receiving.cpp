#include "domain/receiving.hpp"

#include "domain/message_rules.hpp"
#include "domain/saying.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace switchboard::domain {
namespace {

/// `known` follows `told`, where the platform told anything.
void take(std::string& known, const std::string& told) {
  if (!told.empty()) known = told;
}

[[nodiscard]] bool differs(const std::string& known, const std::string& told) {
  return !told.empty() && known != told;
}

}  // namespace

std::vector<event> receiving::decide() && {
  if (what_.seen) return {};
  switch (in_.kind) {
    case inbound_kind::message:
      said();
      break;
    case inbound_kind::edit:
      edited();
      break;
    case inbound_kind::deletion:
      deleted();
      break;
    case inbound_kind::reaction_added:
      reacted();
      break;
    case inbound_kind::reaction_removed:
      unreacted();
      break;
    case inbound_kind::status:
      status();
      break;
    case inbound_kind::profile:
      profile();
      break;
  }
  auto events = std::move(draft_).take();
  if (!events.empty()) events.front().aliases = std::move(what_.aliases);
  return events;
}

void receiving::said() {
  if (auto ours = our_reply()) return echoed(*std::move(ours));
  if (what_.target && !what_.target->placeholder) return;  // here already, under another version
  place();
  event& e = draft_.add(in_.direction == direction::inbound ? event_type::message_received
                                                            : event_type::message_sent);
  conversation& c = *e.conversation;
  take(c.thread_key, in_.thread_key_next);
  count(c);
  e.origin = origin();
  message arrived = new_message(c);
  if (what_.target && what_.target->id.conversation == c.id) {
    e.message = fill_in(std::move(*what_.target), std::move(arrived), policy_.redact_deleted);
  } else if (what_.target) {
    // The placeholder lies in a case that is over: it stays there, and the message is seen where it belongs.
    const message_id here = arrived.id;
    e.message = fill_in(std::move(*what_.target), std::move(arrived), policy_.redact_deleted);
    e.message->id = here;
  } else {
    e.message = std::move(arrived);
  }
}

/// The reply of ours that the event is about, unless the platform's id says which message it is.
std::optional<message> receiving::our_reply() const {
  if (in_.direction == direction::inbound && in_.kind != inbound_kind::status) return std::nullopt;
  const bool is_known = what_.target && !what_.target->placeholder;
  if (is_known && !what_.target->platform_message_id.empty()) return std::nullopt;
  if (is_known) return *what_.target;  // by our reference, when nobody asked about it any more
  const message* const reply = reply_of(state_, in_, what_.not_begun);
  return reply == nullptr ? std::nullopt : std::optional(*reply);
}

void receiving::echoed(message&& ours) {
  const auto id = ours.id;
  auto placeholder =
      what_.target && what_.target->id != id ? std::exchange(what_.target, std::nullopt) : std::nullopt;
  reply_arrived(draft_, state_, std::move(ours), in_.platform_message_id, std::move(placeholder));
  draft_.first().origin = origin();
}

/// Makes the conversation that the message belongs to the latest of the draft, in a status that fits.
void receiving::place() {
  if (!draft_.has_conversation()) {
    // What our side says to nobody in particular, such as a post of its own, is no case of anyone's.
    const bool nobody_waits = in_.direction == direction::outbound && in_.customer_platform_id.empty();
    return open_conversation(nobody_waits ? conversation_status::resolved : conversation_status::open);
  }
  const conversation& present = draft_.latest();
  if (sender() == sender_type::system) return follow_customer();
  const bool ended = is_over(present.status);
  if (in_.direction == direction::outbound) {
    if (ended && !within_reopen_window(present)) return open_conversation(conversation_status::open);
    return follow_customer();
  }
  const bool is_final = present.status == conversation_status::closed;
  if (is_final || (ended && !within_reopen_window(present))) {
    return open_conversation(conversation_status::open);
  }
  follow_customer();
  if (draft_.latest().status == conversation_status::open) return;
  event& e = draft_.add(ended ? event_type::conversation_reopened : event_type::conversation_updated);
  e.conversation->status = conversation_status::open;
  e.conversation->resolved_at.reset();
  e.conversation->snooze_until.reset();
}

bool receiving::within_reopen_window(const conversation& c) const {
  return now_ - c.resolved_at.value_or(c.updated_at) <= policy_.reopen_window;
}

sender_type receiving::sender() const {
  // Echoes seldom say who it was; on our side it is an agent unless we are told otherwise.
  if (in_.direction == direction::outbound && in_.sender == sender_type::customer) return sender_type::agent;
  return in_.sender;
}

message receiving::new_message(const conversation& c) {
  message m;
  m.id = {c.id, c.version};
  m.direction = in_.direction;
  m.content = std::move(in_.content);
  m.content_type = in_.content_type;
  m.attachments = std::move(in_.attachments);
  m.sender_id = std::move(in_.sender_id);
  m.sender_type = sender();
  m.platform_message_id = std::move(in_.platform_message_id);
  m.reply_to = std::move(in_.reply_to);
  m.payload = std::move(in_.payload);
  m.sent_at = in_.at;
  m.received_at = what_.received_at;
  if (m.direction == direction::inbound) return m;
  m.delivery = in_.status.value_or(delivery_status::sent);
  m.error = std::move(in_.error);
  // The receipt that covers it may have been faster than the echo.
  if (c.delivered_up_to && m.sent_at <= *c.delivered_up_to) deliver(m, delivery_status::delivered, {});
  if (c.read_up_to && m.sent_at <= *c.read_up_to) deliver(m, delivery_status::read, {});
  return m;
}

/// The conversation's counts after one more message.
void receiving::count(conversation& c) const {
  if (in_.direction == direction::inbound) {
    if (sender() == sender_type::system) return;
    if (c.unread < std::numeric_limits<std::uint32_t>::max()) ++c.unread;
    c.last_inbound_at = std::max(c.last_inbound_at.value_or(in_.at), in_.at);
    if (is_about_customer_of(c) && !c.language_set) take(c.language, in_.language);
    if (in_.from_ad) c.last_from_ad_at = std::max(c.last_from_ad_at.value_or(in_.at), in_.at);
    return;
  }
  if (sender() != sender_type::agent) return;  // a bot's answer is no person's response, and nobody read
  const bool asked = c.last_inbound_at || c.unread > 0;
  if (asked && !c.first_response_at) c.first_response_at = now_;
  c.unread = 0;
}

// -- conversation and customer
// --------------------------------------------------------------------------------

/// The next conversation of the thread. The one before can't be changed any more from then on, so what stands
/// unread in it would be counted for ever: it is cleared first. Replies on their way are the thread's.
void receiving::open_conversation(conversation_status status) {
  const auto sending = draft_.has_conversation() ? draft_.latest().sending : 0;
  if (draft_.has_conversation() && (draft_.latest().unread > 0 || sending > 0)) {
    conversation& over = *draft_.add(event_type::conversation_updated).conversation;
    over.unread = 0;
    over.sending = 0;
  }
  conversation fresh;
  const conversation* before = draft_.has_conversation() ? &draft_.latest() : nullptr;
  const bool changed = before != nullptr && customer_changed(*before);
  if (before != nullptr) {
    fresh.customer_name = before->customer_name;
    fresh.customer_handle = before->customer_handle;
    fresh.customer_avatar_url = before->customer_avatar_url;
    fresh.customer_platform_id = before->customer_platform_id;
    fresh.customer_attributes = before->customer_attributes;
    fresh.language = before->language;
    fresh.language_set = before->language_set;
    fresh.customer = before->customer;
    fresh.customer_since = before->customer_since.value_or(before->created_at);
    fresh.last_from_ad_at = before->last_from_ad_at;
    fresh.last_agent = before->last_agent;
    fresh.last_agent_at = before->last_agent_at;
  }
  const auto newest = before != nullptr ? before->id.ordinal : state_.erased;
  fresh.id = {state_.id, newest + 1};
  fresh.sending = sending;
  fresh.previous_conversations = newest - state_.erased;
  fresh.brand = what_.brand;
  fresh.platform = in_.platform;
  fresh.account = what_.account;
  fresh.status = status;
  if (status == conversation_status::resolved) fresh.resolved_at = now_;
  fresh.kind = in_.thread;
  fresh.shared = in_.thread_shared;
  fresh.thread_key = in_.thread_key;
  fresh.post_id = in_.post_id;
  fresh.post_url = in_.post_url;
  take_customer_into(fresh);
  event& opened = draft_.open(std::move(fresh));
  opened.customer = customer_of(*opened.conversation);
  if (!changed) return;
  event& e = draft_.add(event_type::customer_updated);
  e.customer = customer_of(*e.conversation);
}

/// In a group, and below a comment, others speak too: what they are called says nothing about the customer.
bool receiving::is_about_customer_of(const conversation& c) const {
  return what_.other_name || in_.customer_platform_id.empty() || c.customer_platform_id.empty() ||
         in_.customer_platform_id == c.customer_platform_id || !in_.customer_new_platform_id.empty();
}

/// A number spelled as a handle is taken where there is no better one: an echo, which tells nothing but the number,
/// must not undo a username.
bool receiving::is_better_handle(const conversation& c) const {
  const auto spelled = [](const std::string& handle) { return handle.starts_with('+'); };
  return !spelled(in_.customer_handle) || c.customer_handle.empty() || spelled(c.customer_handle);
}

void receiving::take_customer_into(conversation& c) const {
  if (!is_about_customer_of(c)) return;
  take(c.customer_name, in_.customer_name);
  if (is_better_handle(c)) take(c.customer_handle, in_.customer_handle);
  take(c.customer_avatar_url, in_.customer_avatar_url);
  if (c.customer.empty()) c.customer = what_.customer;
  if (c.customer_platform_id.empty()) c.customer_platform_id = in_.customer_platform_id;
  take(c.customer_platform_id, in_.customer_new_platform_id);
}

bool receiving::customer_changed(const conversation& c) const {
  if (!is_about_customer_of(c)) return false;
  return differs(c.customer_name, in_.customer_name) ||
         (is_better_handle(c) && differs(c.customer_handle, in_.customer_handle)) ||
         differs(c.customer_avatar_url, in_.customer_avatar_url) ||
         differs(c.customer_platform_id, in_.customer_new_platform_id) ||
         (c.customer.empty() && !what_.customer.empty()) ||
         (c.customer_platform_id.empty() && !in_.customer_platform_id.empty());
}

/// customer.updated where this event tells the present conversation something new about its customer.
void receiving::follow_customer() {
  if (!customer_changed(draft_.latest())) return;
  event& e = draft_.add(event_type::customer_updated);
  take_customer_into(*e.conversation);
  e.customer = customer_of(*e.conversation);
}

void receiving::profile() {
  if (draft_.has_conversation()) {
    // Told beside each post of somebody's (Bluesky), and mostly nothing of it is new.
    const bool says_nothing = in_.content.empty() && in_.thread_key_next.empty();
    if (says_nothing && !customer_changed(draft_.latest())) return;
    event& e = draft_.add(event_type::customer_updated);
    take_customer_into(*e.conversation);
    take(e.conversation->thread_key, in_.thread_key_next);
    e.customer = customer_of(*e.conversation);
    e.origin = origin();
    return;
  }
  conversation nowhere;  // only to read the customer off
  nowhere.brand = what_.brand;
  nowhere.account = what_.account;
  nowhere.platform = in_.platform;
  nowhere.created_at = now_;
  take_customer_into(nowhere);
  event& e = draft_.add_without_conversation(event_type::customer_updated);
  e.customer = customer_of(nowhere);
  e.origin = origin();
}

customer receiving::customer_of(const conversation& c) const {
  return {.id = c.customer,
          .brand = c.brand,
          .platform = c.platform,
          .account = c.account,
          .platform_user_id = c.customer_platform_id,
          .name = c.customer_name,
          .handle = c.customer_handle,
          .avatar_url = c.customer_avatar_url,
          .created_at = c.customer_since.value_or(c.created_at),
          .updated_at = now_};
}

event_origin receiving::origin() {
  return {std::string(to_word(in_.kind)), in_.platform_message_id, std::move(in_.version)};
}

}  // namespace switchboard::domain
