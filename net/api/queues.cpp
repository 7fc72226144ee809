// GET /v1/queues: how many wait for whom, how long; GET /v1/routing/shadow: what another config would have done first.
#include "net/api/handlers.hpp"
#include "net/api/routing.hpp"

namespace switchboard::net::api {

void list_queues(call&& c) {
  respond_rows(std::move(c), "queues", actors::routing_question::of::queues);
}

void list_shadows(call&& c) {
  respond_rows(std::move(c), "shadows", actors::routing_question::of::shadow);
}

void get_queue(call&& c) {
  const auto& id = c.arguments.at(0);
  const auto brand = brand_of_queue(c, id);
  if (!brand) return respond_not_found(c.exchange);
  ask(c, *brand, {.about = actors::routing_question::of::queue, .id = id},
      [](const call& by, std::vector<std::string>&& rows) {
        if (rows.empty()) return respond_not_found(by.exchange);
        respond_json(by.exchange, std::move(rows.front()));
      });
}

}  // namespace switchboard::net::api
