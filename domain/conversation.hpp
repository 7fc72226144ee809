#pragma once
// The rules of a thread: which conversation a thing belongs to, and what it changes there. Pure: no clock,
// no I/O, no randomness; whatever a rule needs from outside comes in with the command.
//
// Where a message goes. A customer's message: to the newest conversation while that is open; pending and
// snoozed ones open again at once (conversation.updated), resolved ones too within the reopen window
// (conversation.reopened); else it opens the next one. What our side says (an echo) changes no status: it goes
// to the newest conversation, or opens one where there is none or the window is over. A system message opens a
// conversation only where there is none. Receipts, reactions, edits and deletions never change a status.
//
// Opening the next conversation ends the one before for good: what was unread there becomes 0 first
// (conversation.updated, with the old one's next sequence), for nobody could clear it later.
//
// What comes before its message. An edit, deletion, reaction or receipt whose message is not here yet makes a
// placeholder of it in the newest conversation; the message's own arrival fills that in. The end is the same
// in whichever order they arrive: the platform's versions and times decide, and a reaction that was taken back
// leaves a trace (message::removed_reactions) which an older addition can't undo. A thread that begins with a
// receipt, or with a reaction taken back, begins resolved: no one waits there.
//
// How a snooze ends: by the customer's message, by an agent, or by `wake` when its time has come. There is no clock in
// here: who keeps one sends that command (actors/alarm.hpp), also for what is promised to the customer (domain/sla).
//
// A message keeps the id of the conversation in which it appeared. An event about a message of an earlier case
// is an event of the thread's newest conversation.

#include "domain/event.hpp"
#include "domain/expected.hpp"
#include "domain/inbound.hpp"
#include "domain/media.hpp"
#include "domain/outbound.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace switchboard::domain {

namespace sla {
struct policies;
}

/// How a brand wants its threads to behave.
struct conversation_policy {
  /// A customer's message this long after resolving reopens the conversation; later ones open a new one.
  std::chrono::seconds reopen_window{std::chrono::hours{72}};
  /// Deleted on the platform: is the stored content withdrawn too?
  bool redact_deleted = true;
  /// What is promised (domain/sla/policy.hpp); null: nothing. Shared, for a decision may outlive its config.
  std::shared_ptr<const sla::policies> promises = {};
  /// … and the time by a clock that nobody sets, for those alone; nullopt: as of the decision.
  std::optional<timestamp> even_now = {};
};

/// Everything the owner of a thread keeps in memory. What is not here is in the views.
struct thread_state {
  thread_id id;
  std::optional<conversation> current;  ///< the newest conversation; none before the first event
  std::uint32_t erased = 0;             ///< the conversations up to this ordinal were, with their customer
  std::vector<message> sending = {};    ///< our replies that are on their way, as they are now, in order
  /// Outside direct messages: the customer's last message by the platform's id; empty: nothing came since it was loaded.
  std::string last_inbound = {};
};

/// A platform's event for this thread, with what the rules need to know of the past.
struct receive {
  inbound_event inbound;
  brand_id brand;
  account_id account;
  customer_id customer;
  timestamp received_at;
  bool seen = false;        ///< its dedup key had its effect already
  bool other_name = false;  ///< it calls the thread's customer by another id than the conversation has
  std::vector<thread_alias> aliases;  ///< what it makes known about the thread's keys
  std::optional<message> target;  ///< the stored message of inbound.platform_message_id, placeholder included
  /// For a watermark: the outbound messages of `current` that it covers and that are not there yet.
  std::vector<message> covered;
  /// For an echo that could be of a reply on its way: those that no platform can have seen yet.
  std::vector<message_id> not_begun = {};
};

/// PATCH /conversations/{id}. Absent fields stay; one that says what is so already changes nothing. All changes
/// of one patch are one event. A closed conversation is final: only its tags may change.
struct patch {
  conversation_id id;
  std::optional<std::uint64_t> if_version;
  std::optional<conversation_status> status;
  std::optional<domain::priority> priority;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::string> language = {};  ///< empty: not known, until a platform tells
  /// By names; without a value it goes. Those that are not named stay.
  std::vector<std::pair<std::string, std::optional<std::string>>> customer_attributes = {};
  std::optional<timestamp>
      snooze_until;  ///< in the future; alone it snoozes. Without it status snoozed lasts until the customer writes
};

inline constexpr std::size_t tags_max = 50;        ///< of a conversation, after trimming and removing repeats
inline constexpr std::size_t tag_bytes_max = 100;  ///< of one tag
inline constexpr std::size_t attributes_max = 32;  ///< of a customer
inline constexpr std::size_t attribute_name_bytes_max = 64;
inline constexpr std::size_t attribute_value_bytes_max = 256;
inline constexpr std::size_t note_bytes_max = 10'000;  ///< of a note's content

/// POST …/notes. Also on closed conversations.
struct add_note {
  conversation_id id;
  std::string content;
  std::string author;  ///< agent id, never empty: a token without an agent writes no notes
};

/// POST …/read: the agents have seen everything.
struct mark_read {
  conversation_id id;
};

/// Something of it is due: a snooze ends (conversation.updated), a promise warns or is broken (sla.*). Where nothing is, or a newer
/// conversation exists, nothing changes: a timer may fire early, late and more than once.
struct wake {
  conversation_id id;
  bool late = false;  ///< nobody was there when it fell due
};

/// The customer is to be forgotten: every conversation of the thread so far ends here, as if it had never been, but
/// for its number, which is not given again. Whoever writes later begins as a stranger.
struct erase {
  customer_id customer;
  std::uint64_t by = 0;  ///< the log's place of the customer.erased that asks for it
};

/// An event of the brand's router about the conversation. Repeated until it is in the log: what is not newer than
/// conversation::routed changes nothing.
struct route {
  conversation_id id;
  std::uint64_t sequence = 0;                         ///< the router's
  event_type type = event_type::conversation_queued;  ///< queued, assigned, unassigned, transferred
  queue_id queue;                                     ///< as of then
  agent_id agent = {};                                ///< whose it is; empty: nobody's
  std::optional<domain::priority> priority = {};      ///< a rule's; with queued only …
  std::optional<domain::priority> instead_of = {};    ///< … where it still is this; nullopt: whatever it is
};

/// PUT, DELETE …/assignment where the brand has no router: nobody counts what agents have.
struct assign_by_hand {
  conversation_id id;
  std::optional<std::uint64_t> if_version = {};
  agent_id agent;  ///< empty: nobody's
};

using command = std::variant<receive, patch, add_note, mark_read, wake, erase, say, settle_send, settle_media,
                             route, assign_by_hand>;

enum class refusal : std::uint8_t {
  not_found,          ///< no such conversation (any more) in this thread
  stale_version,      ///< if_version is not the present one
  superseded,         ///< a newer conversation of the thread exists; this one can't be opened again
  invalid,            ///< the combination of fields makes no sense
  window_closed,      ///< the platform lets nobody say this now (messaging_window.hpp)
  replied_privately,  ///< … nor ever again: the comment has had its private reply
  nothing_to_answer,  ///< what it is to answer is not of this conversation
  too_many,           ///< as many replies as may be are on their way
  no_room             ///< … of all conversations, or of the brand's
};
struct refused {
  refusal why;
  std::string detail;                       ///< a sentence for the caller
  std::optional<timestamp> closed_at = {};  ///< window_closed, replied_privately: when it did, was
  std::vector<std::string> allowed = {};    ///< … what may be said all the same
};

/// What follows from `what` in `state`. Empty: nothing changes (a redelivery, a late status). The events
/// are in order, each with its sequence and the conversation as it is after it. Deterministic.
/// The texts of a command that is handed over are moved into the events.
[[nodiscard]] expected<std::vector<event>, refused> decide(const thread_state& state, command&& what,
                                                           const conversation_policy& policy, timestamp now);
[[nodiscard]] expected<std::vector<event>, refused> decide(const thread_state& state, const command& what,
                                                           const conversation_policy& policy, timestamp now);

/// The state after an event that decide gave for it, or that was read from the journal. Events of other
/// threads and older ones than the state change nothing.
void apply(thread_state& state, const event& e);
void apply(thread_state& state, event&& e);

/// Resolved or closed. The thread's next conversation begins only behind such a one: one that isn't over is the newest.
[[nodiscard]] bool is_over(conversation_status s);

/// May a message in `from` become `to`? queued < unknown < sent < delivered < read; failed only from those
/// below delivered; nothing leaves failed (a new attempt is a new message) and nothing moves backwards.
[[nodiscard]] bool moves_forward(std::optional<delivery_status> from, delivery_status to);

}  // namespace switchboard::domain
