// A Telegram message, whichever member of the update it came in: who said it, where, in answer to what.

#include "domain/language.hpp"
#include "net/platforms/telegram_parts.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::net::platforms {
namespace {

/// message_id is unique within its chat only.
std::string full_id(std::string_view chat_id, std::string_view message_id) {
  std::string id;
  id.reserve(chat_id.size() + 1 + message_id.size());
  ((id += chat_id) += ':') += message_id;
  return id;
}

/// Orders edits: their second, and within it the update's number.
std::string edit_version(const telegram_update& at, object message) {
  constexpr std::size_t digits = 12;
  std::string version = member_id(message, "edit_date") + ':';
  version.append(digits - std::min(digits, at.id.size()), '0');
  return version += at.id;
}

/// In a topic each message "replies" to the one that opened it; that is no answer.
bool opens_topic(object message, std::string_view replied_id) {
  return member_bool(message, "is_topic_message") && member_id(message, "message_thread_id") == replied_id;
}

/// forward_origin, or the forward_* members from before Bot API 7.0.
void keep_forward(payload_writer& payload, object message) {
  if (has_member(message, "forward_origin")) {
    payload.member_if("forwarded", message, "forward_origin");
    return;
  }
  std::string old;
  for (const auto member : message) {
    if (member.key.starts_with("forward_")) {
      old += old.empty() ? '{' : ',';
      domain::append_json_string(old, member.key);
      old += ':';
      append_json(old, member.value);
    }
  }
  if (!old.empty()) payload.raw("forwarded", old += '}');
}

void keep_context(payload_writer& payload, object message) {
  const bool entities = has_member(message, "entities") || has_member(message, "caption_entities");
  payload.member_if("entities", message, has_member(message, "entities") ? "entities" : "caption_entities");
  if (entities) payload.text("entityOffsets", "utf-16");  // Telegram's unit; the content here is UTF-8
  payload.text_if("mediaGroupId", member_id(message, "media_group_id"));
  payload.text_if("messageThreadId", member_id(message, "message_thread_id"));
  payload.text_if("businessConnectionId", member_text(message, "business_connection_id"));
  payload.text_if("authorSignature", member_text(message, "author_signature"));
  payload.member_if("senderBusinessBot", message, "sender_business_bot");
  payload.member_if("viaBot", message, "via_bot");
  payload.member_if("quote", message, "quote");
  payload.member_if("externalReply", message, "external_reply");
  payload.member_if("replyToStory", message, "reply_to_story");
  keep_forward(payload, message);
}

/// Is it our own side's? The bot's own words, or in a business chat those of the bot's owner, whom a bot may have
/// spoken for (`for_owner`).
void fill_direction(domain::inbound_event& e, const telegram_update& at, std::optional<object> from,
                    std::string_view from_id, std::string_view chat_id, bool business, bool for_owner) {
  if (!from) {
    return;
  }
  const bool own_bot = from_id == at.account && member_bool(*from, "is_bot");
  if (own_bot || (business && from_id != chat_id)) {
    e.direction = domain::direction::outbound;
    e.sender = own_bot || for_owner ? domain::sender_type::bot : domain::sender_type::agent;
  }
}

void fill_reply(domain::inbound_event& e, object message, std::string_view chat_id) {
  const auto replied = member_object(message, "reply_to_message");
  if (!replied) {
    return;
  }
  const auto chat = member_object(*replied, "chat");
  const std::string replied_id = member_id(*replied, "message_id");
  const std::string replied_chat = chat ? member_id(*chat, "id") : std::string{};
  if (!replied_id.empty() && !opens_topic(message, replied_id)) {
    e.reply_to = full_id(replied_chat.empty() ? chat_id : replied_chat, replied_id);
  }
}

}  // namespace

void unpack_telegram_message(const telegram_update& at, object m, telegram_message_kind kind) {
  const auto chat = member_object(m, "chat");
  const auto from = member_object(m, "from");
  const auto sender_chat = member_object(m, "sender_chat");
  const auto replied = member_object(m, "reply_to_message");
  if (at.ambiguous(m) || at.ambiguous(chat) || at.ambiguous(from) || at.ambiguous(sender_chat) ||
      at.ambiguous(replied)) {
    return;
  }
  const std::string chat_id = chat ? member_id(*chat, "id") : std::string{};
  const std::string message_id = member_id(m, "message_id");
  if (chat_id.empty() || message_id.empty()) {
    at.reject("malformed", chat_id.empty() ? "no chat.id" : "no message_id");
    return;
  }
  auto& e = at.add(kind.edited ? domain::inbound_kind::edit : domain::inbound_kind::message, m,
                   kind.edited && has_member(m, "edit_date") ? "edit_date" : "date");
  e.platform_message_id = full_id(chat_id, message_id);
  if (kind.edited) e.version = edit_version(at, m);
  e.thread_key = telegram_thread_of(chat_id, m);
  e.thread_shared = member_text(*chat, "type") != "private";

  // A group's anonymous admin and a channel speak as the chat; `from` is then a stand-in that all share.
  telegram_peer actor = telegram_peer_of(sender_chat ? sender_chat : from);
  e.sender_id = actor.id.empty() ? chat_id : actor.id;
  fill_direction(e, at, from, e.sender_id, chat_id, kind.business && !sender_chat,
                 has_member(m, "sender_business_bot"));
  if (e.direction == domain::direction::outbound) actor = {};
  // Of the app, which mostly is his own; Telegram does not tell what the text is written in.
  if (e.direction == domain::direction::inbound && from && !sender_chat) {
    e.language = domain::language_tag(member_text(*from, "language_code"));
  }
  fill_telegram_customer(e, *chat, std::move(actor));
  fill_reply(e, m, chat_id);

  payload_writer payload{e.payload};
  fill_telegram_content(e, payload, m);
  keep_context(payload, m);
}

}  // namespace switchboard::net::platforms
