#include "net/api/cors.hpp"

#include <algorithm>

namespace switchboard::net::api {

namespace {

/// What our routes read beyond what a page may send unasked.
constexpr std::string_view request_headers =
    "Authorization, Content-Type, If-Match, Last-Event-ID";
/// What our routes answer beyond what a page may read unasked.
constexpr std::string_view exposed_headers = "Allow, ETag, Link, Retry-After, WWW-Authenticate, X-Request-Id";
/// Every request is judged again, so a browser that remembers an old yes gains nothing by it.
constexpr std::string_view max_age_seconds = "600";

}  // namespace

cors_decision decide_cors(const http::request& r, std::span<const std::string> allowed) {
  cors_decision d;
  const auto origin = r.find("origin");
  const bool asks =
      r.method == http::method::options && origin && r.find("access-control-request-method").has_value();
  const bool welcome = origin && std::find(allowed.begin(), allowed.end(), *origin) != allowed.end();
  // A cache must not give one origin's answer to another, nor an answer to nobody's question to any.
  if (!allowed.empty()) d.headers.emplace_back("Vary", "Origin");
  if (welcome) d.headers.emplace_back("Access-Control-Allow-Origin", *origin);
  if (asks) {
    d.is = welcome ? cors_decision::kind::preflight : cors_decision::kind::refused_preflight;
  } else if (welcome) {
    d.headers.emplace_back("Access-Control-Expose-Headers", exposed_headers);
  }
  return d;
}

http::response preflight_answer(std::string_view methods) {
  http::response r;
  r.status = 204;
  r.headers.emplace_back("Access-Control-Allow-Methods", methods);
  r.headers.emplace_back("Access-Control-Allow-Headers", request_headers);
  r.headers.emplace_back("Access-Control-Max-Age", max_age_seconds);
  return r;
}

}  // namespace switchboard::net::api
