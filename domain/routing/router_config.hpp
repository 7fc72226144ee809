#pragma once
// What a brand's router goes by: its queues, rings, strategies, capacities. Plain numbers, without names where a rule
// looks: agents, queues, skills and channels are indexes into these tables.
//
// An index means the same for as long as the router lives. A new config is therefore aligned with the one before it
// (align()): what both have keeps its place, and what is gone keeps it too, as `removed`.

#include "domain/ids.hpp"
#include "domain/model.hpp"
#include "domain/time.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain::routing {

using agent_index = std::uint32_t;
using queue_index = std::uint16_t;
using skill_index = std::uint16_t;
using channel_index = std::uint8_t;
using rule_index = std::uint16_t;
inline constexpr agent_index no_agent = 0xffff'ffff;
inline constexpr queue_index no_queue = 0xffff;
inline constexpr rule_index no_rule = 0xffff;
inline constexpr std::size_t channels_max = 32;  ///< a bit each in what a status allows
inline constexpr std::uint32_t all_channels = 0xffff'ffff;

using std::chrono::milliseconds;

/// Each is a part of the key by which agents are compared; less is better. Ties: who was assigned longest ago, then the id.
enum class strategy : std::uint8_t {
  round_robin,    ///< the tie-break, so nothing behind it counts: an agent who comes back is next once, never owed several
  least_active,   ///< how many conversations he has
  load_balanced,  ///< (used + cost) / units: the load AFTER it
  skill_best      ///< what the preferred skills weigh at his levels, more is better; then the load
};
/// What goes first within a queue. Each item's place is a number that never changes while nothing happens to it.
enum class queue_order : std::uint8_t {
  aged,    ///< since when it waits, and its priority as minutes before that
  strict,  ///< priority, then since when
  edf      ///< the earliest deadline
};
enum class offer_mode : std::uint8_t { auto_accept, offer, pull };
/// What becomes of an agent's work when he is gone for good.
enum class requeue_policy : std::uint8_t { keep, requeue_unanswered, requeue_all };

[[nodiscard]] std::string_view to_word(strategy);
[[nodiscard]] std::string_view to_word(queue_order);
[[nodiscard]] std::string_view to_word(offer_mode);
[[nodiscard]] std::string_view to_word(requeue_policy);
/// nullopt for any other text.
[[nodiscard]] std::optional<requeue_policy> requeue_policy_of(std::string_view word);

struct skill_level {
  skill_index skill = 0;
  std::uint8_t level = 1;  ///< from 1; 0 is not to have it
  auto operator<=>(const skill_level&) const = default;
};
struct skill_weight {
  skill_index skill = 0;
  std::uint16_t weight = 1;
  auto operator<=>(const skill_weight&) const = default;
};

/// What a conversation costs. The first channel that fits a conversation is its.
struct channel {
  std::optional<domain::platform> platform = {};  ///< absent: every
  std::optional<thread_kind> kind = {};
  std::uint32_t units = 20;
  bool interruptible = false;     ///< leaves `reserve_percent` of an agent's units free
  std::uint16_t at_once_max = 0;  ///< of one agent; 0: as many as his units allow
  bool operator==(const channel&) const = default;
};

/// From `opens_after` the time of queueing on, more agents count. Rings only grow (normalised by align()).
struct ring {
  milliseconds opens_after{0};
  std::uint8_t pool = 0;             ///< members of the queue up to this pool
  std::uint8_t levels_lower = 0;     ///< off each required level, never below 1
  bool preferred_required = false;   ///< preferred skills are required as well
  bool skip_if_none_online = false;  ///< the next opens at once where nobody of this one is online
};

struct overflow_target {
  enum class to : std::uint8_t { queue, agent, bot, leave_message } kind = to::queue;
  std::uint32_t index = 0;  ///< of the queue or agent
};
/// Zero: no bound.
struct overflow_rule {
  std::uint32_t length_max = 0;
  milliseconds wait_max{0};
  milliseconds eta_max{0};
  bool when_closed = false;
  std::vector<overflow_target> targets = {};
  std::uint32_t message_channels = all_channels;  ///< to::leave_message is for these, a bit for each
};

/// What customers are told of how long they wait.
struct tell_rule {
  std::uint32_t channels = 0;        ///< a bit for each whose customers are told; 0: nobody is
  bool when_closed = false;          ///< also that nobody is here: it goes on after the next opening
  milliseconds after{15'000};        ///< who has waited so long is told first …
  milliseconds notify_min{300'000};  ///< … and again after this, where nothing got better
  milliseconds notify_gap{60'000};   ///< nobody more often than this
  std::uint32_t ahead_max = 100;     ///< who has more before him is told nothing yet
};

struct queue_rules {
  queue_id id = {};
  bool removed = false;
  std::uint32_t priority = 0;  ///< between queues: less goes first
  queue_order order = queue_order::aged;
  std::vector<strategy> strategies = {strategy::load_balanced};
  std::vector<ring> rings = {ring{}};  ///< at least one, the first opens at 0
  offer_mode mode = offer_mode::offer;
  milliseconds offer_timeout{20'000};
  std::uint8_t offers_at_once =
      1;                  ///< agents who are asked for one conversation; the first who accepts has it
  milliseconds delay{0};  ///< nobody sees an item before it has waited so long
  overflow_rule overflow = {};
  tell_rule tell = {};
};

struct membership {
  queue_index queue = 0;
  std::uint8_t pool = 0;  ///< 0 primary, 1 secondary …: from which ring on
};
struct agent_rules {
  agent_id id = {};
  bool removed = false;
  std::uint32_t units = 100;       ///< no offers beyond (soft)
  std::uint32_t units_hard = 120;  ///< nothing at all beyond, but by force
  std::vector<membership> queues = {};
  std::vector<skill_level> skills = {};
};

struct router_config {
  std::uint64_t version = 1;
  std::vector<std::string> skills = {};  ///< their names; languages are skills too
  std::vector<channel> channels = {{.kind = thread_kind::dm}, {.units = 10}};
  std::vector<queue_rules> queues = {};
  std::vector<agent_rules> agents = {};

  std::array<std::uint32_t, 4> priority_minutes{0, 10, 30, 60};  ///< low … urgent
  std::uint32_t transfer_minutes = 60;  ///< what is transferred goes before that much older
  milliseconds idle_after{0};           ///< the customer has been silent so long: it costs less; 0: never
  std::uint32_t idle_percent = 50;      ///< … namely this
  std::uint32_t reserve_percent = 20;   ///< of an agent's units, which interruptible channels leave free
  milliseconds cooldown{120'000};       ///< who declined or missed it is not asked again before
  std::uint32_t missed_max = 3;         ///< in a row; then he is away
  milliseconds sticky_window{0};        ///< the last agent goes first so long after; 0: never
  milliseconds sticky_hold{30'000};     ///< it waits so long for him
  bool sticky_ignore_queue = false;     ///< also where he left the queue
  milliseconds ramp_window{0};          ///< after he came: no more than his share of what waits; 0: no ramp
  std::uint32_t ramp_per_minute = 0;    ///< … and after that; 0: no limit
  requeue_policy when_gone = requeue_policy::requeue_unanswered;
  milliseconds handling_prior{300'000};         ///< of a conversation, before any was measured
  std::uint32_t conversations_max = 2'000'000;  ///< waiting or in work; more is refused
  std::uint32_t signatures_max =
      65'536;                       ///< kinds of requirements that are remembered without a conversation
  std::uint32_t left_max = 65'536;  ///< that left and whose late messages are known for late
  std::uint32_t bulk_max = 1'000;   ///< conversations of one bulk reassignment
  /// With more candidates for one conversation its queue keeps them as a tournament (best_tree.hpp), where that pays.
  std::uint32_t scanned_max = 64;
  std::uint32_t explained_max = 20;  ///< agents whom a reason names one by one; all are in its counts
  /// Names of the rules that say where conversations go first, for reasons; more than no_rule are not remembered.
  std::vector<std::string> rules = {};
  /// Which channel is looked at first, and so on: its place in `channels` is for ever. Empty: as they stand. What is not named
  /// fits no new conversation.
  std::vector<channel_index> channel_order = {};
  queue_index default_queue =
      no_queue;  ///< where what fits no rule goes, and what waits in a queue that is removed
};

using config_ptr = std::shared_ptr<const router_config>;

/// `next` with every agent, queue, skill and rule where `before` has it; references within follow. Rings are made to grow only.
[[nodiscard]] router_config align(router_config next, const router_config& before);

/// A bit each, of `as_written`, as bits of `aligned`, which is align(as_written, …). Whoever takes anything takes what came by a
/// channel that is gone.
[[nodiscard]] std::uint32_t align_channels(std::uint32_t bits, const router_config& as_written,
                                           const router_config& aligned);

/// Of the first channel that fits; the last one where none does.
[[nodiscard]] channel_index channel_of(const router_config& c, domain::platform on, thread_kind kind);

}  // namespace switchboard::domain::routing
