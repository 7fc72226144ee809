#pragma once
// SHA-256, for tokens (only their hashes are kept) and for the version of the settings.

#include <string>
#include <string_view>

namespace switchboard::config {

/// 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace switchboard::config
