#pragma once
// A response's bytes. The hot path: no stream, no format string, one string that is used again.

#include "net/http/message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace switchboard::net::http {

struct response_context {
  bool head_request = false;  ///< the length is said, the body not sent
  bool close = false;
  bool http_1_0 = false;
  std::string_view date;  ///< as http_date() gives it
};

/// Appends status line and header to `out`, the empty line included. A header of the response with a control
/// byte in its name or value is left out: it would begin a header of an attacker's making.
void append_response_head(std::string& out, const response& r, const response_context& c);
/// One header line, under the same rule.
void append_header(std::string& out, std::string_view name, std::string_view value);
/// True if this status has no body by definition (RFC 9110 §6.4.1).
[[nodiscard]] bool is_bodiless(int status);
[[nodiscard]] std::string_view reason_phrase(int status);
/// IMF-fixdate.
[[nodiscard]] std::string http_date(std::time_t at);

}  // namespace switchboard::net::http
