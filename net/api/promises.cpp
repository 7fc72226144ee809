// GET /v1/conversations/{id}/sla: what is promised in it, and why its deadlines are when they are.
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

}  // namespace switchboard::net::api
