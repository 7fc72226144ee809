#include "domain/json.hpp"
#include "net/admission.hpp"
#include "net/api/event_stream.hpp"
#include "net/api/handlers.hpp"

#include <initializer_list>
#include <utility>

namespace switchboard::net::api {

namespace {

using figures = std::initializer_list<std::pair<std::string_view, std::uint64_t>>;

void respond_text(const http::exchange_ptr& x, int code, std::string text) {
  http::response r;
  r.status = code;
  r.content_type = "text/plain; charset=utf-8";
  r.headers.emplace_back("Cache-Control", "no-store");
  r.body = std::move(text);
  x->respond(std::move(r));
}

}  // namespace

void livez(call&& c) {
  respond_text(c.exchange, 200, "ok\n");
}  // the loop that answers is what is asked for

void readyz(call&& c) {
  const auto state = c.ctx->engine->state();
  const bool ready = state == actors::health::ready;
  std::string text;
  if (c.exchange->request().query_value("verbose")) {
    using actors::health;
    const auto line = [&](std::string_view name, bool good) {
      text += good ? "[+]" : "[-]";
      text += name;
      text += good ? " ok\n" : " failed\n";
    };
    line("journal", state != health::failed);
    line("disk", state != health::disk_low);
    line("views", state != health::overloaded);
    line("accepting", state != health::draining && state != health::starting);
  }
  text += ready ? "ready\n" : std::string(to_word(state)) + "\n";
  respond_text(c.exchange, ready ? 200 : 503, std::move(text));
}

void status(call&& c) {
  const auto s = c.ctx->engine->stats();
  const auto settings = c.ctx->engine->settings();
  const auto http_counters = c.ctx->server->counters();
  std::string body;
  domain::json_object o{body};
  o.text("state", to_word(s.state));
  o.text("version", SWITCHBOARD_VERSION);
  o.text("config", settings->version);
  const auto group = [&](std::string_view name, figures of_it) {
    o.key(name);
    domain::json_object inner{body};
    for (const auto& [figure, value] : of_it) inner.number(figure, value);
    inner.end();
  };
  group("journal", {{"submitted", s.submitted},
                    {"committed", s.committed},
                    {"earliest", s.earliest},
                    {"commits", s.commits},
                    {"bytes", s.journal_bytes}});
  group("views", {{"applied", s.applied}, {"flushed", s.flushed}, {"bytes", s.views_bytes}});
  group("conversations", {{"stored", s.conversations},
                          {"resident", s.resident_conversations},
                          {"woken", s.woken},
                          {"passivated", s.passivated}});
  o.number("duplicates", s.duplicates);
  o.number("deadLetters", s.dead_letters);
  o.number("eventsInFlight", c.ctx->admission->events_in_flight());
  o.number("bytesInFlight", c.ctx->admission->bytes_in_flight());
  o.number("subscribers", c.ctx->stream->subscribers());
  o.number("connections", http_counters.open);
  o.number("freeDiskBytes", s.free_disk_bytes);
  o.end();
  respond_json(c.exchange, std::move(body));
}

void reload(call&& c) {
  // Reading files may block: not on the I/O thread.
  auto x = c.exchange;
  auto* ctx = c.ctx;
  const bool queued = ctx->engine->events().on_reader_thread([x, ctx] {
    const auto [problems, recorded] = ctx->reload();
    if (problems.empty() && !recorded) {
      return x->respond(come_back(
          "reload-unrecorded",
          "configuration " + ctx->engine->settings()->version +
              " is in force, but its config.applied was not durable within " +
              std::to_string(reload_record_max.count()) +
              " s; unless the node ends it follows in the event stream, and the reload may be repeated",
          retry_after(*ctx)));
    }
    if (problems.empty()) {
      std::string body;
      domain::json_object o{body};
      o.text("config", ctx->engine->settings()->version);
      o.end();
      return respond_json(x, std::move(body));
    }
    http::problem p;
    p.status = 422;
    p.slug = "config-refused";
    p.title = "Config refused";
    p.detail = "the running configuration stays; mend what errors names";
    std::string list = "[";
    for (const auto& each : problems) {
      if (list.size() > 1) list += ',';
      domain::json_object e{list};
      e.text("detail", each);
      e.end();
    }
    list += ']';
    p.members.emplace_back("errors", std::move(list));
    x->respond(http::to_response(p));
  });
  if (!queued) x->respond(come_back("too-many-reads", "too much is waiting; try again", retry_after(*ctx)));
}

}  // namespace switchboard::net::api
