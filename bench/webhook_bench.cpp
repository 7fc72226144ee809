// What a body costs before any actor sees it: HMAC over the raw bytes, parse, normalise.

#include "bench/sample.hpp"
#include "net/platforms/platform.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace switchboard;
using net::platforms::field;

const auto& meta() {
  return net::platforms::functions_of(net::platforms::kind::meta);
}

std::string batch(std::size_t messages) {
  const std::string one = bench::whatsapp_body(0, 0);
  const auto from = one.find("{\"value\""), to = one.rfind("]}]}");
  std::string out = one.substr(0, from);
  for (std::size_t i = 0; i < messages; ++i) {
    const std::string body = bench::whatsapp_body(i, i);
    out += (i == 0 ? "" : ",") + body.substr(from, to - from);
  }
  return out + one.substr(to);
}

void verify(benchmark::State& state) {
  const std::string body = batch(static_cast<std::size_t>(state.range(0)));
  const std::vector<std::string> secrets{bench::secret};
  const auto [name, value] = meta().sign(body, bench::secret);
  const std::vector<field> headers{{"Host", "x"}, {name, value}};
  for (auto _ : state) {
    if (!meta().verify(headers, body, secrets)) state.SkipWithError("not verified");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(verify)->Arg(1)->Arg(100);

void normalise(benchmark::State& state) {
  const auto messages = static_cast<std::size_t>(state.range(0));
  const std::string body = batch(messages);
  for (auto _ : state) {
    const auto unpacked = meta().normalise(body, "", {}, domain::timestamp{});
    if (unpacked.events.size() != messages) state.SkipWithError("not understood");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(normalise)->Arg(1)->Arg(100);

}  // namespace
