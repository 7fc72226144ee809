#pragma once
// What a normaliser makes of a platform's bytes: one value per thing that happened, in the platform's order.
// Account and customer are still the platform's own ids; the engine finds whose they are.

#include "domain/model.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

enum class inbound_kind : std::uint8_t {
  message,           ///< something said: text, media, a button pressed, a comment, an echo of our own side
  edit,              ///< new content for `platform_message_id`
  deletion,          ///< `platform_message_id` was withdrawn
  reaction_added,    ///< `reaction_emoji` on `platform_message_id` by `sender_id`
  reaction_removed,  ///< emoji may be empty: whatever that sender reacted with
  status,  ///< `status` of the outbound `platform_message_id`, or of all up to `watermark`; without a
           ///< status it tells of something that leaves no trace, such as typing
  profile  ///< only the customer's data changed (name, number, id); content says how, for a person
};
[[nodiscard]] std::string_view to_word(inbound_kind);

struct inbound_event {
  inbound_kind kind = inbound_kind::message;
  domain::platform platform = platform::facebook;
  std::string account_platform_id;  ///< page id, phone_number_id, bot id …; key of the account table

  thread_kind thread = thread_kind::dm;
  /// The thread within the account, customer included where the platform's thread is shared: the DM peer;
  /// for comments the post (and top comment) and the customer. Never empty. Two threads never share a key.
  std::string thread_key;
  /// Where the platform doesn't name the customer (our own reply to a comment, a removal without author): the
  /// id of the message whose thread this joins. `thread_key` is then used only if that message is unknown.
  std::string thread_parent;
  /// The customer is named too: an answer below a post, of which the platform tells only what it answers. It joins that
  /// message's thread where that is this same customer's; another's answer to the same is a case of its own.
  bool parent_if_same_customer = false;
  /// A group or a topic, in which an event about a message may name nothing but the message.
  bool thread_shared = false;
  /// Another key of the same thread (WhatsApp's BSUID beside, or instead of, the number). See thread_alias.hpp.
  std::string thread_key_also;
  /// Told by this event: the thread's keys from now on, `thread_key` being the one that it had.
  std::string thread_key_next;
  std::string thread_key_also_next;
  std::string post_id;
  std::string post_url;

  std::string customer_platform_id;  ///< the person at the other end; empty only if the platform names nobody
  std::string customer_name;
  std::string customer_handle;
  std::string customer_avatar_url;
  std::string customer_new_platform_id;  ///< profile: the id that replaces customer_platform_id
  /// Of a message: what it is written in or, where only that is told, what the customer's app speaks (domain/language.hpp);
  /// empty: not told.
  std::string language = {};

  domain::direction direction = direction::inbound;
  domain::sender_type sender = sender_type::customer;
  std::string sender_id;  ///< the platform's id of who said it

  std::string platform_message_id;  ///< exactly as sent; numbers keep their source token
  /// Our own id of the message, where the platform gives back what it was sent with.
  std::string our_reference;
  /// Orders or tells apart several events about one id: edit time or count, status word, reaction's actor.
  /// What stands behind a '#' only tells apart. (account, kind, platform_message_id, version) is the dedup key.
  std::string version;

  domain::content_type content_type = content_type::text;
  std::string content;
  std::vector<attachment> attachments;
  std::string reply_to;
  std::string payload;  ///< a valid JSON object, or empty

  std::string reaction_emoji;
  std::optional<domain::delivery_status> status;
  std::optional<timestamp> watermark;  ///< status without an id: everything sent up to here
  std::optional<delivery_error> error;

  timestamp at;  ///< the platform's time of the event, its unit already resolved
  /// A message: the customer's first behind a click on an ad of ours, by the platform's word.
  bool from_ad = false;
  /// It was not delivered, but asked for: what somebody said before he was forgotten stays forgotten, however long ago that was.
  bool from_history = false;
};

/// A part of a signed body that gave no event, with the reason: it becomes a dead letter.
struct rejected_part {
  std::string reason;  ///< slug: invalid-json, malformed, unsupported, account-notice, duplicate-field …
  std::string detail;  ///< JSON pointer and what was wrong, for a person
  /// Bytes that normalise() accepts again (replay): the body as received, or, in a body over 64 KiB, the same
  /// envelope around this element alone.
  std::string raw;
  std::string account_platform_id;  ///< where it was readable, else empty
  /// It was understood, and is about an account itself: its owner took our rights then. Where the account is known it
  /// becomes the account's health, and no dead letter.
  std::optional<timestamp> revoked_at = {};
};

/// One body, wholly unpacked. Every element of the body is in exactly one of the two lists.
struct unpacked_body {
  std::vector<inbound_event> events;
  std::vector<rejected_part> rejected;
};

}  // namespace switchboard::domain
