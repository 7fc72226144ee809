#pragma once
// HMAC-SHA256 as the platforms sign with it, and the comparisons that give a forger no hint.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

using sha256_digest = std::array<unsigned char, 32>;

/// HMAC-SHA256(key = secret, message = body). The keyed state of the last few secrets is kept per thread
/// (wiped when it is replaced and when the thread ends), so that a small body costs half a microsecond.
/// nullopt only if OpenSSL fails (no memory): then nothing verifies.
[[nodiscard]] std::optional<sha256_digest> hmac_sha256(std::string_view secret, std::string_view body);
/// The same of `prefix` and `body`, one behind the other, without copying either.
[[nodiscard]] std::optional<sha256_digest> hmac_sha256(std::string_view secret, std::string_view prefix,
                                                       std::string_view body);

/// 64 lower-case hex digits.
[[nodiscard]] std::string to_hex(const sha256_digest& digest);
/// Exactly 64 lower-case hex digits, else nullopt: one documented spelling, the one that the platforms send.
[[nodiscard]] std::optional<sha256_digest> from_hex(std::string_view digits);
/// 43 characters of RFC 4648's base64 and one '='.
[[nodiscard]] std::string to_base64(const sha256_digest& digest);
/// Exactly that, with no bit set that stands for nothing, else nullopt: a digest has one spelling.
[[nodiscard]] std::optional<sha256_digest> from_base64(std::string_view text);

/// In time that does not depend on where they differ.
[[nodiscard]] bool equal_constant_time(const sha256_digest& a, const sha256_digest& b);
/// For tokens: always compares shared_token_bytes_max bytes, so that neither length nor content shows in the
/// time. An empty text, or a longer one, equals nothing, not even itself.
inline constexpr std::size_t shared_token_bytes_max = 1024;
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

/// Header names are ASCII and their case means nothing.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace switchboard::net::platforms
