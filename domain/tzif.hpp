#pragma once
// A compiled file of the tz database (TZif, RFC 9636), read. It comes from a package that we trust, by a name that a config gives:
// so whatever the bytes are, a zone or a reason comes out, and no count in them makes us read or reserve more than there is.

#include "domain/expected.hpp"
#include "domain/zone.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace switchboard::domain {

/// The largest there are have 4 KB and 250 changes.
inline constexpr std::size_t tzif_bytes_max = 256 << 10;
inline constexpr std::size_t tzif_changes_max = 4'096;
/// To the end of this year a rule that goes on for ever is written out; behind it clocks are set no more.
inline constexpr std::chrono::year tzif_last_year{2200};

/// Of version 2 or later; what an older one has ends in 2038. Leap seconds are refused: no timestamp of ours counts them.
[[nodiscard]] expected<zone, std::string> parse_tzif(std::string_view bytes);

}  // namespace switchboard::domain
