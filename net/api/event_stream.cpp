#include "net/api/event_stream.hpp"

#include <algorithm>
#include <charconv>

#include "domain/json.hpp"
#include "net/api/websocket_request.hpp"

namespace switchboard::net::api {

namespace {

/// One write carries at most so many events; limits.stream_chunk_bytes bounds its bytes.
constexpr std::size_t records_per_write = 256;
/// A pull looks at no more records than this before others have their turn.
constexpr std::size_t scan_per_pull = 8'192;
constexpr std::uint64_t poll_limit_max = 1'000;
constexpr std::uint64_t poll_limit_default = 100;
constexpr std::uint64_t poll_wait_max_s = 60;
constexpr std::chrono::seconds tick_interval{1};

constexpr std::uint16_t code_going_away = 1001;
constexpr std::uint16_t code_internal = 1011;
constexpr std::uint16_t code_unauthorized = 4401;
constexpr std::uint16_t code_cursor_expired = 4410;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (bad != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

}  // namespace

struct event_stream::subscriber {
  http::channel_ptr channel;
  caller who;
  actors::stream_filter filter;
  storage::log_sequence position = 0;
  bool sse = false;
  bool busy = false;  ///< a write or a read from disk is under way
  bool gone = false;
  bool quiet = true;  ///< nothing written since the last ping
};

struct event_stream::poll {
  http::exchange_ptr exchange;
  actors::stream_filter filter;
  storage::log_sequence position = 0;
  std::size_t limit = poll_limit_default;
  std::uint64_t timer = 0;
  bool busy = false;
  bool late = false;  ///< its time is over: answer with what there is
  bool done = false;
};

struct event_stream::shard {
  std::uint32_t thread = 0;
  std::atomic<bool> woken{false};
  std::atomic<bool> used{false};  ///< has anyone to wake
  std::vector<subscriber_ptr> subscribers;
  std::vector<poll_ptr> polls;
  std::uint32_t seconds = 0;
};

event_stream::event_stream(actors::engine& e, http::server& s) : engine_(e), server_(s), feed_(e.events()) {
  for (std::uint32_t i = 0; i < server_.io_threads(); ++i) {
    shards_.push_back(std::make_unique<shard>());
    shards_.back()->thread = i;
  }
  wake_key_ = feed_.on_commit([this](storage::log_sequence) { committed(); });
  tick_key_ = server_.after(tick_interval, [this] { tick(); });
}

event_stream::~event_stream() { feed_.forget(wake_key_); }

// -- opening -----------------------------------------------------------------------------------------------------

expected<actors::stream_filter, std::string> read_filter(const http::request& r, const caller& who) {
  actors::stream_filter f;
  f.all_brands = who.all_brands;
  if (!who.all_brands) f.allowed_brands = {who.brand};
  for (const auto& word : r.query_all("type")) {
    const auto type = domain::event_type_from_word(word);
    if (!type) return unexpected{"type \"" + word + "\" is not an event type"};
    f.types.push_back(*type);
  }
  for (const auto& text : r.query_all("conversation")) {
    const auto id = domain::parse_conversation_id(text);
    if (!id) return unexpected{"conversation \"" + text + "\" is not a conversation's id"};
    f.conversations.push_back(*id);
  }
  f.brands = r.query_all("brand");
  f.accounts = r.query_all("account");
  f.assignees = r.query_all("assignee");
  f.queues = r.query_all("queue");
  return f;
}

void stream_events(call&& c) { c.ctx->stream->open(std::move(c)); }

void event_stream::open(call&& c) {
  const auto& r = c.exchange->request();
  const auto bad = [&](std::string detail) {
    respond_problem(c.exchange, 400, "bad-request", "Bad request", std::move(detail));
  };
  auto filter = read_filter(r, c.who);
  if (!filter) return bad(std::move(filter).error());

  auto from = r.query_value("from").value_or("");
  if (const auto last = r.find("last-event-id"); last && !last->empty()) from = *last;
  const auto position = feed_.position(from);
  if (!position) {
    if (position.error().why == actors::cursor_problem::kind::expired) {
      http::problem p;
      p.status = 410;
      p.slug = "cursor-expired";
      p.title = "Cursor expired";
      p.detail = "events behind this cursor are no longer kept; go on from `earliest` and read the rest by REST";
      std::string earliest;
      domain::append_json_string(earliest, position.error().earliest);
      p.members.emplace_back("earliest", std::move(earliest));
      return c.exchange->respond(http::to_response(p));
    }
    return bad("`from` is neither earliest, latest, nor a cursor of this engine");
  }
  const auto accept = r.find("accept").value_or(std::string_view{});
  if (c.exchange->is_websocket_upgrade() || accept.find("text/event-stream") != std::string_view::npos) {
    return subscribe(c, std::move(*filter), *position);
  }
  start_poll(c, std::move(*filter), *position);
}

void event_stream::subscribe(call& c, actors::stream_filter f, storage::log_sequence position) {
  const auto settings = engine_.settings();
  if (draining_.load(std::memory_order_acquire) || subscribers() >= settings->limits.subscribers_max) {
    http::problem p;
    p.status = 503;
    p.slug = "too-many-subscribers";
    p.title = "Service unavailable";
    p.detail = "this node takes no more subscribers now; come back with the same cursor";
    auto r = http::to_response(p);
    r.headers.emplace_back("Retry-After", std::to_string(settings->limits.retry_after.count()));
    return c.exchange->respond(std::move(r));
  }
  if (!c.exchange->is_websocket_upgrade()) {
    return start(c.exchange->stream(), std::move(c.who), std::move(f), position, true);
  }
  const auto ask = read_websocket_request(c.exchange->request(), settings->server.allowed_origins);
  if (!ask) return respond_problem(c.exchange, ask.error().status, ask.error().slug, ask.error().title, ask.error().detail);
  c.exchange->accept_websocket(*ask, [this, who = std::move(c.who), f = std::move(f), position](http::channel_ptr ch) {
    if (ch) start(std::move(ch), who, f, position, false);
  });
}

void event_stream::start(http::channel_ptr ch, caller who, actors::stream_filter f, storage::log_sequence position,
                         bool sse) {
  auto s = std::make_shared<subscriber>();
  s->channel = std::move(ch);
  s->who = std::move(who);
  s->filter = std::move(f);
  s->position = position;
  s->sse = sse;
  auto& home = *shards_[s->channel->io_thread()];
  home.subscribers.push_back(s);
  home.used.store(true, std::memory_order_release);
  count_.fetch_add(1, std::memory_order_relaxed);
  s->channel->on_gone([this, s] { remove(s); });
  s->channel->on_text([](std::string_view) { return false; });  // nothing is to be said on this stream
  pump(s);
}

// -- subscribers -------------------------------------------------------------------------------------------------

void event_stream::remove(const subscriber_ptr& s) {
  if (std::exchange(s->gone, true)) return;
  auto& home = *shards_[s->channel->io_thread()];
  const auto found = std::find(home.subscribers.begin(), home.subscribers.end(), s);
  if (found != home.subscribers.end()) {
    *found = std::move(home.subscribers.back());
    home.subscribers.pop_back();
    count_.fetch_sub(1, std::memory_order_relaxed);
  }
}

void event_stream::end(const subscriber_ptr& s, std::uint16_t code, std::string reason) {
  if (s->gone) return;
  const auto channel = s->channel;
  remove(s);
  channel->close(code, std::move(reason));
}

void event_stream::pump(const subscriber_ptr& s) {
  if (s->busy || s->gone) return;
  if (draining_.load(std::memory_order_acquire)) return end(s, code_going_away, feed_.cursor(s->position));
  const auto chunk = engine_.settings()->limits.stream_chunk_bytes;
  if (feed_.in_memory(s->position)) {
    return take(s, feed_.pull(s->position, s->filter, records_per_write, chunk, scan_per_pull));
  }
  s->busy = true;
  const bool queued = feed_.on_reader_thread([this, s, chunk] {
    auto got = std::make_shared<actors::pulled>(
        feed_.pull(s->position, s->filter, records_per_write, chunk, scan_per_pull));
    s->channel->post([this, s, got] {
      s->busy = false;
      take(s, std::move(*got));
    });
  });
  if (!queued) s->busy = false;  // the next wake or tick tries again
}

void event_stream::take(const subscriber_ptr& s, actors::pulled&& p) {
  if (s->gone) return;
  if (p.expired) return end(s, code_cursor_expired, "cursor-expired");
  if (p.failed) return end(s, code_internal, feed_.cursor(s->position));
  if (p.records.empty()) {
    s->position = p.position;
    if (p.more) s->channel->post([this, s] { pump(s); });
    return;
  }
  std::vector<http::outgoing> pieces;
  pieces.reserve(p.records.size());
  for (auto& r : p.records) {
    http::outgoing piece;
    if (s->sse) {
      piece.head = "id: ";
      piece.head += feed_.cursor(r->sequence);
      piece.head += "\nevent: ";
      piece.head += to_word(r->type);
      piece.head += "\ndata: ";
      piece.tail = "\n\n";
    }
    piece.body = r->bytes;
    piece.keep = std::move(r);
    pieces.push_back(std::move(piece));
  }
  s->busy = true;
  s->quiet = false;
  const auto sent = pieces.size();
  const auto position = p.position;
  s->channel->write(std::move(pieces), [this, s, position, sent](bool ok) {
    s->busy = false;
    if (!ok) return remove(s);
    s->position = position;
    delivered_.fetch_add(sent, std::memory_order_relaxed);
    pump(s);
  });
}

// -- waking ------------------------------------------------------------------------------------------------------

void event_stream::committed() {
  for (auto& s : shards_) {
    if (!s->used.load(std::memory_order_acquire) || s->woken.exchange(true, std::memory_order_acq_rel)) continue;
    server_.post(s->thread, [this, shard = s.get()] { wake(*shard); });
  }
}

void event_stream::wake(shard& s) {
  s.woken.store(false, std::memory_order_release);
  // Indices, not iterators: a pump may end its subscriber, which moves the last one into its place.
  for (std::size_t i = s.subscribers.size(); i-- > 0;) {
    if (i < s.subscribers.size()) pump(subscriber_ptr(s.subscribers[i]));
  }
  const auto polls = s.polls;
  for (const auto& p : polls) pump(p);
  if (s.subscribers.empty() && s.polls.empty()) s.used.store(false, std::memory_order_release);
}

void event_stream::tick() {
  for (auto& s : shards_) server_.post(s->thread, [this, shard = s.get()] { ping(*shard); });
  tick_key_ = server_.after(tick_interval, [this] { tick(); });
}

void event_stream::ping(shard& s) {
  const auto settings = engine_.settings();
  const auto every = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(settings->limits.ping_interval).count());
  const bool due = ++s.seconds % static_cast<std::uint32_t>(every) == 0;
  const auto all = s.subscribers;
  for (const auto& each : all) {
    if (!settings->find_token(each->who.token_sha256)) {
      end(each, code_unauthorized, "the token is no longer valid");
      continue;
    }
    if (due && !each->busy) {
      if (each->quiet || !each->sse) each->channel->ping();
      each->quiet = true;
    }
    if (!each->busy) pump(each);
  }
}

void event_stream::drain() {
  draining_.store(true, std::memory_order_release);
  for (auto& s : shards_) {
    server_.post(s->thread, [this, shard = s.get()] {
      const auto all = shard->subscribers;
      for (const auto& each : all) end(each, code_going_away, feed_.cursor(each->position));
      const auto polls = shard->polls;
      for (const auto& p : polls) {
        p->late = true;
        pump(p);
      }
    });
  }
}

// -- long poll ---------------------------------------------------------------------------------------------------

void event_stream::start_poll(call& c, actors::stream_filter f, storage::log_sequence position) {
  const auto& r = c.exchange->request();
  auto p = std::make_shared<poll>();
  std::uint64_t wait = 0;
  if (const auto text = r.query_value("limit")) {
    const auto n = number(*text);
    if (!n || *n < 1 || *n > poll_limit_max) {
      return respond_problem(c.exchange, 400, "bad-request", "Bad request", "`limit` is a number from 1 to 1000");
    }
    p->limit = *n;
  }
  if (const auto text = r.query_value("wait")) {
    const auto n = number(text->ends_with('s') ? std::string_view(*text).substr(0, text->size() - 1) : *text);
    if (!n || *n > poll_wait_max_s) {
      return respond_problem(c.exchange, 400, "bad-request", "Bad request", "`wait` is a number of seconds up to 60");
    }
    wait = *n;
  }
  p->exchange = c.exchange;
  p->filter = std::move(f);
  p->position = position;
  p->late = wait == 0 || draining_.load(std::memory_order_acquire);
  auto& home = *shards_[p->exchange->io_thread()];
  home.polls.push_back(p);
  home.used.store(true, std::memory_order_release);
  if (!p->late) {
    p->timer = server_.after(std::chrono::seconds{wait}, [this, p] {
      p->exchange->post([this, p] {
        p->late = true;
        pump(p);
      });
    });
  }
  pump(p);
}

void event_stream::pump(const poll_ptr& p) {
  if (p->busy || p->done) return;
  const auto chunk = engine_.settings()->limits.stream_chunk_bytes * 4u;
  if (feed_.in_memory(p->position)) {
    return answer(p, feed_.pull(p->position, p->filter, p->limit, chunk, scan_per_pull));
  }
  p->busy = true;
  const bool queued = feed_.on_reader_thread([this, p, chunk] {
    auto got = std::make_shared<actors::pulled>(feed_.pull(p->position, p->filter, p->limit, chunk, scan_per_pull));
    p->exchange->post([this, p, got] {
      p->busy = false;
      answer(p, *got);
    });
  });
  if (!queued) p->busy = false;
}

void event_stream::answer(const poll_ptr& p, const actors::pulled& got) {
  if (p->done) return;
  if (got.records.empty() && !got.expired && !got.failed) {
    p->position = got.position;
    if (got.more) return p->exchange->post([this, p] { pump(p); });
    if (!p->late) return;  // waits for the next commit
  }
  p->done = true;
  std::erase(shards_[p->exchange->io_thread()]->polls, p);
  if (p->timer != 0) server_.cancel(p->timer);
  if (got.expired || got.failed) {
    return respond_problem(p->exchange, got.expired ? 410 : 503, got.expired ? "cursor-expired" : "unavailable",
                           got.expired ? "Cursor expired" : "Service unavailable", "the journal could not be read from there");
  }
  std::string body = "{\"events\":[";
  for (const auto& r : got.records) {
    if (body.back() != '[') body += ',';
    body += r->bytes;
  }
  body += "],\"cursor\":\"";
  body += feed_.cursor(got.position);
  body += "\"}";
  delivered_.fetch_add(got.records.size(), std::memory_order_relaxed);
  http::response r;
  r.content_type = "application/json";
  r.headers.emplace_back("Cache-Control", "no-store");
  r.body = std::move(body);
  p->exchange->respond(std::move(r));
}

}  // namespace switchboard::net::api
