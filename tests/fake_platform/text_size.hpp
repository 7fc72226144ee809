#pragma once
// Lengths as the platforms count them: written for themselves, so that the engine's own counting (text_units) is held
// against another reading and not against itself. Of valid UTF-8.

#include <cstddef>
#include <string_view>

namespace switchboard::fake_platform {

[[nodiscard]] std::size_t utf16_units(std::string_view text);
[[nodiscard]] std::size_t graphemes(std::string_view text);  ///< extended clusters, by utf8proc
/// X: what the Latin and a few other blocks hold counts 1, all else 2, an address 23 (twitter-text's configuration v3). An
/// address is taken for one only where it begins with http:// or https://.
[[nodiscard]] std::size_t weighted(std::string_view text);

}  // namespace switchboard::fake_platform
