// POST /v1/conversations/{id}/read and …/typing: what the customer may see of an agent beside what is said.
#include "actors/platform_client.hpp"
#include "net/api/acting.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"

namespace switchboard::net::api {

namespace {

/// `go` with the id that the path names, and what its thread is about now, if the caller may act in it; else answered.
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

}  // namespace

void mark_read(call&& c) {
  with_conversation(
      std::move(c), [](const call& by, const domain::conversation_id& id, const domain::conversation& at) {
        by.ctx->engine->execute(at.brand.value, domain::mark_read{id},
                                [ctx = by.ctx, x = by.exchange, at](actors::command_result&& r) {
                                  const bool done = !r.refused && !r.failed && !r.undecided;
                                  if (done && at.unread > 0)
                                    ctx->engine->signal(actors::thread_signal::read, at);
                                  respond_result(*ctx, x, std::move(r), false);
                                });
      });
}

void show_typing(call&& c) {
  with_conversation(std::move(c),
                    [](const call& by, const domain::conversation_id&, const domain::conversation& at) {
                      by.ctx->engine->signal(actors::thread_signal::typing, at);
                      http::response none;
                      none.status = 204;
                      by.exchange->respond(std::move(none));
                    });
}

}  // namespace switchboard::net::api
