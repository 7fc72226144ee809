#pragma once
// What every check of a signature or of a handshake begins with: the one field that counts, and the secrets tried.

#include "net/platforms/platform.hpp"
#include "net/platforms/signature.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// The value of the only header of this name, in any case; nullopt if there is none, or more than one: of two, which
/// would the next reader take?
[[nodiscard]] std::optional<std::string_view> only_header(std::span<const field> headers,
                                                          std::string_view name);
/// The value of the only parameter of this very name; nullopt if there is none, or more than one.
[[nodiscard]] std::optional<std::string_view> only_parameter(std::span<const field> query,
                                                             std::string_view name);

/// Is `claimed` the HMAC-SHA256 of `prefix` and `body` under one of the secrets? All are tried whatever the others gave.
[[nodiscard]] bool is_signed(std::span<const std::string> secrets, std::string_view prefix,
                             std::string_view body, const sha256_digest& claimed);

/// Of 1 to `bytes_max` letters and digits of ASCII, and of `others`: what may be echoed, or signed, for a stranger.
[[nodiscard]] bool is_token(std::string_view text, std::string_view others, std::size_t bytes_max);

}  // namespace switchboard::net::platforms
