#include "net/api/acting.hpp"
#include "net/api/body.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"

namespace switchboard::net::api {

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
  body_reader body{c.exchange->request().body,
                   {"status", "priority", "tags", "snoozeUntil", "language", "customerAttributes"}};
  domain::patch p;
  p.id = *id;
  p.status = read_word<domain::conversation_status>(body, "status");
  p.priority = read_word<domain::priority>(body, "priority");
  p.tags = body.texts("tags");
  p.snooze_until = body.time("snoozeUntil");
  p.language = body.text("language");
  p.customer_attributes = body.texts_by_name("customerAttributes");
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
