// What promises cost: a message that starts clocks, a question and its answer, and what the index of all deadlines costs for each of a
// million conversations.

#include "domain/deadline_index.hpp"
#include "domain/posix_tz.hpp"
#include "domain/sla/measuring.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <memory>

namespace switchboard {
namespace {

using namespace std::chrono;
namespace sla = domain::sla;

domain::timestamp start_time() {
  return domain::timestamp{sys_days{2026y / 6 / 1}} + 8h;
}

/// Berlin, nine to five, two clocks with two warnings each.
const sla::policies& promises() {
  static const sla::policies all = [] {
    const auto rule = domain::parse_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3");
    if (!rule) std::abort();
    domain::calendar_rules hours;
    for (unsigned d = 1; d <= 5; ++d) hours.week[d] = {{9h, 17h}};
    sla::policy p;
    p.id = "standard";
    p.fingerprint = p.hours_fingerprint = 1;
    p.hours = std::make_shared<const domain::calendar>(
        std::make_shared<const domain::zone>(rule->ahead, domain::changes_of(*rule, 1970y, 2200y)), hours);
    sla::clock_rule r;
    r.targets.fill(sla::target{.time = 1h});
    r.warnings = {{.percent = 50}, {.percent = 80}};
    p.clocks[static_cast<std::size_t>(sla::metric::first_response)] = r;
    p.clocks[static_cast<std::size_t>(sla::metric::next_response)] = r;
    r.targets.fill(sla::target{.time = 16h});
    p.clocks[static_cast<std::size_t>(sla::metric::resolution)] = r;
    sla::policies made;
    made.all.push_back(std::move(p));
    return made;
  }();
  return all;
}

domain::conversation somebodys() {
  domain::conversation c;
  c.id = {{1, 2}, 1};
  c.brand.value = "acme";
  return c;
}

void first_message_arms_two_clocks(benchmark::State& state) {
  const auto c = somebodys();
  for (auto _ : state) {
    sla::measuring m(c, {}, promises(), start_time());
    m.customer_said(start_time());
    m.run_due(false);
    benchmark::DoNotOptimize(m.take_notes());
  }
}
BENCHMARK(first_message_arms_two_clocks);

void question_and_answer(benchmark::State& state) {
  const auto c = somebodys();
  sla::measuring first(c, {}, promises(), start_time());
  first.customer_said(start_time());
  first.person_said(start_time(), 1, {"ann"});
  const auto before = first.state();
  for (auto _ : state) {
    sla::measuring m(c, before, promises(), start_time() + 10min);
    m.customer_said(start_time() + 5min);
    m.person_said(start_time() + 10min, 2, {"ann"});
    benchmark::DoNotOptimize(m.take_notes());
  }
}
BENCHMARK(question_and_answer);

domain::conversation_id numbered(std::uint64_t n) {
  return {{n * 0x9e3779b97f4a7c15u, n * 0xbf58476d1ce4e5b9u}, 1};
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double all = 0, resident = 0;
  statm >> all >> resident;
  return resident * 4096;
}

/// Each with a deadline within a week.
struct many_deadlines {
  explicit many_deadlines(std::uint64_t many) {
    for (std::uint64_t n = 0; n < many; ++n) index.set(numbered(n), "acme", 1, some_time());
  }
  domain::timestamp some_time() {
    random = random * 6364136223846793005u + 1442695040888963407u;
    return start_time() + milliseconds{(random >> 33) % (7ull * 86'400'000)};
  }
  std::uint64_t random = 1;
  domain::deadline_index index;
};

/// In a process that has freed nothing yet.
const double bytes_each = [] {
  constexpr std::uint64_t many = 1'000'000;
  const auto before = resident_bytes();
  const many_deadlines d(many);
  return (resident_bytes() - before) / static_cast<double>(many);
}();

/// Of so many conversations: one deadline less, one more, and the next that is due.
void deadline_index(benchmark::State& state) {
  const auto many = static_cast<std::uint64_t>(state.range(0));
  many_deadlines d(many);
  std::uint64_t version = 1;
  for (auto _ : state) {
    const auto id = numbered(d.random % many);
    d.index.set(id, "acme", ++version, std::nullopt);
    d.index.set(id, "acme", ++version, d.some_time());
    benchmark::DoNotOptimize(d.index.next());
  }
  state.counters["bytes_each_of_1M"] = bytes_each;
}
BENCHMARK(deadline_index)->Arg(1'000)->Arg(1'000'000);

}  // namespace
}  // namespace switchboard
