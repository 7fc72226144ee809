// What one decision costs: a turn that assigns, with its reasons. What makes room for it is measured with it.

#include "cli/routing_world.hpp"
#include "domain/routing/explaining.hpp"
#include "domain/routing/position.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace switchboard::cli {
namespace {

using domain::routing::strategy;

/// The part of all turns that took longer than 99 of 100.
void report(benchmark::State& bench, std::vector<std::chrono::nanoseconds>& took) {
  if (took.empty()) return;
  const auto at = [&](std::size_t percent) {
    const auto n = took.begin() + static_cast<std::ptrdiff_t>((took.size() - 1) * percent / 100);
    std::nth_element(took.begin(), n, took.end());
    return std::chrono::duration<double, std::micro>(*n).count();
  };
  bench.counters["p50_us"] = at(50);
  bench.counters["p99_us"] = at(99);
  bench.SetItemsProcessed(static_cast<std::int64_t>(took.size()));
}

template <class F>
void measure(benchmark::State& bench, F&& decide) {
  std::vector<std::chrono::nanoseconds> took;
  for (auto _ : bench) {
    took.push_back(decide());
    bench.SetIterationTime(std::chrono::duration<double>(took.back()).count());
  }
  report(bench, took);
}

/// Conversations come to agents who are half busy, and go: range(0) agents, 200 skills, range(1) queues.
void arrivals(benchmark::State& bench, strategy how) {
  routing_world w({.agents = static_cast<std::size_t>(bench.range(0)),
                   .queues = static_cast<std::size_t>(bench.range(1))},
                  {how});
  w.half_busy();
  measure(bench, [&] { return w.arrival(); });
}
BENCHMARK_CAPTURE(arrivals, load_balanced, strategy::load_balanced)
    ->UseManualTime()
    ->Args({10, 1})
    ->Args({100, 1})
    ->Args({1'000, 10})
    ->Args({10'000, 100})
    ->Args({10'000, 1});
BENCHMARK_CAPTURE(arrivals, round_robin, strategy::round_robin)
    ->UseManualTime()
    ->Args({10'000, 100})
    ->Args({10'000, 1});
BENCHMARK_CAPTURE(arrivals, skill_best, strategy::skill_best)
    ->UseManualTime()
    ->Args({10'000, 100})
    ->Args({10'000, 1});

/// Everybody is full and range(0) wait, range(1) of them such that nobody can take them: one conversation ends, and its agent
/// gets the next.
void freed(benchmark::State& bench) {
  routing_world w({}, {strategy::load_balanced});
  w.queue_up(static_cast<std::size_t>(bench.range(0)), static_cast<std::size_t>(bench.range(1)));
  measure(bench, [&] { return w.release(); });
}
BENCHMARK(freed)
    ->UseManualTime()
    ->Args({100, 0})
    ->Args({1'000, 0})
    ->Args({10'000, 0})
    ->Args({100'000, 0})
    ->Args({100'000, 1'000'000});

// -- what is shown -------------------------------------------------------------------------------------------

/// GET /v1/queues: how long a newcomer would wait in each of 100 queues; range(0) wait. No decision is taken meanwhile.
void etas_of_all_queues(benchmark::State& bench) {
  routing_world w({}, {strategy::load_balanced});
  w.queue_up(static_cast<std::size_t>(bench.range(0)), 0);
  for (auto _ : bench) {
    for (std::size_t q = 0; q < w.state().queues.size(); ++q) {
      benchmark::DoNotOptimize(
          domain::routing::estimate_newcomer(w.state(), static_cast<domain::routing::queue_index>(q), 0));
    }
  }
}
BENCHMARK(etas_of_all_queues)->Unit(benchmark::kMillisecond)->Arg(1'000)->Arg(100'000);

/// GET …/position of one that waits in the middle: its place, and why nobody has it.
void a_position(benchmark::State& bench) {
  routing_world w({}, {strategy::load_balanced});
  w.queue_up(static_cast<std::size_t>(bench.range(0)), 0);
  const auto& s = w.state();
  auto slot = static_cast<domain::routing::slot_index>(s.items.slots() / 2);
  while (s.items[slot].state != domain::routing::item_state::queued) ++slot;
  for (auto _ : bench) {
    benchmark::DoNotOptimize(domain::routing::estimate(s, slot, std::chrono::hours{24}));
    benchmark::DoNotOptimize(domain::routing::explain(s, slot, s.config->explained_max));
  }
}
BENCHMARK(a_position)->Unit(benchmark::kMicrosecond)->Arg(1'000)->Arg(100'000);

}  // namespace
}  // namespace switchboard::cli
