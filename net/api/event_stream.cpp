#include "net/api/event_stream.hpp"

#include "domain/json.hpp"
#include "net/api/event_stream_state.hpp"

namespace switchboard::net::api {

namespace {
constexpr std::chrono::seconds tick_interval{1};

http::response no_handshake() {
  http::problem p;
  p.status = 426;
  p.slug = "upgrade-required";
  p.title = "Upgrade required";
  p.detail = "this is no WebSocket handshake (version 13)";
  auto r = http::to_response(p);
  r.headers.emplace_back("Upgrade", "websocket");
  r.headers.emplace_back("Sec-WebSocket-Version", "13");
  return r;
}
}  // namespace

event_stream::event_stream(actors::engine& e, http::server& s)
    : engine_(e), server_(s), feed_(e.events()), chunk_bytes_(e.settings()->limits.stream_chunk_bytes) {
  for (std::uint32_t i = 0; i < server_.io_threads(); ++i) {
    shards_.push_back(std::make_unique<shard>());
    shards_.back()->thread = i;
  }
  wake_key_ = feed_.on_commit([this](storage::log_sequence) { committed(); });
  server_.after(tick_interval, [this] { tick(); });
}

event_stream::~event_stream() {
  stop();
}

void event_stream::stop() {
  if (wake_key_ != 0) feed_.forget(std::exchange(wake_key_, 0));
}

// -- opening -----------------------------------------------------------------------------------------------------

expected<actors::stream_filter, std::string> read_filter(const http::request& r, const caller& who) {
  actors::stream_filter f;
  f.all_brands = who.all_brands;
  if (!who.all_brands) f.allowed_brands = {who.brand};
  f.dead_letters = who.role >= config::role::supervisor;  // as GET /v1/dead-letters
  f.config = who.role >= config::role::admin;
  for (const auto& word : r.query_all("type")) {
    const auto type = domain::event_type_from_word(word);
    if (!type || !is_public(*type)) return unexpected{"type \"" + word + "\" is not an event type"};
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

http::response cursor_expired(std::string_view earliest) {
  http::problem p;
  p.status = 410;
  p.slug = "cursor-expired";
  p.title = "Cursor expired";
  p.detail = "events behind this cursor are no longer kept; go on from `earliest` and read the rest by REST";
  std::string cursor;
  domain::append_json_string(cursor, earliest);
  p.members.emplace_back("earliest", std::move(cursor));
  return http::to_response(p);
}

void stream_events(call&& c) {
  c.ctx->stream->open(std::move(c));
}

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
      return c.exchange->respond(cursor_expired(position.error().earliest));
    }
    return bad("`from` is neither earliest, latest, nor a cursor of this engine");
  }
  // A WebSocket's client would take a page for a broken server: a handshake that went wrong is told so, also where a
  // proxy has taken its Upgrade off.
  const bool upgrade = c.exchange->is_websocket_upgrade();
  if (!upgrade && (r.find("sec-websocket-key") || r.find("sec-websocket-version"))) {
    return c.exchange->respond(no_handshake());
  }
  const auto accept = r.find("accept").value_or(std::string_view{});
  const bool sse =
      r.method == http::method::get && accept.find("text/event-stream") != std::string_view::npos;
  if (sse || upgrade) return subscribe(c, std::move(*filter), *position);
  start_poll(c, std::move(*filter), *position);
}

// -- waking ------------------------------------------------------------------------------------------------------

void event_stream::occupy(shard& s) {
  s.used.store(true, std::memory_order_relaxed);
  // With the fence of committed(): either that sees `used`, or the next pull sees what was committed.
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool event_stream::is_full(const config::settings& now) const {
  return subscribers() + polls_.load(std::memory_order_relaxed) >= now.limits.streams_max();
}

void event_stream::committed() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  for (auto& s : shards_) {
    if (!s->used.load(std::memory_order_relaxed) || s->woken.exchange(true, std::memory_order_acq_rel))
      continue;
    server_.post(s->thread, [this, shard = s.get()] { wake(*shard); });
  }
}

void event_stream::wake(shard& s) {
  // An exchange, not a store: a commit that found `woken` set is seen by the pulls below.
  s.woken.exchange(false, std::memory_order_acq_rel);
  // Indices, not iterators: a pump may end its subscriber, which moves the last one into its place.
  for (std::size_t i = s.subscribers.size(); i-- > 0;) {
    if (i < s.subscribers.size()) pump(subscriber_ptr(s.subscribers[i]));
  }
  const auto polls = s.polls;
  for (const auto& p : polls) pump(p);
  if (s.subscribers.empty() && s.polls.empty()) s.used.store(false, std::memory_order_relaxed);
}

void event_stream::tick() {
  const auto now = engine_.settings();
  chunk_bytes_.store(now->limits.stream_chunk_bytes, std::memory_order_relaxed);
  for (auto& s : shards_) {
    server_.post(s->thread, [this, shard = s.get(), now] {
      ++shard->seconds;
      check(*shard, *now);
      check_polls(*shard, *now);
    });
  }
  server_.after(tick_interval, [this] { tick(); });
}

void event_stream::drain() {
  draining_.store(true, std::memory_order_release);
  for (auto& s : shards_) {
    server_.post(s->thread, [this, shard = s.get()] {
      const auto all = shard->subscribers;
      for (const auto& each : all) pump(each);
      const auto polls = shard->polls;
      for (const auto& p : polls) {
        p->late = true;
        pump(p);
      }
    });
  }
}

}  // namespace switchboard::net::api
