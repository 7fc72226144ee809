#pragma once
// Where the shadows of all brands' routers live: one detached actor, so that what they cost is one thread of the machine, of which
// the operating system gives to others what others want, and never a turn of a router. Routers do not wait for it: they send it
// what they did, no more than `routing.shadow_behind_max` events ahead of what it has taken (shadow_feed).
//
// Messages
//   shadow_task  run it on the shadow of its brand
//   closeall     the node stops

#include "actors/shadow_owner.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <memory>
#include <string>

namespace switchboard::actors {

struct shadows_state {
  static inline const char* name = "shadows";
  std::map<std::string, std::unique_ptr<shadow_owner>> owners;  ///< by brand
};

caf::behavior shadows(caf::stateful_actor<shadows_state>* self, node* of);

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::shadow_task_ptr)
