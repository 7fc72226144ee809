#pragma once
// What REST asks of a brand's router and of agents' owners, by names; no CAF in here. Who is asked, and in which order: routing_desk.

#include "domain/conversation.hpp"
#include "domain/routing/agent_presence.hpp"
#include "domain/routing/router_protocol.hpp"
#include "domain/routing/shadowing.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace switchboard::actors {

// -- acts on a brand's router --------------------------------------------------------------------------------

/// To an offer. A late one is refused (offer_gone).
struct answer_offer {
  domain::conversation_id conversation;
  domain::agent_id agent;
  std::uint64_t epoch = 0;
  bool accept = true;
};
/// Without a conversation the first one that he can take.
struct pull_work {
  domain::agent_id agent;
  std::optional<domain::conversation_id> conversation = {};
};
/// If-Match: refused (stale_version) where the conversation's version is another, also by what the router decided since.
struct if_seen {
  std::uint64_t version = 0;
  std::chrono::steady_clock::time_point at = {};  ///< when the caller's look at the views began
};
/// PUT …/assignment. Within the hard cap unless `force`.
struct assign_to {
  domain::conversation_id conversation;
  domain::agent_id agent;
  bool force = false;
  /// As the caller's look had it: nobody is sought for one whose customer is to answer, or that we began, so the router may not know
  /// it. nullptr: it is over, and such is refused.
  std::shared_ptr<const domain::conversation> as = {};
  std::optional<if_seen> seen = {};
  domain::agent_id only_of = {};  ///< refused (not_assigned) unless it is his; empty: whoever has it
};
/// DELETE …/assignment: back to its queue.
struct assign_to_nobody {
  domain::conversation_id conversation;
  std::optional<if_seen> seen = {};
  domain::agent_id only_of = {};
};
/// POST …/transfer, to one of both. Warm: who has it keeps it until another accepts.
struct transfer_to {
  domain::conversation_id conversation;
  domain::queue_id queue;
  domain::agent_id agent;
  bool warm = false;
  bool force = false;
  domain::agent_id only_of = {};
};
/// All that one agent has, to a queue (empty: each to its own), behind what waits there already.
struct reassign_work {
  domain::agent_id agent;
  domain::queue_id queue;
};
using routing_act =
    std::variant<answer_offer, pull_work, assign_to, assign_to_nobody, transfer_to, reassign_work>;

/// After the act's events are durable, and what follows for the conversation, too.
struct routing_result {
  std::optional<domain::routing::refusal> refused = {};
  std::optional<domain::refused> conversation_refused = {};  ///< its owner's word; nothing was routed
  bool no_router = false;                                    ///< the brand has no [[queue]]
  bool busy = false;              ///< too many acts wait, or the router is still reading what was: come back
  bool failed = false;            ///< the journal failed: 503
  std::string conversation = {};  ///< JSON as of after the act; empty where it is about none, or many
  std::uint64_t version = 0;
  std::uint32_t moved = 0;  ///< reassign_work
};

// -- acts on an agent's presence -----------------------------------------------------------------------------

struct session_opened {
  std::string id;  ///< random, by the caller
};
struct session_beat {
  std::string id;
  bool active = true;  ///< he did something, not only his device
};
struct session_closed {
  std::string id;
};
/// PUT …/presence.
struct presence_set {
  std::optional<std::string> status = {};  ///< of [[routing.status]]
  std::optional<bool> stays_online = {};
};
using agent_act = std::variant<session_opened, session_beat, session_closed, presence_set>;

struct agent_result {
  std::optional<domain::routing::presence_refusal> refused = {};
  bool unknown = false;  ///< the brand has no such [[agent]]
  bool busy = false;
  bool failed = false;
  std::string agent = {};                       ///< JSON as data.agent of agent.presence
  std::optional<domain::timestamp> until = {};  ///< of the session: by when its next heartbeat is due
};

// -- questions -----------------------------------------------------------------------------------------------

/// Rows are JSON objects, as openapi has them: Queue, Agent, Offer, QueuePosition, Shadow.
struct routing_question {
  enum class of : std::uint8_t {
    queues,
    queue,  ///< `id`
    agents,
    agent,     ///< `id`
    offers,    ///< open ones of the agent `id`
    position,  ///< of `conversation`: where it stands, and how long it may take
    shadow     ///< one where the brand's router has one
  } about = of::queues;
  std::string id = {};
  domain::conversation_id conversation = {};
};
struct routing_answer {
  bool busy = false;
  bool failed = false;
  std::vector<std::string> rows = {};  ///< empty: no such thing, or the brand has no router
};

/// For metrics, as of the last turn.
struct queue_figures {
  std::string brand;
  std::string queue;
  std::uint64_t waiting = 0;
  std::uint64_t oldest_ms = 0;  ///< how long its first one waits
};
struct router_figures {
  std::string brand;
  std::uint64_t agents_online = 0;
  std::uint64_t assigned = 0;  ///< conversations that somebody has now
  std::uint64_t turns = 0;
  std::uint64_t offers_made = 0, offers_accepted = 0, offers_declined = 0, offers_expired = 0,
                offers_rescinded = 0;
  std::uint64_t assignments = 0;
  std::uint64_t nowhere_left = 0;  ///< overflowed from every queue that is named for it, and waits
  std::uint64_t told = 0;          ///< messages to who waits
  std::uint64_t not_told = 0;  ///< … that were refused (a window that is closed, no room), or came too late
  std::uint64_t unsettled = 0;  ///< decided, and not in its conversation's log yet
  bool has_shadow = false;
  std::array<std::uint64_t, domain::routing::shadow_outcomes> shadow_outcomes = {};
  std::uint64_t shadow_skipped = 0;   ///< turns that it was not told of
  std::uint64_t shadow_failures = 0;  ///< times that it ended by itself
  std::uint64_t shadow_behind = 0;    ///< events that it has not taken yet
  std::vector<queue_figures> queues = {};
};

/// Its id, as everybody sees an offer.
[[nodiscard]] std::string offer_id(const domain::conversation_id& c, const domain::agent_id& a);

}  // namespace switchboard::actors
