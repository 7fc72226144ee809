#pragma once
// Numbers as people type them: 10s, 250ms, 20k. And back.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::cli {

/// "250us", "250ms", "10s", "5m", "1h", or a bare number of seconds; at most 7 days. nullopt: anything else.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// "20000", "20k", "1.5M". nullopt: anything else, or over 2^53.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

/// "0.41 ms", "11.3 ms", "2.14 s".
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds d);
/// "1,234,567"
[[nodiscard]] std::string format_count(std::uint64_t n);
/// "12.3 MB"
[[nodiscard]] std::string format_bytes(std::uint64_t n);
/// printf with a std::string. The format is the caller's constant.
[[nodiscard]] [[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

}  // namespace switchboard::cli
