#pragma once
// Everything that one brand's people can have got hold of, used with the token of another brand: ids, cursors of
// events and of pages, tickets, filters. Whatever comes back must be what comes back for a thing that never was.

#include "matrix.hpp"

#include <cstdint>

namespace switchboard::attacks {

/// So many requests, drawn from `seed`, each beside the same with something that does not exist. `by`: as in
/// check_matrix.
[[nodiscard]] findings check_swaps(world& w, std::size_t swaps, std::uint64_t seed,
                                   net::http::handler* by = nullptr);

}  // namespace switchboard::attacks
