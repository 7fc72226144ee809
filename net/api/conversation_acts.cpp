#include "domain/json.hpp"
#include "net/api/acting.hpp"
#include "net/api/body.hpp"
#include "net/api/handlers.hpp"
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

namespace {

/// Finds the conversation's brand among those that the caller may see, then lets its owner decide.
void act(call&& c, domain::conversation_id id, domain::command&& what, bool note) {
  if (!takes_acts(c)) return;
  const auto run = [note](const call& by, const std::string& brand, domain::command&& cmd) {
    by.ctx->engine->execute(brand, std::move(cmd),
                            [ctx = by.ctx, x = by.exchange, note](actors::command_result&& r) {
                              respond_result(*ctx, x, std::move(r), note);
                            });
  };
  if (!c.who.all_brands) return run(c, c.who.brand, std::move(what));
  auto brands = visible_brands(c.who, *c.ctx->engine);
  auto shared = std::make_shared<domain::command>(std::move(what));
  read(std::move(c),
       [id, brands = std::move(brands), shared, run](const call& asked, const storage::views& v) {
         const auto brand = brand_of(v, brands, id);
         if (!brand) return respond_not_found(asked.exchange);
         run(asked, *brand, std::move(*shared));
       });
}

/// If-Match: "7" or 7. False (answered) where it is neither.
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

template <class Enum>
std::optional<Enum> read_word(body_reader& body, std::string_view name) {
  const auto text = body.text(name);
  if (!text) return std::nullopt;
  const auto value = domain::from_word<Enum>(*text);
  if (!value) body.wrong(name, "\"" + *text + "\" is none that exists");
  return value;
}

}  // namespace

void patch_conversation(call&& c) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  body_reader body{c.exchange->request().body, {"status", "priority", "tags", "snoozeUntil"}};
  domain::patch p;
  p.id = *id;
  p.status = read_word<domain::conversation_status>(body, "status");
  p.priority = read_word<domain::priority>(body, "priority");
  p.tags = body.texts("tags");
  p.snooze_until = body.time("snoozeUntil");
  if (!body.ok()) return body.respond_errors(c.exchange);
  if (!read_if_match(c, p.if_version)) return;
  act(std::move(c), *id, std::move(p), false);
}

void add_note(call&& c) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  body_reader body{c.exchange->request().body, {"content"}};
  domain::add_note n;
  n.id = *id;
  if (!body.has("content") && body.ok()) body.wrong("content", "is required");
  n.content = body.text("content").value_or("");
  // A token that is no agent's speaks for its role.
  n.author = c.who.agent.value.empty() ? std::string(to_word(c.who.role)) : c.who.agent.value;
  if (!body.ok()) return body.respond_errors(c.exchange);
  act(std::move(c), *id, std::move(n), true);
}

}  // namespace switchboard::net::api
