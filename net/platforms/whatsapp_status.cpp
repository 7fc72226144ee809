// statuses[]: what became of a message that we sent, and calls[], which report in the same way. Order is not
// guaranteed, and a status may come before the call that sent its message has answered: whoever applies it
// lets it move forward only.

#include "net/platforms/whatsapp_parts.hpp"

#include <array>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::delivery_status;

struct known_word {
  std::string_view word;
  delivery_status status;
};
/// `played` is a voice message's read; the word stays in the version.
constexpr std::array<known_word, 5> known_words{{{"sent", delivery_status::sent},
                                                 {"delivered", delivery_status::delivered},
                                                 {"read", delivery_status::read},
                                                 {"played", delivery_status::read},
                                                 {"failed", delivery_status::failed}}};

std::optional<delivery_status> status_of(std::string_view word) {
  for (const known_word& each : known_words) {
    if (each.word == word) {
      return each.status;
    }
  }
  return std::nullopt;
}

/// errors[0]: {code, title, message, error_data: {details}}
std::optional<domain::delivery_error> error_of(object status) {
  const auto errors = member_array(status, "errors");
  object first;
  if (!errors || errors->at(0).get(first) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  domain::delivery_error error;
  error.code = member_id(first, "code");
  error.title = member_text(first, "title");
  const std::string_view message = member_text(first, "message");
  if (error.title.empty()) error.title = message;
  const auto data = member_object(first, "error_data");
  error.detail = data ? member_text(*data, "details") : message;
  return error;
}

void keep_details(payload_writer& payload, object status, const whatsapp_person& who,
                  std::string_view group) {
  keep_user_ids(payload, who);
  payload.text_if("groupId", group);
  payload.text_if("bizOpaqueCallbackData", member_text(status, "biz_opaque_callback_data"));
  payload.member_if("conversation", status, "conversation");
  payload.member_if("pricing", status, "pricing");
  payload.member_if("errors", status, "errors");
}

/// A word that we don't know yet: shown to people, so that it is not lost, and changing nothing.
void add_unknown(const whatsapp_element& at, whatsapp_person& who, std::string_view group, std::string id,
                 std::string_view word) {
  auto& e = at.add(domain::inbound_kind::message, who, group);
  if (!group.empty()) e.thread_parent = id;
  e.sender = domain::sender_type::system;
  e.content_type = domain::content_type::unsupported;
  e.content = "Status of a message: ";
  e.content += word.empty() ? "none" : word;
  e.platform_message_id = "status:" + id + '/';
  e.platform_message_id += word;
  e.reply_to = std::move(id);
  payload_writer payload{e.payload};
  payload.value("status", at.what);
}

}  // namespace

void unpack_whatsapp_status(const whatsapp_element& at) {
  if (at.ambiguous()) {
    return;
  }
  const object s = at.what;
  std::string id = member_id(s, "id");
  if (id.empty()) {
    at.reject("malformed", "the status has no id");
    return;
  }
  // To a group: the recipient is the group, and the participant says whose device it was.
  std::string group;
  std::string number = member_id(s, "recipient_id");
  std::string user_id = member_id(s, "recipient_user_id");
  if (member_text(s, "recipient_type") == "group") {
    group = std::exchange(number, member_id(s, "recipient_participant_id"));
    if (user_id.empty()) user_id = member_id(s, "recipient_participant_user_id");
  }
  whatsapp_person who = at.in.contacts.person(std::move(number), std::move(user_id), at.alone);
  if (who.id.empty() && group.empty()) {
    at.reject("malformed", "neither recipient_id nor recipient_user_id");
    return;
  }
  const std::string_view word = member_text(s, "status");
  const auto status = status_of(word);
  if (!status && word != "deleted") {
    add_unknown(at, who, group, std::move(id), word);
    return;
  }
  auto& e = at.add(status ? domain::inbound_kind::status : domain::inbound_kind::deletion, who, group);
  e.direction = domain::direction::outbound;
  e.sender = domain::sender_type::system;
  e.sender_id = at.in.account;
  if (!group.empty()) e.thread_parent = id;  // one message to the group, a status from each participant
  e.platform_message_id = std::move(id);
  if (status) {
    e.status = status;
    e.version = word;
    if (!group.empty() && !e.customer_platform_id.empty()) e.version += ':' + e.customer_platform_id;
    e.error = error_of(s);
    e.our_reference = member_text(s, "biz_opaque_callback_data");
  }
  payload_writer payload{e.payload};
  keep_details(payload, s, who, group);
}

void unpack_whatsapp_call(const whatsapp_element& at) {
  if (at.ambiguous()) {
    return;
  }
  const object call = at.what;
  const std::string id = member_id(call, "id");
  if (id.empty()) {
    at.reject("malformed", "the call has no id");
    return;
  }
  const bool by_us = member_text(call, "direction") == "BUSINESS_INITIATED";
  whatsapp_person who =
      at.in.contacts.person(member_id(call, by_us ? "to" : "from"),
                            member_id(call, by_us ? "to_user_id" : "from_user_id"), at.alone);
  if (who.id.empty()) {
    at.reject("malformed", "the call names nobody");
    return;
  }
  const std::string_view what = member_text(call, "event");
  const std::string_view status = member_text(call, "status");
  auto& e = at.add(domain::inbound_kind::message, who, {});
  e.sender = domain::sender_type::system;
  e.sender_id = e.customer_platform_id;
  e.content_type = domain::content_type::unsupported;
  e.content = by_us ? "Call to the customer" : "Call from the customer";
  for (const std::string_view part : {what, status}) {
    if (!part.empty()) (e.content += ", ") += part;
  }
  (e.platform_message_id = id) += '/';
  e.platform_message_id += what.empty() ? status : what;
  payload_writer payload{e.payload};
  payload.value("call", call);
  keep_user_ids(payload, who);
  payload.member_if("errors", at.in.value, "errors");
}

}  // namespace switchboard::net::platforms
