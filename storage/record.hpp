#pragma once
// One event as it lies in the journal and goes to subscribers: its JSON bytes, encoded once, and the few
// facts by which views and filters sort it. Immutable once committed; shared by pointer.
//
// The facts are read off the event while it is encoded, or parsed back from the bytes on a replay
// (storage/codec.hpp); both give the same. Longer texts stay in the bytes and are named by a span, so that a
// record costs no further allocation.

#include "domain/event.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::storage {

/// Place of an event in the log of this data directory, from 1, gapless.
using log_sequence = std::uint64_t;

/// Part of record::bytes.
struct span {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  [[nodiscard]] bool empty() const noexcept { return length == 0; }
  bool operator==(const span&) const = default;
};

/// By what an inbox sorts a conversation. Times to the millisecond.
struct inbox_place {
  domain::conversation_status status = domain::conversation_status::open;
  domain::priority priority = domain::priority::medium;
  domain::timestamp updated_at;
  bool operator==(const inbox_place&) const = default;
};

struct record {
  std::string bytes;            ///< the CloudEvents JSON, with the cursor written in
  std::uint32_t cursor_at = 0;  ///< offset of the cursor's digits in `bytes` (storage/cursor.hpp)
  log_sequence sequence = 0;
  std::uint16_t partition = 0;

  // What decode() would find in `bytes`; filled by encode() without parsing.
  domain::event_type type = domain::event_type::message_received;
  domain::timestamp at;  ///< to the millisecond
  std::string brand;
  std::string account;
  domain::conversation_id conversation;  ///< ordinal 0: about no conversation
  std::uint64_t conversation_sequence = 0;
  std::string assignee;
  std::string queue;
  span conversation_json;  ///< data.conversation
  span message_json;       ///< data.message
  span customer_json;      ///< data.customer
  span dead_letter_json;   ///< data.deadLetter
  span erased_json;        ///< data.erased: what it was about is gone
  span aliases_json;       ///< data.aliases
  span attempt_json;       ///< data.attempt
  span feed_json;          ///< data.feed
  span sla_json;           ///< data.sla
  span account_json;       ///< data.account
  span offer_json;         ///< data.offer
  span agent_json;         ///< data.agent
  span noted_json;         ///< data.noted
  span turn_json;          ///< data.turn
  span saved_json;         ///< data.saved
  span decision_json;      ///< data.decision
  span delivery_json;      ///< data.delivery

  // Of data.conversation, as it is after the event; meaningless without one.
  domain::platform platform = domain::platform::facebook;
  domain::thread_kind kind = domain::thread_kind::dm;
  bool shared = false;
  std::uint64_t routed = 0;  ///< metadata.routed
  inbox_place place;
  std::optional<domain::timestamp> wake_at;  ///< domain::wake_at
  std::uint32_t at_risk = 0;                 ///< domain::sla::clocks::at_risk
  std::optional<domain::timestamp> due;      ///< domain::sla::clocks::waits_until
  bool has_previous = false;
  inbox_place previous;  ///< where it was before the event
  span tags;             ///< the JSON array

  // Texts: what stands between the quotes in `bytes`, still escaped; text() gives the value.
  span customer;               ///< data.conversation.customerId, else data.customer.id
  domain::message_id message;  ///< data.message.id; sequence 0: none
  span platform_message_id;    ///< data.message.platformMessageId
  bool has_origin = false;
  span origin_kind;
  span origin_id;
  span origin_version;

  bool operator==(const record&) const = default;

  [[nodiscard]] std::string_view part(span s) const {
    return std::string_view(bytes).substr(s.offset, s.length);
  }
  /// The value of a text span; `scratch` holds it where it had escapes (rare), else it points into `bytes`.
  [[nodiscard]] std::string_view text(span s, std::string& scratch) const;
};
using record_ptr = std::shared_ptr<const record>;

/// May others name nothing but a message of this thread?
[[nodiscard]] inline bool is_found_by_messages(const record& r) {
  return r.kind != domain::thread_kind::dm || r.shared;
}

}  // namespace switchboard::storage
