#pragma once
// What goes first in the router's heaps: items by their keys, items, agents and queues by their deadlines.

#include "domain/routing/router_state.hpp"

#include <cstdint>
#include <vector>

namespace switchboard::domain::routing {

/// Orders of the kinds of heap (slot_heap.hpp).
struct item_order {
  item_table& items;
  [[nodiscard]] bool less(slot_index a, slot_index b) const {
    const auto& x = items[a];
    const auto& y = items[b];
    return x.key != y.key ? x.key < y.key : x.sequence < y.sequence;
  }
  [[nodiscard]] std::uint32_t& place(slot_index s) const { return items[s].place; }
};
/// To walk a heap needs no places.
struct item_reading {
  const item_table& items;
  [[nodiscard]] bool less(slot_index a, slot_index b) const {
    const auto& x = items[a];
    const auto& y = items[b];
    return x.key != y.key ? x.key < y.key : x.sequence < y.sequence;
  }
};
struct item_timer_order {
  item_table& items;
  [[nodiscard]] bool less(slot_index a, slot_index b) const {
    const auto& x = items[a];
    const auto& y = items[b];
    return x.timer_at != y.timer_at ? x.timer_at < y.timer_at : x.sequence < y.sequence;
  }
  [[nodiscard]] std::uint32_t& place(slot_index s) const { return items[s].timer_place; }
};
struct agent_timer_order {
  std::vector<agent_state>& agents;
  [[nodiscard]] bool less(slot_index a, slot_index b) const {
    return agents[a].timer_at != agents[b].timer_at ? agents[a].timer_at < agents[b].timer_at : a < b;
  }
  [[nodiscard]] std::uint32_t& place(slot_index a) const { return agents[a].timer_place; }
};
struct queue_timer_order {
  std::vector<queue_state>& queues;
  [[nodiscard]] bool less(slot_index a, slot_index b) const {
    return queues[a].timer_at != queues[b].timer_at ? queues[a].timer_at < queues[b].timer_at : a < b;
  }
  [[nodiscard]] std::uint32_t& place(slot_index q) const { return queues[q].timer_place; }
};

}  // namespace switchboard::domain::routing
