// Group commits of so many records: to RocksDB with one fsync each (TMPDIR says on which disk), and to the
// in-memory twin, which shows what the rest of the path costs.

#include "bench/sample.hpp"
#include "storage/cursor.hpp"
#include "storage/journal.hpp"
#include "storage/memory_log.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>

namespace {

using namespace switchboard;

/// The same events again, further on in the log.
std::vector<storage::record_ptr> moved_to(const std::vector<storage::record_ptr>& from,
                                          storage::log_sequence first, const storage::cursor_codec& cursors) {
  std::vector<storage::record_ptr> out;
  for (const auto& r : from) {
    auto copy = std::make_shared<storage::record>(*r);
    copy->sequence = first + out.size();
    cursors.write(copy->bytes.data() + copy->cursor_at, copy->sequence);
    out.push_back(std::move(copy));
  }
  return out;
}

void commit(benchmark::State& state, storage::event_log& log) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  auto templates = bench::records_of(batch, std::max<std::size_t>(batch / 2, 1));
  templates.resize(std::min(templates.size(), batch));
  std::size_t bytes = 0;
  for (const auto& r : templates) bytes += r->bytes.size();
  const storage::claims held(log.partitions(), log.epoch());
  storage::log_sequence next = log.last() + 1;
  for (auto _ : state) {
    state.PauseTiming();
    const auto records = moved_to(templates, next, log.cursors());
    state.ResumeTiming();
    const auto done = log.commit(held, records);
    if (done.result != storage::log_result::ok) state.SkipWithError(done.detail.c_str());
    next += records.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * templates.size()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
}

void commit_to_memory(benchmark::State& state) {
  const auto log = storage::make_memory_log();
  commit(state, *log);
}
BENCHMARK(commit_to_memory)->Arg(1)->Arg(64)->Arg(512)->Iterations(200);

void commit_to_rocksdb(benchmark::State& state) {
  const bench::temporary_directory directory;
  storage::journal_options options;
  options.data_dir = directory.path() + "/data";
  auto log = storage::journal::open(options);
  if (!log) return state.SkipWithError(log.error().what.c_str());
  commit(state, **log);
}
BENCHMARK(commit_to_rocksdb)
    ->Arg(1)
    ->Arg(64)
    ->Arg(512)
    ->Arg(4096)
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace
