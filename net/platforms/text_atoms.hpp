#pragma once
// A text as the pieces that nothing cuts: grapheme clusters, and web addresses as one.

#include "net/platforms/text_units.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

enum class atom_kind : std::uint8_t {
  other,
  space,
  line_end,
  sentence_end,  ///< . ! ? …: the sentence ends if white space follows
  full_stop      ///< 。！？: it ends, whatever follows
};

struct text_atom {
  std::size_t begin = 0;  ///< byte offsets
  std::size_t end = 0;
  std::size_t size = 0;  ///< in the unit; of `weighted` in hundredths
  atom_kind kind = atom_kind::other;
};

/// An address that is beyond the limit by itself comes as its characters, for it has to be cut.
[[nodiscard]] std::vector<text_atom> atoms_of(std::string_view text, const text_limit& limit);
/// What one grapheme cluster weighs for X, in hundredths.
[[nodiscard]] std::size_t weight_of_grapheme(std::string_view cluster);

inline constexpr std::size_t weight_scale = 100;

}  // namespace switchboard::net::platforms
