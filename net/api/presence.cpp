// Whether an agent is here: the status that he sets, and the sessions of his devices, which last as long as they say so.
#include "domain/json.hpp"
#include "domain/time.hpp"
#include "net/api/body.hpp"
#include "net/api/handlers.hpp"
#include "net/api/random_name.hpp"
#include "net/api/routing.hpp"

namespace switchboard::net::api {

namespace {

using domain::routing::presence_refusal;

void respond_refused(const http::exchange_ptr& x, presence_refusal why) {
  switch (why) {
    case presence_refusal::no_session:
      return respond_problem(x, 404, "no-session", "The session ended",
                             "it was closed, or its heartbeats stopped; open another with POST …/sessions");
    case presence_refusal::too_many_sessions:
      return respond_problem(
          x, 409, "too-many-sessions", "Too many sessions",
          "the agent has as many as routing.sessions_max allows; close one, or wait for its lease");
    case presence_refusal::no_status:
      return respond_wrong_field(x, 422, "unknown-status", "/status", "no [[routing.status]] has this name");
  }
}

/// `then` gets what his owner made of it, where that is something.
void attend(const call& c, const std::string& brand, actors::agent_act what,
            std::function<void(const http::exchange_ptr&, actors::agent_result&&)> then) {
  c.ctx->engine->attend(brand, c.arguments.at(0), std::move(what),
                        [ctx = c.ctx, x = c.exchange, then = std::move(then)](actors::agent_result&& r) {
                          if (r.unknown) return respond_not_found(x);
                          if (r.busy) {
                            return x->respond(come_back("routing-busy", "too many agents' acts wait already",
                                                        retry_after(*ctx)));
                          }
                          if (r.failed) {
                            return x->respond(come_back(
                                "unavailable", "the journal failed; nothing was changed", retry_after(*ctx)));
                          }
                          then(x, std::move(r));
                        });
}

void respond_session(const http::exchange_ptr& x, const std::string& id, const actors::agent_result& r,
                     int status) {
  if (r.refused) return respond_refused(x, *r.refused);
  std::string out;
  domain::json_object o{out};
  o.text("sessionId", id);
  if (r.until) o.text("until", domain::to_rfc3339(*r.until));
  o.raw("agent", r.agent);
  o.end();
  respond_json(x, std::move(out), status);
}

}  // namespace

void set_presence(call&& c) {
  const auto brand = brand_to_act_in(c);
  if (!brand) return;
  body_reader body{c.exchange->request().body, {"status", "staysOnline"}};
  actors::presence_set what{.status = body.text("status"), .stays_online = body.flag("staysOnline")};
  if (body.ok() && !what.status && !what.stays_online)
    body.wrong("status", "give status, staysOnline or both");
  if (!body.ok()) return body.respond_errors(c.exchange);
  attend(c, *brand, std::move(what), [](const http::exchange_ptr& x, actors::agent_result&& r) {
    if (r.refused) return respond_refused(x, *r.refused);
    respond_json(x, std::move(r.agent));
  });
}

void open_session(call&& c) {
  const auto brand = brand_to_act_in(c);
  if (!brand) return;
  const body_reader body{or_empty(c.exchange->request().body), {}};
  if (!body.ok()) return body.respond_errors(c.exchange);
  const auto id = random_name("s_");
  if (!id) {
    return c.exchange->respond(
        come_back("unavailable", "the system gives no random numbers", retry_after(*c.ctx)));
  }
  attend(
      c, *brand, actors::session_opened{*id},
      [id = *id](const http::exchange_ptr& x, actors::agent_result&& r) { respond_session(x, id, r, 201); });
}

void renew_session(call&& c) {
  const auto brand = brand_to_act_in(c);
  if (!brand) return;
  body_reader body{or_empty(c.exchange->request().body), {"active"}};
  const bool active = body.flag("active").value_or(true);
  if (!body.ok()) return body.respond_errors(c.exchange);
  const auto id = c.arguments.at(1);
  attend(c, *brand, actors::session_beat{id, active},
         [id](const http::exchange_ptr& x, actors::agent_result&& r) { respond_session(x, id, r, 200); });
}

/// One that has ended is closed, as was asked.
void close_session(call&& c) {
  const auto brand = brand_to_act_in(c);
  if (!brand) return;
  attend(c, *brand, actors::session_closed{c.arguments.at(1)},
         [](const http::exchange_ptr& x, actors::agent_result&& r) {
           if (r.refused && *r.refused != presence_refusal::no_session) return respond_refused(x, *r.refused);
           http::response none;
           none.status = 204;
           x->respond(std::move(none));
         });
}

}  // namespace switchboard::net::api
