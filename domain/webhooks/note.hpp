#pragma once
// What came of delivering events to a webhook, as the log keeps it: by these records a start goes on where the last ended.

#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

enum class event_type : std::uint8_t;

namespace webhooks {

enum class outcome : std::uint8_t {
  delivered,
  failed,    ///< and is tried again at `next`
  given_up,  ///< nobody took it in time; only a replay tries it again
  waiting    ///< not tried yet (again): it stands behind another of its conversation, or is to be replayed
};
inline constexpr std::size_t outcome_count = 4;
[[nodiscard]] std::string_view to_word(outcome);
[[nodiscard]] std::optional<outcome> outcome_from_word(std::string_view word);

/// Of what a receiver said, or why it was not reached, no more is kept.
inline constexpr std::size_t error_bytes_max = 200;

/// One attempt to deliver one event. Nothing of what the event says is here.
struct attempt {
  std::uint64_t event = 0;       ///< its place in the log
  event_type type = {};          ///< of it
  conversation_id conversation;  ///< ordinal 0: about none
  outcome what = outcome::delivered;
  std::uint32_t tries = 0;   ///< this one included
  std::uint16_t status = 0;  ///< 0: no answer
  std::string error;         ///< for a person; empty: none
  timestamp first;           ///< when the first was due: the giving up is counted from here
  std::optional<timestamp> next;
  bool operator==(const attempt&) const = default;
};

/// Attempts of one webhook, and how far it has come.
struct note {
  brand_id brand;
  std::string webhook;
  /// All events up to this place of the log are delivered, given up, of no concern, or have an attempt of their own in the
  /// log that says what they wait for: a start reads on from here.
  std::uint64_t settled = 0;
  bool gone = false;  ///< it answered 410: nothing more until the config says something else of it
  std::vector<attempt> attempts;
  bool operator==(const note&) const = default;
};

}  // namespace webhooks
}  // namespace switchboard::domain
