#pragma once
// The rules of a thread: which conversation a thing belongs to, and what it changes there. Pure: no clock,
// no I/O, no randomness; whatever a rule needs from outside comes in with the command.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/event.hpp"
#include "domain/expected.hpp"
#include "domain/inbound.hpp"

namespace switchboard::domain {

/// How a brand wants its threads to behave.
struct conversation_policy {
  /// A customer's message this long after resolving reopens the conversation; later ones open a new one.
  std::chrono::seconds reopen_window{std::chrono::hours{72}};
  /// Deleted on the platform: is the stored content withdrawn too?
  bool redact_deleted = true;
};

/// Everything the owner of a thread keeps in memory. What is not here is in the views.
struct thread_state {
  thread_id id;
  std::optional<conversation> current;  ///< the newest conversation; none before the first event
};

/// A platform's event for this thread, with what the rules need to know of the past.
struct receive {
  inbound_event inbound;
  brand_id brand;
  account_id account;
  customer_id customer;
  timestamp received_at;
  bool seen = false;              ///< its dedup key had its effect already
  std::optional<message> target;  ///< the stored message of inbound.platform_message_id, placeholder included
  /// For a watermark: the outbound messages of `current` that it covers and that are not there yet.
  std::vector<message> covered;
};

/// PATCH /conversations/{id}. Absent fields stay.
struct patch {
  conversation_id id;
  std::optional<std::uint64_t> if_version;
  std::optional<conversation_status> status;
  std::optional<domain::priority> priority;
  std::optional<std::vector<std::string>> tags;
  std::optional<timestamp> snoozed_until;  ///< required with, and only with, status snoozed
};

/// POST …/notes
struct add_note {
  conversation_id id;
  std::string content;
  std::string author;  ///< agent id
};

/// POST …/read: the agents have seen everything.
struct mark_read {
  conversation_id id;
};

using command = std::variant<receive, patch, add_note, mark_read>;

enum class refusal : std::uint8_t {
  not_found,      ///< no such conversation (any more) in this thread
  stale_version,  ///< if_version is not the present one
  superseded,     ///< a newer conversation of the thread exists; this one can't be opened again
  invalid         ///< the combination of fields makes no sense
};
struct refused {
  refusal why;
  std::string detail;  ///< a sentence for the caller
};

/// What follows from `what` in `state`. Empty: nothing changes (a redelivery, a late status). The events
/// are in order, each with its sequence and the conversation as it is after it. Deterministic.
[[nodiscard]] expected<std::vector<event>, refused> decide(const thread_state& state, const command& what,
                                                           const conversation_policy& policy, timestamp now);

/// The state after an event that decide gave for it, or that was read from the journal.
void apply(thread_state& state, const event& e);
void apply(thread_state& state, event&& e);

/// May a message in `from` become `to`? sent < delivered < read; failed only from unsent, sent or unknown;
/// nothing leaves failed (a new attempt is a new message) and nothing moves backwards.
[[nodiscard]] bool moves_forward(std::optional<delivery_status> from, delivery_status to);

}  // namespace switchboard::domain
