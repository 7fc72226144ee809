#pragma once
// The conversations that a router knows, found by id. A brand may have a million that wait, so each costs little: one
// record in blocks that never move, and four to eight bytes in the index that finds it.

#include "domain/routing/router_protocol.hpp"
#include "domain/slot_heap.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {

using domain::no_place;
using domain::slot_heap;
using domain::slot_index;

inline constexpr slot_index no_slot = 0xffff'ffff;
inline constexpr std::uint32_t no_signature = 0xffff'ffff;

enum class item_state : std::uint8_t {
  resting,  ///< it has an owner and seeks nobody else
  parked,   ///< it waits and is not to be seen yet (hold::delay)
  queued,
  offered
};

/// One conversation. With an owner it may seek another all the same: a warm transfer.
struct item {
  conversation_id id = {};
  std::uint64_t version = 0;
  std::int64_t key = 0;        ///< less goes first; between equal ones `sequence`
  std::uint64_t sequence = 0;  ///< of its queueing
  timestamp enqueued_at = {};
  timestamp since = {};  ///< … in this queue, or with this owner
  timestamp due = {};
  timestamp waiting_since = {};
  timestamp hold_until = {};
  timestamp timer_at = {};
  std::uint32_t needs = 0;  ///< of what is required and preferred
  std::uint32_t signature = no_signature;
  std::uint32_t place = no_place;        ///< in its signature's heap
  std::uint32_t timer_place = no_place;  ///< among the deadlines
  agent_index owner = no_agent;
  agent_index only = no_agent;  ///< hold::sticky, or whom a warm transfer is for
  std::uint32_t units = 0;      ///< what it costs its owner
  queue_index queue = 0;
  rule_index rule = no_rule;  ///< that brought it to this queue
  std::uint8_t ring = 0;
  channel_index channel = 0;
  domain::priority priority = domain::priority::medium;
  item_state state = item_state::queued;
  routing::hold hold = hold::none;
  bool answered : 1 = false;
  bool forced : 1 = false;
  bool pressing : 1 = false;
  bool idle : 1 = false;
  bool ruled : 1 = false;      ///< a rule set its priority
  bool exhausted : 1 = false;  ///< nowhere left to overflow to
  bool more : 1 = false;       ///< it has an item_more
  bool fresh : 1 = false;      ///< whether its customer is to be told of his wait was not looked at yet
};

struct exclusion {
  agent_index agent = no_agent;
  timestamp until = {};
};
struct open_offer {
  agent_index agent = no_agent;
  std::uint32_t units = 0;  ///< that are kept free for it
  std::uint64_t epoch = 0;
  timestamp expires_at = {};
  bool forced = false;  ///< beyond his hard cap, by hand
};
/// What a customer was told last of his wait.
struct told_wait {
  milliseconds eta{0};  ///< whole minutes; or after_opening
  timestamp at = {};    ///< zero: he was told nothing
};
/// Nobody is here who could serve him: longer than any that is told.
inline constexpr milliseconds after_opening = std::chrono::hours{24 * 3650};

/// What only few have.
struct item_more {
  std::vector<exclusion> excluded = {};
  std::vector<open_offer> offers = {};
  std::vector<queue_index> visited = {};  ///< by overflow
  told_wait told = {};
  bool left_message = false;  ///< its customer was asked to leave one, which is done once
  [[nodiscard]] bool empty() const {
    return excluded.empty() && offers.empty() && visited.empty() && told.at == timestamp{} && !left_message;
  }
};

class item_table {
 public:
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::size_t slots() const { return used_; }  ///< those that are free have the id {}
  item& operator[](slot_index s) { return (*blocks_[s / block_items])[s % block_items]; }
  const item& operator[](slot_index s) const { return (*blocks_[s / block_items])[s % block_items]; }

  [[nodiscard]] slot_index find(const conversation_id& id) const {
    if (index_.empty()) return no_slot;
    for (auto at = home(id);; at = next(at)) {
      if (index_[at] == no_slot || (*this)[index_[at]].id == id) return index_[at];
    }
  }
  /// Precondition: it is not here yet.
  slot_index add(const conversation_id& id) {
    if ((count_ + 1) * 2 > index_.size()) grow();
    slot_index s;
    if (free_.empty()) {
      if (used_ % block_items == 0) blocks_.push_back(std::make_unique<block>());
      s = used_++;
    } else {
      s = free_.back();
      free_.pop_back();
    }
    (*this)[s] = {};
    (*this)[s].id = id;
    ++count_;
    insert(s);
    return s;
  }
  /// Slots that are free, the next to be taken last.
  [[nodiscard]] const std::vector<slot_index>& free_slots() const { return free_; }
  /// An empty table gets as many slots, of which these are free; each of the others is put() then.
  void restore(slot_index slots, std::vector<slot_index> free) {
    used_ = slots;
    free_ = std::move(free);
    for (slot_index s = 0; s < slots; s += block_items) blocks_.push_back(std::make_unique<block>());
  }
  /// Precondition: its id is not here yet.
  void put(slot_index s, const item& i) {
    if ((count_ + 1) * 2 > index_.size()) grow();
    (*this)[s] = i;
    ++count_;
    insert(s);
  }
  void remove(slot_index s) {
    auto at = home((*this)[s].id);
    while (index_[at] != s) at = next(at);
    // What was pushed on by this one moves up, so that a search may stop at the first gap.
    for (auto gap = at, probe = next(at);; probe = next(probe)) {
      if (index_[probe] == no_slot) {
        index_[gap] = no_slot;
        break;
      }
      const auto wanted = home((*this)[index_[probe]].id);
      const bool stays = gap <= probe ? (gap < wanted && wanted <= probe) : (gap < wanted || wanted <= probe);
      if (stays) continue;
      index_[gap] = index_[probe];
      gap = probe;
    }
    (*this)[s].id = {};
    free_.push_back(s);
    --count_;
  }

 private:
  static constexpr std::size_t block_items = 512;
  using block = std::array<item, block_items>;

  [[nodiscard]] std::size_t home(const conversation_id& id) const {
    return (id.thread.low + id.ordinal * std::uint64_t{0x9e3779b97f4a7c15}) & (index_.size() - 1);
  }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (index_.size() - 1); }
  void insert(slot_index s) {
    auto at = home((*this)[s].id);
    while (index_[at] != no_slot) at = next(at);
    index_[at] = s;
  }
  void grow() {
    index_.assign(index_.empty() ? 64 : index_.size() * 2, no_slot);
    for (slot_index s = 0; s < used_; ++s) {
      if ((*this)[s].id != conversation_id{}) insert(s);
    }
  }

  std::vector<std::unique_ptr<block>> blocks_;
  std::vector<slot_index> index_;  ///< open addressing; a thread's id is a hash already
  std::vector<slot_index> free_;
  std::size_t count_ = 0;
  slot_index used_ = 0;
};

}  // namespace switchboard::domain::routing
