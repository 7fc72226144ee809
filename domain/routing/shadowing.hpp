#pragma once
// The shadow of a brand's router: what another config would have done first with each conversation that comes, or comes back.
// It acts on nothing and nobody; it is told each turn of the router that is live, behind it.
//
// Two states of the same brand. `live` is the router's own, folded from its events. `own` goes by the other config: it is told what
// the router was told, decides for itself, and then takes over what really happened (taking_over.hpp): who was asked and who has
// what. So each conversation is compared as things really stood, and one difference does not make all that follows differ. Whom the
// shadow alone asks has the units for it kept free for as long as an offer of its queue lasts, or it would ask him for
// everything that waits; what he would have said nobody knows, so then the conversation waits for what becomes of it.
//
// The other config is aligned with the live one: agents, queues and skills that both have are at the same index in both.

#include "domain/expected.hpp"
#include "domain/routing/following.hpp"
#include "domain/routing/reason.hpp"
#include "domain/routing/router.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {

/// How the two differ about a conversation: the first of these that is so.
enum class shadow_outcome : std::uint8_t {
  same,            ///< also where it left, or somebody took it, before either asked anybody
  other_queue,     ///< another queue
  other_priority,  ///< another priority in it
  other_skills,    ///< other skills, required or preferred
  other_agent,     ///< both ask somebody, and first somebody else
  only_live,       ///< the shadow lets it wait where the router asks somebody …
  only_shadow      ///< … and the other way round
};
inline constexpr std::size_t shadow_outcomes = 7;
[[nodiscard]] std::string_view to_word(shadow_outcome);

/// The other config, with indexes of its own.
struct shadow_plan {
  router_config router = {};
  std::vector<routing_rule> rules = {};
  queue_index default_queue = 0;
  std::vector<queue_id> own_hours =
      {};  ///< queues that open by another calendar than the live ones: open_queue()
};

/// One turn of the live router, as its owner took it.
struct live_turn {
  router_command command = tick{};  ///< no tell_config: behind that the shadow begins anew
  bool refused = false;
  std::uint64_t sequence = 0;  ///< the router's, before the turn
  timestamp at = {};
  std::vector<router_event> events = {};
  std::vector<reason> why = {};
  /// Of a command that tells of a conversation: what rules look at. Absent: it goes where the live rules sent it.
  std::optional<subject> told = {};
};

/// Not for two threads at once.
struct shadow {
  router_state live;
  router_state own;
  std::uint64_t version = 0;  ///< of the other config
  following_rules rules = {};
  std::vector<bool> own_hours = {};  ///< by queue
  /// For each channel of `own` the live ones that have to be allowed for it to be; the same channels: empty.
  std::vector<std::uint32_t> channels = {};
  std::set<conversation_id> pending = {};  ///< that came, and neither has asked anybody
  // Asks of the shadow alone, until when: both ways round.
  std::map<conversation_id, timestamp> asked = {};
  std::set<std::pair<timestamp, conversation_id>> lapses = {};
};

struct shadow_findings {
  std::array<std::uint64_t, shadow_outcomes> outcomes = {};  ///< conversations by what came of comparing them
  std::vector<std::string> differences = {};  ///< an object of JSON for each that is not the same
};

/// `saved`: the live router's state (save()). What waits at that moment is compared when it comes back. The error: why `saved` can't
/// be read.
[[nodiscard]] expected<shadow, std::string> begin_shadow(std::string_view saved, const shadow_plan& plan,
                                                         timestamp now);

/// Takes one more turn. The error: it is not the one behind what the shadow knows, which has to begin anew.
[[nodiscard]] expected<shadow_findings, std::string> follow_turn(shadow& h, const live_turn& t);
/// The live router has done all that was due by then, and no more happened.
[[nodiscard]] shadow_findings pass_time(shadow& h, timestamp now);
/// One of `own_hours` opens or closes.
[[nodiscard]] shadow_findings open_queue(shadow& h, const queue_id& queue, bool open, timestamp now);

/// Where one of the two put a conversation.
struct shadow_place {
  queue_index queue = 0;
  rule_index rule = no_rule;
  domain::priority priority = domain::priority::medium;
  item_needs needs = {};
};
/// `ask`: whom it asked first, and why; nullptr: nobody.
struct shadow_side {
  const router_state& state;
  const shadow_place& place;
  const reason* ask = nullptr;
};
/// conversation, outcome, at; and of both, `live` and `shadow`:
///   queue, rule, priority, requires, prefers   as in to_json(reason)
///   agent, by, decidedBy, ring, at             whom it asked first; absent: it lets it wait
[[nodiscard]] std::string to_json(const conversation_id& id, shadow_outcome o, timestamp at,
                                  const shadow_side& live, const shadow_side& own);

}  // namespace switchboard::domain::routing
