#pragma once
// What happened: the one record type of the journal and the stream. An event is decided once, encoded once,
// and never changed.

#include "domain/account_health.hpp"
#include "domain/limit_level.hpp"
#include "domain/model.hpp"
#include "domain/reports/fact.hpp"
#include "domain/routing_record.hpp"
#include "domain/sla/note.hpp"
#include "domain/thread_alias.hpp"
#include "domain/webhooks/note.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

/// The types of the contract (§4), all of them; their order is the index of the bit masks in filters. Behind them what
/// is in the log for ourselves and shown to nobody.
enum class event_type : std::uint8_t {
  conversation_created,
  conversation_updated,
  conversation_queued,
  conversation_assigned,
  conversation_unassigned,
  conversation_transferred,
  conversation_resolved,
  conversation_reopened,
  conversation_closed,
  message_received,
  message_queued,
  message_sent,
  message_delivered,
  message_read,
  message_failed,
  message_unknown,
  message_edited,
  message_deleted,
  reaction_added,
  reaction_removed,
  note_added,
  customer_updated,
  customer_linked,
  customer_unlinked,
  customer_erased,
  offer_made,
  offer_accepted,
  offer_declined,
  offer_expired,
  offer_rescinded,
  agent_presence,
  sla_armed,
  sla_paused,
  sla_resumed,
  sla_warning,
  sla_met,
  sla_breached,
  sla_cancelled,
  bot_state,
  bot_handoff,
  suggestion_ready,
  suggestion_dropped,
  survey_answered,
  deadletter_added,
  deadletter_replayed,
  config_applied,
  account_updated,
  outbox_attempted,
  feed_noted,
  media_settled,
  routing_turned,
  routing_saved,
  routing_decided,
  agent_noted,
  webhook_noted
};
inline constexpr std::size_t event_type_count = 55;
inline constexpr std::size_t public_event_type_count = 47;
[[nodiscard]] constexpr bool is_public(event_type t) {
  return static_cast<std::size_t>(t) < public_event_type_count;
}

/// "conversation.created" …
[[nodiscard]] std::string_view to_word(event_type);
[[nodiscard]] std::optional<event_type> event_type_from_word(std::string_view word);

/// What the platform called the thing that caused an event; with the account it is the dedup key.
struct event_origin {
  std::string kind;  ///< to_word(inbound_kind), or "command" for an agent's act
  std::string id;    ///< platform_message_id
  std::string version;
  bool operator==(const event_origin&) const = default;
};

/// What an update changed, as it was before: lets a list be kept without asking again.
struct previous_state {
  conversation_status status = conversation_status::open;
  domain::priority priority = priority::medium;
  timestamp updated_at;
  bool operator==(const previous_state&) const = default;
};

/// What is left of an event whose customer was erased: its place, keyed hashes by which a redelivery is known, and that it counts.
/// Also what a conversation's own customer.erased says.
struct erasure {
  brand_id brand;
  account_id account;
  conversation_id conversation;            ///< whose event it is; ordinal 0: about none
  customer_id customer;                    ///< on customer.erased only
  std::uint64_t by = 0;                    ///< … the log's place of the customer.erased that asked for it
  std::optional<std::uint64_t> reference;  ///< of the platform's message id, where the event made it known
  std::optional<std::uint64_t> origin;     ///< of event::origin, where that was kept as a dedup key
  bool comment = false;                    ///< `reference` leads to a thread of comments
  std::vector<thread_alias> aliases;       ///< event::aliases
  std::optional<reports::fact> counted = {};  ///< what it counts as in reports, which it goes on to do
  bool operator==(const erasure&) const = default;
};

/// An account's replies are handed to the platform from here on, or were not after all. Durable before the call: whoever
/// starts behind a crash knows which of them may have arrived.
struct outbox_attempt {
  brand_id brand;
  account_id account;
  std::vector<message_id> messages;
  bool begun = true;
  std::vector<kept_limit> limits = {};  ///< that have changed, each of them whole; by the wall clock
  bool operator==(const outbox_attempt&) const = default;
};

/// How far something has been read that nobody pushes to us (Bluesky): all before it is durable. A start reads on from
/// here.
struct feed_position {
  brand_id brand;        ///< of the account; empty where a source reads for several
  std::string reader;    ///< the account's id, or the source's
  std::string feed;      ///< jetstream, notifications or messages
  std::string position;  ///< as that feed has it (domain/feed.hpp)
  bool operator==(const feed_position&) const = default;
};

struct event {
  event_type type = event_type::message_received;
  timestamp at;  ///< when it was decided
  /// Per conversation, gapless from 1; 0 on events about none, and on those that are shown to nobody.
  std::uint64_t sequence = 0;
  std::optional<domain::conversation> conversation;  ///< as it is after the event
  std::optional<previous_state> previous;            ///< absent when the conversation is new
  std::optional<domain::message> message;            ///< as it is after the event
  std::optional<domain::reaction> reaction;          ///< reaction.added|removed
  std::optional<domain::customer> customer;
  std::optional<domain::dead_letter> dead_letter;
  std::optional<event_origin> origin;
  std::vector<thread_alias> aliases;        ///< what the event made known about the keys of its thread
  std::string config_version;               ///< config.applied
  std::optional<erasure> erased;            ///< instead of all the others
  std::optional<outbox_attempt> attempt;    ///< outbox.attempted
  std::optional<feed_position> feed;        ///< feed.noted
  std::optional<account_health> account;    ///< account.updated
  std::optional<domain::offer> offer;       ///< offer.*
  std::optional<sla::clock_note> sla;       ///< sla.*
  std::optional<agent_shown> agent;         ///< agent.presence
  std::optional<agent_note> noted;          ///< agent.noted
  std::optional<routing_turn> turn;         ///< routing.turned
  std::optional<routing_save> saved;        ///< routing.saved
  std::optional<routing_decision> decided;  ///< routing.decided
  std::optional<webhooks::note> delivery;   ///< webhook.noted
  bool operator==(const event&) const = default;
};

}  // namespace switchboard::domain
