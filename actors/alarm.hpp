#pragma once
// Wakes conversations of which something is due: a snooze ends, a promise warns or is broken. A consumer of the log: it keeps when
// (domain/deadline_index.hpp, one for each partition), and sends `domain::wake`; what that comes to is the conversation's to say, so
// that to be woken early, late or twice harms nothing.
//
// A detached actor: it begins with the views' rows, and where it is far behind it reads the disk.
//
// Messages
//   committed   there is more in the log
//   tick        something may be due
//   woken_ptr   a conversation has decided, durably
//   recheck     the policies are others: each conversation that something is promised in looks at its plan
//   closeall    the node stops: quit

#include "actors/conversation.hpp"
#include "actors/feed.hpp"
#include "actors/promise_figures.hpp"
#include "actors/ticking.hpp"
#include "domain/deadline_index.hpp"
#include "domain/histogram.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::actors {

/// From any thread.
struct alarm_figures {
  std::atomic<std::uint64_t> armed{0};    ///< conversations of which something is due ahead
  std::atomic<std::uint64_t> woken{0};    ///< … that were
  std::atomic<std::uint64_t> retried{0};  ///< … that did not hear it, and are woken again
  domain::histogram
      lateness;  ///< microseconds from when it was due until the conversation's events were durable
  promise_figures promises;
};

struct alarm_links {
  node* of = nullptr;
  feed* log = nullptr;
  alarm_figures* figures = nullptr;
  std::function<void(act_ptr)> to_thread = {};
  std::atomic<bool> awake{false};  ///< a `committed` is on its way
};

/// What a conversation came to.
struct woken {
  domain::conversation_id id;
  std::string brand;
  domain::timestamp due;
  bool late = false;
  command_result result = {};
};
using woken_ptr = std::shared_ptr<woken>;

using recheck_atom = caf::atom_constant<caf::atom("recheck")>;

struct alarm_state {
  static inline const char* name = "alarm";
  std::vector<domain::deadline_index> due;  ///< by partition
  storage::log_sequence position = 0;
  domain::timestamp begun;  ///< what was due before, nobody saw to
  std::size_t under_way = 0;
  std::deque<domain::due_conversation> recheck;  ///< that have yet to look at their plans
  ticking ticks;
};

/// When it begins: the log's end as `first` was read, and that.
struct alarm_start {
  storage::log_sequence after = 0;
  std::vector<domain::due_conversation> due = {};
  struct risk {
    domain::conversation_id id;
    std::string brand, queue;
    std::uint32_t clocks = 0;
  };
  std::vector<risk> at_risk = {};
};
/// Nobody commits meanwhile. Throws views_failure.
[[nodiscard]] alarm_start read_alarm(const storage::views& views, storage::log_sequence after);

caf::behavior alarm(caf::stateful_actor<alarm_state>* self, alarm_links* links,
                    std::shared_ptr<alarm_start> first);

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::woken_ptr)
