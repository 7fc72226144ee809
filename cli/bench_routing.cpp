// Who gets what, and how soon: one decision after the other in memory, what is behind and in front of it, how that grows; then an
// agent who frees up at a real engine.

#include "cli/child_process.hpp"
#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "cli/routing_growth.hpp"
#include "cli/routing_rounds.hpp"
#include "cli/routing_world.hpp"
#include "domain/json.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <optional>
#include <utility>

namespace switchboard::cli {

namespace {

using domain::routing::strategy;
using std::chrono::nanoseconds;

constexpr std::uint64_t agents_of_a_queue = 100;
constexpr std::size_t skills = 200;
constexpr std::uint64_t turns_a_time = 1'000;  // of two that are compared, in turns
constexpr std::array strategies{strategy::round_robin, strategy::least_active, strategy::load_balanced,
                                strategy::skill_best};

struct decisions {
  histogram took;
  nanoseconds in_all{0};
  void add(nanoseconds d) {
    took.record(d);
    in_all += d;
  }
  [[nodiscard]] double per_second() const {
    return static_cast<double>(took.count()) / std::chrono::duration<double>(in_all).count();
  }
};

/// What conversations take, with all that finds them.
struct memory {
  std::uint64_t conversations = 0;
  double bytes_each = 0;
};

struct outcome {
  std::vector<std::pair<strategy, decisions>> arrivals;
  decisions freed, freed_behind;
  memory alone, behind;
  std::vector<growth> grown;
  std::optional<routing_rounds> rounds;

  [[nodiscard]] double rate_ratio() const { return freed_behind.per_second() / freed.per_second(); }
  [[nodiscard]] double p99_ratio() const {
    return static_cast<double>(freed_behind.took.at(0.99).count()) /
           static_cast<double>(std::max<std::int64_t>(freed.took.at(0.99).count(), 1));
  }
};

world_size world_of(std::uint64_t agents) {
  return {.agents = agents,
          .skills = skills,
          .queues = static_cast<std::size_t>(std::max<std::uint64_t>(1, agents / agents_of_a_queue))};
}

decisions measure_arrivals(const bench_options& o, std::uint64_t agents, strategy how) {
  routing_world w(world_of(agents), {how});
  w.half_busy();
  decisions d;
  for (std::uint64_t n = 0; n < o.decisions; ++n) d.add(w.arrival());
  return d;
}

memory fill(routing_world& w, std::uint64_t waiting, std::uint64_t unmatchable) {
  const auto empty = resident_bytes_of(::getpid());
  w.queue_up(waiting, unmatchable);
  const auto full = resident_bytes_of(::getpid());
  const auto many = w.state().items.size();
  return {.conversations = many,
          .bytes_each = static_cast<double>(full - std::min(full, empty)) / static_cast<double>(many)};
}

/// With and without those in front, in turns: what the machine does beside it meets both.
void measure_freed(const bench_options& o, outcome& r) {
  routing_world alone(world_of(o.agents), {strategy::load_balanced});
  r.alone = fill(alone, o.queued, 0);
  routing_world behind(world_of(o.agents), {strategy::load_balanced});
  r.behind = fill(behind, o.queued, o.unmatchable);
  for (std::uint64_t n = 0; n < o.decisions; n += turns_a_time) {
    for (std::uint64_t i = 0; i < turns_a_time; ++i) r.freed.add(alone.release());
    for (std::uint64_t i = 0; i < turns_a_time; ++i) r.freed_behind.add(behind.release());
  }
}

nanoseconds cost_of(const decisions& d) {
  return d.in_all / static_cast<std::int64_t>(std::max<std::uint64_t>(d.took.count(), 1));
}

void measure_growth(const bench_options& o, outcome& r) {
  growth queued{.of = "queued", .points = {}}, agents{.of = "agents", .points = {}};
  for (std::uint64_t n = 100; n <= o.largest; n *= 10) {
    routing_world w(world_of(o.agents), {strategy::load_balanced});
    w.queue_up(n, 0);
    decisions d;
    for (std::uint64_t i = 0; i < o.decisions; ++i) d.add(w.release());
    queued.points.push_back({n, cost_of(d)});
  }
  for (std::uint64_t n = 10; n <= o.largest / 10; n *= 10) {
    agents.points.push_back({n, cost_of(measure_arrivals(o, n, strategy::load_balanced))});
  }
  for (auto* const g : {&queued, &agents}) {
    if (!g->points.empty()) r.grown.push_back(std::move(*g));
  }
}

std::string decisions_text(const decisions& d) {
  return latency_text(d.took) +
         format("  %s/s", format_count(static_cast<std::uint64_t>(d.per_second())).c_str());
}

void print_text(const bench_options& o, const host_facts& host, const outcome& r) {
  const auto size = world_of(o.agents);
  std::printf("host       %s\n", to_text(host).c_str());
  std::printf(
      "brand      %s agents, %zu skills, %zu queues, settings as by default; each decision with its reasons, "
      "on one "
      "core\n",
      format_count(o.agents).c_str(), size.skills, size.queues);
  std::printf("arrivals   goals p99 20 us, 100,000/s\n");
  for (const auto& [how, d] : r.arrivals) {
    std::printf("  %-13s %s\n", std::string(to_word(how)).c_str(), decisions_text(d).c_str());
  }
  std::printf("freed      %s wait, and an agent gets the next\n", format_count(o.queued).c_str());
  std::printf("  alone         %s\n", decisions_text(r.freed).c_str());
  std::printf("  behind %s that nobody can take: %.2f x the rate, %.2f x the p99 (goals 0.80, 1.20)\n",
              format_count(o.unmatchable).c_str(), r.rate_ratio(), r.p99_ratio());
  std::printf("                %s\n", decisions_text(r.freed_behind).c_str());
  std::printf("memory     %.0f bytes a conversation of %s, %.0f of %s (goal 200)\n", r.behind.bytes_each,
              format_count(r.behind.conversations).c_str(), r.alone.bytes_each,
              format_count(r.alone.conversations).c_str());
  for (const auto& g : r.grown) {
    std::printf("growth     with %s: %s; by the power %.2f, the logarithm's is %.2f\n%s",
                std::string(g.of).c_str(),
                is_logarithmic(g) ? "no faster than the logarithm" : "FASTER than the logarithm",
                fitted_exponent(g), exponent_of_logarithm(g), growth_text(g).c_str());
  }
  if (!r.rounds) return;
  std::printf(
      "end to end %s wait (%s/s came), one agent, durable; goal p99 5 ms\n",
      format_count(r.rounds->queued).c_str(),
      format_count(static_cast<std::uint64_t>(static_cast<double>(r.rounds->queued) /
                                              std::chrono::duration<double>(r.rounds->filling).count()))
          .c_str());
  std::printf("  resolved → offered   %s\n", latency_text(r.rounds->offered).c_str());
  std::printf("  accept → his         %s\n", latency_text(r.rounds->accepted).c_str());
}

void append_decisions(domain::json_object& j, std::string& out, std::string_view name, const decisions& d) {
  j.key(name);
  domain::json_object o(out);
  o.raw("perSecond", format("%.0f", d.per_second()));
  o.raw("took", latency_json(d.took));
  o.end();
}

std::string memory_json(const memory& m) {
  std::string out;
  domain::json_object o(out);
  o.number("conversations", m.conversations);
  o.raw("bytesEach", format("%.1f", m.bytes_each));
  o.end();
  return out;
}

void print_json(const bench_options& o, const host_facts& host, const outcome& r) {
  std::string out;
  domain::json_object j(out);
  j.text("benchmark", "routing");
  j.raw("host", to_json(host));
  j.number("agents", o.agents);
  j.number("queued", o.queued);
  j.number("unmatchable", o.unmatchable);
  for (const auto& [how, d] : r.arrivals) append_decisions(j, out, to_word(how), d);
  append_decisions(j, out, "freed", r.freed);
  append_decisions(j, out, "freedBehindUnmatchable", r.freed_behind);
  j.raw("memory", memory_json(r.alone));
  j.raw("memoryWithUnmatchable", memory_json(r.behind));
  for (const auto& g : r.grown) {
    std::string points;
    for (const auto& p : g.points) {
      points += format("%s[%llu,%lld]", points.empty() ? "[" : ",", static_cast<unsigned long long>(p.size),
                       static_cast<long long>(p.cost.count()));
    }
    j.raw(g.of == "queued" ? "growthByQueued" : "growthByAgents", points + "]");
    j.boolean(g.of == "queued" ? "queuedIsLogarithmic" : "agentsIsLogarithmic", is_logarithmic(g));
    j.raw(g.of == "queued" ? "queuedExponent" : "agentsExponent", format("%.3f", fitted_exponent(g)));
  }
  if (r.rounds) {
    j.raw("resolvedToOffered", latency_json(r.rounds->offered));
    j.raw("acceptToAnswer", latency_json(r.rounds->accepted));
  }
  j.end();
  std::printf("%s\n", out.c_str());
}

}  // namespace

int run_bench_routing(const bench_options& options) {
  if (options.agents == 0 || options.decisions == 0 || options.queued == 0)
    return bench_failed("routing", "--agents, --decisions and --queued are at least 1");
  // A router refuses more, so a queue would never be as long.
  const auto room = routing_world::room(options.agents);
  const auto most = std::max({options.queued, options.unmatchable, options.largest});
  if (most > room || options.queued + options.unmatchable > room)
    return bench_failed("routing", format("with %s agents at most %s conversations can wait: --queued and "
                                          "--unmatchable together, and --largest",
                                          format_count(options.agents).c_str(), format_count(room).c_str()));
  const auto say = [&](const char* what) {
    if (!options.json) std::fprintf(stderr, "switchboard bench routing: %s\n", what);
  };
  outcome r;
  // First, while nothing else is in memory: a machine that swaps would be measured instead.
  host_facts host;
  if (options.rounds > 0) {
    auto target = make_target(options, "routing", routing_rounds_config());
    if (!target) return bench_failed("routing", target.error());
    host = target->host;
    auto played = play_routing_rounds(*target, options);
    if (!played) return bench_failed("routing", played.error());
    r.rounds = *std::move(played);
  } else {
    host = gather_host_facts({});
  }
  // Before the others, whose memory, once given back, would be taken again and not be seen.
  say("agents who free up, with and without those whom nobody can take in front");
  measure_freed(options, r);
  say("decisions in memory, each strategy");
  for (const auto how : strategies)
    r.arrivals.emplace_back(how, measure_arrivals(options, options.agents, how));
  say("growth");
  measure_growth(options, r);
  (options.json ? print_json : print_text)(options, host, r);
  if (options.plot.empty()) return exit_ok;
  std::ofstream plot(options.plot);
  plot << growth_svg(r.grown);
  if (!plot.flush()) return bench_failed("routing", "cannot write " + options.plot);
  return exit_ok;
}

}  // namespace switchboard::cli
