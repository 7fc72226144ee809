#pragma once
// The data model of the contract (§5): conversation, message, customer, dead letter. Plain values.
// Every enum has one table of its words; the JSON says exactly these.

#include "domain/ids.hpp"
#include "domain/sla/kept_clocks.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

enum class platform : std::uint8_t { facebook, instagram, whatsapp, x, linkedin, bluesky, telegram };
enum class conversation_status : std::uint8_t { open, pending, snoozed, resolved, closed };
enum class priority : std::uint8_t { low, medium, high, urgent };
enum class thread_kind : std::uint8_t { dm, comment, mention, review };
enum class direction : std::uint8_t { inbound, outbound };
enum class sender_type : std::uint8_t { customer, agent, bot, system };
enum class content_type : std::uint8_t {
  text,
  image,
  video,
  audio,
  document,
  sticker,
  location,
  contact,
  interactive,
  reaction,
  story,
  unsupported,
  attachment
};
/// In the order of the lattice sent < delivered < read; `failed` only from unsent or sent.
enum class delivery_status : std::uint8_t { queued, sent, delivered, read, failed, unknown };
enum class media_state : std::uint8_t { pending, ready, failed, expired };

[[nodiscard]] std::string_view to_word(platform);
[[nodiscard]] std::string_view to_word(conversation_status);
[[nodiscard]] std::string_view to_word(priority);
[[nodiscard]] std::string_view to_word(thread_kind);
[[nodiscard]] std::string_view to_word(direction);
[[nodiscard]] std::string_view to_word(sender_type);
[[nodiscard]] std::string_view to_word(content_type);
[[nodiscard]] std::string_view to_word(delivery_status);
[[nodiscard]] std::string_view to_word(media_state);

/// The value of a word, nullopt for any other text. Instantiated for each enum above.
template <class Enum>
[[nodiscard]] std::optional<Enum> from_word(std::string_view word);

struct attachment {
  std::string type;  ///< content_type's word, or the platform's own (story_mention, fallback, template …)
  std::string url;
  std::string mime;
  std::optional<std::uint64_t> size;  ///< bytes
  std::string name;
  std::string platform_media_id;
  media_state state = media_state::pending;
  bool operator==(const attachment&) const = default;
};

struct reaction {
  std::string emoji;
  std::string sender_id;
  std::optional<timestamp>
      at;  ///< JSON `timestamp`: the platform's; absent in journals of before it was kept
  bool operator==(const reaction&) const = default;
};

struct delivery_error {
  std::string code;
  std::string title;
  std::string detail;
  bool operator==(const delivery_error&) const = default;
};

struct message {
  message_id id;
  domain::direction direction = direction::inbound;
  std::string content;
  domain::content_type content_type = content_type::text;
  std::vector<attachment> attachments;
  std::string sender_id;  ///< the platform's own id of the sender (customer, page, bot), or an agent's id
  domain::sender_type sender_type = sender_type::customer;
  std::string platform_message_id;
  std::string reply_to;  ///< the platform's id of the message replied to
  timestamp sent_at;     ///< JSON `timestamp`: the platform's
  timestamp received_at;
  std::optional<domain::delivery_status> delivery;  ///< outbound only
  std::optional<delivery_error> error;
  std::vector<reaction> reactions;  ///< by time
  /// JSON `removedReactions`: since when those who took theirs back have none, by time. An older addition that
  /// comes later changes nothing. The emoji is empty where a sender has but one.
  std::vector<reaction> removed_reactions;
  std::optional<timestamp> edited_at;
  bool deleted = false;
  bool note = false;  ///< private to the agents
  /// Something about it arrived (status, reaction, edit, delete) before it did; its own arrival fills it in.
  bool placeholder = false;
  std::string edit_version;  ///< the highest version applied
  std::string payload;       ///< a JSON object of platform-specific fields, or empty
  bool operator==(const message&) const = default;
};

/// What is known of a customer beyond his profile, by who knows it: a CRM, a bot, a front end.
struct customer_attribute {
  std::string name;
  std::string value;
  bool operator==(const customer_attribute&) const = default;
};

struct conversation {
  conversation_id id;
  brand_id brand;
  domain::platform platform = platform::facebook;
  account_id account;
  customer_id customer;
  std::string customer_name;
  std::string customer_handle;
  std::string customer_avatar_url;
  std::string customer_platform_id;  ///< metadata.customerPlatformId: where a reply is addressed
  /// metadata.customerAttributes, sorted by name, each once. The thread's: its next conversation begins with them.
  std::vector<customer_attribute> customer_attributes = {};
  /// metadata.language: what the customer writes in (domain/language.hpp); empty: not known. The thread's, too.
  std::string language = {};
  bool language_set = false;  ///< metadata.languageSet: by PATCH; then what platforms tell counts no more
  conversation_status status = conversation_status::open;
  domain::priority priority = priority::medium;
  agent_id assigned_to;
  queue_id queue;
  /// metadata.routed: the router's event that `queue` and `assigned_to` are as of (its sequence); 0: none.
  std::uint64_t routed = 0;
  /// metadata.lastAgent, lastAgentAt: who was the thread's last owner, also of an earlier conversation, and until when.
  agent_id last_agent = {};
  std::optional<timestamp> last_agent_at = {};
  std::vector<std::string> tags;
  thread_kind kind = thread_kind::dm;  ///< metadata.source
  bool shared = false;                 ///< metadata.shared: a group or a topic
  std::string thread_key;              ///< metadata.threadKey: the platform's thread within the account
  std::string post_id;                 ///< metadata.postId
  std::string post_url;                ///< metadata.postUrl
  std::uint32_t previous_conversations = 0;
  /// metadata.customerSince: when the thread's first conversation began; absent where this is the first.
  std::optional<timestamp> customer_since;
  std::uint32_t unread = 0;
  std::uint64_t version = 0;  ///< the sequence of its last event
  timestamp created_at;
  timestamp updated_at;
  /// metadata.lastInboundAt: the customer's last word (platform's time). First responses and the platforms'
  /// messaging windows count from it; `unread` can't tell, for it is reset by reading.
  std::optional<timestamp> last_inbound_at;
  /// metadata.lastFromAdAt: the thread's last message that was the customer's first behind a click on an ad (Messenger,
  /// Instagram): the window is longer from there.
  std::optional<timestamp> last_from_ad_at = {};
  std::optional<timestamp> first_response_at;
  /// metadata.sending: our replies of the thread that are on their way.
  std::uint32_t sending = 0;
  std::optional<timestamp> resolved_at;
  std::optional<timestamp> snooze_until;
  std::optional<timestamp> delivered_up_to;  ///< metadata.deliveredUpTo: receipts that name a watermark
  std::optional<timestamp> read_up_to;       ///< metadata.readUpTo
  sla::kept_clocks sla = {};                 ///< none where nothing was ever promised
  bool operator==(const conversation&) const = default;
};

struct customer {
  customer_id id;
  brand_id brand;
  domain::platform platform = platform::facebook;
  account_id account;
  std::string platform_user_id;
  std::string name;
  std::string handle;
  std::string avatar_url;
  timestamp created_at;
  timestamp updated_at;
  bool operator==(const customer&) const = default;
};

/// Something signed that could not be understood, kept raw.
struct dead_letter {
  dead_letter_id id;
  source_id source;
  brand_id brand;      ///< empty where it could be any of several (only an all-brands token sees it)
  std::string reason;  ///< a slug, e.g. unknown-account
  std::string detail;  ///< where and why, for a person
  std::string raw;     ///< exactly the bytes received (the body, or the one element)
  timestamp received_at;
  std::optional<timestamp> replayed_at;
  bool erased = false;  ///< raw and detail were withdrawn with a customer whom they named
  bool operator==(const dead_letter&) const = default;
};

}  // namespace switchboard::domain
