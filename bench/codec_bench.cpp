// Encoding happens once for each event; decoding when a conversation wakes, a journal is replayed or verified.

#include "bench/sample.hpp"
#include "storage/codec.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace switchboard;

domain::event received() {
  domain::thread_state thread;
  thread.id = {1, 2};
  const auto events = domain::decide(thread, bench::whatsapp_command(1, 1), {}, domain::timestamp{});
  for (const auto& e : *events) {
    if (e.type == domain::event_type::message_received) return e;
  }
  return events->back();
}

void encode(benchmark::State& state) {
  const auto e = received();
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto r = storage::encode(e, "/switchboard");
    bytes = r.bytes.size();
    benchmark::DoNotOptimize(r.bytes.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
}
BENCHMARK(encode);

void decode(benchmark::State& state) {
  const auto r = storage::encode(received(), "/switchboard");
  for (auto _ : state) {
    const auto e = storage::decode(r.bytes);
    if (!e) state.SkipWithError("not decoded");
  }
}
BENCHMARK(decode);

void decode_record(benchmark::State& state) {
  const auto r = storage::encode(received(), "/switchboard");
  for (auto _ : state) {
    const auto facts = storage::decode_record(r.bytes);
    if (!facts) state.SkipWithError("not decoded");
  }
}
BENCHMARK(decode_record);

}  // namespace
