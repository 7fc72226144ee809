#pragma once
// What the Telegram sources share: the update being unpacked, the people and chats in it, the thread a thing
// belongs to.

#include "net/platforms/json.hpp"
#include "net/platforms/payload.hpp"
#include "net/platforms/unpacker.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

struct telegram_update {
  unpacker& out;
  std::string_view account;  ///< the bot's id: the body doesn't say whose update it is
  std::string id;            ///< update_id, unique for a bot
  std::string_view kind;     ///< the member next to update_id, e.g. "message"

  void reject(std::string_view reason, std::string_view detail) const;
  /// Rejects the update if a member of `o` stands twice: which one is meant?
  [[nodiscard]] bool ambiguous(object o) const;
  [[nodiscard]] bool ambiguous(std::optional<object> o) const { return o && ambiguous(*o); }
  /// A new event in this account at object.date, or now where the kind has no time.
  [[nodiscard]] domain::inbound_event& add(domain::inbound_kind kind, object dated,
                                           std::string_view time_member = "date") const;
};

/// A user or a chat: both have an id, a name and perhaps a user name.
struct telegram_peer {
  std::string id;
  std::string name;
  std::string_view username;
};
/// Empty id where there is none.
[[nodiscard]] telegram_peer telegram_peer_of(std::optional<object> user_or_chat);
/// "First Last", or a chat's title.
[[nodiscard]] std::string telegram_name_of(object user_or_chat);

/// The thread of something in `chat`; `message` says of which topic, business connection or channel's direct
/// messages.
[[nodiscard]] std::string telegram_thread_of(std::string_view chat_id, object message);

/// Puts the customer in: in a private chat its other end, elsewhere `actor`, or the chat if nobody is named.
void fill_telegram_customer(domain::inbound_event& e, object chat, telegram_peer actor);

/// message, edited_message, channel_post, business_message and the like.
struct telegram_message_kind {
  bool edited = false;
  bool business = false;  ///< the chat is a person's with the bot's owner: both ends are seen
};
void unpack_telegram_message(const telegram_update& at, object message, telegram_message_kind kind);

/// Everything that is no message. Returns false if the kind is none that we know.
bool unpack_telegram_event(const telegram_update& at, object what);
/// A kind we don't know, or can't do more with: shown in the thread of whoever it names; rejected if nobody.
void show_telegram_event(const telegram_update& at, object what, std::string_view sentence);

/// Fills content, content type, attachments and payload. What is unknown becomes `unsupported` with the whole
/// message in payload.message.
void fill_telegram_content(domain::inbound_event& event, payload_writer& payload, object message);
/// Service messages: what happened in the chat, as the system's sentence. Returns false if it is none that we
/// know.
bool fill_telegram_service(domain::inbound_event& event, payload_writer& payload, object message);

}  // namespace switchboard::net::platforms
