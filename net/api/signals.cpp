// POST /v1/conversations/{id}/read and …/typing: what the customer may see of an agent beside what is said.
#include "actors/platform_client.hpp"
#include "net/api/acting.hpp"
#include "net/api/handlers.hpp"

namespace switchboard::net::api {

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
