#pragma once
// How people write quantities in the config, and how we write them back. A number without its unit has
// brought services down: 30 of what? So a duration is a string with a unit; a size may be a plain number,
// because bytes are the only unit it could have.

#include "config/settings.hpp"
#include "domain/expected.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace switchboard::config {

/// One whole number and one of ms, s, m, h, d: "250ms", "72h". In milliseconds; nullopt for anything else,
/// and where it would not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_duration(std::string_view text);
/// In the largest unit that divides it: "75s", "8d"; zero is "0s".
[[nodiscard]] std::string duration_text(std::uint64_t ms);

/// The end of the business day, so many business days later.
struct end_of_business_day {
  std::uint32_t days = 0;
  bool operator==(const end_of_business_day&) const = default;
};
/// How long something may take by a calendar: so much business time, or until a day's end.
using business_target = std::variant<milliseconds, end_of_business_day>;

/// "90s", "30m", "8h" (1s to 10,000h), "eobd" or "eobd+2" (up to 366). Or why not: above all not "1d", which was three days of
/// eight hours to some and one to others.
[[nodiscard]] expected<business_target, std::string> parse_business_target(std::string_view text);

/// One whole number and one of B, KiB, MiB, GiB, TiB, or none (bytes). nullopt for anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// In the largest unit that divides it: "64MiB", "500B".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (which is 127.0.0.1). An address, never a name to look
/// up: what is listened on must not depend on a name server. Port 0: any free one.
[[nodiscard]] std::optional<endpoint> parse_endpoint(std::string_view text);
/// A literal IPv4 or IPv6 address.
[[nodiscard]] bool is_address(std::string_view text);

}  // namespace switchboard::config
