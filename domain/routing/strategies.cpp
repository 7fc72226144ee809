#include "domain/routing/strategies.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace switchboard::domain::routing {
namespace {

int order(std::int64_t a, std::int64_t b) {
  return a < b ? -1 : (a > b ? 1 : 0);
}

/// (used + cost) / units of both. An agent without units is as full as one can be.
int order_loads(const agent_load& a, const agent_load& b, std::uint32_t cost) {
  const auto of_a = (std::uint64_t{a.used} + cost) * b.units;
  const auto of_b = (std::uint64_t{b.used} + cost) * a.units;
  if (a.units == 0 || b.units == 0) return order(a.units == 0, b.units == 0);
  return of_a < of_b ? -1 : (of_a > of_b ? 1 : 0);
}

/// (used + cost) / units, rounded down: that keeps the order but for what becomes equal.
std::int64_t rounded_load(const agent_load& load, std::uint32_t cost) {
  constexpr unsigned fraction_bits = 20;
  if (load.units == 0) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(((std::uint64_t{load.used} + cost) << fraction_bits) / load.units);
}

/// Where preferred skills tell few apart, as is usual, loads are to, without another look at the skills. What is beyond the bits of
/// either is equal to what else is.
std::int64_t score_and_load(std::int64_t score, std::int64_t load) {
  constexpr std::int64_t scores = std::int64_t{1} << 30, loads = std::int64_t{1} << 32;
  if (score >= scores) return -scores * loads;
  return -score * loads + std::min(load, loads - 1);
}

}  // namespace

std::int64_t skill_score(const router_state& s, agent_index a, const item_needs& needs) {
  std::int64_t score = 0;
  for (const auto& p : needs.preferred) score += std::int64_t{p.weight} * s.level(a, p.skill);
  return score;
}

int compare_agents(const router_state& s, const std::vector<strategy>& chain, const item_needs& needs,
                   std::uint32_t units, agent_index a, agent_index b, std::size_t* place) {
  const auto& x = s.loads[a];
  const auto& y = s.loads[b];
  std::size_t at = 0;
  const auto decided = [&](int o) {
    if (place != nullptr) *place = at;
    ++at;
    return o != 0;
  };
  for (const auto how : chain) {
    if (how == strategy::round_robin) break;  // the tie-break itself: nothing behind it ever counts
    int o = 0;
    switch (how) {
      case strategy::round_robin:
        break;
      case strategy::least_active:
        if (decided(o = order(x.active, y.active))) return o;
        break;
      case strategy::skill_best:
        if (!needs.preferred.empty()) o = -order(skill_score(s, a, needs), skill_score(s, b, needs));
        if (decided(o)) return o;
        [[fallthrough]];
      case strategy::load_balanced:
        if (decided(o = order_loads(x, y, units))) return o;
        break;
    }
  }
  if (const int o = x.last_assigned < y.last_assigned ? -1 : (x.last_assigned > y.last_assigned ? 1 : 0);
      decided(o))
    return o;
  const int o = order(x.rank, y.rank);
  decided(o);
  return o;
}

std::int64_t leading_key(const router_state& s, const std::vector<strategy>& chain, const item_needs& needs,
                         std::uint32_t units, agent_index a) {
  const auto& load = s.loads[a];
  switch (chain.front()) {
    case strategy::round_robin:
      break;
    case strategy::least_active:
      return load.active;
    case strategy::skill_best:
      if (!needs.preferred.empty()) return score_and_load(skill_score(s, a, needs), rounded_load(load, units));
      [[fallthrough]];
    case strategy::load_balanced:
      return rounded_load(load, units);
  }
  return static_cast<std::int64_t>(load.last_assigned);
}

std::vector<key_element> key_of_agent(const router_state& s, const std::vector<strategy>& chain,
                                      const item_needs& needs, std::uint32_t units, agent_index a) {
  const auto& load = s.loads[a];
  std::vector<key_element> key;
  key.reserve(2 * chain.size() + 2);
  for (const auto how : chain) {
    if (how == strategy::round_robin) break;
    if (how == strategy::least_active) {
      key.push_back({load.active});
      continue;
    }
    if (how == strategy::skill_best) key.push_back({-skill_score(s, a, needs)});
    key.push_back({std::int64_t{load.used} + units, load.units});
  }
  key.push_back({static_cast<std::int64_t>(load.last_assigned)});
  key.push_back({load.rank});
  return key;
}

std::int64_t queue_key(const router_config& c, queue_order order, domain::priority p, timestamp enqueued_at,
                       timestamp due) {
  const auto since = enqueued_at.time_since_epoch().count();
  const auto level = static_cast<std::size_t>(p);
  // Behind every time that can be said: 2^52 µs are the year 2112.
  constexpr std::int64_t beyond = std::int64_t{1} << 52;
  switch (order) {
    case queue_order::aged:
      return since - std::chrono::microseconds{std::chrono::minutes{c.priority_minutes[level]}}.count();
    case queue_order::strict:
      return static_cast<std::int64_t>(c.priority_minutes.size() - 1 - level) * beyond + since;
    case queue_order::edf:
      return due == timestamp{} ? beyond + since : due.time_since_epoch().count();
  }
  return since;
}

}  // namespace switchboard::domain::routing
