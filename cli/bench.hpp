#pragma once
// `switchboard bench`: end-to-end figures of an engine, with everything verified, durable and in the views.

#include <chrono>
#include <cstdint>
#include <string>

namespace switchboard::cli {

struct bench_options {
  std::string url;  ///< an engine (or any web server); empty: an own engine on a data directory of its own
  std::string
      data_root;  ///< where the own engine's data directory is made; empty: the directory for temporary files
  std::string path = "/webhooks/meta";
  int expect_status = 200;
  std::string secret = "demo-secret";
  std::string token = "demo-admin";
  std::string phone_number_id = "106540352242922";

  std::uint32_t connections = 256;
  std::uint32_t threads = 1;
  std::uint64_t customers = 50'000;
  std::uint32_t messages_per_body = 1;
  double rate = 0;  ///< requests a second; 0: closed loop (ingest), half of the measured most (latency)
  bool poisson = false;
  std::chrono::nanoseconds warm_up{std::chrono::seconds(2)};
  std::chrono::nanoseconds duration{std::chrono::seconds(10)};
  std::chrono::nanoseconds wait{0};  ///< waits so long for the URL to accept connections

  std::uint32_t subscribers = 1;  ///< fanout, latency
  std::uint64_t events = 1'000;   ///< fanout: webhooks to deliver
  bool sse = false;               ///< subscribers read SSE instead of WebSocket

  std::uint64_t replies = 10'000;  ///< outbound: queued in all, one to each of as many customers
  std::uint32_t accounts = 100;    ///< outbound
  std::string platform_program;    ///< outbound: empty: switchboard-fake-platform beside this program

  std::uint64_t agents = 10'000;          ///< routing
  std::uint64_t queued = 100'000;         ///< routing: conversations that wait
  std::uint64_t unmatchable = 1'000'000;  ///< routing: that nobody can take, in front of them
  std::uint64_t decisions = 50'000;       ///< routing: measured in each part
  std::uint64_t largest = 1'000'000;  ///< routing: queue up to which growth is measured; agents up to a tenth
  std::uint64_t rounds = 300;         ///< routing: end to end; 0: no engine is started
  std::uint64_t armed = 1'000'000;  ///< promises: clocks ahead, that a start finds again
  std::uint64_t burst = 100'000;    ///< promises: clocks due at one time
  std::string plot;                   ///< routing: SVG file of the growth; empty: none
  bool json = false;
};

/// Webhooks a second. Returns an exit code: 1 if anything was answered otherwise than expected, or the run is
/// void because the generator was late.
[[nodiscard]] int run_bench_ingest(const bench_options& options);
/// Deliveries a second to many subscribers; 1 also if any of them misses, repeats or reorders an event.
[[nodiscard]] int run_bench_fanout(const bench_options& options);
/// Replies to a fake platform: how well limits are used, how soon each leaves, what ingest loses. 1 also if a limit is
/// exceeded or a reply arrives twice.
[[nodiscard]] int run_bench_outbound(const bench_options& options);
/// What a router's decisions cost, in memory and end to end. 1 also if an offer is of another conversation than the first in line.
[[nodiscard]] int run_bench_routing(const bench_options& options);
/// Promises: ingest with and without them, a burst of breaches with ingest beside it, a start with many ahead. 1 also if a breach
/// is missing or there is one too many.
[[nodiscard]] int run_bench_promises(const bench_options& options);
/// Latency from the intended send time, to the 200 and to the subscribers.
[[nodiscard]] int run_bench_latency(const bench_options& options);

}  // namespace switchboard::cli
