#pragma once
// What a route is, and what its handler is given. The table is routes.cpp; the OpenAPI document and the matrix of
// who may call what (tests/attacks) are held against it.

#include "actors/engine.hpp"
#include "config/settings.hpp"
#include "net/api/authorisation.hpp"
#include "net/http/server.hpp"
#include "net/reload_outcome.hpp"

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
class backfill;
class media;
class webhook;
class feeds;
}  // namespace switchboard::net

namespace switchboard::net::api {

class event_stream;
class ticket_office;

/// Everything the handlers work with. Lives as long as the server.
struct context {
  std::atomic<bool> ready{false};  ///< the rest is set; before that every request is answered 503
  actors::engine* engine = nullptr;
  http::server* server = nullptr;
  net::admission* admission = nullptr;
  net::webhook* webhooks = nullptr;
  net::media* media = nullptr;
  net::backfill* backfill = nullptr;
  event_stream* stream = nullptr;
  ticket_office* tickets = nullptr;
  std::atomic<net::feeds*> feeds{nullptr};  ///< null: this node reads none
  /// Reads the config file again and applies it as one step. Waits for reload_record_max, and for another reload.
  std::function<reload_outcome()> reload;
};

/// One matched and authorised call. On the exchange's I/O thread; must not block.
struct call {
  http::exchange_ptr exchange;
  caller who;
  std::vector<std::string> arguments;  ///< the pattern's {…} parts in order, percent-decoded
  context* ctx = nullptr;
};

/// A way in: what it is called by, and its rule. There is none without a rule: it would not compile.
struct entrance {
  http::method verb;
  std::string_view pattern;  ///< e.g. /v1/conversations/{id}/messages
  http::listener where;
  rule needs;
  std::string_view operation;  ///< operationId in openapi.yaml
};

struct route : entrance {
  std::span<const std::string_view> parameters;  ///< of its query; any other is 400
  bool takes_body;                               ///< of at most limits.body_bytes_max
  void (*handle)(call&&);
};

/// All routes but the webhooks'.
[[nodiscard]] std::span<const route> routes();
/// The webhooks' two, which the router knows by their prefix alone (net/webhook.hpp), since nearly all that comes
/// is theirs.
[[nodiscard]] std::span<const entrance> webhook_routes();

/// What is wrong with a table of routes; empty: nothing. The tables of routes.cpp are asked when they are compiled.
[[nodiscard]] constexpr std::string_view flaw_of(std::span<const route> table) {
  for (const auto& r : table) {
    const auto who = r.needs.who();
    const bool names_a_thing = r.pattern.find('{') != std::string_view::npos;
    if (!r.handle || r.operation.empty()) return "a route without a name or a handler";
    if (r.needs.whose() == realm::source) return "webhooks are not routes of this table";
    if ((r.where == http::listener::admin) != (r.needs.whose() == realm::node))
      return "the node's things are on the admin listener, and nothing else is";
    if (names_a_thing && r.needs.whose() != realm::brand)
      return "what a path names is some brand's, and the rule must say so";
    if (r.needs.whose() == realm::brand && r.verb != http::method::get && who < access::agent)
      return "who may only read changes nothing";
    for (const auto& other : table) {
      if (&other != &r && other.operation == r.operation) return "two routes of one name";
      if (&other != &r && other.verb == r.verb && other.pattern == r.pattern && other.where == r.where)
        return "two routes at one place";
    }
  }
  return {};
}

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
