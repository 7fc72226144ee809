// Folding committed records into the read models, in batches as they come after a group commit.

#include "bench/sample.hpp"
#include "storage/views.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <span>

namespace {

using namespace switchboard;

void apply(benchmark::State& state) {
  constexpr std::uint64_t messages = 100'000, customers = 20'000;
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto records = bench::records_of(messages, customers);
  const bench::temporary_directory directory;
  storage::views_options options;
  options.data_dir = directory.path();
  auto views = storage::views::open(options);
  if (!views) return state.SkipWithError(views.error().what.c_str());
  std::size_t at = 0;
  std::size_t folded = 0;
  for (auto _ : state) {
    const std::size_t n = std::min(batch, records.size() - at);
    if (n == 0) {
      state.SkipWithError("more iterations than records");
      break;
    }
    if (!(*views)->apply(std::span(records).subspan(at, n))) state.SkipWithError("not applied");
    at += n;
    folded += n;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(folded));
}
BENCHMARK(apply)->Arg(64)->Arg(512)->Iterations(150)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
