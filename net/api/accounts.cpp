// GET /v1/accounts: the accounts of the caller's brands, and whether each can do its work. POST /v1/accounts/{id}/sync: what its
// platform still has of its past.
#include "domain/json.hpp"
#include "net/api/acting.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"
#include "net/backfill.hpp"

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

void respond_synced(const http::exchange_ptr& x, const std::string& account, const backfill_outcome& o) {
  if (o.pages == 0) {
    const std::string what = "account \"" + account + "\": " + o.failure;
    if (o.no_access)
      return respond_problem(x, 409, "account-has-no-access", "The platform refuses its token", what);
    return respond_problem(x, 502, "sync-failed", "Its platform gave no history", what);
  }
  std::string out;
  domain::json_object j{out};
  j.text("account", account);
  j.boolean("complete", o.complete);
  j.number("pages", std::uint64_t{o.pages});
  j.number("elements", std::uint64_t{o.elements});
  j.number("skipped", std::uint64_t{o.skipped});
  j.number("events", std::uint64_t{o.events});
  j.number("quarantined", std::uint64_t{o.quarantined});
  j.text_if("detail", o.failure);
  j.end();
  respond_json(x, std::move(out));
}

void respond_not_begun(const call& c, const config::account_settings& a, backfill::start why) {
  const std::string name = "account \"" + a.id.value + "\"";
  switch (why) {
    case backfill::start::no_token:
      return respond_problem(c.exchange, 409, "account-has-no-access", "The account has no token",
                             name + " has no access_token; add one to its [[account]] and reload");
    case backfill::start::running:
      return respond_problem(c.exchange, 409, "sync-running", "It is under way",
                             name + " is being synchronised");
    case backfill::start::full:
      return c.exchange->respond(come_back(
          "sync-busy", "as many accounts are synchronised as limits.syncs_max allows", retry_after(*c.ctx)));
    case backfill::start::no_history:
    case backfill::start::begun:
      break;
  }
  const bool always = a.platform == domain::platform::bluesky;
  respond_problem(c.exchange, 409, "no-history", "Its platform has no history",
                  always ? "Bluesky is read all the time; nothing is to be fetched for " + name
                         : std::string(to_word(a.platform)) + " gives no past messages to anybody; " + name +
                               " has what was delivered");
}

}  // namespace

void sync_account(call&& c) {
  const auto settings = c.ctx->engine->settings();
  const auto* const a = settings->find_account(c.arguments.at(0));
  if (a == nullptr || (!c.who.all_brands && c.who.brand != a->brand.value))
    return respond_not_found(c.exchange);
  if (!takes_acts(c)) return;
  const auto begun = c.ctx->backfill->sync(
      settings, a->id.value, *c.ctx->engine, *c.ctx->webhooks,
      [x = c.exchange, id = a->id.value](backfill_outcome&& o) { respond_synced(x, id, o); });
  if (begun != backfill::start::begun) respond_not_begun(c, *a, begun);
}

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
