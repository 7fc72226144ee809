#pragma once
// http://host:port/prefix as the commands take it.

#include "domain/expected.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace switchboard::cli {

struct url {
  bool tls = false;
  std::string host;  ///< name or address, IPv6 without its brackets
  std::uint16_t port = 0;
  std::string prefix;  ///< path in front of every target, without a trailing slash; mostly empty

  /// As a Host header wants it: brackets and port only where needed.
  [[nodiscard]] std::string authority() const;
  /// The whole, without a trailing slash.
  [[nodiscard]] std::string text() const;
};

/// The error is a sentence for a person.
[[nodiscard]] expected<url, std::string> parse_url(std::string_view text);

/// Percent-encodes everything but RFC 3986's unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace switchboard::cli
