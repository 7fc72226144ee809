// /v1/agents: who works here, what he is asked, and his work as a whole. What his devices say is presence.cpp.
#include "domain/json.hpp"
#include "net/api/body.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"
#include "net/api/routing.hpp"

namespace switchboard::net::api {

using about = actors::routing_question::of;

void list_agents(call&& c) {
  respond_rows(std::move(c), "agents", about::agents);
}

void get_agent(call&& c) {
  const auto& id = c.arguments.at(0);
  const auto brand = brand_of_agent(c, id);
  if (!brand) return respond_not_found(c.exchange);
  ask(c, *brand, {.about = about::agent, .id = id}, [](const call& by, std::vector<std::string>&& rows) {
    if (rows.empty()) return respond_not_found(by.exchange);
    respond_json(by.exchange, std::move(rows.front()));
  });
}

void list_offers(call&& c) {
  const auto& id = c.arguments.at(0);
  const auto brand = brand_of_agent(c, id);
  if (!brand) return respond_not_found(c.exchange);
  ask(c, *brand, {.about = about::offers, .id = id}, [](const call& by, std::vector<std::string>&& rows) {
    respond_page(by.exchange, "offers", storage::page{.rows = std::move(rows), .next = {}});
  });
}

void pull_work(call&& c) {
  const auto brand = brand_to_act_in(c);
  if (!brand) return;
  body_reader body{or_empty(c.exchange->request().body), {"conversation"}};
  actors::pull_work what{.agent = {c.arguments.at(0)}};
  if (const auto text = body.text("conversation")) {
    what.conversation = domain::parse_conversation_id(*text);
    if (!what.conversation) body.wrong("conversation", "is not the id of a conversation");
  }
  if (!body.ok()) return body.respond_errors(c.exchange);
  c.ctx->engine->route(*brand, std::move(what), [ctx = c.ctx, x = c.exchange](actors::routing_result&& r) {
    if (!respond_unrouted(*ctx, x, r)) respond_conversation(x, std::move(r.conversation));
  });
}

void reassign_work(call&& c) {
  const auto brand = brand_to_act_in(c);
  if (!brand) return;
  body_reader body{or_empty(c.exchange->request().body), {"queue"}};
  actors::reassign_work what{.agent = {c.arguments.at(0)}, .queue = {}};
  what.queue.value = body.text("queue").value_or("");
  if (!body.ok()) return body.respond_errors(c.exchange);
  c.ctx->engine->route(*brand, std::move(what), [ctx = c.ctx, x = c.exchange](actors::routing_result&& r) {
    if (respond_unrouted(*ctx, x, r)) return;
    std::string out;
    domain::json_object o{out};
    o.number("moved", std::uint64_t{r.moved});
    o.end();
    respond_json(x, std::move(out));
  });
}

}  // namespace switchboard::net::api
