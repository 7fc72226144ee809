// L4: everybody is dropped at once and comes back at once, while webhooks go on; and then the engine itself goes.

#include "crowd.hpp"

#include "account.hpp"
#include "rig.hpp"
#include "tests/eventually.hpp"
#include "times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <mutex>

namespace switchboard::load {
namespace {

using namespace std::chrono_literals;

constexpr double back_within_s = 10;

/// Webhooks at a steady rate on a thread of their own until stopped: whole numbers of a second each, and what is lost
/// with the engine is counted apart.
class steady {
 public:
  steady(rig& engine, double rate)
      : traffic_{mixture({1}), {engine.webhooks(0, 1'000)}, 0, {}}, thread_([this, &engine, rate] {
          while (!stop_) {
            cli::load_plan p;
            p.port = engine.port();
            p.connections = 16;
            p.rate = rate;
            p.duration = 1s;
            p.overdue_max = 1s;
            p.drain_max = 2s;
            p.stop = &stop_;
            try {
              const auto r = run(traffic_, p);
              wrong_ += r.book.of_first().wrong;
              latency_.merge(r.book.of_first().latency);
            } catch (const std::runtime_error&) {
              std::this_thread::sleep_for(20ms);  // the engine is not there
            }
          }
        }) {}
  ~steady() { stop(); }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// After stop(): numbers answered 200.
  [[nodiscard]] std::vector<std::uint64_t> taken() const {
    std::vector<std::uint64_t> out;
    for (const auto& a : traffic_.acks) out.push_back(a.number);
    return out;
  }
  [[nodiscard]] std::uint64_t wrong() const { return wrong_; }
  [[nodiscard]] const cli::histogram& latency() const { return latency_; }
  [[nodiscard]] const std::vector<acknowledgement>& acks() const { return traffic_.acks; }

 private:
  std::atomic<bool> stop_{false};
  traffic traffic_;
  std::uint64_t wrong_ = 0;
  cli::histogram latency_;
  std::thread thread_;
};

/// Until all are back, from now on.
double seconds_until_back(const crowd& c, clock::time_point from) {
  if (!eventually([&] { return c.all_since() != clock::time_point{}; }, 60s)) return -1;
  return std::chrono::duration<double>(c.all_since() - from).count();
}

TEST(crowd, dropped_at_once_is_back_in_time_without_gap_or_repeat) {
  const std::uint32_t members = full() ? 10'000 : 2'000;
  const double rate = full() ? 20 : 50;
  const unsigned rounds = full() ? 5 : 2;
  rig_options options;
  options.limits = "connections_max = 12000\nsubscribers_max = 10500\n";
  options.server = "drain_timeout = \"10s\"\n";
  rig engine(options);
  const on_core here(client_core);
  crowd all({.port = engine.port(),
             .members = members,
             .stalled = 0,
             .marker = engine.marker(),
             .comes_back_with = {}});
  ASSERT_TRUE(all.start(60s)) << all.connected() << " of " << members;
  steady webhooks(engine, rate);
  ASSERT_TRUE(eventually([&] { return all.deliveries() >= members; }));

  for (unsigned round = 0; round < rounds; ++round) {
    const auto dropped = clock::now();
    all.drop_all();
    const double dropped_s = seconds_until_back(all, dropped);
    std::printf("%u dropped: all back after %.1f s\n", members, dropped_s);
    EXPECT_GE(dropped_s, 0);
    if (times_count()) {
      EXPECT_LE(dropped_s, back_within_s);
    }

    engine.restart(round % 2 == 0 ? SIGTERM : SIGKILL);
    const auto there = clock::now();
    const double restarted_s = seconds_until_back(all, there);
    std::printf("%s: all back %.1f s after the engine\n", round % 2 == 0 ? "SIGTERM" : "SIGKILL",
                restarted_s);
    EXPECT_GE(restarted_s + 1e-9, -0.5);
    if (times_count()) {
      EXPECT_LE(restarted_s, back_within_s);
    }
  }
  webhooks.stop();
  engine.restart(SIGTERM);  // behind which nothing is under way any more
  account log(engine.marker(), 1);
  read_log_into(log, engine.port(), token);
  EXPECT_THAT(log.compare(webhooks.acks()), testing::IsEmpty());
  EXPECT_TRUE(all.wait_for(log.messages(), 20s)) << all.deliveries() << " of " << log.messages() * members;
  const auto r = all.finish(webhooks.taken());
  std::printf("%llu deliveries of %zu messages to %u; ingest p50 %.1f ms, p99 %.1f; %u refused on the way\n",
              static_cast<unsigned long long>(r.deliveries), log.messages(), members,
              ms(webhooks.latency().at(0.5)), ms(webhooks.latency().at(0.99)), r.refused);
  EXPECT_EQ(r.missing, 0u);
  EXPECT_EQ(r.repeated, 0u);
  EXPECT_EQ(r.differing, 0u);
  EXPECT_EQ(r.deliveries, log.messages() * members);
  EXPECT_EQ(webhooks.wrong(), 0u);
  EXPECT_GT(webhooks.latency().count(), 0u);
  for (const auto& w : r.what) std::printf("  %s\n", w.c_str());
}

/// A crowd that comes back with something else than its cursors.
crowd_report come_back_with(const std::string& what) {
  constexpr std::uint32_t members = 50;
  constexpr std::uint64_t each = 200;
  rig engine({});
  crowd all({.port = engine.port(),
             .members = members,
             .stalled = 0,
             .marker = engine.marker(),
             .comes_back_with = what});
  EXPECT_TRUE(all.start(60s));
  traffic t{mixture({1}), {engine.webhooks(0, 10)}, 0, {}};
  cli::load_plan p;
  p.port = engine.port();
  p.connections = 1;
  p.requests_max = each;
  (void)run(t, p);
  EXPECT_TRUE(all.wait_for(each, 30s));
  all.drop_all();
  EXPECT_TRUE(all.wait_for(each + 1, 30s));
  EXPECT_TRUE(eventually([&] { return all.all_since() != clock::time_point{}; }));
  std::vector<std::uint64_t> numbers;
  for (const auto& a : t.acks) numbers.push_back(a.number);
  numbers.push_back(1'000'000);  // never sent
  return all.finish(numbers);
}

TEST(crowd, is_seen_to_find_what_is_repeated_and_what_is_missing) {
  const auto r = come_back_with("earliest");
  EXPECT_GT(r.repeated, 0u);
  EXPECT_EQ(r.missing, 1u);
}

}  // namespace
}  // namespace switchboard::load
