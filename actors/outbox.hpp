#pragma once
// Reads the committed log for what concerns sending, and brings it to the owners of the accounts' applications: a consumer of
// the log, which begins with the views' rows of what is on its way, and of what is left of the limits.
//
// A detached actor: where it is far behind, it reads the disk.
//
// Messages
//   committed   there is more in the log
//   signal_ptr  the customer is to see that we read or type: on to the owner
//   draw_ptr    something else of ours is to be asked of a platform: on to the owner
//   closeall    the node stops: the applications' actors end, then it does

#include "actors/application.hpp"
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

struct outbox_state {
  static inline const char* name = "outbox";
  std::map<domain::message_id, domain::account_id> known;  ///< what is on its way, and by which account
  std::unordered_map<std::string, caf::actor> applications;
  std::unordered_map<std::string, caf::actor> accounts;  ///< each that had work: its application
  /// Of those accounts the ones of whose limits messages that come in take, too; and how many came in the last pull.
  std::unordered_map<std::string, std::uint64_t> heard;
  std::unordered_map<std::string, std::vector<domain::kept_limit>> left;  ///< by application
  storage::log_sequence position = 0;
};

/// What was on its way when the node ended; nobody else may change it meanwhile. Throws views_failure.
struct outbox_start {
  std::vector<wanted> replies;
  std::vector<domain::kept_limit> limits;
};
[[nodiscard]] outbox_start read_outbox(const storage::views& views);

/// `after`: the log's end when `first` was read. `awake` is set by whoever sends `committed`, and cleared here: there is never
/// more than one of them in the mailbox.
caf::behavior outbox(caf::stateful_actor<outbox_state>* self, outbox_links* links, feed* log,
                     storage::log_sequence after, std::atomic<bool>* awake,
                     std::shared_ptr<outbox_start> first);

}  // namespace switchboard::actors
