// What a deadline costs: business time over a day and over a year, with the holidays of one; and what making a calendar costs,
// which a reload pays for each.

#include "domain/business_time.hpp"
#include "domain/posix_tz.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>

namespace switchboard {
namespace {

using namespace std::chrono;

std::shared_ptr<const domain::zone> berlin_like() {
  const auto rule = domain::parse_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3");
  if (!rule) std::abort();
  return std::make_shared<const domain::zone>(rule->ahead, domain::changes_of(*rule, 1970y, 2200y));
}

/// Two windows a day, twelve holidays a year.
domain::calendar_rules rules() {
  domain::calendar_rules r;
  for (unsigned d = 1; d <= 5; ++d) r.week[d] = {{9h, 13h}, {14h, 18h}};
  for (auto y = 2020y; y < 2040y; ++y) {
    for (unsigned m = 1; m <= 12; ++m) r.overrides.push_back({local_days{y / m / 11}, {}, "holiday"});
  }
  return r;
}

/// From 2020 to 2037, in no order.
domain::timestamp some_instant(std::uint64_t& state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return domain::timestamp{sys_days{2020y / 1 / 1}} + seconds{(state >> 33) % (17ull * 365 * 86'400)};
}

void add(benchmark::State& state) {
  const domain::calendar team(berlin_like(), rules());
  const hours amount{state.range(0)};
  std::uint64_t random = 1;
  for (auto _ : state) benchmark::DoNotOptimize(domain::add(team, some_instant(random), amount));
}
BENCHMARK(add)->ArgName("open_hours")->Arg(1)->Arg(8)->Arg(2'000);  // a year has about 2,000

void sub(benchmark::State& state) {
  const domain::calendar team(berlin_like(), rules());
  std::uint64_t random = 1;
  for (auto _ : state) benchmark::DoNotOptimize(domain::sub(team, some_instant(random), 2'000h));
}
BENCHMARK(sub);

void between(benchmark::State& state) {
  const domain::calendar team(berlin_like(), rules());
  std::uint64_t random = 1;
  for (auto _ : state) {
    const auto from = some_instant(random);
    benchmark::DoNotOptimize(domain::between(team, from, from + days{365}));
  }
}
BENCHMARK(between);

void is_open(benchmark::State& state) {
  const domain::calendar team(berlin_like(), rules());
  std::uint64_t random = 1;
  for (auto _ : state) benchmark::DoNotOptimize(domain::is_open(team, some_instant(random)));
}
BENCHMARK(is_open);

void make_calendar(benchmark::State& state) {
  const auto zone = berlin_like();
  for (auto _ : state) benchmark::DoNotOptimize(domain::calendar(zone, rules()));
}
BENCHMARK(make_calendar)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace switchboard
