#pragma once
// A browser lets a page of another origin read our answers only where we say so (the Fetch standard's CORS
// protocol). Who is let in is server.allowed_origins, name by name: never "*", and never with credentials, since
// a token is sent by the page itself and not by the browser on its own.

#include "net/http/message.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace switchboard::net::api {

/// What the browser's question comes to.
struct cors_decision {
  enum class kind : std::uint8_t {
    request,           ///< none at all, or an actual request: goes to its route
    preflight,         ///< may this page send such a request? yes
    refused_preflight  ///< the same, and its origin is not allowed
  };
  kind is = kind::request;
  /// For every answer, whatever it is. A page that is not allowed gets none that lets it read.
  http::header_list headers;
};
/// `allowed`: server.allowed_origins.
[[nodiscard]] cors_decision decide_cors(const http::request& r, std::span<const std::string> allowed);

/// 204: what a page that is allowed may send to a path with these methods. Goes with the decision's headers.
[[nodiscard]] http::response preflight_answer(std::string_view methods);

}  // namespace switchboard::net::api
