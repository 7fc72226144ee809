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
