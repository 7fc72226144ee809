#pragma once
// Figures of a command line and of a report: 10s, 1.5s, 20k, and "0.41 ms" back. Typed once and seen at once, so they
// may be short and broken; what a config keeps is written strictly, and read by config/units.hpp.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::cli {

/// "250us", "250ms", "10s", "5m", "1h", or a bare number of seconds; at most 7 days. nullopt: anything else.
[[nodiscard]] std::optional<std::chrono::nanoseconds> typed_duration(std::string_view text);
/// "20000", "20k", "1.5M". nullopt: anything else, or over 2^53.
[[nodiscard]] std::optional<std::uint64_t> typed_count(std::string_view text);

/// "0.41 ms", "11.3 ms", "2.14 s".
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds d);
/// "1,234,567"
[[nodiscard]] std::string format_count(std::uint64_t n);
/// "12.3 MB"
[[nodiscard]] std::string format_bytes(std::uint64_t n);
/// printf with a std::string. The format is the caller's constant.
[[nodiscard]] [[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

}  // namespace switchboard::cli
