// How many webhooks a second, each one verified, normalised, durable and in the views.

#include "cli/bench_target.hpp"
#include "cli/figures.hpp"
#include "domain/json.hpp"

#include <cstdio>

namespace switchboard::cli {

int run_bench_ingest(const bench_options& options) {
  auto target = make_target(options, "ingest");
  if (!target) return bench_failed("ingest", target.error());
  const auto plan = target->plan(options);
  const auto report = target->load(plan);
  if (!report) return bench_failed("ingest", report.error());
  const auto catch_up = target->views_catch_up();
  const std::size_t body = webhook_requests(target->webhooks).body_bytes();
  if (options.json) {
    std::string out;
    domain::json_object o(out);
    o.text("benchmark", "ingest");
    o.text("url", target->where.text() + options.path);
    o.raw("host", to_json(target->host));
    o.number("connections", plan.connections);
    o.number("customers", options.customers);
    o.number("messagesPerBody", options.messages_per_body);
    o.number("bodyBytes", body);
    o.raw("targetRate", format("%.1f", options.rate));
    o.raw("load", load_json(*report, options.messages_per_body));
    o.raw("latency", latency_json(report->latency));
    if (catch_up) o.number("viewsCatchUpNs", static_cast<std::uint64_t>(catch_up->count()));
    o.raw("engine", engine_json(*target));
    o.end();
    std::printf("%s\n", out.c_str());
  } else {
    std::printf("host       %s\n", to_text(target->host).c_str());
    std::printf(
        "load       %s%s, %u connections, %u messages in %s a body, %s customers\n",
        options.rate > 0 ? "open loop, " : "closed loop",
        options.rate > 0 ? (format_count(static_cast<std::uint64_t>(options.rate)) + "/s").c_str() : "",
        plan.connections, options.messages_per_body, format_bytes(body).c_str(),
        format_count(options.customers).c_str());
    std::printf("%s", load_text(*report, options.messages_per_body).c_str());
    std::printf("latency    %s%s\n", latency_text(report->latency).c_str(),
                options.rate > 0 ? "  (from the intended send time)" : "");
    if (catch_up)
      std::printf("views      showed all of it %s after the last answer\n",
                  format_duration(*catch_up).c_str());
    std::printf("%s", engine_text(*target).c_str());
  }
  return judge(*report, options, "ingest");
}

}  // namespace switchboard::cli
