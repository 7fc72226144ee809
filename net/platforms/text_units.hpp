#pragma once
// Platforms count a text's length in units of their own, and none of them forgives one too many (trap 30). This counts
// in each, and cuts a text that is too long where a reader would: between paragraphs, lines, sentences, words; through
// a word only if it alone is too long, and never through what a reader takes for one character, nor through a web
// address that fits.

#include "domain/expected.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

enum class text_unit : std::uint8_t {
  bytes,  ///< of UTF-8
  utf16,  ///< UTF-16 code units. Where a platform only says "characters" this is taken: it is never less than
          ///< the number of code points, so that both readings are kept
  graphemes,  ///< extended grapheme clusters (Unicode UAX #29)
  weighted  ///< X: Latin and the like 1, others 2, an emoji 2 however long, a web address 23 (twitter-text v3)
};
/// For a sentence: "bytes", "characters", …
[[nodiscard]] std::string_view to_word(text_unit);

struct text_limit {
  text_unit unit = text_unit::utf16;
  std::size_t max = 0;
  std::size_t bytes_max = 0;  ///< beside it; 0: none
};

[[nodiscard]] bool is_utf8(std::string_view text);

/// In units, rounded up. Never less than the platform's own count; more only where it is not certain that X takes
/// something for a web address. Precondition for this and all below: is_utf8(text).
[[nodiscard]] std::size_t measure(std::string_view text, text_unit unit);
[[nodiscard]] bool fits(std::string_view text, const text_limit& limit);
/// The byte offset behind each grapheme cluster.
[[nodiscard]] std::vector<std::size_t> grapheme_ends(std::string_view text);
/// Has it nothing that can be seen?
[[nodiscard]] bool is_blank(std::string_view text);

enum class split_failure : std::uint8_t {
  one_character,  ///< a single grapheme cluster is beyond the limit
  too_many_parts
};
/// The text in parts that each fit: views into it, in order, with nothing between them but white space. A text that
/// fits, or is blank, is one part as it is.
[[nodiscard]] expected<std::vector<std::string_view>, split_failure> split_text(std::string_view text,
                                                                                const text_limit& limit,
                                                                                std::size_t parts_max);

}  // namespace switchboard::net::platforms
