// messages[] and message_echoes[]: who said it, in which thread, and whether it is something said or
// something done to what was said before (reaction, edit, deletion, a change of the person's own ids).

#include "net/platforms/whatsapp_parts.hpp"

#include <utility>

namespace switchboard::net::platforms {
namespace {

/// What every kind of message says of itself.
struct heading {
  std::string id;
  std::string sender_id;
  std::string group;
  std::string_view type;
  whatsapp_person who;
  bool echo = false;
};

domain::inbound_event& begin(const whatsapp_element& at, heading& h, domain::inbound_kind kind) {
  domain::inbound_event& e = at.add(kind, h.who, h.group);
  if (h.echo) {
    e.direction = domain::direction::outbound;
    e.sender = domain::sender_type::agent;
  }
  if (!h.sender_id.empty()) {
    e.sender_id = std::move(h.sender_id);
  } else {
    e.sender_id = h.echo ? at.in.account : e.customer_platform_id;
  }
  return e;
}

/// An event about an earlier message. In a group that message may be another participant's, so that it stands
/// in another thread: the event joins it there.
domain::inbound_event& begin_about(const whatsapp_element& at, heading& h, domain::inbound_kind kind,
                                   std::string target) {
  domain::inbound_event& e = begin(at, h, kind);
  if (!h.group.empty()) e.thread_parent = target;
  e.platform_message_id = std::move(target);
  return e;
}

/// The id that `part` of the message names as its target; empty after it was rejected.
std::string target_of(const whatsapp_element& at, std::string_view part, std::string_view name) {
  if (at.ambiguous(part)) {
    return {};
  }
  const auto inner = member_object(at.what, part);
  std::string target = inner ? member_id(*inner, name) : std::string{};
  if (target.empty()) {
    at.reject("malformed", "no " + std::string{part} + '.' + std::string{name});
  }
  return target;
}

/// Seconds, as text: what orders the edits and reactions of one message.
std::string time_version(const whatsapp_element& at) {
  const auto seconds = member_int(at.what, "timestamp");
  return seconds ? std::to_string(*seconds) : std::string{};
}

void unpack_reaction(const whatsapp_element& at, heading& h) {
  std::string target = target_of(at, "reaction", "message_id");
  if (target.empty()) {
    return;
  }
  // A removal says so by an empty emoji, or by none.
  const std::string_view emoji = member_text(*member_object(at.what, "reaction"), "emoji");
  auto& e = begin_about(
      at, h, emoji.empty() ? domain::inbound_kind::reaction_removed : domain::inbound_kind::reaction_added,
      std::move(target));
  e.content_type = domain::content_type::reaction;
  e.reaction_emoji = emoji;
  e.version =
      e.sender_id + ':' + time_version(at) + ':' + h.id;  // two changes of mind within a second are two
  payload_writer payload{e.payload};
  keep_user_ids(payload, h.who);
  payload.text_if("groupId", h.group);
}

void unpack_edit(const whatsapp_element& at, heading& h) {
  std::string target = target_of(at, "edit", "original_message_id");
  if (target.empty()) {
    return;
  }
  const auto content = member_object(*member_object(at.what, "edit"), "message");
  if (!content) {
    at.reject("malformed", "no edit.message");
    return;
  }
  auto& e = begin_about(at, h, domain::inbound_kind::edit, std::move(target));
  e.version = time_version(at) + ':' + h.id;  // two edits within a second are two
  payload_writer payload{e.payload};
  fill_whatsapp_content(e, payload, *content, member_text(*content, "type"), at.in.out.limits());
  keep_user_ids(payload, h.who);
  payload.text_if("groupId", h.group);
  payload.text("editId", h.id);
}

void unpack_revoke(const whatsapp_element& at, heading& h) {
  std::string target = target_of(at, "revoke", "original_message_id");
  if (target.empty()) {
    return;
  }
  auto& e = begin_about(at, h, domain::inbound_kind::deletion, std::move(target));
  payload_writer payload{e.payload};
  keep_user_ids(payload, h.who);
  payload.text_if("groupId", h.group);
}

/// The id that takes the place of the customer's present one: a new number for a number, a new BSUID where
/// the customer is known by that alone. Empty: the id stays.
std::string replacing_id(object system, const whatsapp_person& who) {
  std::string now;
  if (who.id == who.user_id) {
    now = member_id(system, "user_id");
  } else {
    now = member_id(system, "wa_id");
    if (now.empty()) now = member_id(system, "new_wa_id");  // API v11 and before
  }
  return now == who.id ? std::string{} : now;
}

/// Nobody typed it: WhatsApp tells that the person's number, BSUID or device keys are others now.
void unpack_system(const whatsapp_element& at, heading& h) {
  if (at.ambiguous("system")) {
    return;
  }
  const auto system = member_object(at.what, "system");
  const std::string_view type = system ? member_text(*system, "type") : std::string_view{};
  const bool moved =
      type == "user_changed_number" || type == "customer_changed_number" || type == "user_changed_user_id";
  std::string new_id = moved ? replacing_id(*system, h.who) : std::string{};
  const std::string_view new_user_id = moved ? member_text(*system, "user_id") : std::string_view{};
  const bool changed = !new_id.empty() || !new_user_id.empty();
  const bool by_number = h.who.id != h.who.user_id;

  auto& e = begin(at, h, changed ? domain::inbound_kind::profile : domain::inbound_kind::message);
  e.sender = domain::sender_type::system;
  e.platform_message_id = std::move(h.id);
  if (h.group.empty()) {
    if (by_number) e.thread_key_next = new_id;
    if (by_number && !new_id.empty()) e.customer_handle = '+' + new_id;
    if (new_user_id != h.who.user_id) e.thread_key_also_next = new_user_id;
  }
  e.customer_new_platform_id = std::move(new_id);
  payload_writer payload{e.payload};
  if (system) {
    e.content = member_text(*system, "body");
    payload.member_if("system", at.what, "system");
  } else {
    payload.value("message", at.what);
  }
  if (e.content.empty()) e.content_type = domain::content_type::unsupported;
  payload.member_if("identity", at.what, "identity");
  keep_user_ids(payload, h.who);
  payload.text_if("newUserId", new_user_id);
  payload.text_if("groupId", h.group);
}

void unpack_said(const whatsapp_element& at, heading& h) {
  if (at.ambiguous("context")) {
    return;
  }
  const object m = at.what;
  auto& e = begin(at, h, domain::inbound_kind::message);
  e.platform_message_id = std::move(h.id);
  payload_writer payload{e.payload};
  fill_whatsapp_content(e, payload, m, h.type, at.in.out.limits());
  keep_user_ids(payload, h.who);
  payload.text_if("groupId", h.group);
  if (const auto context = member_object(m, "context")) {
    e.reply_to = member_id(*context, "id");
    payload.flag_if("forwarded", member_bool(*context, "forwarded"));
    payload.flag_if("frequentlyForwarded", member_bool(*context, "frequently_forwarded"));
    payload.member_if("referredProduct", *context, "referred_product");
  }
  payload.member_if("referral", m, "referral");
  payload.member_if("identity", m, "identity");
  if (has_member(m, "errors")) {
    payload.member_if("errors", m, "errors");
  } else {
    payload.member_if("errors", at.in.value, "errors");  // of the webhook: what it could not show of it
  }
}

/// The person at the other end. System messages carry no contact, and may name only the id that was.
whatsapp_person person_of(const whatsapp_element& at, bool echo, bool system) {
  const object m = at.what;
  std::string number = member_id(m, echo ? "to" : "from");
  std::string user_id = member_id(m, echo ? "to_user_id" : "from_user_id");
  if (system) {
    if (const auto part = member_object(m, "system")) {
      if (number.empty()) number = member_id(*part, "customer");
      if (std::string previous = member_id(*part, "previous_user_id"); !previous.empty()) {
        user_id = std::move(previous);
      }
    }
  }
  return at.in.contacts.person(std::move(number), std::move(user_id), at.alone);
}

}  // namespace

void unpack_whatsapp_message(const whatsapp_element& at, bool echo) {
  if (at.ambiguous()) {
    return;
  }
  heading h;
  h.echo = echo;
  h.id = member_id(at.what, "id");
  if (h.id.empty()) {
    at.reject("malformed", "the message has no id");
    return;
  }
  h.type = member_text(at.what, "type");
  h.who = person_of(at, echo, h.type == "system");
  if (h.who.id.empty()) {
    at.reject("malformed",
              echo ? "neither to nor to_user_id" : "neither from nor from_user_id, nor one contact");
    return;
  }
  if (echo) h.sender_id = member_id(at.what, "from");
  h.group = member_id(at.what, "group_id");

  if (h.type == "reaction") {
    unpack_reaction(at, h);
  } else if (h.type == "edit") {
    unpack_edit(at, h);
  } else if (h.type == "revoke") {
    unpack_revoke(at, h);
  } else if (h.type == "system") {
    unpack_system(at, h);
  } else {
    unpack_said(at, h);
  }
}

}  // namespace switchboard::net::platforms
