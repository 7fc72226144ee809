// Prometheus text exposition 0.0.4. Base units, bounded labels: never an id of a customer or conversation.

#include "net/admission.hpp"
#include "net/api/event_stream.hpp"
#include "net/api/handlers.hpp"
#include "net/webhook.hpp"

#include <unistd.h>

#include <cstdio>

namespace switchboard::net::api {

namespace {

class exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += "# HELP switchboard_";
    text_ += name;
    text_ += ' ';
    text_ += help;
    text_ += "\n# TYPE switchboard_";
    text_ += name;
    text_ += ' ';
    text_ += type;
    text_ += '\n';
  }
  /// `labels`: `outcome="accepted"`, our own words only.
  void sample(std::uint64_t value, std::string_view labels = {}) {
    text_ += "switchboard_";
    text_ += name_;
    if (!labels.empty()) {
      text_ += '{';
      text_ += labels;
      text_ += '}';
    }
    text_ += ' ';
    text_ += std::to_string(value);
    text_ += '\n';
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "counter", help);
    sample(value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "gauge", help);
    sample(value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

/// Resident set of this process in bytes; 0 where /proc does not tell.
std::uint64_t resident_bytes() {
  unsigned long pages = 0;
  if (std::FILE* f = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(f, "%*u %lu", &pages) != 1) pages = 0;
    std::fclose(f);
  }
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void put_ingest(exposition& out, const webhook_counters& w) {
  const auto value = [](const std::atomic<std::uint64_t>& a) { return a.load(std::memory_order_relaxed); };
  out.family("ingest_requests_total", "counter", "Webhook requests by what became of them.");
  out.sample(value(w.accepted), R"(outcome="accepted")");
  out.sample(value(w.unsigned_), R"(outcome="unauthorized")");
  out.sample(value(w.unknown_source), R"(outcome="unknown_source")");
  out.sample(value(w.refused_brand), R"(outcome="brand_over_share")");
  out.sample(value(w.refused_full), R"(outcome="unavailable")");
  out.sample(value(w.failed), R"(outcome="failed")");
  out.family("handshakes_total", "counter", "Platform handshakes by answer.");
  out.sample(value(w.handshakes), R"(outcome="accepted")");
  out.sample(value(w.handshakes_refused), R"(outcome="refused")");
  out.counter("ingest_events_total", "Durable inbound elements that became events.", value(w.events));
  out.counter("ingest_quarantined_total", "Durable inbound elements that became dead letters.",
              value(w.quarantined));
}

/// The marks are read one after the other while they move: never below zero.
std::uint64_t behind(std::uint64_t ahead, std::uint64_t after) {
  return ahead > after ? ahead - after : 0;
}

void put_engine(exposition& out, const actors::engine_stats& s) {
  out.counter("dedup_hits_total", "Commands without effect: redeliveries and late statuses.", s.duplicates);
  out.counter("dead_letters_total", "Dead letters added since start.", s.dead_letters);
  out.counter("journal_commits_total", "Group commits since start.", s.commits);
  out.gauge("journal_sequence", "Last committed event of the journal.", s.committed);
  out.gauge("journal_bytes", "Journal on disk.", s.journal_bytes);
  out.gauge("views_bytes", "Views on disk.", s.views_bytes);
  out.gauge("views_lag_events", "Committed events that the views do not show yet.",
            behind(s.committed, s.applied));
  out.gauge("commit_queue_events", "Decided events that are not durable yet.",
            behind(s.submitted, s.committed));
  out.gauge("conversations_resident", "Conversations in memory.", s.resident_conversations);
  out.counter("conversations_woken_total", "Conversations brought into memory.", s.woken);
  out.counter("conversations_passivated_total", "Conversations that left memory.", s.passivated);
  out.gauge("conversations_stored", "Conversations that ever began.", s.conversations);
  out.gauge("disk_free_bytes", "Free space where the data directory is.", s.free_disk_bytes);
  out.family("ready", "gauge", "1 while webhooks are taken.");
  out.sample(s.state == actors::health::ready ? 1 : 0);
}

}  // namespace

void metrics(call&& c) {
  exposition out;
  out.family("build_info", "gauge", "Version of this binary.");
  out.sample(1, "version=\"" SWITCHBOARD_VERSION "\"");
  put_ingest(out, c.ctx->webhooks->counters());
  put_engine(out, c.ctx->engine->stats());
  out.gauge("events_in_flight", "Inbound events not answered yet.", c.ctx->admission->events_in_flight());
  out.gauge("in_flight_bytes", "Bytes of bodies not answered yet.", c.ctx->admission->bytes_in_flight());
  out.gauge("stream_subscribers", "Subscribers connected.", c.ctx->stream->subscribers());
  out.counter("stream_delivered_total", "Events written to subscribers.", c.ctx->stream->delivered());
  const auto h = c.ctx->server->counters();
  out.gauge("http_connections", "Connections open.", h.open);
  out.counter("http_accepted_total", "Connections accepted.", h.accepted);
  out.counter("http_requests_total", "Requests answered.", h.requests);
  out.counter("http_gate_refusals_total", "Requests refused for their framing or limits.", h.gate_refusals);
  out.counter("http_timeouts_total", "Connections ended for being slow or idle.", h.timeouts);
  out.counter("http_refused_connections_total", "Connections beyond the limits.", h.refused_connections);
  out.counter("http_in_bytes_total", "Bytes received.", h.bytes_in);
  out.counter("http_out_bytes_total", "Bytes sent.", h.bytes_out);
  out.gauge("resident_memory_bytes", "Resident set of the process.", resident_bytes());
  http::response r;
  r.content_type = "text/plain; version=0.0.4; charset=utf-8";
  r.body = out.take();
  c.exchange->respond(std::move(r));
}

}  // namespace switchboard::net::api
