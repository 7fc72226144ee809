#pragma once
// Instants of the domain: microseconds since the Unix epoch, UTC. The clock is never read here; `now` comes
// in with each command, so that a replay decides the same.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::domain {

using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Appends RFC 3339 UTC with milliseconds, e.g. 2026-11-21T08:05:48.123Z (24 bytes for years 0000-9999).
void append_rfc3339(std::string& out, timestamp t);
[[nodiscard]] std::string to_rfc3339(timestamp t);

/// Parses RFC 3339 ("…Z", "…+02:00", and the "+0000" that Meta's fixtures use), 0 to 9 fractional digits.
[[nodiscard]] std::optional<timestamp> parse_rfc3339(std::string_view text);

}  // namespace switchboard::domain
