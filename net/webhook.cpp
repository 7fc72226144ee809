#include "net/webhook.hpp"

#include "actors/wall_clock.hpp"
#include "domain/json.hpp"
#include "domain/kill_point.hpp"
#include "net/log.hpp"

#include <algorithm>
#include <optional>

namespace switchboard::net {

namespace {

/// What a chunked body is taken to weigh at first; it takes more as it grows.
constexpr std::uint64_t chunked_first_bytes = 64 << 10;

/// A webhook waiting for its events to be durable; holds what they occupy.
struct webhook_ticket final : actors::ticket {
  http::exchange_ptr exchange;  ///< null for a replay
  domain::histogram* duration = nullptr;
  std::function<void(actors::ingest_counts, bool)> replayed;
  std::string replayed_raw;  ///< must live as long as the ticket, as the exchange's body does
  std::int64_t taken_ms = admission::coarse_ms();
  admission::credit whole;
  admission::credit first_brand;
  std::vector<admission::credit> other_brands;
};

platforms::kind platform_kind(config::source_kind k) {
  switch (k) {
    case config::source_kind::meta:
      return platforms::kind::meta;
    case config::source_kind::telegram:
      return platforms::kind::telegram;
    case config::source_kind::x:
      return platforms::kind::x;
    case config::source_kind::linkedin:
      return platforms::kind::linkedin;
    case config::source_kind::bluesky:
      break;
  }
  return platforms::kind::bluesky;
}

shed_reason reason_of(actors::health h) {
  switch (h) {
    case actors::health::starting:
      return shed_reason::starting;
    case actors::health::draining:
      return shed_reason::draining;
    case actors::health::disk_low:
      return shed_reason::disk_low;
    case actors::health::overloaded:
      return shed_reason::views_lag;
    case actors::health::ready:
    case actors::health::failed:
      break;
  }
  return shed_reason::node_failed;
}

http::response refusal(int status, std::string_view slug, std::string_view title, std::string_view detail) {
  http::problem p;
  p.status = status;
  p.slug = slug;
  p.title = title;
  p.detail = detail;
  return http::to_response(p);
}

/// How many events of the body fall to each brand; events of unknown accounts weigh on nobody's share.
struct brand_count {
  const domain::brand_id* brand;
  std::uint64_t events;
};
std::vector<brand_count> brands_of(const config::settings& s, std::string_view source,
                                   const domain::unpacked_body& body) {
  std::vector<brand_count> out;
  for (const auto& e : body.events) {
    const auto* account = s.find_account(source, e.platform, e.account_platform_id);
    if (!account) continue;
    const auto found = std::find_if(out.begin(), out.end(),
                                    [&](const brand_count& c) { return *c.brand == account->brand; });
    if (found == out.end()) {
      out.push_back({&account->brand, 1});
    } else {
      ++found->events;
    }
  }
  return out;
}

}  // namespace

std::string_view to_word(shed_reason r) {
  constexpr std::array<std::string_view, shed_reasons> words{"credit",      "brand_share",  "views_lag",
                                                             "disk_low",    "draining",     "starting",
                                                             "node_failed", "commit_failed"};
  return words.at(static_cast<std::size_t>(r));
}

webhook::webhook(admission& a, config::settings_ptr s) : admission_(a) {
  apply_settings(std::move(s));
}

void webhook::apply_settings(config::settings_ptr s) {
  auto t = std::make_shared<table>();
  for (const auto& source : s->sources) {
    source_entry e;
    e.source = &source;
    e.functions = &platforms::functions_of(platform_kind(source.kind));
    for (const auto& app : source.applications) {
      e.applications.push_back({app.id, app.secrets});
      if (e.every_secret.empty()) e.every_secret = source.secrets;
      e.every_secret.insert(e.every_secret.end(), app.secrets.begin(), app.secrets.end());
    }
    for (const auto& a : s->accounts) {
      if (a.source == source.id) {
        e.account_hint = a.platform_id;
        break;
      }
    }
    t->sources.emplace(source.id.value, std::move(e));
  }
  t->settings = std::move(s);
  table_.store(std::move(t), std::memory_order_release);
}

const webhook::source_entry* webhook::find(const table& t, std::string_view path) {
  const auto found = t.sources.find(path.substr(prefix.size()));
  // Nobody posts to a source without secrets: what it gets we read ourselves (Bluesky).
  return found == t.sources.end() || found->second.secrets().empty() ? nullptr : &found->second;
}

http::response webhook::shed(shed_reason why, int status, std::string_view slug, std::string_view detail) {
  counters_.shed[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  auto r = refusal(status, slug, status == 429 ? "Too many requests" : "Service unavailable", detail);
  const auto t = table_.load(std::memory_order_acquire);
  r.headers.emplace_back("Retry-After", std::to_string(t->settings->limits.retry_after.count()));
  return r;
}

http::response webhook::full() {
  return shed(shed_reason::credit, 503, "overloaded",
              "the engine is full; nothing was stored, deliver again");
}

/// The credit of one body on its way in, and of the one event that it is taken to hold.
class webhook::body_permit final : public http::permit {
 public:
  body_permit(webhook& to, admission::credit c) : to_(to), credit_(std::move(c)) {}
  std::optional<http::response> cover(std::uint64_t bytes) override {
    if (to_.admission_.grow(credit_, bytes)) return std::nullopt;
    return to_.full();
  }

 private:
  webhook& to_;
  admission::credit credit_;
};

http::body_verdict webhook::head(const http::request& r, std::uint64_t announced, bool chunked) {
  http::body_verdict v;
  // The same for every name: what a path can take does not depend on whether it leads anywhere.
  const bool handshake = r.method == http::method::get || r.method == http::method::head;
  if (!handshake && r.method != http::method::post) {
    v.refuse = refusal(405, "method-not-allowed", "Method not allowed", "a webhook takes GET, HEAD and POST");
    v.refuse->headers.emplace_back("Allow", "GET, HEAD, POST");
    return v;
  }
  const auto t = table_.load(std::memory_order_acquire);
  if (!find(*t, r.path)) {
    counters_.unknown_source.fetch_add(1, std::memory_order_relaxed);
    v.refuse = refusal(404, "not-found", "Not found", "no such source");
    return v;
  }
  v.never_shed = handshake;
  if (handshake) return v;
  v.body_bytes_max = t->settings->limits.webhook_body_bytes_max;
  if (announced > v.body_bytes_max) return v;  // the server answers 413
  const auto state = engine_ ? engine_->state() : actors::health::starting;
  if (state != actors::health::ready) {
    v.refuse = shed(reason_of(state), 503, "unavailable", to_word(state));
    return v;
  }
  const bool room = chunked || admission_.has_room_for_body(announced);
  auto credit = room ? admission_.take(1, chunked ? chunked_first_bytes : announced) : admission::credit{};
  if (!credit) {
    v.refuse = full();
    return v;
  }
  v.permit = std::make_shared<body_permit>(*this, std::move(credit));
  return v;
}

void webhook::handle(const http::exchange_ptr& x) {
  const auto t = table_.load(std::memory_order_acquire);
  const auto* s = find(*t, x->request().path);
  if (!s) return x->respond(refusal(404, "not-found", "Not found", "no such source"));
  if (x->request().method == http::method::post) return receive(x, *t, *s);
  handshake(x, *s);
}

void webhook::handshake(const http::exchange_ptr& x, const source_entry& s) {
  const auto& r = x->request();
  // Owned first, viewed then: the views must not move.
  std::string_view rest = r.query;
  std::vector<std::pair<std::string, std::string>> decoded;
  while (!rest.empty() && decoded.size() < 32) {
    const auto end = rest.find('&');
    const auto pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto eq = pair.find('=');
    auto name = http::percent_decode(pair.substr(0, eq));
    auto value =
        http::percent_decode(eq == std::string_view::npos ? std::string_view{} : pair.substr(eq + 1));
    if (name && value) decoded.emplace_back(std::move(*name), std::move(*value));
  }
  std::vector<platforms::field> query;
  for (const auto& [name, value] : decoded) query.push_back({name, value});
  auto answer = s.functions->handshake(
      query,
      {.verify_token = s.source->verify_token, .secrets = s.source->secrets, .applications = s.applications});
  auto& counter = answer.status == 200 ? counters_.handshakes : counters_.handshakes_refused;
  counter.fetch_add(1, std::memory_order_relaxed);
  if (answer.status != 200) {
    log::write_rarely(log::level::warning, "handshake-refused", "a platform's handshake was refused",
                      {{"source", s.source->id.value}, {"status", std::to_string(answer.status)}});
    return x->respond(answer.status == 403
                          ? refusal(403, "forbidden", "Forbidden", answer.body)
                          : refusal(answer.status, "bad-request", "Bad request", answer.body));
  }
  if (on_handshake_) on_handshake_(s.source->id.value);
  http::response ok;
  ok.content_type = std::move(answer.content_type);
  ok.body = std::move(answer.body);
  x->respond(std::move(ok));
}

void webhook::receive(const http::exchange_ptr& x, const table& t, const source_entry& s) {
  const auto& r = x->request();
  thread_local std::vector<platforms::field> headers;
  headers.clear();
  for (const auto& h : r.headers) headers.push_back({h.name, h.value});
  if (!s.functions->verify(headers, r.body, s.secrets())) {
    counters_.unsigned_.fetch_add(1, std::memory_order_relaxed);
    log::write_rarely(log::level::warning, "signature-refused",
                      "a webhook without a valid signature was refused; check the source's secrets",
#ifdef SWITCHBOARD_FAULT_TELL_BODIES  // planted in tests/attacks: how such lines come about, to find out why
                      {{"source", s.source->id.value}, {"body", r.body}});
#else
                      {{"source", s.source->id.value}});
#endif
    return x->respond(refusal(401, "unauthorized", "Unauthorized", "the signature is absent or wrong"));
  }
  SWITCHBOARD_KILL_POINT("signature-verified");
  const auto now = actors::wall_clock();
  const auto& limits = t.settings->limits;
  auto body =
      s.functions->normalise(r.body, s.account_hint, {limits.json_depth_max, limits.batch_events_max}, now);

  auto ticket = std::make_shared<webhook_ticket>();
  const auto elements = body.events.size() + body.rejected.size();
  if (elements > 1) {
    ticket->whole = admission_.take(elements - 1, 0, 1);  // the first came with the head
    if (!ticket->whole) {
      return x->respond(full());
    }
  }
  for (const auto& c : brands_of(*t.settings, s.source->id.value, body)) {
    auto credit = admission_.take(c.brand->value, c.events, r.body.size() * c.events / elements);
    if (!credit) {
      return x->respond(shed(shed_reason::brand_share, 429, "brand-over-share",
                             "this brand is over its share; nothing was stored"));
    }
    if (!ticket->first_brand) {
      ticket->first_brand = std::move(credit);
    } else {
      ticket->other_brands.push_back(std::move(credit));
    }
  }
  ticket->exchange = x;
  ticket->duration =
      &counters_.durations[body.events.empty() ? webhook_counters::platforms
                                               : static_cast<std::size_t>(body.events.front().platform)];
  engine_->ingest(*t.settings, s.source->id, std::move(body), r.body, now, ticket);
}

webhook::replay_start webhook::replay(const domain::dead_letter& d, taken done) {
  std::string raw = d.raw;
  return take(d.source, raw, std::move(done));
}

webhook::replay_start webhook::take(const domain::source_id& source, std::string& raw, taken done,
                                    bool from_history) {
  const auto t = table_.load(std::memory_order_acquire);
  const auto found = t->sources.find(source.value);
  if (found == t->sources.end()) return replay_start::no_source;
  if (engine_->state() != actors::health::ready) return replay_start::full;
  const auto& limits = t->settings->limits;
  const auto now = actors::wall_clock();
  auto body = found->second.functions->normalise(raw, found->second.account_hint,
                                                 {limits.json_depth_max, limits.batch_events_max}, now);
  for (auto& e : body.events) e.from_history = from_history;
  auto ticket = std::make_shared<webhook_ticket>();
  ticket->whole =
      admission_.take(std::max<std::size_t>(1, body.events.size() + body.rejected.size()), raw.size());
  if (!ticket->whole) return replay_start::full;
  ticket->replayed = std::move(done);
  ticket->replayed_raw = std::move(raw);
  engine_->ingest(*t->settings, source, std::move(body), ticket->replayed_raw, now, ticket);
  return replay_start::started;
}

void webhook::committed(std::vector<actors::ticket_ptr>&& done) {
  std::vector<std::pair<http::exchange_ptr, http::response>> answers;
  answers.reserve(done.size());
  std::uint64_t events = 0;
  std::int64_t waited_ms = 0;
  const auto now_ms = admission::coarse_ms();
  const auto webhooks = static_cast<double>(std::max<std::size_t>(1, done.size()));
  for (auto& each : done) {
    auto& t = static_cast<webhook_ticket&>(*each);
    const auto counts = t.counts();
    events += counts.events + counts.quarantined;
    waited_ms += now_ms - t.taken_ms;
    if (!t.exchange) {
      t.replayed(counts, t.outcome() == actors::commit_state::failed);
      continue;
    }
    http::response r;
    if (t.outcome() == actors::commit_state::failed) {
      r = shed(shed_reason::commit_failed, 503, "unavailable",
               "the journal failed; nothing was acknowledged, deliver again");
    } else {
      counters_.accepted.fetch_add(1, std::memory_order_relaxed);
      counters_.events.fetch_add(counts.events, std::memory_order_relaxed);
      counters_.quarantined.fetch_add(counts.quarantined, std::memory_order_relaxed);
      r.timed_by = t.duration;
      r.content_type = "application/json";
      domain::json_object o{r.body};
      o.number("events", counts.events);
      o.number("quarantined", counts.quarantined);
      o.end();
    }
    answers.emplace_back(std::move(t.exchange), std::move(r));
  }
  admission_.committed(events, static_cast<double>(waited_ms) / webhooks);
  done.clear();  // gives the credits back
  if (!answers.empty()) server_->respond_all(std::move(answers));
}

}  // namespace switchboard::net
