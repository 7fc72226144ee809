#pragma once
// Which of two agents is better for a conversation: a lexicographic key by the queue's chain of strategies. Integers only,
// ratios compared crosswise, so that a replay anywhere is equal to the bit.

#include "domain/routing/router_state.hpp"

#include <cstdint>
#include <vector>

namespace switchboard::domain::routing {

/// An element of a key: a fraction; less is better.
struct key_element {
  std::int64_t over = 0;
  std::int64_t under = 1;
  bool operator==(const key_element&) const = default;
};

/// What the preferred skills weigh at his levels.
[[nodiscard]] std::int64_t skill_score(const router_state& s, agent_index a, const item_needs& needs);

/// Negative: a goes before b; never 0 for two. `place`, where given: the index of the element of their keys that decided.
[[nodiscard]] int compare_agents(const router_state& s, const std::vector<strategy>& chain,
                                 const item_needs& needs, std::uint32_t units, agent_index a, agent_index b,
                                 std::size_t* place = nullptr);

/// Of the first elements, in one number: whose is less goes before, and where two are equal compare_agents() has to say.
/// Precondition: the chain is not empty.
[[nodiscard]] std::int64_t leading_key(const router_state& s, const std::vector<strategy>& chain,
                                       const item_needs& needs, std::uint32_t units, agent_index a);

/// His key in full, as the explanation shows it: the chain's elements, when he was assigned last, the rank of his id.
[[nodiscard]] std::vector<key_element> key_of_agent(const router_state& s, const std::vector<strategy>& chain,
                                                    const item_needs& needs, std::uint32_t units,
                                                    agent_index a);

/// Where a conversation stands in its queue: µs, less goes first.
[[nodiscard]] std::int64_t queue_key(const router_config& c, queue_order order, domain::priority p,
                                     timestamp enqueued_at, timestamp due);

}  // namespace switchboard::domain::routing
