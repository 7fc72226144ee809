// What a figure costs where it arises: recording into a histogram, alone and from two threads at once, and the
// clock that most of what is recorded is read from.

#include "domain/histogram.hpp"

#include <benchmark/benchmark.h>

#include <chrono>

namespace switchboard {
namespace {

domain::histogram shared;

void record(benchmark::State& state) {
  std::uint64_t ns = 1;
  for (auto _ : state) {
    shared.record(ns & 0x3ff'ffff);  // up to 67 ms, in no order
    ns = ns * 6364136223846793005u + 1442695040888963407u;
  }
}
BENCHMARK(record)->Threads(1)->Threads(2);

void clock_read(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(std::chrono::steady_clock::now());
}
BENCHMARK(clock_read);

void read(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(shared.read());
}
BENCHMARK(read);

}  // namespace
}  // namespace switchboard
