#include "domain/routing/eligibility.hpp"

#include <algorithm>

namespace switchboard::domain::routing {

std::uint32_t cost_of(const router_config& c, channel_index ch, bool idle) {
  const auto units = c.channels[ch].units;
  return idle ? units * c.idle_percent / 100 : units;
}

bool has_room(const router_config& c, const agent_load& load, channel_index ch) {
  const auto wanted = std::uint64_t{load.used} + c.channels[ch].units;
  if (!c.channels[ch].interruptible) return wanted <= load.units;
  return wanted * 100 <= std::uint64_t{load.units} * (100 - c.reserve_percent);
}

bool has_hard_room(const router_state& s, agent_index a, std::uint32_t units) {
  return s.loads[a].used + units <= s.config->agents[a].units_hard;
}

bool has_skills(const router_state& s, agent_index a, const item_needs& needs, const ring& r) {
  for (const auto& n : needs.required) {
    const int lowered = std::max(1, n.level - r.levels_lower);
    if (s.level(a, n.skill) < lowered) return false;
  }
  if (!r.preferred_required) return true;
  return std::all_of(needs.preferred.begin(), needs.preferred.end(),
                     [&](const auto& p) { return s.level(a, p.skill) > 0; });
}

std::optional<std::uint8_t> pool_of(const router_state& s, agent_index a, queue_index q) {
  for (const auto& m : s.config->agents[a].queues) {
    if (m.queue == q) return m.pool;
  }
  return std::nullopt;
}

const agent_bits& within_pool(const router_state& s, queue_index q, std::uint8_t pool) {
  const auto& within = s.queues[q].within;
  return within[std::min<std::size_t>(pool, within.size() - 1)];
}

std::uint8_t ring_to_ask(const router_state& s, queue_index q, std::uint8_t ring) {
  const auto& rings = s.rules(q).rings;
  const auto& online = s.queues[q].online;
  const auto anybody_in = [&](const routing::ring& r) {
    const auto pools = std::min(online.size(), r.pool + std::size_t{1});
    return std::any_of(online.begin(), online.begin() + static_cast<std::ptrdiff_t>(pools),
                       [](auto n) { return n > 0; });
  };
  while (ring + std::size_t{1} < rings.size() && rings[ring].skip_if_none_online && !anybody_in(rings[ring]))
    ++ring;
  return ring;
}

bool is_present(const agent_state& a, channel_index ch) {
  return a.presence.online && !a.presence.grace && !a.paused && (a.presence.channels >> ch & 1) != 0;
}

bool is_excluded(const router_state& s, slot_index slot, agent_index a) {
  if (s.items[slot].owner == a) return true;
  if (!s.items[slot].more) return false;
  const auto& more = s.more_of(slot);
  return std::any_of(more.excluded.begin(), more.excluded.end(),
                     [&](const auto& e) { return e.agent == a; }) ||
         std::any_of(more.offers.begin(), more.offers.end(), [&](const auto& o) { return o.agent == a; });
}

reject why_not_now(const router_state& s, slot_index slot, agent_index a) {
  const auto& i = s.items[slot];
  if (is_excluded(s, slot, a)) return reject::excluded;
  const auto& ch = s.config->channels[i.channel];
  if (ch.at_once_max != 0 && s.agents[a].at_once[i.channel] >= ch.at_once_max) return reject::channel_cap;
  if (!has_room(*s.config, s.loads[a], i.channel)) return reject::units;
  return s.ramped.test(a) && !i.pressing ? reject::ramp : reject::none;
}

reject why_not(const router_state& s, slot_index slot, agent_index a) {
  const auto& i = s.items[slot];
  const auto& r = s.ring_of(i.queue, i.ring);
  const auto& agent = s.agents[a];
  if (!is_present(agent, i.channel)) return reject::presence;
  const auto pool = pool_of(s, a, i.queue);
  const bool ignores_queue = i.hold == hold::sticky && i.only == a && s.config->sticky_ignore_queue;
  // Whom it waits for alone is asked from the first ring on, whichever pool he is of.
  const bool member = pool && (*pool <= r.pool || (i.hold == hold::sticky && i.only == a));
  if (!member && !ignores_queue) return reject::queue;
  if (!has_skills(s, a, s.needs[i.needs], r)) return reject::skill;
  return why_not_now(s, slot, a);
}

hold hold_between(const router_state& s, slot_index slot, agent_index a) {
  const auto& i = s.items[slot];
  if (!s.queues[i.queue].open || s.rules(i.queue).removed) return hold::closed;
  if (s.rules(i.queue).mode == offer_mode::pull) return hold::pull;
  if (i.state == item_state::parked) return hold::delay;
  if (i.only != no_agent && i.only != a) return hold::sticky;
  if (is_excluded(s, slot, a)) return hold::cooldown;
  if (s.ramped.test(a) && !i.pressing) return hold::ramp;
  return hold::none;
}

hold hold_of(const router_state& s, slot_index slot) {
  const auto& i = s.items[slot];
  if (!s.queues[i.queue].open || s.rules(i.queue).removed) return hold::closed;
  if (s.rules(i.queue).mode == offer_mode::pull) return hold::pull;
  return i.hold;
}

bool tells(const router_state& s, slot_index slot) {
  const auto& i = s.items[slot];
  return (s.rules(i.queue).tell.channels >> i.channel & 1) != 0;
}

bool may_stick(const router_state& s, slot_index slot, agent_index a) {
  const auto& i = s.items[slot];
  if (a >= s.agents.size() || !is_present(s.agents[a], i.channel)) return false;
  if (!s.config->sticky_ignore_queue && !pool_of(s, a, i.queue)) return false;
  return has_skills(s, a, s.needs[i.needs], s.ring_of(i.queue, i.ring)) && !is_excluded(s, slot, a) &&
         has_hard_room(s, a, cost_of(*s.config, i.channel, false));
}

}  // namespace switchboard::domain::routing
