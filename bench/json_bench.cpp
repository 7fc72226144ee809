// The appender under every event that is encoded.

#include "domain/json.hpp"
#include "domain/time.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace switchboard;

void append_plain_string(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'a');
  std::string out;
  for (auto _ : state) {
    out.clear();
    domain::append_json_string(out, text);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_plain_string)->Arg(16)->Arg(100)->Arg(4096);

void append_hostile_string(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\"\\\n\x01ü\xff";
  std::string out;
  for (auto _ : state) {
    out.clear();
    domain::append_json_string(out, text);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(append_hostile_string);

void append_time(benchmark::State& state) {
  std::string out;
  domain::timestamp t{std::chrono::seconds(1'790'000'000)};
  for (auto _ : state) {
    out.clear();
    domain::append_rfc3339(out, t);
    t += std::chrono::milliseconds(137);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(append_time);

}  // namespace
