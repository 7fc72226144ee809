#include "domain/routing/choosing.hpp"

#include "domain/routing/eligibility.hpp"
#include "domain/routing/strategies.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

std::uint64_t candidates(const router_state& s, const signature& sig, const agent_words::word& of) {
  const auto all = of.bits & s.available[sig.key.channel].word(of.at);
  return sig.key.pressing ? all : all & ~s.ramped.word(of.at);
}

/// Are there so many that to compare them all is the longer way? A tournament is searched past everybody who is better and does
/// not fit. Those who have a skill that is asked for are the busier ones, so that may be nearly all where few fit.
bool has_many(const router_state& s, const signature& sig) {
  const std::size_t least = s.config->scanned_max;
  const auto members = s.queues[sig.key.queue].members.size();
  const auto many = [&](std::size_t m) { return m > least && m * 8 > members; };
  if (!many(sig.matches)) return false;
  std::size_t n = 0;
  for (const auto& w : sig.match) {
    n += count_bits(candidates(s, sig, w));
    if (many(n)) return true;
  }
  return false;
}

bool only_is_free(const router_state& s, const signature& sig) {
  const auto a = sig.key.only;
  return sig.only_fits && s.available[sig.key.channel].test(a) && (sig.key.pressing || !s.ramped.test(a));
}

/// How the conversation itself, by what it prefers, orders agents.
enum class by_skill : std::uint8_t {
  no,     ///< not at all: a tournament can be kept for all
  first,  ///< before anything else: whoever has any of it goes before all who have none
  later
};

by_skill orders_by_skill(const router_state& s, const signature& sig) {
  const auto& chain = s.rules(sig.key.queue).strategies;
  if (s.needs[sig.key.needs].preferred.empty()) return by_skill::no;
  const auto turns = std::find(chain.begin(), chain.end(), strategy::round_robin);
  const auto at = std::find(chain.begin(), turns, strategy::skill_best);
  if (at == turns) return by_skill::no;
  return at == chain.begin() ? by_skill::first : by_skill::later;
}

std::uint64_t with_preferred(const router_state& s, const item_needs& needs, std::size_t word) {
  std::uint64_t any = 0;
  for (const auto& p : needs.preferred) {
    if (p.weight > 0) any |= s.with_skill[p.skill].word(word);
  }
  return any;
}

}  // namespace

bool has_candidates(const router_state& s, const signature& sig) {
  if (sig.key.only != no_agent) return only_is_free(s, sig);
  return std::any_of(sig.match.begin(), sig.match.end(),
                     [&](const auto& w) { return candidates(s, sig, w) != 0; });
}

agent_index best_agent(const router_state& s, const signature& sig, slot_index slot,
                       const std::vector<agent_index>& asked) {
  const auto takes_part = [&](agent_index a) {
    return !is_excluded(s, slot, a) && std::find(asked.begin(), asked.end(), a) == asked.end();
  };
  if (sig.key.only != no_agent) {
    return only_is_free(s, sig) && takes_part(sig.key.only) ? sig.key.only : no_agent;
  }
  const auto& chain = s.rules(sig.key.queue).strategies;
  const auto& needs = s.needs[sig.key.needs];
  const auto units = cost_of(*s.config, sig.key.channel, false);
  const auto better = [&](agent_index a, agent_index b) {
    return compare_agents(s, chain, needs, units, a, b) < 0;
  };
  const auto best_where = [&](auto&& mask) {
    agent_index best = no_agent;
    for (const auto& w : sig.match) {
      for_each_bit(candidates(s, sig, w) & mask(w.at), w.at, [&](agent_index a) {
        if (takes_part(a) && (best == no_agent || better(a, best))) best = a;
      });
    }
    return best;
  };
  const auto how = orders_by_skill(s, sig);
  if (how == by_skill::first) {
    const auto best = best_where([&](std::size_t w) { return with_preferred(s, needs, w); });
    if (best != no_agent) return best;  // those left have nothing of it, and are equal in that
  }
  const auto& tree = s.queues[sig.key.queue].trees[sig.key.channel];
  if (tree == nullptr || how == by_skill::later || !has_many(s, sig)) {
    return best_where([](std::size_t) { return ~std::uint64_t{0}; });
  }
  return tree->best(
      [&](agent_index a) {
        return sig.match.test(a) && (sig.key.pressing || !s.ramped.test(a)) && takes_part(a);
      },
      [&](agent_index a, agent_index b) { return compare_agents(s, chain, {}, units, a, b) < 0; });
}

bool wants_tree(const router_state& s, const signature& sig) {
  return sig.key.only == no_agent && s.queues[sig.key.queue].trees[sig.key.channel] == nullptr &&
         orders_by_skill(s, sig) != by_skill::later && has_many(s, sig);
}

namespace {

template <class F>
void with_better(const router_state& s, queue_index q, channel_index ch, F&& f) {
  static const item_needs none;
  const auto& chain = s.rules(q).strategies;
  const auto units = cost_of(*s.config, ch, false);
  f([&](agent_index a, agent_index b) { return compare_agents(s, chain, none, units, a, b) < 0; });
}

}  // namespace

void make_tree(router_state& s, queue_index q, channel_index ch) {
  with_better(s, q, ch, [&](auto&& better) {
    s.queues[q].trees[ch] = std::make_unique<best_tree>(
        s.queues[q].members, [&](agent_index a) { return s.available[ch].test(a); }, better);
  });
}

void update_trees(router_state& s, agent_index a) {
  for (const auto& m : s.config->agents[a].queues) {
    auto& trees = s.queues[m.queue].trees;
    for (channel_index ch = 0; ch < s.config->channels.size(); ++ch) {
      if (trees[ch] == nullptr) continue;
      with_better(s, m.queue, ch,
                  [&](auto&& better) { trees[ch]->update(a, s.available[ch].test(a), better); });
    }
  }
}

}  // namespace switchboard::domain::routing
