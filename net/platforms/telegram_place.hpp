#pragma once
// Where a Telegram conversation stands, read back from the key that the normaliser gave its thread
// (telegram_thread_of): <chat>[/t<topic>][/d<topic of a channel's direct messages>][/b<business connection>].

#include "domain/json.hpp"
#include "domain/model.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

struct telegram_place {
  std::string chat;      ///< a number; empty: unknown
  std::string key_chat;  ///< the chat of the thread's key, where `chat` is what it became
  std::string topic;
  std::string direct_topic;
  std::string business;
  bool group = false;
};

/// Decimal digits, perhaps with a minus: may stand in JSON as they are.
inline bool is_telegram_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 19 && (text == "0" || text[0] != '0') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `chat_now`: what a group was told to have become, or empty.
inline telegram_place telegram_place_of(const domain::conversation& c, std::string_view chat_now) {
  telegram_place place;
  std::string_view rest = c.thread_key;
  const auto next = [&rest] {
    const auto slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    return part;
  };
  place.key_chat = next();
  const std::string_view chat = chat_now.empty() ? std::string_view{place.key_chat} : chat_now;
  if (!is_telegram_number(chat)) return place;
  place.chat = chat;
  place.group = c.shared || chat.starts_with('-');
  while (!rest.empty()) {
    if (rest[0] == 'b') {
      place.business = rest.substr(1);  // the last, and opaque
      break;
    }
    const std::string_view part = next();
    if (part.starts_with('t') && is_telegram_number(part.substr(1))) place.topic = part.substr(1);
    if (part.starts_with('d') && is_telegram_number(part.substr(1))) place.direct_topic = part.substr(1);
  }
  return place;
}

inline void append_place(domain::json_object& body, const telegram_place& place) {
  body.text_if("business_connection_id", place.business);
  body.raw("chat_id", place.chat);
  if (!place.topic.empty()) body.raw("message_thread_id", place.topic);
  if (!place.direct_topic.empty()) body.raw("direct_messages_topic_id", place.direct_topic);
}

}  // namespace switchboard::net::platforms
