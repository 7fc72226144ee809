#include "tests/domain/routing/reference_router.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <vector>

namespace switchboard::domain::routing {
namespace {

const agent_rules& rules_of(const router_state& s, agent_index a) {
  return s.config->agents[a];
}

int level_of(const router_state& s, agent_index a, skill_index skill) {
  for (const auto& k : rules_of(s, a).skills) {
    if (k.skill == skill) return k.level;
  }
  return 0;
}

bool in_ring(const router_state& s, const item& i, agent_index a) {
  const auto& rings = s.rules(i.queue).rings;
  const auto& r = rings[std::min<std::size_t>(i.ring, rings.size() - 1)];
  const bool alone = i.hold == hold::sticky && i.only == a;
  bool member = alone && s.config->sticky_ignore_queue;
  for (const auto& m : rules_of(s, a).queues)
    member = member || (m.queue == i.queue && (alone || m.pool <= r.pool));
  if (!member) return false;
  for (const auto& n : s.needs[i.needs].required) {
    if (level_of(s, a, n.skill) < std::max(1, n.level - r.levels_lower)) return false;
  }
  for (const auto& p : s.needs[i.needs].preferred) {
    if (r.preferred_required && level_of(s, a, p.skill) == 0) return false;
  }
  return true;
}

bool has_capacity(const router_state& s, const item& i, agent_index a) {
  std::uint32_t used = 0, of_channel = 0;
  for (slot_index other = 0; other < s.items.slots(); ++other) {
    const auto& o = s.items[other];
    if (o.id == conversation_id{}) continue;
    std::uint32_t units = o.owner == a ? o.units : 0;
    for (const auto& x : s.more_of(other).offers) units += x.agent == a ? x.units : 0;
    used += units;
    bool his = o.owner == a;
    for (const auto& x : s.more_of(other).offers) his = his || x.agent == a;
    of_channel += his && o.channel == i.channel;
  }
  const auto& ch = s.config->channels[i.channel];
  if (ch.at_once_max != 0 && of_channel >= ch.at_once_max) return false;
  const auto share = ch.interruptible ? 100 - s.config->reserve_percent : 100;
  return !rules_of(s, a).removed && (used + ch.units) * 100 <= rules_of(s, a).units * share;
}

bool may_have(const router_state& s, slot_index slot, agent_index a) {
  const auto& i = s.items[slot];
  const auto& agent = s.agents[a];
  if (!agent.presence.online || agent.presence.grace || agent.paused) return false;
  if ((agent.presence.channels >> i.channel & 1) == 0 || !in_ring(s, i, a) || i.owner == a) return false;
  if (i.only != no_agent && i.only != a) return false;
  for (const auto& x : s.more_of(slot).excluded) {
    if (x.agent == a) return false;
  }
  for (const auto& x : s.more_of(slot).offers) {
    if (x.agent == a) return false;
  }
  const bool in_window = agent.ramp_until != timestamp{};
  const bool ramped = agent.ramping && (in_window ? agent.ramp_left == 0 : agent.ramp_next != timestamp{});
  return (!ramped || i.pressing) && has_capacity(s, i, a);
}

/// Fractions over what all agents' units have in common, so that each is one number (the units in tests are small).
using number = std::int64_t;

auto key_for(const router_state& s, const item& i, agent_index a) {
  std::vector<number> key;
  const auto load = [&] {
    number common = 1;
    for (const auto& r : s.config->agents) common = std::lcm(common, number{std::max(r.units, 1u)});
    return number{s.loads[a].used + s.config->channels[i.channel].units} * common /
           std::max(rules_of(s, a).units, 1u);
  };
  for (const auto how : s.rules(i.queue).strategies) {
    if (how == strategy::round_robin) break;
    if (how == strategy::least_active) key.push_back(static_cast<number>(s.agents[a].work.size()));
    if (how == strategy::skill_best) {
      number score = 0;
      for (const auto& p : s.needs[i.needs].preferred) score -= number{p.weight} * level_of(s, a, p.skill);
      key.push_back(score);
    }
    if (how == strategy::skill_best || how == strategy::load_balanced) key.push_back(load());
  }
  return std::tuple(key, s.loads[a].last_assigned, rules_of(s, a).id.value);
}

}  // namespace

agent_index reference_best(const router_state& s, slot_index slot) {
  agent_index best = no_agent;
  for (agent_index a = 0; a < s.agents.size(); ++a) {
    if (!may_have(s, slot, a)) continue;
    if (best == no_agent || key_for(s, s.items[slot], a) < key_for(s, s.items[slot], best)) best = a;
  }
  return best;
}

std::uint32_t reference_position(const router_state& s, slot_index slot) {
  auto c = s.items[slot];
  c.hold = hold::none;  // whom it is held for, others who are here could serve it, too
  const auto key = [&](const item& i) { return std::tuple(s.rules(i.queue).priority, i.key, i.sequence); };
  std::uint32_t position = 1;
  for (slot_index other = 0; other < s.items.slots(); ++other) {
    const auto& o = s.items[other];
    if (o.id == conversation_id{} || o.state != item_state::queued || other == slot || key(o) > key(c))
      continue;
    for (agent_index a = 0; a < s.agents.size(); ++a) {
      const auto& agent = s.agents[a];
      const bool here = agent.presence.online && !agent.presence.grace && !agent.paused &&
                        (agent.presence.channels >> c.channel & 1) != 0;
      const bool may = o.hold != hold::sticky || o.only == a;
      if (!here || !may || !in_ring(s, c, a) || !in_ring(s, o, a)) continue;
      ++position;
      break;
    }
  }
  return position;
}

std::optional<reference_pair> reference_next(const router_state& s) {
  std::vector<slot_index> waiting;
  for (slot_index slot = 0; slot < s.items.slots(); ++slot) {
    const auto& i = s.items[slot];
    const auto& q = s.rules(i.queue);
    const bool served = s.queues[i.queue].open && !q.removed && q.mode != offer_mode::pull;
    if (i.id != conversation_id{} && i.state == item_state::queued && served) waiting.push_back(slot);
  }
  std::sort(waiting.begin(), waiting.end(), [&](slot_index a, slot_index b) {
    const auto key = [&](const item& i) { return std::tuple(s.rules(i.queue).priority, i.key, i.sequence); };
    return key(s.items[a]) < key(s.items[b]);
  });
  for (const auto slot : waiting) {
    if (const auto a = reference_best(s, slot); a != no_agent) return reference_pair{slot, a};
  }
  return std::nullopt;
}

}  // namespace switchboard::domain::routing
