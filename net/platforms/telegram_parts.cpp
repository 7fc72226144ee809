#include "net/platforms/telegram_parts.hpp"

#include <utility>

namespace switchboard::net::platforms {

void telegram_update::reject(std::string_view reason, std::string_view detail) const {
  std::string pointer{"/"};
  for (const char c : kind) {  // RFC 6901: the name of an unknown kind may be anything
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  out.reject(pointer, reason, detail, account);
}

bool telegram_update::ambiguous(object o) const {
  const auto twice = duplicate_member(o);
  if (!twice) {
    return false;
  }
  reject("duplicate-field", "two members \"" + std::string{*twice} + '"');
  return true;
}

domain::inbound_event& telegram_update::add(domain::inbound_kind inbound, object dated,
                                            std::string_view time_member) const {
  domain::inbound_event& e = out.add();
  e.kind = inbound;
  e.platform = domain::platform::telegram;
  e.account_platform_id = account;
  e.at = seconds_member(dated, time_member).value_or(out.received_at());
  return e;
}

std::string telegram_name_of(object user_or_chat) {
  std::string name{member_text(user_or_chat, "title")};
  if (name.empty()) {
    name = member_text(user_or_chat, "first_name");
    if (const std::string_view last = member_text(user_or_chat, "last_name"); !last.empty()) {
      name += name.empty() ? "" : " ";
      name += last;
    }
  }
  return name;
}

telegram_peer telegram_peer_of(std::optional<object> user_or_chat) {
  if (!user_or_chat) {
    return {};
  }
  return {member_id(*user_or_chat, "id"), telegram_name_of(*user_or_chat),
          member_text(*user_or_chat, "username")};
}

std::string telegram_thread_of(std::string_view chat_id, object message) {
  std::string key{chat_id};
  if (member_bool(message, "is_topic_message")) {
    key += "/t";
    key += member_id(message, "message_thread_id");
  }
  if (const auto topic = member_object(message, "direct_messages_topic")) {
    key += "/d";
    key += member_id(*topic, "topic_id");
  }
  if (const std::string_view connection = member_text(message, "business_connection_id");
      !connection.empty()) {
    key += "/b";
    key += connection;
  }
  return key;
}

void fill_telegram_customer(domain::inbound_event& e, object chat, telegram_peer actor) {
  if (actor.id.empty() || member_text(chat, "type") == "private") {
    actor = telegram_peer_of(chat);
  }
  e.customer_platform_id = std::move(actor.id);
  e.customer_name = std::move(actor.name);
  e.customer_handle = actor.username;
}

}  // namespace switchboard::net::platforms
