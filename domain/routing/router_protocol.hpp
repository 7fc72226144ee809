#pragma once
// What a router is told and what it says. Every change of its state is one of its events, so that the log can be folded
// into the same state again; what it was told and had no effect leaves none.

#include "domain/routing/router_config.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchboard::domain::routing {

// -- what it is told -----------------------------------------------------------------------------------------

/// A conversation that wants a person, as its own events have it. Told again whenever one of these changes; what is not
/// newer than what is known (`version`) has no effect.
struct conversation_facts {
  conversation_id id = {};
  std::uint64_t version = 0;
  queue_index queue = 0;
  channel_index channel = 0;
  domain::priority priority = domain::priority::medium;
  std::vector<skill_level> required = {};    ///< sorted by skill
  std::vector<skill_weight> preferred = {};  ///< sorted by skill
  timestamp due = {};                        ///< its earliest running deadline; zero: none
  timestamp waiting_since = {};              ///< on the customer; zero: it is on us
  bool answered = false;                     ///< its agent has written to the customer
  agent_index last_agent = no_agent;         ///< who served this customer last …
  timestamp last_agent_at = {};              ///< … and when
  rule_index rule = no_rule;                 ///< that named its queue, when it came
  std::optional<domain::priority> had =
      {};  ///< the conversation's, where a rule set another; nullopt: none did
  bool operator==(const conversation_facts&) const = default;
};
using facts_ptr = std::shared_ptr<const conversation_facts>;

struct tell_conversation {
  facts_ptr facts;
};
/// It is resolved, closed, erased, or a bot's.
struct tell_left {
  conversation_id id = {};
  std::uint64_t version = 0;
};
/// An agent's presence, from its owner. What has not a higher epoch than the last is late, and has no effect.
struct presence_facts {
  agent_index agent = 0;
  std::uint64_t epoch = 0;
  bool online = false;     ///< he, or his grace
  bool grace = false;      ///< his last session is lost: nothing new, and his work is kept
  bool scheduled = false;  ///< his shift has begun and not ended
  std::uint32_t channels =
      0;  ///< what his status lets him be offered, a bit for each; 0 in wrap-up and behind his shift
  bool wraps_up = false;  ///< nothing but that keeps new work from him: then he has not just come
  bool operator==(const presence_facts&) const = default;
};
struct tell_presence {
  presence_facts presence;
};
struct tell_calendar {
  queue_index queue = 0;
  bool open = true;
};
/// Aligned with the one before (align()).
struct tell_config {
  config_ptr config;
};
struct accept_offer {
  conversation_id id = {};
  agent_index agent = 0;
  std::uint64_t epoch = 0;
};
struct decline_offer {
  conversation_id id = {};
  agent_index agent = 0;
  std::uint64_t epoch = 0;
};
/// An agent takes a conversation that waits; without an id the first one that he can.
struct pull {
  agent_index agent = 0;
  std::optional<conversation_id> id = {};
};
/// By hand. Within the hard cap unless `force`; to whomever, online or not.
struct assign {
  conversation_id id = {};
  agent_index agent = 0;
  bool force = false;
  facts_ptr facts =
      {};  ///< with which it comes where it is not here: nobody waited for it; nullptr: refused then
};
struct unassign {
  conversation_id id = {};
};
/// To a queue or, where `agent` is named, to him. Warm: who has it keeps it until another accepts.
struct transfer {
  conversation_id id = {};
  queue_index queue = no_queue;
  agent_index agent = no_agent;
  bool warm = false;
  bool force = false;
};
/// All that one agent has goes to a queue (no_queue: each to its own), behind what waits there already.
struct reassign_all {
  agent_index agent = 0;
  queue_index queue = no_queue;
};
/// Whatever is due at this time.
struct tick {
  bool after_pause = false;  ///< nobody could answer meanwhile: offers that lapsed were not missed
};

using router_command =
    std::variant<tick, tell_conversation, tell_left, tell_presence, tell_calendar, tell_config, accept_offer,
                 decline_offer, pull, assign, unassign, transfer, reassign_all>;

// -- what it says --------------------------------------------------------------------------------------------

enum class event_kind : std::uint8_t {
  configured,
  presence_told,
  calendar_told,
  queued,    ///< it came: facts, queue, key
  requeued,  ///< it seeks an agent again, by its old key unless `key` differs
  changed,   ///< facts
  left,
  ring_opened,  ///< `ring`
  pressed,      ///< its deadline is so near that no ramp holds it up
  held,         ///< `hold`, until `until`
  hold_ended,
  offer_made,  ///< to `agent`, `epoch`, until `until`
  offer_accepted,
  offer_declined,
  offer_expired,
  offer_rescinded,
  assigned,  ///< `agent` is its owner
  unassigned,
  transferred,  ///< `queue`; key. To an agent it is followed by an assignment or an offer
  overflowed,  ///< `target`, or `exhausted`: somebody should look. Where the target is leave_message it stays
  capacity_changed,  ///< it costs its owner `units`
  auto_away,         ///< he missed too many; his presence's owner is to say so
  ramp_begun,        ///< no more than `units` conversations until `until`
  ramp_eased,
  wait_told,  ///< its customer is to hear that he is number `units`, and `key` ms are before him; or `flag`
  wait_not_told,  ///< he hears nothing: too many are before him
  waits_looked    ///< of `queue`; the next time is `until`
};
enum class hold : std::uint8_t { none, sticky, cooldown, ramp, delay, closed, pull };
/// The first test that an agent fails, in this order.
enum class reject : std::uint8_t { none, presence, queue, skill, excluded, channel_cap, units, ramp };
inline constexpr std::size_t reject_count = 8;
enum class refusal : std::uint8_t {
  offer_gone,     ///< it ended, or never was his
  over_hard_cap,  ///< `force` would do it
  unknown_conversation,
  unknown_agent,
  unknown_queue,
  not_queued,  ///< somebody has it, or is asked
  not_assigned,
  not_eligible,  ///< to pull it
  nothing_to_pull,
  router_full,    ///< conversations_max
  bulk_too_large  ///< bulk_max
};

[[nodiscard]] std::string_view to_word(event_kind);
[[nodiscard]] std::string_view to_word(hold);
[[nodiscard]] std::string_view to_word(reject);
[[nodiscard]] std::string_view to_word(refusal);

struct router_event {
  event_kind kind = event_kind::queued;
  timestamp at = {};
  conversation_id conversation = {};
  agent_index agent = no_agent;
  queue_index queue = no_queue;
  std::uint8_t ring = 0;
  routing::hold hold = hold::none;
  /// calendar_told: open; assigned, offer_made: by force; overflowed: exhausted; wait_told: nobody is here
  bool flag = false;
  std::uint32_t units = 0;
  std::uint64_t epoch = 0;
  timestamp until = {};
  std::int64_t key = 0;  ///< µs; less goes first. wait_told: ms
  overflow_target target = {};
  presence_facts presence = {};
  facts_ptr facts = {};
  config_ptr config = {};
};

/// The bytes that are hashed: all fields as they are archived (descriptions.hpp), of a config its version. Appended, so that a whole turn is one digest. Equal bytes mean equal contents.
void append_canonical(std::string& out, const router_event& e);
void append_canonical(std::string& out, const router_command& c, timestamp now, std::uint64_t sequence,
                      std::uint64_t config_version);

}  // namespace switchboard::domain::routing
