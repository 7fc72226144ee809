// One event to many subscribers: deliveries a second, and whether each subscriber got every event once and in
// the one order.

#include "cli/bench_target.hpp"
#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "domain/json.hpp"

#include <cstdio>

namespace switchboard::cli {

namespace {

constexpr std::chrono::milliseconds patience{10'000};  // without a delivery: then the rest is missing

struct outcome {
  load_report load;
  swarm_report swarm;
  double seconds = 0;  ///< from the first webhook to the last delivery
  std::uint64_t expected = 0;

  [[nodiscard]] double per_second() const {
    return seconds > 0 ? static_cast<double>(swarm.deliveries) / seconds : 0;
  }
  [[nodiscard]] bool complete() const {
    return swarm.deliveries == expected && swarm.missing == 0 && swarm.repeated == 0 &&
           swarm.out_of_order == 0 && swarm.differing == 0 && swarm.lost == 0;
  }
};

expected<outcome, std::string> measure(bench_target& t, const bench_options& o) {
  const std::uint64_t messages = o.events * o.messages_per_body;
  swarm_plan s = t.subscribers(o);
  s.numbers = messages;
  subscriber_swarm swarm(s);
  if (auto started = swarm.start(); !started) return unexpected{started.error()};
  load_plan p = t.plan(o);
  p.threads = 1;
  p.connections = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(p.connections, std::max<std::uint64_t>(o.events, 1)));
  p.warm_up = {};
  p.requests_max = o.events;
  if (o.rate > 0)
    p.duration =
        std::chrono::nanoseconds(static_cast<std::int64_t>(2e9 * static_cast<double>(o.events) / o.rate)) +
        std::chrono::seconds(10);
  outcome r;
  r.expected = messages * o.subscribers;
  const auto started = std::chrono::steady_clock::now();
  auto load = t.load(p);
  if (!load) return unexpected{load.error()};
  r.load = std::move(*load);
  (void)swarm.wait_for(r.expected, patience);
  r.swarm = swarm.finish(messages);
  r.seconds = std::chrono::duration<double>(r.swarm.last_delivery - started).count();
  return r;
}

void print_text(const bench_target& t, const bench_options& o, const outcome& r) {
  std::printf("host       %s\n", to_text(t.host).c_str());
  std::printf("load       %s webhooks to %s %s subscribers\n", format_count(o.events).c_str(),
              format_count(o.subscribers).c_str(), o.sse ? "SSE" : "WebSocket");
  std::printf("%s", load_text(r.load, o.messages_per_body).c_str());
  std::printf("fan-out    %s deliveries/s (%s in %.2f s, %s)\n",
              format_count(static_cast<std::uint64_t>(r.per_second())).c_str(),
              format_count(r.swarm.deliveries).c_str(), r.seconds, format_bytes(r.swarm.bytes).c_str());
  std::printf("order      %s\n%s",
              r.complete() ? "each subscriber got every event once, in the same order" : "broken",
              engine_text(t).c_str());
}

void print_json(const bench_target& t, const bench_options& o, const outcome& r) {
  std::string out;
  domain::json_object j(out);
  j.text("benchmark", "fanout");
  j.raw("host", to_json(t.host));
  j.text("transport", o.sse ? "sse" : "websocket");
  j.number("subscribers", o.subscribers);
  j.number("events", o.events * o.messages_per_body);
  j.raw("deliveriesPerSecond", format("%.1f", r.per_second()));
  j.raw("seconds", format("%.3f", r.seconds));
  j.number("deliveries", r.swarm.deliveries);
  j.number("bytes", r.swarm.bytes);
  j.number("missing", r.swarm.missing);
  j.number("repeated", r.swarm.repeated);
  j.number("outOfOrder", r.swarm.out_of_order);
  j.number("differing", r.swarm.differing);
  j.number("lost", r.swarm.lost);
  j.raw("load", load_json(r.load, o.messages_per_body));
  j.raw("engine", engine_json(t));
  j.end();
  std::printf("%s\n", out.c_str());
}

}  // namespace

int run_bench_fanout(const bench_options& options) {
  auto target = make_target(options, "fanout");
  if (!target) return bench_failed("fanout", target.error());
  const auto r = measure(*target, options);
  if (!r) return bench_failed("fanout", r.error());
  (options.json ? print_json : print_text)(*target, options, *r);
  if (const int code = judge(r->load, options, "fanout"); code != exit_ok) return code;
  if (!r->complete()) {
    return bench_failed(
        "fanout",
        format("of %llu deliveries %llu came; the first subscriber misses %llu, repeats %llu, "
               "reorders %llu; %u differ from it, %u were cut off",
               static_cast<unsigned long long>(r->expected),
               static_cast<unsigned long long>(r->swarm.deliveries),
               static_cast<unsigned long long>(r->swarm.missing),
               static_cast<unsigned long long>(r->swarm.repeated),
               static_cast<unsigned long long>(r->swarm.out_of_order), r->swarm.differing, r->swarm.lost));
  }
  return exit_ok;
}

}  // namespace switchboard::cli
