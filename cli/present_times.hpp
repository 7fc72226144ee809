#pragma once
// A recorded payload as if it were sent just now: its latest time becomes the present, and all others keep their distance
// from it. Platforms' windows for answering count from the customer's own time, so what was recorded a year ago can't be
// answered as it stands.

#include "domain/time.hpp"

#include <string>
#include <string_view>

namespace switchboard::cli {

/// By the members that are known to hold a time (timestamp, created_time, date, …), each in its own unit and spelling:
/// seconds, milliseconds or microseconds as a number or as digits, RFC 3339; not X's dates in words. When something will end
/// (expiration_timestamp) moves too, and is not taken for the latest. What is no JSON, or holds no time, is given back as it is.
[[nodiscard]] std::string with_present_times(std::string_view body, domain::timestamp now);

}  // namespace switchboard::cli
