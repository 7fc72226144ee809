#include "domain/routing/explaining.hpp"

#include "domain/routing/eligibility.hpp"

namespace switchboard::domain::routing {
namespace {

hold hold_of(const router_state& s, slot_index slot) {
  const auto& i = s.items[slot];
  if (!s.queues[i.queue].open || s.rules(i.queue).removed) return hold::closed;
  if (s.rules(i.queue).mode == offer_mode::pull) return hold::pull;
  return i.hold;
}

}  // namespace

explanation explain(const router_state& s, slot_index slot) {
  const auto& i = s.items[slot];
  explanation x{
      .sequence = s.sequence, .config_version = s.config->version, .ring = i.ring, .hold = hold_of(s, slot)};
  const auto& chain = s.rules(i.queue).strategies;
  const auto& needs = s.needs[i.needs];
  const auto units = cost_of(*s.config, i.channel, false);
  const auto better = [&](agent_index a, agent_index b) {
    return b == no_agent || compare_agents(s, chain, needs, units, a, b) < 0;
  };
  agent_index second = no_agent;
  for (agent_index a = 0; a < s.agents.size(); ++a) {
    candidate c{.agent = a, .why = why_not(s, slot, a)};
    if (c.why == reject::none) c.hold = hold_between(s, slot, a);
    if (c.why == reject::none && c.hold == hold::none) {
      c.key = key_of_agent(s, chain, needs, units, a);
      if (better(a, x.winner)) {
        second = x.winner;
        x.winner = a;
      } else if (better(a, second)) {
        second = a;
      }
    }
    x.candidates.push_back(std::move(c));
  }
  if (second == no_agent) return x;
  std::size_t place = 0;
  (void)compare_agents(s, chain, needs, units, x.winner, second, &place);
  x.decided_by = place;
  return x;
}

}  // namespace switchboard::domain::routing
