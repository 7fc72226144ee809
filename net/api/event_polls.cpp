// GET /v1/events without a stream: one page of events, waited for if asked to.

#include "net/api/event_stream_state.hpp"
#include "net/api/router.hpp"

#include <charconv>

namespace switchboard::net::api {

namespace {

/// A page may hold more than one write to a stream, since nothing follows it.
constexpr std::size_t chunks_per_page = 4;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (bad != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

}  // namespace

void event_stream::start_poll(call& c, actors::stream_filter f, storage::log_sequence position) {
  const auto& r = c.exchange->request();
  const auto bad = [&](std::string detail) {
    respond_problem(c.exchange, 400, "bad-request", "Bad request", std::move(detail));
  };
  auto p = std::make_shared<poll>();
  std::uint64_t wait = 0;
  if (const auto text = r.query_value("limit")) {
    const auto n = number(*text);
    if (!n || *n < 1 || *n > poll_limit_max) return bad("`limit` is a number from 1 to 1000");
    p->limit = *n;
  }
  if (const auto text = r.query_value("wait")) {
    const auto n = number(text->ends_with('s') ? std::string_view(*text).substr(0, text->size() - 1) : *text);
    if (!n || *n > poll_wait_max_s) return bad("`wait` is a number of seconds up to 60");
    wait = r.method == http::method::head ? 0 : *n;
  }
  const auto settings = engine_.settings();
  p->late = wait == 0 || draining_.load(std::memory_order_acquire);
  if (!p->late && is_full(*settings)) {
    return c.exchange->respond(come_back(
        "too-many-subscribers", "this node lets no more requests wait now; come back with the same cursor",
        settings->limits.retry_after));
  }
  p->exchange = c.exchange;
  p->who = std::move(c.who);
  p->filter = std::move(f);
  p->position = position;
  auto& home = *shards_[p->exchange->io_thread()];
  home.polls.push_back(p);
  polls_.fetch_add(1, std::memory_order_relaxed);
  occupy(home);
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

void event_stream::finish(const poll_ptr& p, http::response r) {
  p->done = true;
  std::erase(shards_[p->exchange->io_thread()]->polls, p);
  polls_.fetch_sub(1, std::memory_order_relaxed);
  if (p->timer != 0) server_.cancel(p->timer);
  p->exchange->respond(std::move(r));
}

void event_stream::pump(const poll_ptr& p) {
  if (p->busy || p->done) return;
  const auto chunk = chunk_bytes_.load(std::memory_order_relaxed) * chunks_per_page;
  if (feed_.in_memory(p->position)) {
    return answer(p, feed_.pull(p->position, p->filter, p->limit, chunk, scan_per_pull));
  }
  p->busy = true;
  const bool queued = feed_.on_reader_thread([this, p, chunk] {
    auto got =
        std::make_shared<actors::pulled>(feed_.pull(p->position, p->filter, p->limit, chunk, scan_per_pull));
    p->exchange->post([this, p, got] {
      p->busy = false;
      answer(p, *got);
    });
  });
  if (queued) return;
  p->busy = false;  // the next wake or tick tries again; one that may not wait is told
  if (p->late)
    finish(p, come_back("too-many-reads", "too many reads are waiting; try again in a moment",
                        engine_.settings()->limits.retry_after));
}

void event_stream::answer(const poll_ptr& p, const actors::pulled& got) {
  if (p->done) return;
  if (got.expired) {
    const auto earliest = feed_.position("earliest");
    return finish(p, cursor_expired(earliest ? feed_.cursor(*earliest) : std::string{}));
  }
  if (got.failed) {
    return finish(
        p, come_back("unavailable", "the journal could not be read", engine_.settings()->limits.retry_after));
  }
  if (got.records.empty()) {
    p->position = got.position;
    const bool on = got.more && ++p->pulls < poll_pulls_max && !draining_.load(std::memory_order_acquire);
    if (on) return p->exchange->post([this, p] { pump(p); });
    if (!got.more && !p->late) return;  // waits for the next commit
  }
  std::size_t size = 64;
  for (const auto& r : got.records) size += r->bytes.size() + 1;
  http::response r;
  r.content_type = "application/json";
  r.headers.emplace_back("Cache-Control", "no-store");
  r.body.reserve(size);
  r.body += "{\"events\":[";
  for (const auto& each : got.records) {
    if (r.body.back() != '[') r.body += ',';
    r.body += each->bytes;
  }
  r.body += "],\"cursor\":\"";
  r.body += feed_.cursor(got.position);
  r.body += "\"}";
  delivered_.fetch_add(got.records.size(), std::memory_order_relaxed);
  finish(p, std::move(r));
}

/// Once a second, as for subscribers.
void event_stream::check_polls(shard& s, const config::settings& now) {
  const auto all = s.polls;
  for (const auto& p : all) {
    if (!still_allowed(now, p->who)) {
      if (!p->busy) finish(p, unauthorized());
      continue;
    }
    pump(p);
  }
}

}  // namespace switchboard::net::api
