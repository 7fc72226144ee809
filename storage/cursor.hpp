#pragma once
// A cursor names a place in one data directory's log. Opaque to users, fixed in width so that it can be
// written into an event's bytes after they were encoded.
//   cursor := journal-tag (6 base32 digits) sequence (13 base32 digits)

#include "storage/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::storage {

inline constexpr std::size_t cursor_width = 19;

/// Tag: drawn when a data directory is created; a cursor of another directory is refused, not misread.
struct cursor_codec {
  std::uint32_t journal_tag = 0;  ///< 30 bits

  void write(char* out, log_sequence sequence) const;  ///< exactly cursor_width bytes
  [[nodiscard]] std::string text(log_sequence sequence) const;
  /// nullopt: malformed, or of another data directory.
  [[nodiscard]] std::optional<log_sequence> parse(std::string_view text) const;
};

}  // namespace switchboard::storage
