// L3: subscribers who don't read cost those who do little, and no memory that grows.

#include "crowd.hpp"
#include "rig.hpp"
#include "tests/e2e/wire.hpp"
#include "times.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace switchboard::load {
namespace {

using namespace std::chrono_literals;

constexpr double deliveries_kept_min = 0.8;
constexpr std::uint64_t memory_more_max = 300ull << 20;  // P11

struct fan_out {
  double per_second = 0;      ///< deliveries to those who read
  std::uint64_t written = 0;  ///< events that the engine wrote to all
  std::uint64_t resident = 0;
  crowd_report report;
};

std::uint64_t written_to_streams(const rig& engine) {
  e2e::http_connection c(engine.engine.admin_port());
  const auto page = c.ask("GET", "/metrics").body;
  const auto at = page.find("\nswitchboard_stream_delivered_total ");
  if (at == std::string::npos) throw std::runtime_error("no figure of deliveries in " + page.substr(0, 500));
  return std::stoull(page.substr(page.find(' ', at)));
}

/// So many webhooks back to back, to all who read.
fan_out deliver_to(rig& engine, traffic& t, std::uint32_t readers, std::uint32_t stalled,
                   std::uint64_t events) {
  crowd all({.port = engine.port(),
             .members = readers,
             .stalled = stalled,
             .marker = engine.marker(),
             .comes_back_with = {}});
  if (!all.start(60s)) throw std::runtime_error(std::to_string(all.connected()) + " connected");
  memory_watch memory(engine.engine.pid(), UINT64_MAX);
  const auto written = written_to_streams(engine);
  const auto first = t.acks.size();
  const auto began = clock::now();
  cli::load_plan p;
  p.port = engine.port();
  p.connections = 16;
  p.requests_max = events;
  const auto r = run(t, p);
  const bool whole = all.wait_for(events, 30s);
  const double seconds = std::chrono::duration<double>(clock::now() - began).count();
  memory.stop();
  std::vector<std::uint64_t> numbers;
  for (auto i = first; i < t.acks.size(); ++i) numbers.push_back(t.acks[i].number);
  fan_out out{static_cast<double>(events * readers) / seconds, written_to_streams(engine) - written,
              memory.most(), all.finish(numbers)};
  EXPECT_EQ(r.report.answered, events);
  EXPECT_TRUE(whole) << out.report.deliveries << " of " << events * readers;
  EXPECT_EQ(out.report.missing + out.report.repeated + out.report.differing, 0u);
  return out;
}

TEST(stalled_readers, cost_the_others_little_and_no_memory) {
  const std::uint32_t readers = full() ? 9'000 : 900, stalled = readers / 9;
  const std::uint64_t events = full() ? 400 : 1'500;
  const int rounds = full() ? 5 : 3;
  rig_options options;
  options.limits = "connections_max = 12000\nsubscribers_max = 10500\n";
  rig engine(options);
  const on_core here(client_core);
  traffic t{mixture({1}), {engine.webhooks(0, 1'000)}, 0, {}};
  (void)deliver_to(engine, t, readers, 0, events);  // the engine's memory is warm
  // In turns, the best of each: what else the machine does hits both.
  double without = 0, with = 0;
  std::uint64_t before = 0, after = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto a = deliver_to(engine, t, readers, 0, events);
    const auto b = deliver_to(engine, t, readers, stalled, events);
    EXPECT_LT(b.written, events * (readers + stalled / 2)) << "those who should be stalled get everything";
    without = std::max(without, a.per_second);
    with = std::max(with, b.per_second);
    before = std::max(before, a.resident);
    after = std::max(after, b.resident);
  }
  std::printf(
      "%u readers: %.0f deliveries/s, with %u stalled %.0f (%.0f %%); %.0f MiB resident, with them %.0f\n",
      readers, without, stalled, with, 100 * with / without, static_cast<double>(before) / (1 << 20),
      static_cast<double>(after) / (1 << 20));
  if (times_count()) {
    EXPECT_GE(with, deliveries_kept_min * without);
  }
  EXPECT_LE(after, before + memory_more_max);
}

}  // namespace
}  // namespace switchboard::load
