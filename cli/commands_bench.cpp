#include "cli/commands_bench.hpp"

#include "cli/command_line.hpp"
#include "cli/figures.hpp"

namespace switchboard::cli {

namespace {

void add_load_options(CLI::App* c, bench_options& o) {
  c->add_option("--url", o.url, "Measure this engine; without: one of its own, on a new data directory")
      ->type_name("URL");
  c->add_option("--data-root", o.data_root,
                "Where the own engine's data directory is made (the temporary directory)")
      ->type_name("DIR");
  c->add_option("--path", o.path, "Target of the requests (/webhooks/meta)");
  c->add_option("--secret", o.secret, "The source's secret (demo-secret)");
  c->add_option("--phone-number-id", o.phone_number_id, "The account that the messages are for");
  c->add_option("--connections", o.connections, "Keep-alive connections")
      ->check(CLI::Range(1u, 100'000u))
      ->type_name("N");
  c->add_option("--threads", o.threads, "Generator threads (1)")->check(CLI::Range(1u, 64u))->type_name("N");
  unit_option(c, "--customers", o.customers, typed_count, "Senders (50k)", "N");
  c->add_option("--messages-per-body", o.messages_per_body, "Messages in each webhook (1)")
      ->check(CLI::Range(1u, 1'000u))
      ->type_name("N");
  unit_option(c, "--warm-up", o.warm_up, typed_duration, "Sent before, and not counted (2s)", "TIME");
  unit_option(c, "--duration", o.duration, typed_duration, "Measured time (10s)", "TIME");
  unit_option(c, "--wait", o.wait, typed_duration, "Wait so long for the URL to answer", "TIME");
  c->add_flag("--json", o.json, "One JSON object instead of text");
}

void add_subscriber_options(CLI::App* c, bench_options& o, const char* subscribers) {
  c->add_option("--subscribers", o.subscribers, subscribers)->check(CLI::Range(1u, 100'000u))->type_name("N");
  c->add_option("--token", o.token, "Bearer token of the subscribers (demo-admin)")
      ->envname("SWITCHBOARD_TOKEN");
  c->add_flag("--sse", o.sse, "Subscribe by SSE instead of WebSocket");
}

void add_routing(CLI::App& bench, bench_options& o) {
  auto* c = command(bench, "routing", "What a router's decisions cost, in memory and end to end",
                    "  switchboard bench routing\n"
                    "  switchboard bench routing --rounds 0 --plot growth.svg");
  unit_option(c, "--agents", o.agents, typed_count, "Agents; as many queues as hundreds of them (10k)", "N");
  unit_option(c, "--decisions", o.decisions, typed_count, "Measured in each part (50k)", "N");
  unit_option(c, "--queued", o.queued, typed_count, "Conversations that wait (100k)", "N");
  unit_option(c, "--unmatchable", o.unmatchable, typed_count, "That nobody can take, in front of them (1M)",
              "N");
  unit_option(c, "--largest", o.largest, typed_count,
              "Queue up to which growth is measured, from 100 on; agents from 10 up to a tenth of it (1M)",
              "N");
  unit_option(c, "--rounds", o.rounds, typed_count, "End to end with an engine of its own (300); 0: without",
              "N");
  c->add_option("--data-root", o.data_root,
                "Where the own engine's data directory is made (the temporary directory)")
      ->type_name("DIR");
  c->add_option("--plot", o.plot, "Draws the growth into this SVG file")->type_name("FILE");
  c->add_flag("--json", o.json, "One JSON object instead of text");
}

void add_promises(CLI::App& bench, bench_options& o) {
  auto* c = command(bench, "promises", "What [[sla]] costs: in ingest, in a burst of breaches, at a start",
                    "  switchboard bench promises\n"
                    "  switchboard bench promises --armed 100k --burst 20k --json");
  unit_option(c, "--armed", o.armed, typed_count, "Clocks ahead, that a start finds again (1M)", "N");
  unit_option(c, "--burst", o.burst, typed_count, "Clocks that are due at one time (100k)", "N");
  unit_option(c, "--duration", o.duration, typed_duration, "Measured time of each part of ingest (10s)",
              "TIME");
  c->add_option("--data-root", o.data_root,
                "Where the own engine's data directory is made (the temporary directory)")
      ->type_name("DIR");
  c->add_flag("--json", o.json, "One JSON object instead of text");
}

}  // namespace

void add_bench(CLI::App& app, bench_options& o) {
  auto* c = command(app, "bench", "Measure an engine from outside",
                    "  switchboard bench ingest\n"
                    "  switchboard bench latency --rate 10k --json");
  c->require_subcommand(1);
  auto* ingest =
      command(*c, "ingest", "Webhooks a second, each one verified, durable and in the views",
              "  switchboard bench ingest --duration 30s\n"
              "  switchboard bench ingest --url http://127.0.0.1:8080 --rate 20k --messages-per-body 10");
  add_load_options(ingest, o);
  unit_option(ingest, "--rate", o.rate, typed_count, "Open loop: requests a second; without: closed loop",
              "N");
  ingest->add_flag("--poisson", o.poisson, "Open loop: random gaps instead of even ones");
  ingest->add_option("--expect-status", o.expect_status, "What each answer must say (200)")
      ->type_name("STATUS");
  auto* fanout = command(*c, "fanout", "Deliveries a second to many subscribers, each one's order checked",
                         "  switchboard bench fanout --subscribers 1000\n"
                         "  switchboard bench fanout --subscribers 200 --events 10000 --sse --json");
  add_load_options(fanout, o);
  add_subscriber_options(fanout, o, "Subscribers (1000)");
  unit_option(fanout, "--events", o.events, typed_count, "Webhooks to deliver (1000)", "N");
  unit_option(fanout, "--rate", o.rate, typed_count, "Webhooks a second; without: back to back", "N");
  auto* latency = command(*c, "latency", "From the intended send time to the 200, and to the subscriber",
                          "  switchboard bench latency\n"
                          "  switchboard bench latency --rate 10k --duration 60s --subscribers 8");
  add_load_options(latency, o);
  add_subscriber_options(latency, o, "Subscribers that measure (1)");
  unit_option(latency, "--rate", o.rate, typed_count,
              "Requests a second; without: half of what it measures first", "N");
  latency->add_flag("--poisson", o.poisson, "Random gaps instead of even ones");
  auto* outbound = command(*c, "outbound",
                           "Replies: limits used, from POST to the platform's call, and ingest beside them",
                           "  switchboard bench outbound\n"
                           "  switchboard bench outbound --replies 2000 --accounts 20 --json");
  add_load_options(outbound, o);
  unit_option(outbound, "--replies", o.replies, typed_count, "Replies, one to each customer (10k)", "N");
  outbound->add_option("--accounts", o.accounts, "Accounts that they are spread over (100)")
      ->check(CLI::Range(1u, 1'000u))
      ->type_name("N");
  unit_option(outbound, "--events", o.events, typed_count, "Replies that are paced, to time each (1000)",
              "N");
  unit_option(outbound, "--rate", o.rate, typed_count, "Of the paced ones, a second (200)", "N");
  outbound
      ->add_option("--platform-program", o.platform_program,
                   "The fake platform (switchboard-fake-platform beside this program)")
      ->type_name("FILE");
  add_routing(*c, o);
  add_promises(*c, o);
}

int run_bench(const CLI::App& bench, bench_options& o) {
  const auto& chosen = *bench.get_subcommands().front();
  const std::string which = chosen.get_name();
  if (which == "ingest") return run_bench_ingest(o);
  if (which == "latency") return run_bench_latency(o);
  if (which == "outbound") return run_bench_outbound(o);
  if (which == "routing") return run_bench_routing(o);
  if (which == "promises") return run_bench_promises(o);
  if (chosen.count("--subscribers") == 0) o.subscribers = 1'000;
  if (chosen.count("--connections") == 0) o.connections = 16;
  return run_bench_fanout(o);
}

}  // namespace switchboard::cli
