// The strict gate on a webhook's head, as the platforms send it.

#include "net/http/gate.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace switchboard::net::http;

const std::string head =
    "POST /webhooks/meta HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: facebookexternalua\r\nAccept: "
    "*/*\r\n"
    "Accept-Encoding: deflate, gzip\r\nContent-Type: application/json\r\nContent-Length: 560\r\n"
    "X-Hub-Signature: sha1=0123456789abcdef0123456789abcdef01234567\r\n"
    "X-Hub-Signature-256: sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n\r\n";

void scan(benchmark::State& state) {
  for (auto _ : state) {
    const auto found = scan_head(head, 0, {});
    if (found.is != head_scan::state::complete) state.SkipWithError("not found");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * head.size()));
}
BENCHMARK(scan);

void check(benchmark::State& state) {
  std::vector<header> headers;
  for (auto _ : state) {
    const auto f = check_head(head, {}, headers);
    if (!f) state.SkipWithError("refused");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * head.size()));
}
BENCHMARK(check);

}  // namespace
