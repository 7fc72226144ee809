#include "domain/routing/choosing.hpp"

#include "domain/routing/eligibility.hpp"
#include "domain/routing/strategies.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

std::uint64_t candidates(const router_state& s, const signature& sig, std::size_t word) {
  const auto all = sig.match.word(word) & s.available[sig.key.channel].word(word);
  return sig.key.pressing ? all : all & ~s.ramped.word(word);
}

std::size_t count_candidates(const router_state& s, const signature& sig) {
  std::size_t n = 0;
  for (std::size_t w = 0; w < sig.match.words(); ++w) {
    n += static_cast<std::size_t>(std::popcount(candidates(s, sig, w)));
  }
  return n;
}

bool only_is_free(const router_state& s, const signature& sig) {
  const auto a = sig.key.only;
  return sig.only_fits && s.available[sig.key.channel].test(a) && (sig.key.pressing || !s.ramped.test(a));
}

/// Does the order of agents depend on the conversation itself, so that no tournament can be kept for it?
bool is_by_skill(const router_state& s, const signature& sig) {
  const auto& chain = s.rules(sig.key.queue).strategies;
  return !s.needs[sig.key.needs].preferred.empty() &&
         std::find(chain.begin(), chain.end(), strategy::skill_best) != chain.end();
}

}  // namespace

bool has_candidates(const router_state& s, const signature& sig) {
  if (sig.key.only != no_agent) return only_is_free(s, sig);
  for (std::size_t w = 0; w < sig.match.words(); ++w) {
    if (candidates(s, sig, w) != 0) return true;
  }
  return false;
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
  const auto& tree = s.queues[sig.key.queue].trees[sig.key.channel];
  if (tree != nullptr && !is_by_skill(s, sig) && count_candidates(s, sig) > s.config->scanned_max) {
    return tree->best(
        [&](agent_index a) {
          return sig.match.test(a) && (sig.key.pressing || !s.ramped.test(a)) && takes_part(a);
        },
        better);
  }
  agent_index best = no_agent;
  for (std::size_t w = 0; w < sig.match.words(); ++w) {
    for_each_bit(candidates(s, sig, w), w, [&](agent_index a) {
      if (takes_part(a) && (best == no_agent || better(a, best))) best = a;
    });
  }
  return best;
}

bool wants_tree(const router_state& s, const signature& sig) {
  return sig.key.only == no_agent && s.queues[sig.key.queue].trees[sig.key.channel] == nullptr &&
         !is_by_skill(s, sig) && count_candidates(s, sig) > s.config->scanned_max;
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
