#pragma once
// One event as it lies in the journal and goes to subscribers: its JSON bytes, encoded once, and the few
// facts by which views and filters sort it. Immutable once committed; shared by pointer.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "domain/event.hpp"

namespace switchboard::storage {

/// Place of an event in the log of this data directory, from 1, gapless.
using log_sequence = std::uint64_t;

/// Part of record::bytes.
struct span {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  [[nodiscard]] bool empty() const noexcept { return length == 0; }
};

struct record {
  std::string bytes;            ///< the CloudEvents JSON, with the cursor written in
  std::uint32_t cursor_at = 0;  ///< offset of the cursor's digits in `bytes` (storage/cursor.hpp)
  log_sequence sequence = 0;
  std::uint16_t partition = 0;

  // What decode() would find in `bytes`; filled by encode() without parsing.
  domain::event_type type = domain::event_type::message_received;
  domain::timestamp at;
  std::string brand;
  std::string account;
  domain::conversation_id conversation;  ///< ordinal 0: about no conversation
  std::uint64_t conversation_sequence = 0;
  std::string assignee;
  std::string queue;
  span conversation_json;  ///< data.conversation
  span message_json;       ///< data.message
  span customer_json;      ///< data.customer

  [[nodiscard]] std::string_view part(span s) const { return std::string_view(bytes).substr(s.offset, s.length); }
};
using record_ptr = std::shared_ptr<const record>;

}  // namespace switchboard::storage
