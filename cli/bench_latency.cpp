// How long a customer's message takes, told honestly: at a fixed rate, from when each webhook should have been
// sent, to its 200 and to the subscribers' sockets.

#include "cli/bench_target.hpp"
#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "domain/json.hpp"

#include <cstdio>

namespace switchboard::cli {

namespace {

constexpr std::chrono::milliseconds patience{5'000};
constexpr std::chrono::seconds probe_duration{5};

/// Closed loop, to know what half of the most is.
expected<double, std::string> measure_most(bench_target& t, const bench_options& o) {
  load_plan p = t.plan(o);
  p.rate = 0;
  p.duration = probe_duration;
  const auto r = t.load(p);
  if (!r) return unexpected{r.error()};
  if (r->answered == 0) return unexpected{std::string("nothing was answered as expected")};
  return r->per_second();
}

struct outcome {
  double rate = 0, most = 0;
  load_report load;
  swarm_report swarm;
};

expected<outcome, std::string> measure(bench_target& t, const bench_options& o) {
  outcome r;
  r.rate = o.rate;
  if (r.rate <= 0) {
    const auto most = measure_most(t, o);
    if (!most) return unexpected{most.error()};
    r.most = *most;
    r.rate = *most / 2;
  }
  load_plan p = t.plan(o);
  p.rate = r.rate;
  const double seconds = std::chrono::duration<double>(p.warm_up + p.duration).count();
  const auto requests = static_cast<std::uint64_t>(seconds * r.rate * 1.1) + 10'000;
  send_ledger ledger(t.next_number + requests);
  p.ledger = &ledger;
  swarm_plan s = t.subscribers(o);
  s.first_number = t.next_number * o.messages_per_body;
  s.numbers = requests * o.messages_per_body;
  s.messages_per_request = o.messages_per_body;
  s.ledger = &ledger;
  s.measure_from = (std::chrono::steady_clock::now() + p.warm_up).time_since_epoch().count();
  subscriber_swarm swarm(s);
  if (auto started = swarm.start(); !started) return unexpected{started.error()};
  auto load = t.load(p);
  if (!load) return unexpected{load.error()};
  r.load = std::move(*load);
  const std::uint64_t messages = r.load.sent_in_all * o.messages_per_body;
  (void)swarm.wait_for(messages * o.subscribers, patience);
  r.swarm = swarm.finish(messages);
  return r;
}

void print_text(const bench_target& t, const bench_options& o, const outcome& r) {
  std::printf("host       %s\n", to_text(t.host).c_str());
  std::printf("load       open loop, %s/s", format_count(static_cast<std::uint64_t>(r.rate)).c_str());
  if (r.most > 0)
    std::printf(" (half of the measured %s/s)", format_count(static_cast<std::uint64_t>(r.most)).c_str());
  std::printf(", %u connections, %u %s subscribers\n", o.connections, o.subscribers,
              o.sse ? "SSE" : "WebSocket");
  std::printf("%s", load_text(r.load, o.messages_per_body).c_str());
  std::printf("to 200     %s\n", latency_text(r.load.latency).c_str());
  std::printf("to stream  %s\n%s", latency_text(r.swarm.latency).c_str(), engine_text(t).c_str());
}

void print_json(const bench_target& t, const bench_options& o, const outcome& r) {
  std::string out;
  domain::json_object j(out);
  j.text("benchmark", "latency");
  j.raw("host", to_json(t.host));
  j.raw("targetRate", format("%.1f", r.rate));
  j.raw("mostPerSecond", r.most > 0 ? format("%.1f", r.most) : "null");
  j.text("transport", o.sse ? "sse" : "websocket");
  j.number("subscribers", o.subscribers);
  j.raw("load", load_json(r.load, o.messages_per_body));
  j.raw("toAnswer", latency_json(r.load.latency));
  j.raw("toSubscriber", latency_json(r.swarm.latency));
  j.number("missing", r.swarm.missing);
  j.raw("engine", engine_json(t));
  j.end();
  std::printf("%s\n", out.c_str());
}

}  // namespace

int run_bench_latency(const bench_options& options) {
  auto target = make_target(options, "latency");
  if (!target) return bench_failed("latency", target.error());
  const auto r = measure(*target, options);
  if (!r) return bench_failed("latency", r.error());
  (options.json ? print_json : print_text)(*target, options, *r);
  bench_options at_rate = options;
  at_rate.rate = r->rate;
  if (const int code = judge(r->load, at_rate, "latency"); code != exit_ok) return code;
  if (r->swarm.missing + r->swarm.repeated + r->swarm.differing + r->swarm.lost > 0)
    return bench_failed("latency",
                        "a subscriber missed or repeated events; the figures count only what came");
  return exit_ok;
}

}  // namespace switchboard::cli
