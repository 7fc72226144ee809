// What the node tells Prometheus. Base units, bounded labels: never an id of a customer or conversation.

#include "actors/wall_clock.hpp"
#include "net/admission.hpp"
#include "net/api/event_stream.hpp"
#include "net/api/exposition.hpp"
#include "net/api/handlers.hpp"
#include "net/api/metrics_parts.hpp"
#include "net/api/process_figures.hpp"
#include "net/feeds.hpp"
#include "net/media.hpp"
#include "net/webhook.hpp"

#include <algorithm>
#include <chrono>

namespace switchboard::net::api {

namespace {

/// The marks are read one after the other while they move: never below zero.
std::uint64_t behind(std::uint64_t ahead, std::uint64_t after) {
  return ahead > after ? ahead - after : 0;
}

void put_ingest(exposition& out, const webhook_counters& w) {
  const auto value = [](const std::atomic<std::uint64_t>& a) { return a.load(std::memory_order_relaxed); };
  out.family("switchboard_ingest_requests_total", "counter", "Webhook requests by what became of them.");
  out.sample(value(w.accepted), R"(outcome="accepted")");
  out.sample(value(w.unsigned_), R"(outcome="unauthorized")");
  out.sample(value(w.unknown_source), R"(outcome="unknown_source")");
  const auto over_share = w.shed_for(shed_reason::brand_share);
  const auto failed = w.shed_for(shed_reason::commit_failed);
  std::uint64_t shed = 0;
  for (const auto& n : w.shed) shed += value(n);
  out.sample(over_share, R"(outcome="brand_over_share")");
  out.sample(behind(shed, over_share + failed), R"(outcome="unavailable")");
  out.sample(failed, R"(outcome="failed")");
  out.family("switchboard_ingest_shed_total", "counter",
             "Webhook requests answered 429 (brand_share) or 503, by reason.");
  for (std::size_t i = 0; i < shed_reasons; ++i) {
    const auto reason = static_cast<shed_reason>(i);
    out.sample(w.shed_for(reason), "reason=\"" + std::string(to_word(reason)) + "\"");
  }
  out.family("switchboard_handshakes_total", "counter", "Platform handshakes by answer.");
  out.sample(value(w.handshakes), R"(outcome="accepted")");
  out.sample(value(w.handshakes_refused), R"(outcome="refused")");
  out.counter("switchboard_ingest_events_total", "Durable inbound elements that became events.",
              value(w.events));
  out.counter("switchboard_ingest_quarantined_total", "Durable inbound elements that became dead letters.",
              value(w.quarantined));
}

/// Platforms that have an account are shown from the start, so that a rate over them has a beginning.
void put_ingest_durations(exposition& out, const webhook_counters& w, const config::settings& s) {
  out.family("switchboard_ingest_duration_seconds", "histogram",
             "Time from a webhook's last byte to its 200, by the platform of its first event.");
  for (std::size_t i = 0; i < w.durations.size(); ++i) {
    const auto r = w.durations[i].read();
    const bool known = i < webhook_counters::platforms;
    const auto platform = static_cast<domain::platform>(known ? i : 0);
    const bool served = known && std::any_of(s.accounts.begin(), s.accounts.end(),
                                             [&](const auto& a) { return a.platform == platform; });
    if (!served && r.count() == 0) continue;
    out.sample(r, "platform=\"" + std::string(known ? to_word(platform) : "none") + "\"");
  }
}

void put_answers(exposition& out, const http::server_counters& h) {
  out.family("switchboard_http_responses_total", "counter", "Answers by class of status.");
  for (std::size_t i = 0; i < h.answers.size(); ++i)
    out.sample(h.answers[i], "class=\"" + std::to_string(i + 1) + "xx\"");
}

void put_media(exposition& out, const media_counters& m) {
  out.family("switchboard_media_fetches_total", "counter",
             "Attachments that were asked for, by what became of it.");
  for (std::size_t i = 0; i < media_outcomes; ++i) {
    out.sample(m.fetches.at(i).load(std::memory_order_relaxed),
               "outcome=\"" + std::string(to_word(static_cast<media_outcome>(i))) + "\"");
  }
  out.counter("switchboard_media_bytes_total", "Bytes of attachments that were passed on.",
              m.bytes.load(std::memory_order_relaxed));
  out.gauge("switchboard_media_under_way",
            "Attachments on their way, from their platform until their reader has them.",
            m.under_way.load(std::memory_order_relaxed));
}

void put_process(exposition& out, const process_figures& p) {
  out.counter("process_cpu_seconds_total", "User and system CPU time.", p.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Resident set.", p.resident_bytes);
  out.gauge("process_virtual_memory_bytes", "Address space.", p.virtual_bytes);
  out.gauge("process_open_fds", "Open file descriptors.", p.open_descriptors);
  out.gauge("process_max_fds", "Most file descriptors that may be open.", p.descriptors_max);
  out.gauge("process_start_time_seconds", "Start of the process, in seconds since 1970.",
            p.start_time_seconds);
}

void put_engine(exposition& out, const actors::engine_stats& s) {
  out.counter("switchboard_dedup_hits_total", "Commands without effect: redeliveries and late statuses.",
              s.duplicates);
  out.counter("switchboard_dead_letters_total", "Dead letters added since start.", s.dead_letters);
  out.counter("switchboard_journal_commits_total", "Group commits since start.", s.commits);
  out.histogram("switchboard_journal_commit_duration_seconds", "Time of a group commit, its fsync included.",
                s.commit_durations);
  out.histogram("switchboard_journal_commit_records", "Events of a group commit.", s.commit_records);
  out.histogram("switchboard_wal_fsync_duration_seconds", "Time of an fsync of the journal's log.",
                s.sync_durations);
  out.histogram("switchboard_views_apply_duration_seconds",
                "Time in which a batch of events came into the views.", s.apply_durations);
  out.gauge("switchboard_journal_sequence", "Last committed event of the journal.", s.committed);
  out.gauge("switchboard_journal_bytes", "Journal on disk.", s.journal_bytes);
  out.gauge("switchboard_views_bytes", "Views on disk.", s.views_bytes);
  out.gauge("switchboard_views_lag_events", "Committed events that the views do not show yet.",
            behind(s.committed, s.applied));
  out.gauge("switchboard_commit_queue_events", "Decided events that are not durable yet.",
            behind(s.submitted, s.committed));
  out.gauge("switchboard_conversations_resident", "Conversations in memory.", s.resident_conversations);
  out.counter("switchboard_conversations_woken_total", "Conversations brought into memory.", s.woken);
  out.counter("switchboard_conversations_passivated_total", "Conversations that left memory.", s.passivated);
  out.gauge("switchboard_conversations_stored", "Conversations that ever began.", s.conversations);
  const auto& a = s.alarm;
  out.gauge("switchboard_alarms_armed",
            "Conversations of which something is due ahead: a snooze, a warning, a breach.", a.armed);
  out.counter("switchboard_alarms_fired_total", "Conversations that were woken because something was due.",
              a.woken);
  out.counter("switchboard_alarms_retried_total", "Conversations that could not be woken, and are again.",
              a.retried);
  out.histogram("switchboard_alarm_lateness_seconds",
                "From when something was due until what follows from it was durable. Not what fell due "
                "before the start.",
                a.lateness);
  out.gauge("switchboard_clock_jump_seconds",
            "By how much the wall clock was set, where promises are not measured by it yet; 0: they are.",
            static_cast<double>(a.wall_ahead.count()) / 1e6);
  const auto& o = s.outbox;
  out.gauge("switchboard_outbox_replies", "Replies that are on their way.", o.waiting + o.under_way);
  out.gauge("switchboard_outbox_calls", "Calls to platforms that are under way.", o.under_way);
  out.counter("switchboard_outbox_attempts_total", "Calls to platforms by which replies were sent.",
              o.attempts);
  out.counter("switchboard_outbox_retries_total", "Attempts that failed for now, and are made again.",
              o.retried);
  out.family("switchboard_outbox_settled_total", "counter", "Replies by what became of them.");
  out.sample(o.sent, "outcome=\"sent\"");
  out.sample(o.failed, "outcome=\"failed\"");
  out.sample(o.unknown, "outcome=\"unknown\"");
  out.sample(o.unresolved, "outcome=\"unresolved\"");
  out.family("switchboard_outbox_signals_total", "counter",
             "That we read or type, by what became of it; dropped: the account's limits had no room.");
  out.sample(o.signals_told, "outcome=\"told\"");
  out.sample(o.signals_failed, "outcome=\"failed\"");
  out.sample(o.signals_dropped, "outcome=\"dropped\"");
  out.gauge("switchboard_accounts_without_access", "Accounts whose token the platform refuses.",
            s.accounts_refused);
  out.gauge("switchboard_accounts_not_subscribed",
            "Accounts of which the platform delivers nothing, and does not let itself be subscribed again.",
            s.accounts_lapsed);
  out.gauge("switchboard_accounts_delivery_failing",
            "Accounts whose platform tries to deliver, and does not get through to us.", s.accounts_failing);
  out.gauge("switchboard_accounts_handshake_missed",
            "Accounts whose source's platform has not asked for longer than it should.", s.accounts_unasked);
  out.gauge("switchboard_erasures_pending",
            "Customers who are hidden, and whose bytes are still on the disk.", s.erasures_pending);
  out.gauge("switchboard_erasure_oldest_seconds", "Since when the oldest pending erasure waits.",
            static_cast<std::uint64_t>(s.erasure_oldest.count()));
  out.counter("switchboard_erasures_total", "Customers whose bytes left the disk since start.",
              s.erasures_done);
  out.gauge("switchboard_disk_free_bytes", "Free space where the data directory is.", s.free_disk_bytes);
  out.family("switchboard_ready", "gauge", "1 while webhooks are taken.");
  out.sample(std::uint64_t{s.state == actors::health::ready});
}

/// One sample for each feed that is read.
template <class Value>
void put_feed(exposition& out, const std::vector<feed_figures_ptr>& all, std::string_view name,
              std::string_view type, std::string_view help, Value value) {
  out.family(name, type, help);
  for (const auto& f : all) out.sample(value(*f), "reader=\"" + f->reader + "\",feed=\"" + f->feed + "\"");
}

void put_feeds(exposition& out, const std::vector<feed_figures_ptr>& all) {
  if (all.empty()) return;
  const auto put = [&](std::string_view name, std::string_view help,
                       std::atomic<std::uint64_t> feed_figures::*of) {
    put_feed(out, all, name, "counter", help,
             [of](const feed_figures& f) { return (f.*of).load(std::memory_order_relaxed); });
  };
  put_feed(out, all, "switchboard_feed_connected", "gauge",
           "1 while a stream is open, or an account was asked with success the last time.",
           [](const feed_figures& f) { return std::uint64_t{f.connected.load(std::memory_order_relaxed)}; });
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  put_feed(
      out, all, "switchboard_feed_age_seconds", "gauge",
      "How old, by the platform's clock, what was read last is; of a stream that is its lag. 0: nothing yet.",
      [now](const feed_figures& f) {
        const auto at = f.read_up_to_us.load(std::memory_order_relaxed);
        return static_cast<std::uint64_t>(at == 0 ? 0 : std::max<std::int64_t>(0, now - at) / 1'000'000);
      });
  put("switchboard_feed_frames_total", "Messages of streams.", &feed_figures::frames);
  put("switchboard_feed_polls_total", "Questions asked of accounts' servers.", &feed_figures::polls);
  put("switchboard_feed_put_off_total", "Questions that waited for the account's limits.",
      &feed_figures::put_off);
  put("switchboard_feed_taken_total", "Frames and pages that are durable.", &feed_figures::taken);
  put("switchboard_feed_notes_total", "Times that it was noted, durably, how far was read.",
      &feed_figures::noted);
  put("switchboard_feed_waits_total", "Times that the engine was full and a reader waited.",
      &feed_figures::refused);
  put("switchboard_feed_reconnects_total", "Streams that ended and were connected anew.",
      &feed_figures::reconnects);
  put("switchboard_feed_failures_total", "Questions and streams that failed.", &feed_figures::failures);
  put("switchboard_feed_gaps_total", "Times that more was missed than feed_backfill_max reads back.",
      &feed_figures::gaps);
}

using router_list = std::vector<actors::router_figures>;

/// One sample for each brand that has a router. Ids of the config need no escaping.
void put_routers(exposition& out, const router_list& all, std::string_view name, std::string_view type,
                 std::string_view help, std::uint64_t actors::router_figures::*of) {
  out.family(name, type, help);
  for (const auto& r : all) out.sample(r.*of, "brand=\"" + r.brand + "\"");
}

void put_offers(exposition& out, const router_list& all) {
  out.family("switchboard_routing_offers_ended_total", "counter", "Offers by what became of them.");
  for (const auto& r : all) {
    const auto put = [&](std::uint64_t n, std::string_view outcome) {
      out.sample(n, "brand=\"" + r.brand + "\",outcome=\"" + std::string(outcome) + "\"");
    };
    put(r.offers_accepted, "accepted");
    put(r.offers_declined, "declined");
    put(r.offers_expired, "expired");
    put(r.offers_rescinded, "rescinded");
  }
}

template <class Value>
void put_queues(exposition& out, const router_list& all, std::string_view name, std::string_view help,
                Value value) {
  out.family(name, "gauge", help);
  for (const auto& r : all) {
    for (const auto& q : r.queues) {
      out.sample(value(q), "brand=\"" + q.brand + "\",queue=\"" + q.queue + "\"");
    }
  }
}

void put_shadows(exposition& out, const router_list& all) {
  if (std::none_of(all.begin(), all.end(), [](const auto& r) { return r.has_shadow; })) return;
  out.family("switchboard_routing_shadow_total", "counter",
             "Conversations by what the shadow of routing would have done first with them.");
  for (const auto& r : all) {
    if (!r.has_shadow) continue;
    for (std::size_t n = 0; n < r.shadow_outcomes.size(); ++n) {
      const auto outcome = to_word(static_cast<domain::routing::shadow_outcome>(n));
      out.sample(r.shadow_outcomes[n], "brand=\"" + r.brand + "\",outcome=\"" + std::string(outcome) + "\"");
    }
  }
  const auto put = [&](std::string_view name, std::string_view type, std::string_view help, auto of) {
    out.family(name, type, help);
    for (const auto& r : all) {
      if (r.has_shadow) out.sample(r.*of, "brand=\"" + r.brand + "\"");
    }
  };
  using figures = actors::router_figures;
  put("switchboard_routing_shadow_skipped_total", "counter",
      "Turns of a router that its shadow was not told of.", &figures::shadow_skipped);
  put("switchboard_routing_shadow_failures_total", "counter", "Times that a shadow ended by itself.",
      &figures::shadow_failures);
  put("switchboard_routing_shadow_behind", "gauge", "Events that a shadow has not taken yet.",
      &figures::shadow_behind);
}

void put_routing(exposition& out, const router_list& all) {
  using figures = actors::router_figures;
  if (all.empty()) return;
  put_queues(out, all, "switchboard_queue_waiting", "Conversations that wait for an agent.",
             [](const actors::queue_figures& q) { return q.waiting; });
  put_queues(out, all, "switchboard_queue_oldest_seconds", "How long the first of them waits.",
             [](const actors::queue_figures& q) { return static_cast<double>(q.oldest_ms) / 1'000; });
  put_routers(out, all, "switchboard_agents_online", "gauge", "Agents who are here.",
              &figures::agents_online);
  put_routers(out, all, "switchboard_routing_conversations_assigned", "gauge",
              "Conversations that an agent has.", &figures::assigned);
  put_routers(out, all, "switchboard_routing_unsettled", "gauge",
              "Decisions that their conversations have not taken over yet.", &figures::unsettled);
  put_routers(out, all, "switchboard_routing_turns_total", "counter",
              "Turns that changed something since start.", &figures::turns);
  put_routers(out, all, "switchboard_routing_assignments_total", "counter",
              "Conversations that were given to an agent since start.", &figures::assignments);
  put_routers(out, all, "switchboard_routing_offers_made_total", "counter", "Offers made since start.",
              &figures::offers_made);
  put_offers(out, all);
  put_shadows(out, all);
  put_routers(out, all, "switchboard_routing_nowhere_left_total", "counter",
              "Conversations beyond a bound of overflow, with no target left: they wait where they came to "
              "first. Somebody "
              "should look.",
              &figures::nowhere_left);
  put_routers(out, all, "switchboard_routing_told_total", "counter",
              "Messages to customers who wait (tell_wait, leave-message) since start.", &figures::told);
  put_routers(
      out, all, "switchboard_routing_not_told_total", "counter",
      "… that were not said: the platform's window is closed, the outbox is full, or it was too late.",
      &figures::not_told);
}

}  // namespace

void metrics(call&& c) {
  exposition out;
  out.family("switchboard_build_info", "gauge", "Version of this binary.");
  out.sample(std::uint64_t{1}, "version=\"" SWITCHBOARD_VERSION "\"");
  put_ingest(out, c.ctx->webhooks->counters());
  put_ingest_durations(out, c.ctx->webhooks->counters(), *c.ctx->engine->settings());
  put_engine(out, c.ctx->engine->stats());
  put_routing(out, c.ctx->engine->routing_figures());
  put_promises(out, c.ctx->engine->promise_counts());
  put_webhooks(out, c.ctx->engine->webhooks(), actors::wall_clock());
  if (const auto* f = c.ctx->feeds.load(std::memory_order_acquire)) put_feeds(out, f->figures());
  out.gauge("switchboard_events_in_flight", "Inbound events not answered yet.",
            c.ctx->admission->events_in_flight());
  out.gauge("switchboard_in_flight_bytes", "Bytes of bodies not answered yet.",
            c.ctx->admission->bytes_in_flight());
  out.gauge("switchboard_stream_subscribers", "Subscribers connected.", c.ctx->stream->subscribers());
  out.counter("switchboard_stream_delivered_total", "Events written to subscribers.",
              c.ctx->stream->delivered());
  put_media(out, c.ctx->media->counters());
  const auto h = c.ctx->server->counters();
  out.gauge("switchboard_http_connections", "Connections open.", h.open);
  out.counter("switchboard_http_accepted_total", "Connections accepted.", h.accepted);
  out.counter("switchboard_http_requests_total", "Requests answered.", h.requests);
  put_answers(out, h);
  out.counter("switchboard_http_gate_refusals_total", "Requests refused for their framing or limits.",
              h.gate_refusals);
  out.counter("switchboard_http_timeouts_total", "Connections ended for being slow or idle.", h.timeouts);
  out.counter("switchboard_http_refused_connections_total", "Connections beyond the limits.",
              h.refused_connections);
  out.counter("switchboard_http_in_bytes_total", "Bytes received.", h.bytes_in);
  out.counter("switchboard_http_out_bytes_total", "Bytes sent.", h.bytes_out);
  put_process(out, read_process_figures());
  http::response r;
  r.content_type = "text/plain; version=0.0.4; charset=utf-8";
  r.body = out.take();
  c.exchange->respond(std::move(r));
}

}  // namespace switchboard::net::api
