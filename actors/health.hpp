#pragma once
// The owner of what is known of the accounts' health: whoever finds something says so, and what is news becomes account.updated.
//
// Messages
//   observation_ptr  somebody has found something
//   closeall         the node stops

#include "actors/conversation.hpp"
#include "domain/account_health.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace switchboard::actors {

struct observation {
  domain::health_observation found;
  completion done = {};  ///< once it is durable, or was known
};
using observation_ptr = std::shared_ptr<observation>;

/// Accounts that are not well, for the metrics: of those about which something was found since the start. Any thread.
struct health_figures {
  std::atomic<std::int64_t> refused{0}, lapsed{0}, failing{0}, missed{0};
};

struct health_state {
  static inline const char* name = "health";
  /// Of accounts about which something was found since the start; of the others the views know.
  std::unordered_map<std::string, domain::account_health> known;
};

caf::behavior health_owner(caf::stateful_actor<health_state>* self, node* of, health_figures* figures);

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::observation_ptr)
