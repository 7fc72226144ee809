// GET /v1/accounts: the accounts of the caller's brands, and whether each can do its work.
#include "domain/json.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"

#include <algorithm>

namespace switchboard::net::api {

namespace {

void append_account(std::string& out, const config::account_settings& a, const std::string& health) {
  domain::json_object o{out};
  o.text("id", a.id.value);
  o.text("brand", a.brand.value);
  o.text("platform", to_word(a.platform));
  o.text("platformId", a.platform_id);
  o.text("source", a.source.value);
  o.boolean("sends", !a.access_token.empty());
  if (!health.empty()) o.raw("health", health);
  o.end();
}

}  // namespace

void list_accounts(call&& c) {
  auto brands = visible_brands(c.who, *c.ctx->engine);
  const auto settings = c.ctx->engine->settings();
  read(std::move(c), [brands = std::move(brands), settings](const call& by, const storage::views& v) {
    std::string out = R"({"accounts":[)";
    for (const auto& a : settings->accounts) {
      if (std::find(brands.begin(), brands.end(), a.brand.value) == brands.end()) continue;
      if (out.back() != '[') out += ',';
      append_account(out, a, v.account_health(a.id.value));
    }
    respond_json(by.exchange, out + "]}");
  });
}

}  // namespace switchboard::net::api
