// GET /v1/conversations/{id}/decisions and …/position: why it went where it went, and how long it may yet wait.
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"
#include "net/api/routing.hpp"

namespace switchboard::net::api {

void list_decisions(call&& c) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  const auto limit = read_limit(c.exchange->request(), 50);
  if (!limit) {
    return respond_problem(c.exchange, 400, "bad-request", "Bad request", "limit is a number from 1 to 1000");
  }
  auto after = c.exchange->request().query_value("cursor").value_or("");
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [id = *id, limit = *limit, after = std::move(after), brands = std::move(brands)](
                         const call& asked, const storage::views& v) {
    const auto brand = brand_of(v, brands, id);
    if (!brand) return respond_not_found(asked.exchange);
    respond_page(asked.exchange, "decisions",
                 bounded_page(limit, after, [&](std::size_t rows, std::string_view behind) {
                   return v.list_decisions(*brand, id, rows, behind);
                 }));
  });
}

void get_queue_position(call&& c) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [id = *id, brands = std::move(brands)](const call& asked, const storage::views& v) {
    const auto brand = brand_of(v, brands, id);
    if (!brand) return respond_not_found(asked.exchange);
    ask(asked, *brand, {.about = actors::routing_question::of::position, .conversation = id},
        [](const call& by, std::vector<std::string>&& rows) {
          if (!rows.empty()) return respond_json(by.exchange, std::move(rows.front()));
          respond_problem(
              by.exchange, 409, "not-queued", "It does not wait",
              "the conversation has no place in a queue: somebody has it, or it waits for nobody");
        });
  });
}

}  // namespace switchboard::net::api
