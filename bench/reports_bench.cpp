// What reports cost: an answer that is counted, and a page of agents over a month, for a brand of a thousand agents whose month lies
// on the disk.

#include "domain/sla/note.hpp"
#include "storage/codec.hpp"
#include "storage/views.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

namespace switchboard::storage {
namespace {

using namespace std::chrono;

constexpr int agents = 1'000;
constexpr int days_of_month = 30;
const domain::timestamp month{sys_days{2026y / 6 / 1}};

record_ptr answer(log_sequence n, int agent, domain::timestamp at) {
  domain::event e;
  e.type = domain::event_type::sla_met;
  e.at = at;
  e.sequence = 2;
  auto& c = e.conversation.emplace();
  c.id = {{n, n}, 1};
  c.brand.value = "acme";
  c.account.value = "acme-wa";
  c.queue.value = "queue-" + std::to_string(agent % 20);
  c.assigned_to.value = "agent-" + std::to_string(agent);
  c.updated_at = at;
  auto& s = e.sla.emplace();
  s.type = e.type;
  s.at = at;
  s.elapsed = milliseconds{1'000 + n * 2'654'435'761u % 3'600'000};
  s.clock = {.started = at - s.elapsed, .target = 1h, .from = at - s.elapsed};
  auto r = std::make_shared<record>(encode(e, "/bench"));
  r->sequence = n;
  return r;
}

/// Each agent answers twice in each half hour of a working day.
class brand {
 public:
  brand()
      : directory_(std::filesystem::temp_directory_path() / ("bench_reports_" + std::to_string(getpid()))) {
    views_options o;
    o.data_dir = directory_;
    auto opened = views::open(o);
    if (!opened) fail(opened.error().what);
    views_ = std::move(*opened);
    std::vector<record_ptr> some;
    for (int day = 0; day < days_of_month; ++day) {
      for (int slot = 16; slot < 34; ++slot) {
        for (int n = 0; n < 2 * agents; ++n) {
          some.push_back(answer(++last_, n % agents, month + days{day} + slot * 30min + milliseconds{n}));
          if (some.size() == 1'000) take(some);
        }
      }
    }
    take(some);
    if (const auto done = views_->flush(); !done) fail(done.error().what);
  }
  ~brand() {
    views_.reset();
    std::filesystem::remove_all(directory_);
  }
  brand(const brand&) = delete;
  brand& operator=(const brand&) = delete;

  void take(std::vector<record_ptr>& some) {
    if (const auto done = views_->apply(some); !done) fail(done.error().what);
    some.clear();
  }
  [[nodiscard]] std::vector<record_ptr> next(std::size_t many) {
    std::vector<record_ptr> some;
    for (std::size_t n = 0; n < many; ++n)
      some.push_back(
          answer(++last_, static_cast<int>(n % agents), month + days{days_of_month} + milliseconds{n}));
    return some;
  }
  [[nodiscard]] report_page report(report_subject of) const {
    report_query q{.brands = {"acme"}, .of = of, .edges = {}};
    for (int day = 0; day <= days_of_month; ++day) q.edges.push_back(month + days{day});
    auto page = views_->report(q);
    if (!page) fail(page.error().what);
    return std::move(*page);
  }

 private:
  [[noreturn]] static void fail(const std::string& why) {
    std::cerr << why << '\n';
    std::exit(1);
  }

  std::filesystem::path directory_;
  std::unique_ptr<views> views_;
  log_sequence last_ = 0;
};

brand& the_brand() {
  static brand b;
  return b;
}

/// With all else that is kept of such an event.
void an_answer_is_folded(benchmark::State& state) {
  auto& b = the_brand();
  constexpr std::size_t at_once = 1'000;
  for (auto _ : state) {
    state.PauseTiming();
    auto some = b.next(at_once);
    state.ResumeTiming();
    b.take(some);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * at_once));
}
BENCHMARK(an_answer_is_folded);

void a_month_by_days(benchmark::State& state) {
  const auto of = static_cast<report_subject>(state.range(0));
  std::size_t rows = 0;
  for (auto _ : state) {
    const auto page = the_brand().report(of);
    rows = page.rows.size();
    benchmark::DoNotOptimize(page);
  }
  state.counters["rows"] = static_cast<double>(rows);
}
BENCHMARK(a_month_by_days)
    ->Arg(static_cast<int>(report_subject::overview))
    ->Arg(static_cast<int>(report_subject::queues))
    ->Arg(static_cast<int>(report_subject::agents))
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace switchboard::storage
