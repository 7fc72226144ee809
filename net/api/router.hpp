#pragma once
// The server's handler: finds the route, asks who calls, and hands over. Deny by default: what is not in the
// table is 404, what the token may not do is 401 or 403.

#include "net/api/route.hpp"

#include <memory>

namespace switchboard::net::api {

class router final : public http::handler {
 public:
  /// `table` lives as long as the router.
  explicit router(context& c, std::span<const route> table = routes()) : ctx_(c), table_(table) {}

  http::body_verdict head(http::listener l, const http::request& head, std::uint64_t announced,
                          bool chunked) override;
  void handle(http::listener l, http::exchange_ptr x) override;

 private:
  context& ctx_;
  std::span<const route> table_;
};

/// The route of a path, and the decoded {…} parts. `other_verbs`: the path exists with these methods only.
struct match {
  const route* found = nullptr;
  std::vector<std::string> arguments;
  std::vector<http::method> other_verbs;
};
[[nodiscard]] match find_route(http::listener l, http::method verb, std::string_view path,
                               std::span<const route> table = routes());

/// SHA-256 of a token as 64 lower-case hex digits, as the config keeps it.
[[nodiscard]] std::string token_digest(std::string_view token);

/// Whose token that digest is; nullopt: nobody's.
[[nodiscard]] std::optional<caller> caller_of(const config::settings& s, std::string_view digest);
/// Does the token still say what it said when `who` came? Asked again and again while a stream is open.
[[nodiscard]] bool still_allowed(const config::settings& s, const caller& who);
/// 401, the same whatever was wrong.
[[nodiscard]] http::response unauthorized();

/// The caller of a request: Authorization: Bearer, or (streams only) a one-use ?ticket=; where both came, the ticket
/// must be of that token. nullopt: 401.
[[nodiscard]] std::optional<caller> authenticate(const http::request& r, const context& ctx,
                                                 bool tickets_allowed);

}  // namespace switchboard::net::api
