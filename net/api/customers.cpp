#include "domain/json.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"

namespace switchboard::net::api {

void get_customer(call&& c) {
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [brands = std::move(brands)](const call& asked, const storage::views& v) {
    for (const auto& b : brands) {
      if (auto json = v.customer_json(b, asked.arguments.at(0)))
        return respond_json(asked.exchange, std::move(*json));
    }
    respond_not_found(asked.exchange);
  });
}

namespace {

/// 202 as long as files still hold what nobody can read any more, 204 once they don't: whoever wants to know asks
/// again.
void answer_erase(const call& asked, actors::erase_state s) {
  const auto& x = asked.exchange;
  switch (s) {
    case actors::erase_state::pending: {
      std::string body;
      domain::json_object o{body};
      o.text("id", asked.arguments.at(0));
      o.text("state", "pending");
      o.end();
      return respond_json(x, std::move(body), 202);
    }
    case actors::erase_state::done: {
      http::response r;
      r.status = 204;
      return x->respond(std::move(r));
    }
    case actors::erase_state::not_found:
      return respond_not_found(x);
    case actors::erase_state::busy:
      return x->respond(come_back("overloaded", "too many erasures are waiting; try again in a moment",
                                  retry_after(*asked.ctx)));
    case actors::erase_state::failed:
      return x->respond(come_back(
          "unavailable", "the engine is ending; what was promised is kept at its next start, ask again then",
          retry_after(*asked.ctx)));
  }
}

}  // namespace

void erase_customer(call&& c) {
  const auto state = c.ctx->engine->state();
  if (state == actors::health::failed || state == actors::health::disk_low) {
    return c.exchange->respond(come_back("unavailable", to_word(state), retry_after(*c.ctx)));
  }
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [brands = std::move(brands)](const call& asked, const storage::views& v) {
    const auto& id = asked.arguments.at(0);
    for (const auto& b : brands) {
      if (!v.customer_json(b, id) && !v.find_erasure(b, id)) continue;
      return asked.ctx->engine->erase(b, id, [asked](actors::erase_state s) { answer_erase(asked, s); });
    }
    respond_not_found(asked.exchange);
  });
}

void list_customer_conversations(call&& c) {
  const auto limit = read_limit(c.exchange->request(), 50);
  if (!limit) {
    return respond_problem(c.exchange, 400, "bad-request", "Bad request", "limit is a number from 1 to 1000");
  }
  auto after = c.exchange->request().query_value("cursor").value_or("");
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [limit = *limit, after = std::move(after), brands = std::move(brands)](
                         const call& asked, const storage::views& v) {
    for (const auto& b : brands) {
      if (!v.customer_json(b, asked.arguments.at(0))) continue;
      return respond_page(asked.exchange, "conversations",
                          bounded_page(limit, after, [&](std::size_t rows, std::string_view behind) {
                            return v.list_customer_conversations(b, asked.arguments.at(0), rows, behind);
                          }));
    }
    respond_not_found(asked.exchange);
  });
}

}  // namespace switchboard::net::api
