#pragma once
// What a route is, who may call it, and what its handler is given. The table is routes.cpp; the OpenAPI
// document and the authorisation matrix are tested against it.

#include "actors/engine.hpp"
#include "config/settings.hpp"
#include "net/http/server.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net {
class admission;
class webhook;
}  // namespace switchboard::net

namespace switchboard::net::api {

class event_stream;
class ticket_office;

/// Who may call: `anyone` (no token), a role or better, or whoever reaches the admin listener.
enum class access : std::uint8_t { anyone, reader, agent, supervisor, admin, operators };

/// The token that a call came with. What it may not see does not exist for it.
struct caller {
  std::string token_sha256;  ///< empty: no token (public routes)
  bool all_brands = false;
  std::string brand;  ///< where not all
  config::role role = config::role::reader;
  domain::agent_id agent;

  [[nodiscard]] bool may_see(std::string_view of_brand) const {
    return all_brands || (!of_brand.empty() && of_brand == brand);
  }
};

/// Everything the handlers work with. Lives as long as the server.
struct context {
  std::atomic<bool> ready{false};  ///< the rest is set; before that every request is answered 503
  actors::engine* engine = nullptr;
  http::server* server = nullptr;
  net::admission* admission = nullptr;
  net::webhook* webhooks = nullptr;
  event_stream* stream = nullptr;
  ticket_office* tickets = nullptr;
  /// Reads the config file again and applies it as one step; gives the problems, none when it was applied.
  std::function<std::vector<std::string>()> reload;
};

/// One matched and authorised call. On the exchange's I/O thread; must not block.
struct call {
  http::exchange_ptr exchange;
  caller who;
  std::vector<std::string> arguments;  ///< the pattern's {…} parts in order, percent-decoded
  context* ctx = nullptr;
};

struct route {
  http::method verb;
  std::string_view pattern;  ///< e.g. /v1/conversations/{id}/messages
  http::listener where;
  access needs;
  std::string_view operation;                    ///< operationId in openapi.yaml
  std::span<const std::string_view> parameters;  ///< of its query; any other is 400
  bool takes_body;                               ///< of at most limits.body_bytes_max
  void (*handle)(call&&);
};

/// All routes but the webhooks' (net/webhook.hpp).
[[nodiscard]] std::span<const route> routes();

// -- answers that many handlers give ------------------------------------------------------------------------
void respond_json(const http::exchange_ptr& x, std::string json, int status = 200);
void respond_problem(const http::exchange_ptr& x, int status, std::string_view slug, std::string_view title,
                     std::string detail);
void respond_not_found(const http::exchange_ptr& x);
/// 503 with Retry-After.
[[nodiscard]] http::response come_back(std::string_view slug, std::string_view detail,
                                       std::chrono::seconds after);
/// limits.retry_after as of now.
[[nodiscard]] std::chrono::seconds retry_after(const context& ctx);

}  // namespace switchboard::net::api
