#include "domain/json.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"
#include "net/webhook.hpp"

namespace switchboard::net::api {

namespace {

std::optional<domain::dead_letter> find(const call& c, const storage::views& v) {
  auto d = v.find_dead_letter(c.arguments.at(0));
  if (d && !c.who.may_see(d->brand.value)) return std::nullopt;
  return d;
}

/// Taken in again; marked as replayed where something came of it, and all of it could be decided.
void answer_replay(const call& c, const domain::dead_letter& d, actors::ingest_counts counts, bool failed) {
  const auto x = c.exchange;
  const auto unavailable = [x, ctx = c.ctx] {
    x->respond(come_back("unavailable", "the journal failed; nothing was replayed", retry_after(*ctx)));
  };
  if (failed) return unavailable();
  std::string body;
  domain::json_object o{body};
  o.number("events", counts.events);
  o.number("quarantined", counts.quarantined);
  o.end();
  if (counts.events == 0 || counts.undecided > 0) return respond_json(x, std::move(body));
  c.ctx->engine->mark_replayed(d, [x, body = std::move(body), unavailable](bool durable) {
    if (!durable) return unavailable();
    respond_json(x, body);
  });
}

}  // namespace

void list_dead_letters(call&& c) {
  const auto limit = read_limit(c.exchange->request(), 50);
  if (!limit) {
    return respond_problem(c.exchange, 400, "bad-request", "Bad request", "limit is a number from 1 to 1000");
  }
  auto after = c.exchange->request().query_value("cursor").value_or("");
  std::vector<std::string> brands;
  if (!c.who.all_brands) brands = {c.who.brand};
  read(std::move(c), [limit = *limit, after = std::move(after), brands = std::move(brands)](
                         const call& asked, const storage::views& v) {
    respond_page(asked.exchange, "deadLetters",
                 bounded_page(limit, after, [&](std::size_t rows, std::string_view behind) {
                   return v.list_dead_letters(brands, rows, behind);
                 }));
  });
}

void get_dead_letter(call&& c) {
  read(std::move(c), [](const call& asked, const storage::views& v) {
    const auto d = find(asked, v);
    if (!d) return respond_not_found(asked.exchange);
    respond_json(asked.exchange, actors::to_json(*d));
  });
}

void replay_dead_letter(call&& c) {
  read(std::move(c), [](const call& asked, const storage::views& v) {
    const auto d = find(asked, v);
    if (!d) return respond_not_found(asked.exchange);
    if (d->erased) {
      return respond_problem(asked.exchange, 409, "cannot-replay", "Conflict",
                             "its bytes were withdrawn, since they named a customer who was erased");
    }
    const auto began =
        asked.ctx->webhooks->replay(*d, [asked, d = *d](actors::ingest_counts counts, bool failed) {
          answer_replay(asked, d, counts, failed);
        });
    if (began == webhook::replay_start::no_source) {
      respond_problem(
          asked.exchange, 409, "cannot-replay", "Conflict",
          "its source \"" + d->source.value + "\" is not in the config any more; add it, reload, try again");
    } else if (began == webhook::replay_start::full) {
      asked.exchange->respond(come_back("overloaded",
                                        "the engine takes nothing in now; nothing was replayed, try again",
                                        retry_after(*asked.ctx)));
    }
  });
}

}  // namespace switchboard::net::api
