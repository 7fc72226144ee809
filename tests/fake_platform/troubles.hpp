#pragma once
// What goes wrong at a platform, or between it and us: each is drawn by chance, or told for the next requests.

#include <array>
#include <cstdint>
#include <string_view>

namespace switchboard::fake_platform {

enum class trouble : std::uint8_t {
  none,
  limited_seconds,   ///< 429, Retry-After: 1
  limited_date,      ///< 429, Retry-After as an HTTP date
  error,             ///< 500, and nothing was taken
  error_taken,       ///< 500, and it was taken all the same
  hang,              ///< no answer, nothing was taken
  hang_taken,        ///< no answer, and it was taken
  reset,             ///< the connection is reset behind the request, nothing was taken
  reset_taken,       ///< … and it was taken
  answer_and_reset,  ///< the answer, and a reset at once behind it
  half,              ///< half of the answer, then a reset; taken
  drip,              ///< a byte of the answer every 10 ms
  huge,              ///< 10 MiB in place of the answer; taken
  nonsense,          ///< 200 and no JSON; taken
  redirect           ///< to this machine; nothing was taken
};
inline constexpr std::array<std::string_view, 15> trouble_names = {
    "none",    "limited-seconds", "limited-date",     "error", "error-taken", "hang", "hang-taken",
    "reset",   "reset-taken",     "answer-and-reset", "half",  "drip",        "huge", "nonsense",
    "redirect"};

/// Nothing of the request was taken to heart.
[[nodiscard]] constexpr bool is_before(trouble t) {
  return t == trouble::limited_seconds || t == trouble::limited_date || t == trouble::error ||
         t == trouble::hang || t == trouble::reset || t == trouble::redirect;
}

}  // namespace switchboard::fake_platform
