#pragma once
// Dates of HTTP headers (RFC 9110 §5.6.7): the present form and the two that every recipient still has to read.
//   Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994

#include "domain/time.hpp"

#include <optional>
#include <string_view>

namespace switchboard::net::platforms {

/// `now` says which century a year of two digits is in: not more than 50 years ahead.
[[nodiscard]] std::optional<domain::timestamp> parse_http_date(std::string_view text, domain::timestamp now);

}  // namespace switchboard::net::platforms
