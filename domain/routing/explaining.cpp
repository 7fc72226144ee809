#include "domain/routing/explaining.hpp"

#include "domain/routing/eligibility.hpp"
#include "domain/routing/placing.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace switchboard::domain::routing {
namespace {

hold hold_of(const router_state& s, slot_index slot) {
  const auto& i = s.items[slot];
  if (!s.queues[i.queue].open || s.rules(i.queue).removed) return hold::closed;
  if (s.rules(i.queue).mode == offer_mode::pull) return hold::pull;
  return i.hold;
}

void count(explanation& x, reject why, std::size_t agents = 1) {
  x.rejected[static_cast<std::size_t>(why)] += static_cast<std::uint32_t>(agents);
}

/// Whom it waits for alone: other tests count for him than for everybody else.
agent_index single_of(const router_state& s, const item& i) {
  return i.hold == hold::sticky && i.only != no_agent && !s.config->agents[i.only].removed ? i.only
                                                                                           : no_agent;
}

/// Everybody else who is present, in the ring and has the skills.
agent_bits fitting(const router_state& s, const item& i, agent_index single) {
  signature scratch;
  scratch.key = {
      .queue = i.queue, .ring = i.ring, .channel = i.channel, .pressing = i.pressing, .needs = i.needs};
  const auto known = s.signature_of.find(scratch.key);
  if (known == s.signature_of.end()) match_signature(s, scratch);
  auto found = known == s.signature_of.end() ? std::move(scratch.match) : s.signatures[known->second].match;
  for (std::size_t w = 0; w < found.words(); ++w) found.word(w) &= s.present[i.channel].word(w);
  if (single != no_agent) found.set(single, false);
  return found;
}

std::size_t count_bits(const agent_bits& bits) {
  std::size_t n = 0;
  for (std::size_t w = 0; w < bits.words(); ++w) n += static_cast<std::size_t>(std::popcount(bits.word(w)));
  return n;
}

/// Those who fail before anything is asked that changes with every conversation.
void count_early(const router_state& s, const item& i, agent_index single, std::size_t fit, explanation& x) {
  const auto& here = s.present[i.channel];
  const auto& members = within_pool(s, i.queue, s.ring_of(i.queue, i.ring).pool);
  std::size_t in_ring = 0;
  for (std::size_t w = 0; w < here.words(); ++w) {
    in_ring += static_cast<std::size_t>(std::popcount(here.word(w) & members.word(w)));
  }
  if (single != no_agent && here.test(single) && members.test(single)) --in_ring;
  const auto alone = std::size_t{single != no_agent};
  const auto present = count_bits(here) - (single != no_agent && here.test(single) ? 1 : 0);
  count(x, reject::presence, s.staff - alone - present);
  count(x, reject::queue, present - in_ring);
  count(x, reject::skill, in_ring - fit);
}

/// Of those who fit, who has room and was not asked before; the others are counted.
std::vector<agent_index> eligible_of(const router_state& s, slot_index slot, const agent_bits& fit,
                                     explanation& x) {
  const auto& i = s.items[slot];
  // With nobody excluded a bit says it all.
  const bool asks = i.more || i.owner != no_agent;
  std::vector<agent_index> found;
  for (std::size_t w = 0; w < fit.words(); ++w) {
    const auto free =
        fit.word(w) & s.available[i.channel].word(w) & (i.pressing ? ~std::uint64_t{0} : ~s.ramped.word(w));
    for_each_bit(free, w, [&](agent_index a) {
      if (asks && is_excluded(s, slot, a)) return count(x, reject::excluded);
      found.push_back(a);
    });
    for_each_bit(fit.word(w) & ~free, w, [&](agent_index a) { count(x, why_not_now(s, slot, a)); });
  }
  return found;
}

}  // namespace

explanation explain(const router_state& s, slot_index slot, std::size_t candidates_max) {
  const auto& i = s.items[slot];
  const auto& chain = s.rules(i.queue).strategies;
  const auto& needs = s.needs[i.needs];
  const auto units = cost_of(*s.config, i.channel, false);
  explanation x{.sequence = s.sequence,
                .config_version = s.config->version,
                .queue = i.queue,
                .rule = i.rule,
                .ring = i.ring,
                .channel = i.channel,
                .needs = needs,
                .hold = hold_of(s, slot)};
  const auto single = single_of(s, i);
  const auto fit = fitting(s, i, single);
  count_early(s, i, single, count_bits(fit), x);
  auto eligible = eligible_of(s, slot, fit, x);
  if (single != no_agent) {
    const auto why = why_not(s, slot, single);
    why == reject::none ? eligible.push_back(single) : count(x, why);
  }
  x.eligible = static_cast<std::uint32_t>(eligible.size());

  const auto is_kept = [&](agent_index a) { return hold_between(s, slot, a) != hold::none; };
  const auto first = std::min(eligible.size(), std::max<std::size_t>(candidates_max, 2));
  std::partial_sort(eligible.begin(), eligible.begin() + static_cast<std::ptrdiff_t>(first), eligible.end(),
                    [&](agent_index a, agent_index b) {
                      const bool kept = is_kept(a);
                      if (kept != is_kept(b)) return !kept;
                      return a != b && compare_agents(s, chain, needs, units, a, b) < 0;
                    });
  for (std::size_t n = 0; n < std::min(first, candidates_max); ++n) {
    x.candidates.push_back({.agent = eligible[n],
                            .hold = hold_between(s, slot, eligible[n]),
                            .key = key_of_agent(s, chain, needs, units, eligible[n])});
  }
  for (agent_index a = 0; a < s.agents.size() && x.candidates.size() < candidates_max; ++a) {
    if (s.config->agents[a].removed) continue;
    const auto why = why_not(s, slot, a);
    if (why != reject::none) x.candidates.push_back({.agent = a, .why = why});
  }
  if (eligible.empty() || is_kept(eligible[0])) return x;
  x.winner = eligible[0];
  if (eligible.size() < 2 || is_kept(eligible[1])) return x;
  std::size_t place = 0;
  (void)compare_agents(s, chain, needs, units, eligible[0], eligible[1], &place);
  x.decided_by = place;
  return x;
}

}  // namespace switchboard::domain::routing
