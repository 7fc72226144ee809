#pragma once
// "did you mean": the known word that a misspelt one is nearest to.

#include <cstddef>
#include <span>
#include <string_view>

namespace switchboard::config {

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other; O(a·b).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `known` if it is near enough to be meant (a third of its letters, at least one), else
/// empty. Of equals the first. Words over 128 bytes have none.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace switchboard::config
