#pragma once
// All that one brand's router knows: agents, queues, conversations, offers, deadlines. It changes by apply() alone
// (applying.hpp); everything else reads it. Not for two threads at once.
//
// Conversations that require the same stand in one heap: their signature. Whoever becomes free compares the first of each
// signature that he fits, so what nobody can take never stands before what somebody can.

#include "domain/routing/agent_bits.hpp"
#include "domain/routing/best_tree.hpp"
#include "domain/routing/item_table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {

/// What strategies compare, close together.
struct agent_load {
  std::uint64_t last_assigned = 0;  ///< the router's sequence; 0: never
  std::uint32_t used = 0;           ///< units of what he has and of what he is offered
  std::uint32_t units = 0;          ///< soft
  std::uint32_t active = 0;         ///< conversations that he has or is offered
  std::uint32_t rank = 0;           ///< of his id among all
};

struct agent_state {
  presence_facts presence = {.scheduled = true};  ///< who never said anything may have no shifts
  bool paused = false;  ///< he missed too many, and his presence does not say so yet
  std::uint32_t missed = 0;
  std::uint32_t forced = 0;  ///< units of `used` that came by force
  bool ramping = false;
  std::uint32_t ramp_left = 0;
  timestamp ramp_until = {};
  timestamp ramp_next = {};
  timestamp timer_at = {};
  std::uint32_t timer_place = no_place;
  bool dirty = false;
  std::array<std::uint16_t, channels_max> at_once = {};
  std::vector<slot_index> work = {};                ///< what he has or is offered
  std::vector<std::uint32_t> only_signatures = {};  ///< of what waits for him alone
};

/// What a conversation asks for; each combination is stored once, for as long as a conversation or a signature has it.
struct item_needs {
  std::vector<skill_level> required = {};
  std::vector<skill_weight> preferred = {};
  bool operator==(const item_needs&) const = default;
};
struct needs_hash {
  std::size_t operator()(const item_needs& n) const noexcept {
    std::uint64_t h = n.required.size();
    const auto mix = [&](std::uint64_t value) { h = (h ^ value) * 0x9e3779b97f4a7c15u, h ^= h >> 29; };
    for (const auto& r : n.required) mix(std::uint64_t{r.skill} << 8 | r.level);
    for (const auto& p : n.preferred) mix(std::uint64_t{p.skill} << 16 | p.weight);
    return h;
  }
};

struct signature_key {
  queue_index queue = 0;
  std::uint8_t ring = 0;
  channel_index channel = 0;
  bool pressing = false;
  agent_index only = no_agent;
  std::uint32_t needs = 0;
  bool operator==(const signature_key&) const = default;
};
struct signature_hash {
  std::size_t operator()(const signature_key& k) const noexcept {
    const auto high = std::uint64_t{k.queue} << 24 | std::uint64_t{k.ring} << 16 |
                      std::uint64_t{k.channel} << 8 | std::uint64_t{k.pressing};
    return ((high * 0x9e3779b97f4a7c15u) ^ (std::uint64_t{k.only} << 32 | k.needs)) * 0xff51afd7ed558ccdu >>
           7;
  }
};
struct signature {
  signature_key key = {};
  /// Members of the ring with the skills, whatever they do now; without `only`. A large brand has far more requirements than any
  /// agent has skills, so few fit each.
  agent_words match = {};
  std::uint32_t matches = 0;  ///< agents in `match`
  bool only_fits = false;     ///< with `only`: he does
  slot_heap items = {};
  std::uint32_t place = no_place;  ///< in the list of its queue, or of `only`
  bool dirty = false;
};

struct queue_state {
  bool open = true;
  std::uint32_t waiting = 0;  ///< queued, parked or offered
  /// Those with items: [0] what requires nothing, [k + 1] what requires k before others. Who lacks k need not look there.
  std::vector<std::vector<std::uint32_t>> signatures = {};
  std::vector<agent_index> members = {};
  std::vector<agent_bits> within = {};     ///< those of this pool and of the ones before it, by pool
  std::vector<std::uint32_t> words = {};   ///< … of whose words are not 0: in a large brand few are not
  std::vector<std::uint32_t> online = {};  ///< members by pool
  std::array<milliseconds, channels_max> handling =
      {};  ///< how long one takes, smoothed; 0: none was measured
  std::array<std::unique_ptr<best_tree>, channels_max> trees = {};  ///< where they paid
  timestamp look_at =
      {};  ///< when it is looked whether there is news of waits to tell; zero: nobody was told any
  timestamp timer_at = {};
  std::uint32_t timer_place = no_place;
};

struct router_state {
  config_ptr config = std::make_shared<const router_config>();
  std::uint64_t sequence = 0;  ///< events applied
  timestamp now = {};          ///< of the last
  item_table items;
  std::unordered_map<slot_index, item_more> more;
  std::vector<agent_state> agents;
  std::vector<agent_load> loads;
  std::vector<std::uint8_t> levels;  ///< by skill, then by agent: whoever compares looks at one skill of many
  std::vector<agent_index> by_id;    ///< in the order of their ids
  std::uint32_t staff = 0;           ///< agents that are not removed
  std::array<agent_bits, channels_max> present;  ///< of them, whose status lets him be offered this
  std::array<std::uint32_t, channels_max> present_count = {};
  std::array<agent_bits, channels_max> available;  ///< present, below the channel's and the soft cap
  std::vector<agent_bits> with_skill;              ///< who has it, at whatever level
  agent_bits ramped;                               ///< held up by the ramp
  std::vector<queue_state> queues;
  std::deque<signature> signatures;
  std::unordered_map<signature_key, std::uint32_t, signature_hash> signature_of;
  std::vector<std::uint32_t> free_signatures;
  std::size_t forget_signatures_at = 0;            ///< twice what was in use when they were last gone through
  std::vector<item_needs> needs = {item_needs{}};  ///< at 0, always: nothing
  std::vector<std::uint32_t> needs_users = {1};    ///< of each: conversations and signatures
  std::unordered_map<item_needs, std::uint32_t, needs_hash> needs_of;
  std::vector<std::uint32_t> free_needs;
  slot_heap item_timers;
  slot_heap agent_timers;
  slot_heap queue_timers;
  std::map<conversation_id, std::uint64_t> left;  ///< versions of what left
  std::deque<conversation_id> left_order;
  std::vector<std::uint32_t> dirty_signatures;  ///< where something may match that did not before
  std::vector<agent_index> dirty_agents;

  [[nodiscard]] const queue_rules& rules(queue_index q) const { return config->queues[q]; }
  [[nodiscard]] std::uint8_t level(agent_index a, skill_index s) const {
    return levels[s * agents.size() + a];
  }
  [[nodiscard]] const item_more& more_of(slot_index s) const {
    static const item_more none;
    return items[s].more ? more.find(s)->second : none;
  }
  /// The ring that counts now: a config may have fewer than the item has been through.
  [[nodiscard]] const ring& ring_of(queue_index q, std::uint8_t r) const {
    const auto& rings = rules(q).rings;
    return rings[r < rings.size() ? r : rings.size() - 1];
  }
  /// The first deadline of all; nullopt: none. When a tick is due, and no other command comes before.
  [[nodiscard]] std::optional<timestamp> wake_at() const {
    std::optional<timestamp> at;
    if (!item_timers.empty()) at = items[item_timers.front()].timer_at;
    if (!agent_timers.empty()) {
      const auto t = agents[agent_timers.front()].timer_at;
      at = std::min(at.value_or(t), t);
    }
    if (!queue_timers.empty()) {
      const auto t = queues[queue_timers.front()].timer_at;
      at = std::min(at.value_or(t), t);
    }
    return at;
  }
};

/// Calls f(signature's index) for each of a queue that has items.
template <class F>
void for_each_signature(const queue_state& q, F&& f) {
  for (const auto& list : q.signatures) {
    for (const auto sig : list) f(sig);
  }
}
/// … for those that this agent may fit: he has the first skill that they require.
template <class F>
void for_each_signature_of(const router_state& s, queue_index queue, agent_index a, F&& f) {
  const auto& lists = s.queues[queue].signatures;
  const auto look = [&](std::size_t list) {
    if (list >= lists.size()) return;
    for (const auto sig : lists[list]) f(sig);
  };
  look(0);
  for (const auto& k : s.config->agents[a].skills) look(k.skill + std::size_t{1});
}

}  // namespace switchboard::domain::routing
