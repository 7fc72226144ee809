#include "net/api/tickets.hpp"

#include "domain/json.hpp"
#include "net/api/random_name.hpp"
#include "net/api/router.hpp"

#include <algorithm>

namespace switchboard::net::api {

expected<ticket_office::ticket, ticket_office::refusal> ticket_office::issue(const caller& who,
                                                                             std::chrono::seconds ttl,
                                                                             std::size_t tickets_max) {
  auto name = random_name("t_");
  if (!name) return unexpected{refusal::no_random};
  ticket t{*std::move(name), ttl};

  const std::lock_guard lock{mutex_};
  const auto now = now_();
  const auto share = std::max(tickets_of_a_token_min, tickets_max / token_share);
  const auto refuses = [&]() -> std::optional<refusal> {
    if (issued_.size() >= tickets_max) return refusal::all_out;
    const auto mine = of_token_.find(who.token_sha256);
    if (mine != of_token_.end() && mine->second >= share) return refusal::token_over_share;
    return std::nullopt;
  };
  // Those that nobody came with are looked for only when there is no room.
  if (refuses()) {
    std::erase_if(issued_, [&](const auto& e) {
      if (e.second.until > now) return false;
      forget(e.second.who.token_sha256);
      return true;
    });
  }
  if (const auto why = refuses()) return unexpected{*why};
  issued_.emplace(token_digest(t.text), issued{who, now + ttl});
  ++of_token_[who.token_sha256];
  return t;
}

void ticket_office::forget(std::string_view token) {
  const auto found = of_token_.find(std::string(token));
  if (found != of_token_.end() && --found->second == 0) of_token_.erase(found);
}

std::optional<caller> ticket_office::redeem(std::string_view text) {
  const auto digest = token_digest(text);
  const std::lock_guard lock{mutex_};
  const auto found = issued_.find(digest);
  if (found == issued_.end()) return std::nullopt;
  auto taken = std::move(found->second);
  issued_.erase(found);
  forget(taken.who.token_sha256);
  if (taken.until <= now_()) return std::nullopt;
  return std::move(taken.who);
}

namespace {

http::response refused(ticket_office::refusal why, std::chrono::seconds after) {
  if (why != ticket_office::refusal::token_over_share) {
    return come_back("too-many-tickets", "too many tickets are outstanding; try again in a moment", after);
  }
  http::problem p;
  p.status = 429;
  p.slug = "too-many-tickets";
  p.title = "Too many requests";
  p.detail = "this token has too many unused tickets; use them, or wait until they are over";
  auto r = http::to_response(p);
  r.headers.emplace_back("Retry-After", std::to_string(after.count()));
  return r;
}

}  // namespace

void issue_ticket(call&& c) {
  const auto settings = c.ctx->engine->settings();
  const auto t = c.ctx->tickets->issue(c.who, settings->limits.ticket_ttl, settings->limits.tickets_max);
  if (!t) return c.exchange->respond(refused(t.error(), retry_after(*c.ctx)));
  std::string body;
  domain::json_object o{body};
  o.text("ticket", t->text);
  o.number("expiresInSeconds", static_cast<std::uint64_t>(t->ttl.count()));
  o.end();
  respond_json(c.exchange, std::move(body), 201);
}

}  // namespace switchboard::net::api
