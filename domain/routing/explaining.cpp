#include "domain/routing/explaining.hpp"

#include "domain/routing/eligibility.hpp"
#include "domain/routing/placing.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain::routing {
namespace {

void count(explanation& x, reject why, std::size_t agents = 1) {
  x.rejected[static_cast<std::size_t>(why)] += static_cast<std::uint32_t>(agents);
}

/// Whom it waits for alone: other tests count for him than for everybody else.
agent_index single_of(const router_state& s, const item& i) {
  return i.hold == hold::sticky && i.only != no_agent && !s.config->agents[i.only].removed ? i.only
                                                                                           : no_agent;
}

/// Whom its signature fits: it is known, where something stands in it.
const signature& signature_for(const router_state& s, const item& i, signature& scratch) {
  scratch.key = {
      .queue = i.queue, .ring = i.ring, .channel = i.channel, .pressing = i.pressing, .needs = i.needs};
  const auto known = s.signature_of.find(scratch.key);
  if (known != s.signature_of.end()) return s.signatures[known->second];
  match_signature(s, scratch);
  return scratch;
}

/// Those who fail before anything is asked that changes with every conversation. `fit`: who does not.
void count_early(const router_state& s, const item& i, agent_index single, std::size_t fit, explanation& x) {
  const auto& here = s.present[i.channel];
  const auto& members = within_pool(s, i.queue, s.ring_of(i.queue, i.ring).pool);
  std::size_t in_ring = 0;
  for (const auto w : s.queues[i.queue].words) in_ring += count_bits(here.word(w) & members.word(w));
  std::size_t present = s.present_count[i.channel];
  if (single != no_agent && here.test(single)) {
    --present;
    in_ring -= members.test(single) ? 1 : 0;
  }
  count(x, reject::presence, s.staff - std::size_t{single != no_agent} - present);
  count(x, reject::queue, present - in_ring);
  count(x, reject::skill, in_ring - fit);
}

struct ranked {
  agent_index agent = no_agent;
  bool kept = false;  ///< eligible, and it is not for him
  std::int64_t leading = 0;
};

/// Of those who are present, in the ring and have the skills, who has room and was not asked before; the others are counted, also
/// who fails before.
std::vector<ranked> eligible_of(const router_state& s, slot_index slot, agent_index single, explanation& x) {
  const auto& i = s.items[slot];
  signature scratch;
  const auto& sig = signature_for(s, i, scratch);
  // With nobody excluded bits say it all.
  const bool asks = i.more || i.owner != no_agent;
  const bool asks_why = asks || s.config->channels[i.channel].at_once_max != 0;
  std::vector<ranked> found;
  std::size_t fit = 0;
  for (const auto& [w, bits] : sig.match) {
    auto fits = bits & s.present[i.channel].word(w);
    if (single / agent_bits::word_bits == w) fits &= ~(std::uint64_t{1} << single % agent_bits::word_bits);
    fit += count_bits(fits);
    const auto free =
        fits & s.available[i.channel].word(w) & (i.pressing ? ~std::uint64_t{0} : ~s.ramped.word(w));
    for_each_bit(free, w, [&](agent_index a) {
      if (asks && is_excluded(s, slot, a)) return count(x, reject::excluded);
      found.push_back({.agent = a});
    });
    if (asks_why) {
      for_each_bit(fits & ~free, w, [&](agent_index a) { count(x, why_not_now(s, slot, a)); });
    } else {
      const auto full = fits & ~s.available[i.channel].word(w);
      count(x, reject::units, count_bits(full));
      count(x, reject::ramp, count_bits(fits & ~free & ~full));
    }
  }
  count_early(s, i, single, fit, x);
  if (single != no_agent) {
    const auto why = why_not(s, slot, single);
    why == reject::none ? found.push_back({.agent = single}) : count(x, why);
  }
  return found;
}

/// The first so many in order, the others behind them in any. Most are told apart by a number, and are not compared in full.
void sort_first(const router_state& s, slot_index slot, std::vector<ranked>& eligible, std::size_t first) {
  if (first == 0) return;
  const auto& i = s.items[slot];
  const auto& chain = s.rules(i.queue).strategies;
  const auto& needs = s.needs[i.needs];
  const auto units = cost_of(*s.config, i.channel, false);
  for (auto& e : eligible) {
    // What keeps everybody from it keeps none behind the others.
    e.kept = i.only != no_agent && i.only != e.agent;
    e.leading = leading_key(s, chain, needs, units, e.agent);
  }
  const auto roughly = [](const ranked& a, const ranked& b) {
    return a.kept != b.kept ? !a.kept : a.leading < b.leading;
  };
  const auto last = eligible.begin() + static_cast<std::ptrdiff_t>(first - 1);
  std::nth_element(eligible.begin(), last, eligible.end(), roughly);
  const auto end =
      std::partition(last + 1, eligible.end(), [&, at = *last](const ranked& e) { return !roughly(at, e); });
  std::partial_sort(eligible.begin(), last + 1, end, [&](const ranked& a, const ranked& b) {
    if (roughly(a, b) || roughly(b, a)) return roughly(a, b);
    return a.agent != b.agent && compare_agents(s, chain, needs, units, a.agent, b.agent) < 0;
  });
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
  auto eligible = eligible_of(s, slot, single_of(s, i), x);
  x.eligible = static_cast<std::uint32_t>(eligible.size());

  const auto first = std::min(eligible.size(), std::max<std::size_t>(candidates_max, 2));
  sort_first(s, slot, eligible, first);
  x.candidates.reserve(std::min<std::size_t>(candidates_max, s.staff));
  for (std::size_t n = 0; n < std::min(first, candidates_max); ++n) {
    const auto a = eligible[n].agent;
    x.candidates.push_back(
        {.agent = a, .hold = hold_between(s, slot, a), .key = key_of_agent(s, chain, needs, units, a)});
  }
  for (agent_index a = 0; a < s.agents.size() && x.candidates.size() < candidates_max; ++a) {
    if (s.config->agents[a].removed) continue;
    const auto why = why_not(s, slot, a);
    if (why != reject::none) x.candidates.push_back({.agent = a, .why = why});
  }
  const auto is_kept = [&](const ranked& e) { return hold_between(s, slot, e.agent) != hold::none; };
  if (eligible.empty() || is_kept(eligible[0])) return x;
  x.winner = eligible[0].agent;
  if (eligible.size() < 2 || is_kept(eligible[1])) return x;
  std::size_t place = 0;
  (void)compare_agents(s, chain, needs, units, eligible[0].agent, eligible[1].agent, &place);
  x.decided_by = place;
  return x;
}

}  // namespace switchboard::domain::routing
