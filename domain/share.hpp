#pragma once
// How much of what all brands of a node draw from one of them may have.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace switchboard::domain {

/// So many percent of `all`, and one at least; all of it for a brand that is alone on the node.
[[nodiscard]] constexpr std::uint64_t share_of(std::uint64_t all, std::uint64_t percent, std::size_t brands) {
  return brands < 2 ? all : std::max<std::uint64_t>(1, all * percent / 100);
}

}  // namespace switchboard::domain
