// The updates that are no message: reactions, buttons, memberships, business connections, and whatever else
// names a person or a chat. None of them is dropped.

#include "net/platforms/telegram_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace switchboard::net::platforms {
namespace {

std::string update_key(const telegram_update& at) {
  return "upd:" + at.id;
}

/// In the thread of `chat`, about `actor`. False after a rejection: the chat has no id.
bool has_place(const telegram_update& at, std::optional<object> chat) {
  if (at.ambiguous(chat)) {
    return false;
  }
  if (!chat || member_id(*chat, "id").empty()) {
    at.reject("malformed", "no chat.id");
    return false;
  }
  return true;
}

/// How a reaction is written in one string: the emoji, "custom:<id>" or "paid".
std::string reaction_text(element e) {
  object r;
  if (e.get(r) != simdjson::SUCCESS) {
    return {};
  }
  const std::string_view type = member_text(r, "type");
  if (type == "emoji") {
    return std::string{member_text(r, "emoji")};
  }
  if (type == "custom_emoji") {
    return "custom:" + member_id(r, "custom_emoji_id");
  }
  return std::string{type};
}

std::vector<std::string> reactions_of(object o, std::string_view name, std::size_t count_max) {
  std::vector<std::string> all;
  if (const auto list = member_array(o, name)) {
    for (const element each : *list) {
      if (all.size() == count_max) break;
      all.push_back(reaction_text(each));
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::erase(all, std::string{});
  return all;
}

/// Telegram tells all reactions of a person before and after: what went and what came is the difference.
/// Those that went come first, so that an exchange ends with the new one.
void unpack_reaction(const telegram_update& at, object r) {
  const auto chat = member_object(r, "chat");
  const auto user = member_object(r, "user");
  if (!has_place(at, chat) || at.ambiguous(user)) {
    return;
  }
  const std::string chat_id = member_id(*chat, "id");
  const std::string message_id = member_id(r, "message_id");
  if (message_id.empty()) {
    at.reject("malformed", "no message_id");
    return;
  }
  telegram_peer actor = telegram_peer_of(user ? user : member_object(r, "actor_chat"));
  const auto before = reactions_of(r, "old_reaction", at.out.limits().events_max);
  const auto after = reactions_of(r, "new_reaction", at.out.limits().events_max);
  const auto add = [&](domain::inbound_kind kind, const std::string& emoji) {
    auto& e = at.add(kind, r);
    e.thread_key = chat_id;
    e.platform_message_id = chat_id + ':' + message_id;
    // It doesn't say which topic the message is in: it belongs where the message is.
    e.thread_shared = member_text(*chat, "type") != "private";
    if (e.thread_shared) e.thread_parent = e.platform_message_id;
    fill_telegram_customer(e, *chat, actor);
    e.sender_id = actor.id.empty() ? chat_id : actor.id;
    e.content_type = domain::content_type::reaction;
    e.reaction_emoji = emoji;
    // Several may change at once, and one more than once within a second.
    e.version = e.sender_id + ':' + at.id + ':' + emoji;
  };
  for (const std::string& emoji : before) {
    if (!std::binary_search(after.begin(), after.end(), emoji)) {
      add(domain::inbound_kind::reaction_removed, emoji);
    }
  }
  for (const std::string& emoji : after) {
    if (!std::binary_search(before.begin(), before.end(), emoji)) {
      add(domain::inbound_kind::reaction_added, emoji);
    }
  }
  if (before == after) at.reject("empty", "the reactions are the same before and after");
}

/// A button below a message was pressed.
void unpack_callback(const telegram_update& at, object c) {
  const auto from = member_object(c, "from");
  const auto message = member_object(c, "message");  // absent for a button sent through inline mode
  const auto chat = message ? member_object(*message, "chat") : std::nullopt;
  if (at.ambiguous(from) || at.ambiguous(message) || at.ambiguous(chat)) {
    return;
  }
  const std::string id = member_id(c, "id");
  telegram_peer actor = telegram_peer_of(from);
  if (id.empty() || actor.id.empty()) {
    at.reject("malformed", id.empty() ? "no id" : "no from.id");
    return;
  }
  const std::string chat_id = chat ? member_id(*chat, "id") : std::string{};
  const std::string message_id = message ? member_id(*message, "message_id") : std::string{};
  // The message's date is when the button was sent; when it was pressed isn't told.
  auto& e = at.add(domain::inbound_kind::message, c);
  e.platform_message_id = "cb:" + id;
  e.sender_id = actor.id;
  e.content_type = domain::content_type::interactive;
  e.content = member_text(c, has_member(c, "data") ? "data" : "game_short_name");
  if (chat_id.empty()) {
    e.thread_key = actor.id;
    e.customer_platform_id = std::move(actor.id);
    e.customer_name = std::move(actor.name);
    e.customer_handle = actor.username;
  } else {
    e.thread_key = telegram_thread_of(chat_id, *message);
    e.reply_to = chat_id + ':' + message_id;
    fill_telegram_customer(e, *chat, std::move(actor));
  }
  std::string kept = "{\"id\":";
  domain::append_json_string(kept, id);
  const auto keep = [&kept](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    ((kept += ",\"") += name) += "\":";
    domain::append_json_string(kept, text);
  };
  keep("data", member_text(c, "data"));
  keep("gameShortName", member_text(c, "game_short_name"));
  keep("messageId", message_id);
  keep("inlineMessageId", member_text(c, "inline_message_id"));
  keep("chatInstance", member_id(c, "chat_instance"));
  payload_writer payload{e.payload};
  payload.raw("callbackQuery", kept += '}');
}

void unpack_business_deletions(const telegram_update& at, object d) {
  const auto chat = member_object(d, "chat");
  if (!has_place(at, chat)) {
    return;
  }
  const auto ids = member_array(d, "message_ids");
  if (!ids) {
    at.reject("malformed", "no message_ids");
    return;
  }
  const std::string chat_id = member_id(*chat, "id");
  bool any_bad = false;
  for (const element each : *ids) {
    if (at.out.full()) {
      return;
    }
    std::int64_t id = 0;
    if (!each.is_int64() || each.get(id) != simdjson::SUCCESS) {
      any_bad = true;
      continue;
    }
    auto& e = at.add(domain::inbound_kind::deletion, d);
    e.platform_message_id = chat_id + ':' + std::to_string(id);
    e.thread_key = telegram_thread_of(chat_id, d);
    fill_telegram_customer(e, *chat, {});
    e.sender_id = e.customer_platform_id;
    payload_writer payload{e.payload};
    payload.text_if("businessConnectionId", member_text(d, "business_connection_id"));
  }
  if (any_bad) at.reject("malformed", "message_ids holds something that is no id");
}

std::string_view status_in(object change, std::string_view which) {
  const auto member = member_object(change, which);
  return member ? member_text(*member, "status") : std::string_view{};
}

/// The bot's own membership: in a private chat, whether the person blocked it.
void unpack_own_membership(const telegram_update& at, object change) {
  const auto chat = member_object(change, "chat");
  const std::string_view now = status_in(change, "new_chat_member");
  std::string sentence;
  if (chat && member_text(*chat, "type") == "private") {
    sentence = now == "kicked" ? "The customer blocked the bot" : "The customer unblocked the bot";
  } else {
    (sentence = "The bot's place in the chat is now: ") += now;
  }
  show_telegram_event(at, change, sentence);
}

void unpack_membership(const telegram_update& at, object change) {
  const auto member = member_object(change, "new_chat_member");
  const auto user = member ? member_object(*member, "user") : std::nullopt;
  std::string sentence = user ? telegram_name_of(*user) : std::string{};
  sentence += sentence.empty() ? "A member's place in the chat is now: " : " is now in the chat as: ";
  sentence += status_in(change, "new_chat_member");
  show_telegram_event(at, change, sentence);
}

void unpack_join_request(const telegram_update& at, object request) {
  const auto from = member_object(request, "from");
  show_telegram_event(at, request,
                      (from ? telegram_name_of(*from) : std::string{}) + " asks to join the chat");
}

void unpack_business_connection(const telegram_update& at, object connection) {
  show_telegram_event(at, connection,
                      member_bool(connection, "is_enabled")
                          ? "The business account is connected to the bot"
                          : "The business account is disconnected from the bot");
}

struct known_event {
  std::string_view kind;
  void (*unpack)(const telegram_update&, object);
};
constexpr std::array<known_event, 7> known_events{{{"callback_query", unpack_callback},
                                                   {"message_reaction", unpack_reaction},
                                                   {"my_chat_member", unpack_own_membership},
                                                   {"chat_member", unpack_membership},
                                                   {"chat_join_request", unpack_join_request},
                                                   {"business_connection", unpack_business_connection},
                                                   {"deleted_business_messages", unpack_business_deletions}}};

}  // namespace

bool unpack_telegram_event(const telegram_update& at, object what) {
  const auto known = std::find_if(known_events.begin(), known_events.end(),
                                  [&](const known_event& each) { return each.kind == at.kind; });
  if (known == known_events.end()) {
    return false;
  }
  known->unpack(at, what);
  return true;
}

void show_telegram_event(const telegram_update& at, object what, std::string_view sentence) {
  const auto chat = member_object(what, "chat");
  std::optional<object> person;
  for (const std::string_view name : {"from", "user", "voter_chat", "actor_chat"}) {
    if (!person) person = member_object(what, name);
  }
  if (at.ambiguous(chat) || at.ambiguous(person)) {
    return;
  }
  telegram_peer actor = telegram_peer_of(person);
  std::string chat_id = chat ? member_id(*chat, "id") : member_id(what, "user_chat_id");
  if (chat_id.empty()) chat_id = actor.id;
  if (chat_id.empty()) {
    at.reject("unsupported", "it names neither a chat nor a person");
    return;
  }
  auto& e = at.add(domain::inbound_kind::message, what);
  e.platform_message_id = update_key(at);
  e.thread_key = telegram_thread_of(chat_id, what);
  e.sender_id = actor.id.empty() ? chat_id : actor.id;
  if (chat) {
    fill_telegram_customer(e, *chat, std::move(actor));
  } else {
    e.customer_platform_id = actor.id.empty() ? chat_id : std::move(actor.id);
    e.customer_name = std::move(actor.name);
    e.customer_handle = actor.username;
  }
  e.sender = domain::sender_type::system;
  e.content = sentence;
  if (sentence.empty()) e.content_type = domain::content_type::unsupported;
  payload_writer payload{e.payload};
  payload.text("kind", at.kind);
  payload.value("update", what);
}

}  // namespace switchboard::net::platforms
