// A brand of the size that is promised: agents, skills, queues, and what one decision costs in it. A turn that assigns is a
// decision; what makes room for it is measured with it.

#include "domain/routing/router.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace switchboard::domain::routing {
namespace {

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};

router_config config_of(std::size_t agents, std::size_t skills, std::size_t queues,
                        std::vector<strategy> chain) {
  std::mt19937_64 random(1);
  router_config c;
  for (std::size_t s = 0; s < skills; ++s) c.skills.push_back("s" + std::to_string(s));
  for (std::size_t q = 0; q < queues; ++q) {
    c.queues.push_back(
        {.id = {"q" + std::to_string(q)}, .strategies = chain, .mode = offer_mode::auto_accept});
  }
  for (std::size_t a = 0; a < agents; ++a) {
    agent_rules r{.id = {"a" + std::to_string(a)}};
    for (int i = 0; i < 3; ++i) r.queues.push_back({static_cast<queue_index>(random() % queues), 0});
    for (int i = 0; i < 8 && skills > 0; ++i) {
      r.skills.push_back(
          {static_cast<skill_index>(random() % skills), static_cast<std::uint8_t>(1 + random() % 5)});
    }
    c.agents.push_back(std::move(r));
  }
  return c;
}

/// A router with everybody online, and conversations that come and go.
class brand {
 public:
  brand(std::size_t agents, std::size_t skills, std::size_t queues, std::vector<strategy> chain)
      : skills_(skills), queues_(queues), agents_(agents) {
    auto c = align(config_of(agents, skills, queues, std::move(chain)), {});
    c.version = 2;
    say(tell_config{std::make_shared<const router_config>(std::move(c))});
    for (agent_index a = 0; a < agents; ++a) {
      say(tell_presence{
          {.agent = a, .epoch = 1, .online = true, .scheduled = true, .channels = all_channels}});
    }
  }
  /// With its reasons, as routers take each.
  turn_result say(const router_command& c) {
    why_.clear();
    return turn(state, c, now, &why_);
  }
  /// One that needs a skill or two, of somewhat more than nobody's.
  facts_ptr next(bool preferred = false) {
    conversation_facts f{.id = {{0x9e3779b97f4a7c15u * ++count_, count_ * 0xff51afd7ed558ccdu}, 1},
                         .version = 1};
    f.queue = static_cast<queue_index>(random_() % queues_);
    f.priority = static_cast<priority>(random_() % 4);
    if (skills_ > 0 && random_() % 2 == 0)
      f.required.push_back({static_cast<skill_index>(random_() % skills_), 1});
    if (skills_ > 0 && preferred) f.preferred.push_back({static_cast<skill_index>(random_() % skills_), 2});
    now += std::chrono::milliseconds{1};
    return std::make_shared<const conversation_facts>(std::move(f));
  }
  agent_index agent() { return static_cast<agent_index>(random_() % agents_); }

  router_state state;
  timestamp now = start;

 private:
  std::vector<reason> why_;
  std::size_t skills_, queues_, agents_;
  std::uint64_t count_ = 0;
  std::mt19937_64 random_{7};
};

/// The part of all turns that took longer than 99 of 100.
void report(benchmark::State& bench, std::vector<std::int64_t>& took) {
  if (took.empty()) return;
  const auto at = [&](std::size_t percent) {
    const auto n = took.begin() + static_cast<std::ptrdiff_t>((took.size() - 1) * percent / 100);
    std::nth_element(took.begin(), n, took.end());
    return static_cast<double>(*n) / 1'000;
  };
  bench.counters["p50_us"] = at(50);
  bench.counters["p99_us"] = at(99);
  bench.SetItemsProcessed(static_cast<std::int64_t>(took.size()));
}

template <class F>
void timed(std::vector<std::int64_t>& took, F&& f) {
  const auto begun = std::chrono::steady_clock::now();
  f();
  took.push_back((std::chrono::steady_clock::now() - begun) / std::chrono::nanoseconds{1});
}

/// Conversations come to agents who are half busy, and go: range(0) agents, 200 skills, range(1) queues.
void arrivals(benchmark::State& bench, std::vector<strategy> chain) {
  brand b(static_cast<std::size_t>(bench.range(0)), 200, static_cast<std::size_t>(bench.range(1)),
          std::move(chain));
  std::vector<conversation_id> live;
  const auto half = static_cast<std::size_t>(bench.range(0)) * 5 / 2;
  const auto come = [&](const facts_ptr& f) {
    b.say(tell_conversation{f});
    live.push_back(f->id);
  };
  while (live.size() < half) come(b.next(true));
  std::vector<std::int64_t> took;
  std::size_t oldest = 0;
  for (auto _ : bench) {
    bench.PauseTiming();
    const auto f = b.next(true);
    bench.ResumeTiming();
    timed(took, [&] { b.say(tell_conversation{f}); });
    bench.PauseTiming();
    b.say(tell_left{live[oldest], 2});
    live[oldest] = f->id;
    oldest = (oldest + 1) % live.size();
    bench.ResumeTiming();
  }
  report(bench, took);
}
BENCHMARK_CAPTURE(arrivals, load_balanced, {strategy::load_balanced})
    ->Args({10, 1})
    ->Args({100, 1})
    ->Args({1'000, 10})
    ->Args({10'000, 100})
    ->Args({10'000, 1});
BENCHMARK_CAPTURE(arrivals, round_robin, {strategy::round_robin})->Args({10'000, 100})->Args({10'000, 1});
BENCHMARK_CAPTURE(arrivals, skill_best, {strategy::skill_best})->Args({10'000, 100})->Args({10'000, 1});

/// Everybody is full and range(0) wait, range(1) of them such that nobody can take them: one conversation ends, and its agent
/// gets the next.
void freed(benchmark::State& bench) {
  brand b(10'000, 200, 100, {strategy::load_balanced});
  auto impossible = *b.next();
  for (std::int64_t i = 0; i < bench.range(1); ++i) {
    impossible = *b.next();
    impossible.required = {{0, 9}};
    b.say(tell_conversation{std::make_shared<const conversation_facts>(impossible)});
  }
  while (b.state.items.size() < 50'000u + static_cast<std::size_t>(bench.range(0) + bench.range(1))) {
    b.say(tell_conversation{b.next()});
  }
  std::vector<std::int64_t> took;
  for (auto _ : bench) {
    bench.PauseTiming();
    auto a = b.agent();
    while (b.state.agents[a].work.empty()) a = b.agent();
    const auto id = b.state.items[b.state.agents[a].work.front()].id;
    bench.ResumeTiming();
    timed(took, [&] { b.say(tell_left{id, 2}); });
    bench.PauseTiming();
    b.say(tell_conversation{b.next()});
    bench.ResumeTiming();
  }
  report(bench, took);
}
BENCHMARK(freed)
    ->Args({100, 0})
    ->Args({1'000, 0})
    ->Args({10'000, 0})
    ->Args({100'000, 0})
    ->Args({100'000, 1'000'000});

}  // namespace
}  // namespace switchboard::domain::routing
