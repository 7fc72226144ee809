// GET /v1/conversations/{id}/sla: what is promised in it, and why its deadlines are when they are. GET /v1/sla/breaches: what was
// promised and not kept.
#include "actors/promises_explained.hpp"
#include "actors/wall_clock.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"

namespace switchboard::net::api {

void get_promises(call&& c) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [id = *id, brands = std::move(brands)](const call& asked, const storage::views& v) {
    const auto brand = brand_of(v, brands, id);
    const auto promised = asked.ctx->engine->promises();
    auto json =
        brand ? actors::explain_promises(v, *brand, id, *promised, actors::wall_clock()) : std::nullopt;
    if (!json) return respond_not_found(asked.exchange);
    respond_json(asked.exchange, *std::move(json));
  });
}

void list_breaches(call&& c) {
  const auto& r = c.exchange->request();
  const auto wrong = [&c](std::string detail) {
    respond_problem(c.exchange, 400, "bad-request", "Bad request", std::move(detail));
  };
  storage::breach_query q;
  if (!read_brands(c, q.brands)) return respond_page(c.exchange, "breaches", storage::page{});
  q.queues = r.query_all("queue");
  q.assignees = r.query_all("assignee");
  for (const auto& [name, to] : {std::pair{"from", &q.from}, std::pair{"to", &q.to}}) {
    const auto text = r.query_value(name);
    if (text && !(*to = domain::parse_rfc3339(*text))) {
      return wrong(std::string(name) + " must be a time in RFC 3339, e.g. 2026-11-21T08:05:48Z");
    }
  }
  const auto state = r.query_value("state");
  if (state && *state != "open" && *state != "ended") return wrong("state is open or ended");
  if (state) q.open = *state == "open";
  const auto limit = read_limit(r, q.limit);
  if (!limit) return wrong("limit is a number from 1 to 1000");
  q.limit = *limit;
  q.after = r.query_value("cursor").value_or("");
  read(std::move(c), [q = std::move(q)](const call& asked, const storage::views& v) {
    auto step = q;
    respond_page(asked.exchange, "breaches",
                 bounded_page(q.limit, q.after, [&](std::size_t rows, std::string_view after) {
                   step.limit = rows;
                   step.after = after;
                   return v.list_breaches(step);
                 }));
  });
}

}  // namespace switchboard::net::api
