// The rules themselves: decide and apply, for a customer's first message and for the next ones.

#include "bench/sample.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace switchboard;

void first_message(benchmark::State& state) {
  const domain::command command = bench::whatsapp_command(1, 1);
  for (auto _ : state) {
    domain::thread_state thread;
    thread.id = {1, 2};
    auto events = domain::decide(thread, command, {}, domain::timestamp{});
    if (!events || events->empty()) state.SkipWithError("nothing decided");
    for (auto& e : *events) domain::apply(thread, std::move(e));
    benchmark::DoNotOptimize(thread);
  }
}
BENCHMARK(first_message);

void next_message(benchmark::State& state) {
  const domain::command command = bench::whatsapp_command(1, 1);
  domain::thread_state thread;
  thread.id = {1, 2};
  for (auto _ : state) {
    auto events = domain::decide(thread, command, {}, domain::timestamp{});
    if (!events || events->empty()) state.SkipWithError("nothing decided");
    for (auto& e : *events) domain::apply(thread, std::move(e));
    benchmark::DoNotOptimize(thread);
  }
}
BENCHMARK(next_message);

}  // namespace
