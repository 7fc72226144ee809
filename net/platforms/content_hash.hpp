#pragma once
// A short name for bytes, for things to which the platform gives no id and no time of their own.

#include <cstdint>
#include <string_view>

namespace switchboard::net::platforms {

/// FNV-1a, 64 bits. Part of stored dedup keys: it must never give another value for the same bytes. It
/// tells different things apart that are not made to collide; who makes his own collide hides only those.
[[nodiscard]] constexpr std::uint64_t content_hash(std::string_view bytes) noexcept {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  }
  return hash;
}

}  // namespace switchboard::net::platforms
