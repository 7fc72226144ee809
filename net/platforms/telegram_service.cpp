// Telegram's service messages: nobody typed them, they tell what happened to the chat. Each becomes a
// sentence of the system, with the platform's own member in the payload.

#include "net/platforms/telegram_parts.hpp"

#include <array>
#include <utility>

namespace switchboard::net::platforms {
namespace {

/// What a sentence is made from. `part` is empty where the member is no object.
struct service {
  domain::inbound_event& event;
  object message;
  element value;
  std::optional<object> part;
};

std::string actor_of(const service& s) {
  const auto from = member_object(s.message, "from");
  std::string name = from ? telegram_name_of(*from) : std::string{};
  return name.empty() ? "Someone" : name;
}

std::string_view text_of(element e) {
  std::string_view text;
  return e.get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

void say_joined(const service& s) {
  array members;
  std::string& out = s.event.content;
  if (s.value.get(members) == simdjson::SUCCESS) {
    for (const element each : members) {
      object user;
      if (each.get(user) != simdjson::SUCCESS) continue;
      out += out.empty() ? "" : ", ";
      out += telegram_name_of(user);
    }
  }
  out += " joined the chat";
}
void say_left(const service& s) {
  s.event.content = (s.part ? telegram_name_of(*s.part) : actor_of(s)) + " left the chat";
}
void say_title(const service& s) {
  s.event.content = "The chat is now called ";
  s.event.content += text_of(s.value);
}
/// The chat's id is another one from now on; the new chat says where it came from.
void say_migrated_to(const service& s) {
  s.event.thread_key_next = member_id(s.message, "migrate_to_chat_id");
  s.event.content = "The group became a supergroup, chat " + s.event.thread_key_next;
}
/// Told in the new chat, of the old one's thread.
void say_migrated_from(const service& s) {
  s.event.thread_key_next = std::exchange(s.event.thread_key, member_id(s.message, "migrate_from_chat_id"));
  s.event.content = "This supergroup was the group, chat " + s.event.thread_key;
}
void say_pinned(const service& s) {
  s.event.content = actor_of(s) + " pinned a message";
  const auto chat = s.part ? member_object(*s.part, "chat") : std::nullopt;
  if (chat) s.event.reply_to = member_id(*chat, "id") + ':' + member_id(*s.part, "message_id");
}
void say_topic(const service& s) {
  s.event.content = "The topic was opened: ";
  if (s.part) s.event.content += member_text(*s.part, "name");
}
void say_auto_delete(const service& s) {
  const auto seconds = s.part ? member_int(*s.part, "message_auto_delete_time") : std::nullopt;
  s.event.content = "Messages delete themselves after " + std::to_string(seconds.value_or(0)) + " s";
}
void say_website(const service& s) {
  s.event.content = actor_of(s) + " logged in at ";
  s.event.content += text_of(s.value);
}
void say_boost(const service& s) {
  s.event.content = actor_of(s) + " boosted the chat";
}

struct known_service {
  std::string_view member;        ///< as Telegram calls it
  std::string_view payload_name;  ///< as the payload does
  std::string_view sentence;      ///< where it needs nothing of the message
  void (*say)(const service&) = nullptr;
};
constexpr std::array<known_service, 32> known_services{{
    {"new_chat_members", "newChatMembers", {}, say_joined},
    {"left_chat_member", "leftChatMember", {}, say_left},
    {"new_chat_title", "newChatTitle", {}, say_title},
    {"new_chat_photo", "newChatPhoto", "The chat has a new photo"},
    {"delete_chat_photo", "deleteChatPhoto", "The chat's photo was removed"},
    {"group_chat_created", "groupChatCreated", "The group was created"},
    {"supergroup_chat_created", "supergroupChatCreated", "The supergroup was created"},
    {"channel_chat_created", "channelChatCreated", "The channel was created"},
    {"message_auto_delete_timer_changed", "messageAutoDeleteTimerChanged", {}, say_auto_delete},
    {"migrate_to_chat_id", "migrateToChatId", {}, say_migrated_to},
    {"migrate_from_chat_id", "migrateFromChatId", {}, say_migrated_from},
    {"pinned_message", "pinnedMessage", {}, say_pinned},
    {"connected_website", "connectedWebsite", {}, say_website},
    {"write_access_allowed", "writeAccessAllowed", "The bot may write to this person now"},
    {"users_shared", "usersShared", "Users were shared with the bot"},
    {"chat_shared", "chatShared", "A chat was shared with the bot"},
    {"proximity_alert_triggered", "proximityAlertTriggered", "A proximity alert was triggered"},
    {"boost_added", "boostAdded", {}, say_boost},
    {"chat_background_set", "chatBackgroundSet", "The chat has a new background"},
    {"forum_topic_created", "forumTopicCreated", {}, say_topic},
    {"forum_topic_edited", "forumTopicEdited", "The topic was changed"},
    {"forum_topic_closed", "forumTopicClosed", "The topic was closed"},
    {"forum_topic_reopened", "forumTopicReopened", "The topic was opened again"},
    {"general_forum_topic_hidden", "generalForumTopicHidden", "The general topic was hidden"},
    {"general_forum_topic_unhidden", "generalForumTopicUnhidden", "The general topic is shown again"},
    {"giveaway_created", "giveawayCreated", "A giveaway was created"},
    {"giveaway_completed", "giveawayCompleted", "A giveaway was completed"},
    {"giveaway_winners", "giveawayWinners", "A giveaway's winners were drawn"},
    {"video_chat_scheduled", "videoChatScheduled", "A video chat was scheduled"},
    {"video_chat_started", "videoChatStarted", "A video chat began"},
    {"video_chat_ended", "videoChatEnded", "The video chat ended"},
    {"video_chat_participants_invited", "videoChatParticipantsInvited",
     "People were invited to the video chat"},
}};

}  // namespace

bool fill_telegram_service(domain::inbound_event& event, payload_writer& payload, object message) {
  for (const known_service& known : known_services) {
    element value;
    if (message.at_key(known.member).get(value) != simdjson::SUCCESS || value.is_null()) {
      continue;
    }
    object part;
    const bool has_part = value.get(part) == simdjson::SUCCESS;
    event.sender = domain::sender_type::system;
    event.content = known.sentence;
    if (known.say != nullptr) {
      known.say({event, message, value, has_part ? std::optional{part} : std::nullopt});
    }
    if (known.member.starts_with("migrate_")) {
      payload.text(known.payload_name, member_id(message, known.member));  // ids are strings here
    } else {
      payload.value(known.payload_name, value);
    }
    return true;
  }
  return false;
}

}  // namespace switchboard::net::platforms
