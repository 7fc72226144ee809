#pragma once
// Finds or wakes the actor of a thread, and lets idle ones leave memory. The only owner of the map from
// thread to actor, so a hundred parallel first messages meet one conversation.
//
// Leaving memory takes five steps, since an actor that quits on its own loses what is queued for it:
//   1. sweep finds a slot idle (or too many are resident)     2. it marks the slot stopping, sends
//   `passivate`
//   3. what comes for the thread meanwhile is parked           4. the actor quits; its end is told (left)
//   5. the slot is erased, and with anything parked woken again. An actor whose last event the views don't
//      show yet answers still_busy instead; its slot goes back to running.
//
// Messages
//   delivery_ptr, act_ptr   forwarded to the thread's conversation, in order
//   left                    step 4
//   still_busy              step 4 refused
//   sweep                   another sweep_interval has passed (sent from outside, so tests own the time)
//   closeall                the node stops: every conversation quits when it has done what was sent to it, what
//                           is parked included; then the partition does. What comes later is refused

#include "actors/conversation.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <variant>
#include <vector>

namespace switchboard::actors {

inline constexpr std::chrono::seconds sweep_interval{5};

/// The slots of one partition, least recently used first (to within a sweep); those that are stopping are in no
/// order, since the search for who leaves next must not wade through them. Pure: what to do with an actor is the
/// caller's.
class slot_table {
 public:
  using parked = std::variant<delivery_ptr, act_ptr>;
  struct slot {
    domain::thread_id thread;
    caf::actor actor;
    std::vector<parked> waiting;  ///< while stopping
    std::uint64_t used = 0;       ///< number of the sweep at which it was last used
    bool stopping = false;
    slot* older = nullptr;
    slot* newer = nullptr;
  };

  [[nodiscard]] slot* find(domain::thread_id t);
  slot& insert(domain::thread_id t, caf::actor a);
  void erase(domain::thread_id t);
  void touch(slot& s);  ///< not while stopping
  void set_stopping(slot& s);
  void set_running(slot& s);  ///< again, as the newest
  [[nodiscard]] slot* oldest() { return oldest_; }
  /// Those that are not stopping.
  [[nodiscard]] std::size_t running() const { return slots_.size() - stopping_; }
  [[nodiscard]] bool empty() const { return slots_.empty(); }
  [[nodiscard]] std::uint64_t sweep() const { return sweep_; }
  void next_sweep() { ++sweep_; }
  void for_each(const std::function<void(slot&)>& f);

 private:
  void unlink(slot& s);
  void link_newest(slot& s);

  std::unordered_map<domain::thread_id, slot> slots_;
  slot* oldest_ = nullptr;
  slot* newest_ = nullptr;
  std::size_t stopping_ = 0;
  std::uint64_t sweep_ = 0;
};

struct partition_state {
  static inline const char* name = "partition";
  slot_table slots;
  bool closing = false;
};

caf::behavior partition(caf::stateful_actor<partition_state>* self, node* n);

}  // namespace switchboard::actors
