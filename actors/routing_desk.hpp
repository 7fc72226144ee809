#pragma once
// Where routing meets the rest: reads the committed log for all routers and brings each what is its brand's; begins, configures and
// ends routers and agents' owners; and lets acts and questions through behind everything that was committed before them, so that
// who was told that something is so is not contradicted.
//
// A detached actor: where it is far behind, it reads the disk. It is at most `batches_ahead` batches ahead of what routers have made
// durable, so no mailbox grows with the log.
//
// Messages
//   committed        there is more in the log
//   routing_call     for a router or an agent's owner, behind what is committed now
//   batch_done       routers have made durable what came of a batch
//   reconfigure      the node's settings are others
//   closeall         the node stops: routers and agents' owners end, then it does

#include "actors/feed.hpp"
#include "actors/outbox.hpp"
#include "actors/router.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace switchboard::actors {

using batch_done_atom = caf::atom_constant<caf::atom("batchdone")>;
using begin_atom = caf::atom_constant<caf::atom("begin")>;
using reconfigure_atom = caf::atom_constant<caf::atom("reconfig")>;

/// For the router of a brand, or for an agent's owner where `agent` is named. One of the three runs, once.
struct routing_call {
  std::string brand;
  std::string agent = {};
  storage::log_sequence behind = 0;  ///< what was committed when it was made
  router_owner::task to_router = {};
  std::function<void(agent_owner&)> to_agent = {};
  std::function<void()> to_nobody = {};  ///< there is none
};
using routing_call_ptr = std::shared_ptr<routing_call>;

struct desk_links : routing_links {
  feed* log = nullptr;
  /// The log's end when the views were opened: what routers recover from.
  storage::log_sequence end = 0;
  /// As engine::read.
  std::function<bool(std::function<void(const storage::views&)>)> read;
  /// Set by whoever sends `committed`, and cleared by the desk.
  std::atomic<bool> awake{false};
  /// Does any brand have a router, or had one? Without one nobody needs to send anything. Set by the engine.
  std::atomic<bool> wanted{false};
  std::atomic<std::uint64_t> calls{0};  ///< without an answer yet

  mutable std::mutex figures_mutex;
  std::map<std::string, router_figures> figures;  ///< by brand, as of the last tick
};

struct desk_state {
  static inline const char* name = "routing desk";
  std::map<std::string, caf::actor> routers;
  std::map<std::string, std::map<std::string, caf::actor>> agents;  ///< by brand and id
  std::deque<routing_call_ptr> waiting;                             ///< for the log to be read up to them
  storage::log_sequence position = 0;
  storage::log_sequence told = 0;  ///< the position that all routers heard last
  std::size_t ahead = 0;           ///< batches that routers have
  caf::actor shadows;              ///< begun with the first config that has one
};

/// Recovers all routers at `begin`, which is sent first: what they say then goes by the desk.
caf::behavior routing_desk(caf::stateful_actor<desk_state>* self, desk_links* links);

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::routing_call_ptr)
