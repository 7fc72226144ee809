#include "net/api/websocket_request.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::net::api {

namespace {

bool offers(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto item = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
    while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
    if (item == wanted) return true;
  }
  return false;
}

/// `wanted` is in lower case.
bool is_header(std::string_view name, std::string_view wanted) {
  return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

bool origin_allowed(std::string_view origin, const http::request& r, std::span<const std::string> allowed) {
  if (std::find(allowed.begin(), allowed.end(), origin) != allowed.end()) return true;
  const std::string own =
      (r.tls ? "https://" : "http://") + std::string(r.find("host").value_or(std::string_view{}));
  return origin == own;
}

}  // namespace

expected<std::string, upgrade_refusal> read_websocket_request(const http::request& r,
                                                              std::span<const std::string> allowed) {
  bool asked = false;
  bool has_origin = false;
  for (const auto& h : r.headers) {
    if (!is_header(h.name, "origin")) continue;
    // A browser sends one. Of two, whoever stands in between may have looked at the other.
    if (std::exchange(has_origin, true) || !origin_allowed(h.value, r, allowed)) {
      return unexpected{upgrade_refusal{403, "origin-not-allowed", "Forbidden",
                                        "this Origin is not in server.allowed_origins"}};
    }
  }
  // The list may be spread over several headers (RFC 6455, 11.3.4).
  for (const auto& h : r.headers) {
    if (!is_header(h.name, "sec-websocket-protocol")) continue;
    if (offers(h.value, subprotocol)) return std::string(subprotocol);
    asked = true;
  }
  if (!asked) return std::string{};
  return unexpected{upgrade_refusal{400, "bad-request", "Bad request",
                                    "the only subprotocol here is " + std::string(subprotocol)}};
}

}  // namespace switchboard::net::api
