#pragma once
// The owner of the dead letters (what the normaliser or a conversation made nothing of): adds each once, however often it is delivered, and marks them replayed.
//
// Messages
//   quarantined_ptr   add the letter, mark it replayed or withdraw its bytes; its completion follows when that is durable

#include "actors/conversation.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace switchboard::actors {

struct quarantine_state {
  static inline const char* name = "quarantine";
  /// Letters that the views may not show yet, and where they are in the log.
  std::unordered_map<std::string, storage::log_sequence> pending;
  std::deque<std::string> order;
  std::unordered_set<std::string> erased;  ///< of those

  void handle(node& n, quarantined& q);

 private:
  void keep(node& n, quarantined& q);
  [[nodiscard]] bool known(node& n, const std::string& id);
  [[nodiscard]] bool was_erased(node& n, const std::string& id);
  void forget_applied(const node& n);
};

caf::behavior quarantine(caf::stateful_actor<quarantine_state>* self, node* n);

}  // namespace switchboard::actors
