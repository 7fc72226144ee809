// POST /v1/offers/{id}/accept and …/decline. The id names a conversation and an agent, the epoch which of their offers is meant.
#include "net/api/acting.hpp"
#include "net/api/body.hpp"
#include "net/api/handlers.hpp"
#include "net/api/routing.hpp"

namespace switchboard::net::api {

namespace {

struct named_offer {
  domain::conversation_id conversation;
  domain::agent_id agent;
};

/// "<conversation>~<agent>", as offer.made has it.
std::optional<named_offer> parse_offer(std::string_view id) {
  const auto at = id.find('~');
  if (at == std::string_view::npos) return std::nullopt;
  const auto conversation = domain::parse_conversation_id(id.substr(0, at));
  if (!conversation) return std::nullopt;
  return named_offer{*conversation, {std::string(id.substr(at + 1))}};
}

void answer_offer(call&& c, bool accept) {
  const auto offer = parse_offer(c.arguments.at(0));
  const auto brand = offer ? brand_of_agent(c, offer->agent.value) : std::nullopt;
  if (!brand) return respond_not_found(c.exchange);
  if (!acts_for(c.who, offer->agent.value))
    return respond_forbidden(c.exchange, "answers its own agent's offers only");
  if (!takes_acts(c)) return;
  body_reader body{c.exchange->request().body, {"epoch"}};
  const auto epoch = body.number("epoch");
  if (!epoch && body.ok()) body.wrong("epoch", "is required; the offer has it");
  if (!body.ok()) return body.respond_errors(c.exchange);
  c.ctx->engine->route(
      *brand,
      actors::answer_offer{
          .conversation = offer->conversation, .agent = offer->agent, .epoch = *epoch, .accept = accept},
      [by = c, brand = *brand, id = offer->conversation, accept](actors::routing_result&& r) {
        // What was resolved in the meantime took its offers with it.
        if (r.refused == domain::routing::refusal::unknown_conversation)
          r.refused = domain::routing::refusal::offer_gone;
        if (accept) return respond_routed(by, brand, id, std::move(r));
        if (respond_unrouted(*by.ctx, by.exchange, r)) return;
        http::response none;
        none.status = 204;
        by.exchange->respond(std::move(none));
      });
}

}  // namespace

void accept_offer(call&& c) {
  answer_offer(std::move(c), true);
}

void decline_offer(call&& c) {
  answer_offer(std::move(c), false);
}

}  // namespace switchboard::net::api
