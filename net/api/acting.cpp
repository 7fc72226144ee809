#include "net/api/acting.hpp"

#include "domain/json.hpp"
#include "net/api/reading.hpp"

#include <charconv>

namespace switchboard::net::api {

namespace {

/// With what an agent's screen needs to say so, and to offer what is possible instead.
void respond_not_now(const http::exchange_ptr& x, const domain::refused& why) {
  http::problem p;
  p.status = 409;
  p.slug = "window-closed";
  p.title = "The messaging window is closed";
  if (why.why == domain::refusal::replied_privately) {
    p.slug = "replied-privately";
    p.title = "The comment has had its private reply";
  }
  p.detail = why.detail;
  if (why.closed_at) p.members.emplace_back("closedAt", '"' + domain::to_rfc3339(*why.closed_at) + '"');
  std::string allowed = "[";
  for (const auto& way : why.allowed) {
    if (allowed.size() > 1) allowed += ',';
    domain::append_json_string(allowed, way);
  }
  p.members.emplace_back("allowed", allowed + ']');
  x->respond(http::to_response(p));
}

void respond_refused(const http::exchange_ptr& x, const domain::refused& why) {
  switch (why.why) {
    case domain::refusal::not_found:
      return respond_not_found(x);
    case domain::refusal::stale_version:
      return respond_problem(x, 409, "version-stale", "Conflict", why.detail);
    case domain::refusal::superseded:
      return respond_problem(x, 409, "conversation-superseded", "Conflict", why.detail);
    case domain::refusal::invalid:
    case domain::refusal::nothing_to_answer:
      return respond_problem(x, 422, "invalid-change", "Unprocessable", why.detail);
    case domain::refusal::window_closed:
    case domain::refusal::replied_privately:
      return respond_not_now(x, why);
    case domain::refusal::too_many:
      return respond_problem(x, 429, "too-many-replies", "Too many replies", why.detail);
    case domain::refusal::no_room:
      return respond_problem(x, 503, "outbox-full", "Come back later", why.detail);
  }
}

}  // namespace

bool takes_acts(const call& c) {
  const auto state = c.ctx->engine->state();
  if (state != actors::health::failed && state != actors::health::disk_low) return true;
  c.exchange->respond(come_back("unavailable", to_word(state), retry_after(*c.ctx)));
  return false;
}

void respond_result(const context& ctx, const http::exchange_ptr& x, actors::command_result&& r, bool note) {
  if (r.refused || r.failed || r.undecided) return respond_act(ctx, x, std::move(r));
  http::response ok;
  ok.status = note ? 201 : 200;
  ok.content_type = "application/json";
  ok.headers.emplace_back("ETag", "\"" + std::to_string(r.version) + "\"");
  ok.body = note ? std::move(r.messages.back()) : std::move(r.conversation);
  x->respond(std::move(ok));
}

void respond_act(const context& ctx, const http::exchange_ptr& x, actors::command_result&& r) {
  if (r.refused) return respond_refused(x, *r.refused);
  if (r.failed) {
    return x->respond(come_back("unavailable", "the journal failed; nothing was changed", retry_after(ctx)));
  }
  respond_problem(x, 500, "internal", "Internal error", "the act could not be decided; nothing was changed");
}

bool read_if_match(const call& c, std::optional<std::uint64_t>& out) {
  auto text = c.exchange->request().find("if-match").value_or(std::string_view{});
  if (text.empty() || text == "*") return true;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  std::uint64_t version = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (bad != std::errc{} || end != text.data() + text.size()) {
    respond_problem(c.exchange, 400, "bad-request", "Bad request",
                    "If-Match is the conversation's version, e.g. \"7\"");
    return false;
  }
  out = version;
  return true;
}

void with_conversation(
    call&& c,
    std::function<void(const call&, const domain::conversation_id&, const domain::conversation&)> go) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  if (!takes_acts(c)) return;
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c),
       [id = *id, brands = std::move(brands), go = std::move(go)](const call& by, const storage::views& v) {
         const auto brand = brand_of(v, brands, id);
         const auto thread = brand ? v.load_thread(*brand, id.thread) : std::nullopt;
         if (!thread) return respond_not_found(by.exchange);
         go(by, id, thread->current);
       });
}

}  // namespace switchboard::net::api
