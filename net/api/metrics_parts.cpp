#include "net/api/metrics_parts.hpp"

#include <algorithm>
#include <chrono>

namespace switchboard::net::api {

void put_promises(exposition& out, const std::vector<actors::promise_count>& all) {
  if (all.empty()) return;
  const auto labels = [](const actors::promise_count& p) {
    return "brand=\"" + p.brand + "\",queue=\"" + p.queue + "\"";
  };
  out.family("switchboard_sla_ended_total", "counter",
             "Promises by how they ended since start: met, or breached, when the deadline passed.");
  for (const auto& p : all) {
    out.sample(p.met, labels(p) + ",outcome=\"met\"");
    out.sample(p.breached, labels(p) + ",outcome=\"breached\"");
  }
  out.family("switchboard_sla_at_risk", "gauge",
             "Promises that were warned of, run, and are not broken yet.");
  for (const auto& p : all) out.sample(p.at_risk, labels(p));
}

void put_webhooks(exposition& out, const std::vector<actors::webhook_figures>& all, domain::timestamp now) {
  if (all.empty()) return;
  using figures = actors::webhook_figures;
  const auto labels = [](const figures& f) { return "brand=\"" + f.brand + "\",webhook=\"" + f.id + "\""; };
  const auto gauge = [&](std::string_view name, std::string_view help, auto value) {
    out.family(name, "gauge", help);
    for (const auto& f : all) out.sample(value(f), labels(f));
  };
  out.family("switchboard_webhook_attempts_total", "counter",
             "Attempts to deliver an event to a webhook since start, by what came of them.");
  for (const auto& f : all) {
    out.sample(f.delivered, labels(f) + ",outcome=\"delivered\"");
    out.sample(f.failed, labels(f) + ",outcome=\"failed\"");
  }
  out.family("switchboard_webhook_given_up_total", "counter",
             "Events that nobody took in time: only a replay delivers them.");
  for (const auto& f : all) out.sample(f.given_up, labels(f));
  gauge("switchboard_webhook_waiting", "Events that wait for the webhook, as far as they are in memory.",
        [](const figures& f) { return f.waiting + f.under_way; });
  gauge("switchboard_webhook_lag_seconds", "How long that waits which waits longest.", [&](const figures& f) {
    const auto since =
        f.oldest ? std::max(now - *f.oldest, decltype(now - *f.oldest){}) : decltype(now - now){};
    return std::chrono::duration<double>(since).count();
  });
  gauge("switchboard_webhook_failing",
        "1: so many attempts in a row failed that one is made at a time, or it answered 410.",
        [](const figures& f) { return std::uint64_t{f.failing || f.gone}; });
}

}  // namespace switchboard::net::api
