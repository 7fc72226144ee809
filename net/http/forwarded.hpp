#pragma once
// Who a request is from when a proxy stands between. Pure.

#include "net/http/message.hpp"

#include <span>
#include <string_view>

namespace switchboard::net::http {

/// The last hop of the last X-Forwarded-For: what the trusted proxy itself has seen; all before it is the
/// client's own claim. `proxy` if there is none, or it is no address.
[[nodiscard]] std::string_view client_behind_proxy(std::span<const header> headers, std::string_view proxy);
/// An IPv4 or IPv6 address as text.
[[nodiscard]] bool is_address(std::string_view text);

}  // namespace switchboard::net::http
