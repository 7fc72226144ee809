// How the brand's webhooks fare, what came of each delivery, and once more what was given up or lost.
#include "domain/event.hpp"
#include "domain/json.hpp"
#include "net/api/body.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"
#include "net/client/webhook_signing.hpp"

#include <algorithm>
#include <charconv>

namespace switchboard::net::api {
namespace {

using domain::webhooks::outcome;

constexpr std::size_t ids_max = 1'000;

std::string json_of(const actors::webhook_figures& f) {
  std::string json;
  domain::json_object o{json};
  o.text("id", f.id);
  o.text("brand", f.brand);
  o.text("state", !f.enabled ? "disabled" : f.gone ? "gone" : f.failing ? "failing" : "delivering");
  o.number("waiting", f.waiting);
  o.number("underWay", f.under_way);
  if (f.oldest) o.text("waitingSince", domain::to_rfc3339(*f.oldest));
  o.number("delivered", f.delivered);
  o.number("failedAttempts", f.failed);
  o.number("givenUp", f.given_up);
  if (f.last_at) o.text("lastAttemptAt", domain::to_rfc3339(*f.last_at));
  if (f.last_status != 0) o.number("lastStatus", std::uint64_t{f.last_status});
  o.text_if("lastError", f.last_error);
  o.end();
  return json;
}

std::string json_of(std::string_view webhook, const storage::delivery_row& row) {
  const auto& a = row.last;
  std::string json;
  domain::json_object o{json};
  o.text("id", client::webhook_message_id(webhook, a.event));
  o.text("type", domain::to_word(a.type));
  if (a.conversation.ordinal != 0) o.text("conversationId", domain::to_text(a.conversation));
  o.text("status", domain::webhooks::to_word(a.what));
  o.number("attempts", std::uint64_t{a.tries});
  if (a.status != 0) o.number("httpStatus", std::uint64_t{a.status});
  o.text_if("error", a.error);
  o.text("firstDueAt", domain::to_rfc3339(a.first));
  o.text("at", domain::to_rfc3339(row.at));
  if (a.next) o.text("nextAttemptAt", domain::to_rfc3339(*a.next));
  o.end();
  return json;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
  return wrong == std::errc{} && end == text.data() + text.size() && n > 0 ? std::optional(n) : std::nullopt;
}

/// The place in the log that a webhook-id of this webhook's is made of.
std::optional<std::uint64_t> event_of(std::string_view webhook, std::string_view id) {
  const auto n = number_in(id.substr(std::min(id.size(), id.rfind('_') + 1)));
  return n && client::webhook_message_id(webhook, *n) == id ? n : std::nullopt;
}

/// The config's webhook that the path names; nullptr (answered): there is none that the caller may see.
const config::webhook_settings* webhook_of(const call& c, const config::settings& s) {
  const auto* const w = s.find_webhook(c.arguments.at(0));
  if (w != nullptr && c.who.may_see(w->brand.value)) return w;
  respond_not_found(c.exchange);
  return nullptr;
}

void answer_replayed(const call& c, actors::webhook_replayed&& r) {
  using end = actors::webhook_replayed::end;
  if (r.what == end::no_webhook) {
    return respond_problem(c.exchange, 409, "cannot-replay", "Conflict",
                           "the webhook is not enabled; enable it, reload, try again");
  }
  if (r.what == end::failed) {
    return c.exchange->respond(
        come_back("unavailable", "the journal failed; ask again", retry_after(*c.ctx)));
  }
  std::string json;
  domain::json_object o{json};
  o.number("queued", std::uint64_t{r.events});
  if (r.more) o.text("cursor", std::to_string(*r.more));
  o.end();
  respond_json(c.exchange, std::move(json), 202);
}

/// The events that nobody took yet, though they were tried, first due from … to, in the log's order.
std::vector<storage::log_sequence> not_taken(const storage::views& v, const actors::webhook_replay& asked) {
  std::vector<storage::log_sequence> events;
  v.each_delivery(asked.brand, asked.webhook, storage::every_delivery, [&](storage::delivery_row&& row) {
    if (row.last.event <= asked.after) return false;
    const auto first = row.last.first;
    const bool failed = row.last.what == outcome::given_up || row.last.what == outcome::failed;
    if (failed && first >= asked.from && first <= asked.to) {
      events.push_back(row.last.event);
    }
    return true;
  });
  std::reverse(events.begin(), events.end());
  return events;
}

/// Which events a body asks for; nullopt: answered.
struct wanted {
  actors::webhook_replay what;
  bool by_rows = false;  ///< of what failed
};
std::optional<wanted> read_wanted(const call& c, const config::webhook_settings& w) {
  body_reader b(c.exchange->request().body, {"ids", "from", "to", "status", "cursor"});
  wanted asked{.what = {.brand = w.brand.value, .webhook = w.id, .events = {}, .from = {}, .to = {}}};
  const auto ids = b.texts("ids");
  const auto from = b.time("from"), to = b.time("to");
  const auto status = b.text("status").value_or("failed");
  const auto cursor = b.text("cursor");
  if (status != "failed" && status != "all") b.wrong("status", "must be failed or all");
  if (ids && (from || to)) b.wrong("ids", "goes without from and to");
  if (!ids && !from && b.ok()) b.wrong("from", "is required where there are no ids");
  if (ids && (ids->empty() || ids->size() > ids_max)) b.wrong("ids", "must have 1 to 1000 ids");
  if (from && to && *to < *from) b.wrong("to", "must not be before from");
  if (cursor) {
    const auto place = number_in(*cursor);
    if (!place) b.wrong("cursor", "is none that an answer had");
    asked.what.after = place.value_or(0);
  }
  for (const auto& id : ids.value_or(std::vector<std::string>{})) {
    const auto event = event_of(w.id, id);
    if (!event) {
      b.wrong("ids", "must be webhook-ids of this webhook, as its deliveries have them");
      break;
    }
    asked.what.events.push_back(*event);
  }
  if (!b.ok()) {
    b.respond_errors(c.exchange);
    return std::nullopt;
  }
  std::sort(asked.what.events.begin(), asked.what.events.end());
  asked.what.from = from.value_or(domain::timestamp{});
  asked.what.to = to.value_or(domain::timestamp::max());
  asked.by_rows = !ids && status == "failed";
  return asked;
}

}  // namespace

void list_webhooks(call&& c) {
  std::vector<std::string> brands;
  std::string json = "{\"webhooks\":[";
  if (read_brands(c, brands)) {
    const char* between = "";
    for (const auto& f : c.ctx->engine->webhooks()) {
      if (std::ranges::find(brands, f.brand) == brands.end()) continue;
      json += std::exchange(between, ",") + json_of(f);
    }
  }
  respond_json(c.exchange, std::move(json) + "]}");
}

void get_webhook(call&& c) {
  const auto settings = c.ctx->engine->settings();
  const auto* const w = webhook_of(c, *settings);
  if (w == nullptr) return;
  for (const auto& f : c.ctx->engine->webhooks()) {
    if (f.id == w->id && f.brand == w->brand.value) return respond_json(c.exchange, json_of(f));
  }
  actors::webhook_figures fresh;  // of this moment's config; who delivers has it in the next
  fresh.id = w->id;
  fresh.brand = w->brand.value;
  fresh.enabled = w->enabled;
  respond_json(c.exchange, json_of(fresh));
}

void list_deliveries(call&& c) {
  const auto settings = c.ctx->engine->settings();
  const auto* const w = webhook_of(c, *settings);
  if (w == nullptr) return;
  const auto& r = c.exchange->request();
  const auto wrong = [&c](std::string detail) {
    respond_problem(c.exchange, 400, "bad-request", "Bad request", std::move(detail));
  };
  std::vector<outcome> states;
  for (const auto& word : r.query_all("status")) {
    const auto state = domain::webhooks::outcome_from_word(word);
    if (!state) return wrong("status is delivered, failed, given_up or waiting");
    states.push_back(*state);
  }
  const auto limit = read_limit(r, 100);
  if (!limit) return wrong("limit is a number from 1 to 1000");
  auto before = storage::every_delivery;
  if (const auto cursor = r.query_value("cursor")) {
    const auto place = number_in(*cursor);
    if (!place) return wrong("the cursor is not of a page of this list");
    before = *place;
  }
  read(std::move(c), [brand = w->brand.value, id = w->id, states = std::move(states), limit = *limit, before](
                         const call& asked, const storage::views& v) {
    storage::page page;
    storage::log_sequence last = before;
    v.each_delivery(brand, id, before, [&](storage::delivery_row&& row) {
      if (!states.empty() && std::ranges::find(states, row.last.what) == states.end()) return true;
      if (page.rows.size() == limit) {
        page.next = std::to_string(last);
        return false;
      }
      page.rows.push_back(json_of(id, row));
      last = row.last.event;
      return true;
    });
    respond_page(asked.exchange, "deliveries", page);
  });
}

void replay_deliveries(call&& c) {
  const auto settings = c.ctx->engine->settings();
  const auto* const w = webhook_of(c, *settings);
  if (w == nullptr) return;
  auto asked = read_wanted(c, *w);
  if (!asked) return;
  const auto go = [](const call& by, actors::webhook_replay&& what) {
    by.ctx->engine->replay_deliveries(
        std::move(what), [by](actors::webhook_replayed&& r) { answer_replayed(by, std::move(r)); });
  };
  if (!asked->by_rows) return go(c, std::move(asked->what));
  read(std::move(c), [go, what = std::move(asked->what)](const call& by, const storage::views& v) {
    auto these = what;
    these.events = not_taken(v, what);
    if (these.events.empty()) return answer_replayed(by, {});
    go(by, std::move(these));
  });
}

}  // namespace switchboard::net::api
