#pragma once
// Reads the committed log for what concerns sending, and brings it to the owners of the accounts: a consumer of the log,
// which begins with the views' rows of what is on its way.
//
// A detached actor: where it is far behind, it reads the disk.
//
// Messages
//   committed   there is more in the log
//   signal_ptr  the customer is to see that we read or type: on to the owner of the account
//   closeall    the node stops: the accounts' actors end, then it does

#include "actors/account.hpp"
#include "actors/feed.hpp"
#include "storage/views.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <map>
#include <unordered_map>

namespace switchboard::actors {

using committed_atom = caf::atom_constant<caf::atom("committed")>;

struct outbox_state {
  static inline const char* name = "outbox";
  std::map<domain::message_id, domain::account_id> known;  ///< what is on its way, and by which account
  std::unordered_map<std::string, caf::actor> accounts;
  storage::log_sequence position = 0;
};

/// What was on its way when the node ended; nobody else may change it meanwhile. Throws views_failure.
[[nodiscard]] std::vector<wanted> replies_on_their_way(const storage::views& views);

/// `after`: the log's end when `first` was read. `awake` is set by whoever sends `committed`, and cleared here: there is never
/// more than one of them in the mailbox.
caf::behavior outbox(caf::stateful_actor<outbox_state>* self, outbox_links* links, feed* log,
                     storage::log_sequence after, std::atomic<bool>* awake,
                     std::shared_ptr<std::vector<wanted>> first);

}  // namespace switchboard::actors
