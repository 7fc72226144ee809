#pragma once
// The agents of a queue as a tournament by strategy: who is better of two, of four, of all. A change costs the height of the
// tree; the best who also meets another condition is found without looking at those behind him.

#include "domain/routing/router_config.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {

class best_tree {
 public:
  /// Over these agents, sorted; `better(a, b)` is a total order, `counts(a)`: does he take part now?
  template <class Counts, class Better>
  best_tree(std::vector<agent_index> members, Counts&& counts, Better&& better)
      : members_(std::move(members)), leaves_(std::bit_ceil(std::max<std::size_t>(members_.size(), 1))) {
    winners_.assign(leaves_ * 2, no_agent);
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (counts(members_[i])) winners_[leaves_ + i] = members_[i];
    }
    for (auto n = leaves_ - 1; n > 0; --n)
      winners_[n] = best_of(winners_[n * 2], winners_[n * 2 + 1], better);
  }

  /// Something about this agent has changed. Who is no member is ignored.
  template <class Better>
  void update(agent_index a, bool counts, Better&& better) {
    const auto at = std::lower_bound(members_.begin(), members_.end(), a);
    if (at == members_.end() || *at != a) return;
    auto n = leaves_ + static_cast<std::size_t>(at - members_.begin());
    winners_[n] = counts ? a : no_agent;
    for (n /= 2; n > 0; n /= 2) winners_[n] = best_of(winners_[n * 2], winners_[n * 2 + 1], better);
  }

  /// The best whom `fits` takes; no_agent: none.
  template <class Fits, class Better>
  [[nodiscard]] agent_index best(Fits&& fits, Better&& better) const {
    agent_index found = no_agent;
    search(1, fits, better, found);
    return found;
  }

 private:
  template <class Better>
  static agent_index best_of(agent_index a, agent_index b, Better& better) {
    if (a == no_agent) return b;
    return b == no_agent || better(a, b) ? a : b;
  }
  template <class Fits, class Better>
  void search(std::size_t n, Fits& fits, Better& better, agent_index& found) const {
    const auto w = winners_[n];
    if (w == no_agent || (found != no_agent && !better(w, found))) return;
    if (fits(w)) {
      found = w;
    } else if (n < leaves_) {
      search(n * 2, fits, better, found);
      search(n * 2 + 1, fits, better, found);
    }
  }

  std::vector<agent_index> members_;
  std::size_t leaves_;
  std::vector<agent_index> winners_;  ///< of the whole at 1; of node n at n·2 and n·2 + 1
};

}  // namespace switchboard::domain::routing
