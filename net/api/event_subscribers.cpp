// Those who are connected to the stream, by SSE or WebSocket.

#include "net/api/event_stream_state.hpp"
#include "net/api/router.hpp"
#include "net/api/websocket_request.hpp"

#include <algorithm>

namespace switchboard::net::api {

namespace {

/// One write carries at most so many events; limits.stream_chunk_bytes bounds its bytes.
constexpr std::size_t records_per_write = 256;

constexpr std::uint16_t code_going_away = 1001;
constexpr std::uint16_t code_internal = 1011;
constexpr std::uint16_t code_unauthorized = 4401;
constexpr std::uint16_t code_cursor_expired = 4410;

}  // namespace

void event_stream::subscribe(call& c, actors::stream_filter f, storage::log_sequence position) {
  const auto settings = engine_.settings();
  if (draining_.load(std::memory_order_acquire)) {
    return c.exchange->respond(
        come_back("unavailable", "draining; come back with the same cursor", settings->limits.retry_after));
  }
  if (subscribers() >= settings->limits.subscribers_max) {
    return c.exchange->respond(come_back(
        "too-many-subscribers", "this node takes no more subscribers now; come back with the same cursor",
        settings->limits.retry_after));
  }
  if (!c.exchange->is_websocket_upgrade()) {
    return start(c.exchange->stream(feed_.cursor(position)), std::move(c.who), std::move(f), position, true);
  }
  const auto ask = read_websocket_request(c.exchange->request(), settings->server.allowed_origins);
  if (!ask) {
    return respond_problem(c.exchange, ask.error().status, ask.error().slug, ask.error().title,
                           ask.error().detail);
  }
  c.exchange->accept_websocket(*ask, {{std::string(cursor_header), feed_.cursor(position)}},
                               [this, who = std::move(c.who), f = std::move(f), position](
                                   http::channel_ptr ch) { start(std::move(ch), who, f, position, false); });
}

void event_stream::start(http::channel_ptr ch, caller who, actors::stream_filter f,
                         storage::log_sequence position, bool sse) {
  if (!ch) return;  // the peer left meanwhile
  auto s = std::make_shared<subscriber>();
  s->channel = std::move(ch);
  s->who = std::move(who);
  s->filter = std::move(f);
  s->position = position;
  s->sse = sse;
  auto& home = *shards_[s->channel->io_thread()];
  home.subscribers.push_back(s);
  occupy(home);
  count_.fetch_add(1, std::memory_order_relaxed);
  s->channel->on_gone([this, s] { remove(s); });
  s->channel->on_text([](std::string_view) { return false; });  // nothing is to be said on this stream
  pump(s);
}

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
  // A browser comes back by the last id that it was told; a filter may have let none through for long.
  if (s->sse && (code == code_going_away || code == code_internal)) channel->ping(reason);
  channel->close(code, std::move(reason));
  remove(s);
}

void event_stream::pump(const subscriber_ptr& s) {
  if (s->busy || s->gone) return;
  if (draining_.load(std::memory_order_acquire)) return end(s, code_going_away, feed_.cursor(s->position));
  const auto chunk = chunk_bytes_.load(std::memory_order_relaxed);
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
  if (draining_.load(std::memory_order_acquire)) return end(s, code_going_away, feed_.cursor(s->position));
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

/// Once a second: who may no longer read is let go, who was silent too long is pinged, and who could not get at
/// a reader thread tries again.
void event_stream::check(shard& s, const config::settings& now) {
  const auto every = std::chrono::ceil<std::chrono::seconds>(now.limits.ping_interval).count();
  const bool due = s.seconds % static_cast<std::uint32_t>(std::max<std::int64_t>(1, every)) == 0;
  const auto all = s.subscribers;
  for (const auto& each : all) {
    if (!still_allowed(now, each->who)) {
      end(each, code_unauthorized, "the token is no longer valid, or was changed");
      continue;
    }
    if (each->busy) continue;
    if (due) {
      // A filter may have passed over much since the last event that was sent: the place is where it is now.
      if (each->quiet || !each->sse) each->channel->ping(each->sse ? feed_.cursor(each->position) : "");
      each->quiet = true;
    }
    pump(each);
  }
}

}  // namespace switchboard::net::api
