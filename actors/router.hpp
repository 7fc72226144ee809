#pragma once
// The actors around router_owner and agent_owner: they run what is sent to them there, and wake them when something is due.
//
// Messages
//   router_task, agent_task  run it on the owner
//   wake                     something may be due
//   closeall                 the node stops

#include "actors/agent_owner.hpp"
#include "actors/router_owner.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace switchboard::actors {

using router_task = std::shared_ptr<router_owner::task>;
using agent_task = std::shared_ptr<std::function<void(agent_owner&)>>;

struct router_holder {
  static inline const char* name = "router";
  std::unique_ptr<router_owner> owner;
  domain::timestamp wakes_at = {};
};
/// A way to an actor that is begun later. Nothing is sent by it before it is known.
struct way_to_router {
  caf::actor to;
};
[[nodiscard]] router_owner::run_later by(std::shared_ptr<way_to_router> way);

/// Takes the owner out of `whose`: made before, so that it could recover.
caf::behavior router(caf::stateful_actor<router_holder>* self,
                     std::shared_ptr<std::unique_ptr<router_owner>> whose);

struct agent_holder {
  static inline const char* name = "agent";
  std::unique_ptr<agent_owner> owner;
  domain::timestamp wakes_at = {};
};
caf::behavior agent(caf::stateful_actor<agent_holder>* self,
                    std::function<std::unique_ptr<agent_owner>()> make);

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::router_task)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::agent_task)
