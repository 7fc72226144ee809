// A 200 means durable: the engine is killed at random under load, started again, and held against the ledger
// of its clients. SWITCHBOARD_SEED repeats a run, SWITCHBOARD_CRASH_CYCLES makes it longer.

#include "crash_loop.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace switchboard::faults {
namespace {

/// Compares, sends 10 % of all again, and compares once more, in every way there is.
void check_to_the_end(crash_loop& loop, bool whole_log) {
  loop.redeliver(10);
  const auto found = loop.check();
  ASSERT_TRUE(found.none()) << found.text();
  loop.compare_with_rest();
  if (whole_log) loop.compare_with_whole_log();
  EXPECT_EQ(loop.clients().refused(), 0U);
  loop.verify_offline();
}

/// The start after an end, and what it must be like.
void check_recovery(crash_loop& loop, std::uint64_t cycle) {
  SCOPED_TRACE("cycle " + std::to_string(cycle) + ", seed " + std::to_string(seed()) + ", " +
               loop.last_end());
  loop.recover();
  const auto found = loop.check();
  ASSERT_TRUE(found.none()) << found.text();
  if (cycle % 5 == 0) loop.compare_with_rest();
  loop.redeliver(0);
}

void report(const char* what, std::uint64_t done, const crash_loop& loop) {
  std::printf("%llu %s, %zu messages, slowest start to first 200 %lld ms\n",
              static_cast<unsigned long long>(done), what, loop.messages(),
              static_cast<long long>(loop.slowest_recovery().count()));
  testing::Test::RecordProperty("slowest_recovery_ms", static_cast<int>(loop.slowest_recovery().count()));
}

TEST(crash, nothing_acknowledged_is_lost_doubled_or_reordered) {
  const auto last = cycles(25, 500);
  crash_loop loop{crash::kill};
  for (std::uint64_t cycle = 1; cycle <= last && !testing::Test::HasFailure(); ++cycle) {
    loop.load_and_crash(150, 2'000);
    check_recovery(loop, cycle);
  }
  if (testing::Test::HasFailure()) return;
  check_to_the_end(loop, true);
  report("kills", last, loop);
}

TEST(crash, power_loss_takes_nothing_acknowledged) {
  const auto last = cycles(25, 500);
  crash_loop loop{crash::power};
  for (std::uint64_t cycle = 1; cycle <= last && !testing::Test::HasFailure(); ++cycle) {
    if (cycle % 5 == 0) {
      loop.load_and_stop();
    } else if (cycle % 2 == 0) {
      loop.load_and_crash_at_an_operation();
    } else {
      loop.load_and_crash(50, 800);
    }
    check_recovery(loop, cycle);
  }
  if (testing::Test::HasFailure()) return;
  const bool trimmed = loop.is_trimmed();
  check_to_the_end(loop, false);
  report("power cuts", last, loop);
  const auto& cut = loop.cut_away();
  std::printf("%zu files cut by %llu bytes, %zu names and %zu of %llu overwritings lost\n", cut.files_cut,
              static_cast<unsigned long long>(cut.bytes_lost), cut.names_lost, cut.overwritings_lost,
              static_cast<unsigned long long>(loop.overwrites()));
  // Else it was no power loss, or not the one that was meant.
  EXPECT_TRUE(trimmed);
  EXPECT_GT(cut.bytes_lost, 0U);
  EXPECT_GT(cut.names_lost, 0U);
  EXPECT_GT(cut.overwritings_lost, 0U);
}

// What it does once only, when it makes the directory, must be as durable as all that follows.
TEST(crash, power_lost_at_once_takes_no_new_data_directory) {
  for (const auto names : {names::lost, names::creations_lost}) {
    crash_loop loop{crash::power};
    loop.plan_next({tail::cut, names});
    loop.load_and_crash(50, 500);
    check_recovery(loop, 0);
  }
}

TEST(crash, power_lost_when_the_journal_was_trimmed_takes_no_views) {
  crash_loop loop{crash::power};
  loop.plan_next({tail::cut, names::lost});
  loop.load_and_stop();
  check_recovery(loop, 5);
  EXPECT_TRUE(loop.is_trimmed()) << "not what was to be shown";
}

void crash_again_and_again(crash how, std::uint64_t times) {
  constexpr int depth = 3;
  crash_loop loop{how};
  for (std::uint64_t i = 1; i <= times && !testing::Test::HasFailure(); ++i) {
    loop.load_and_crash(50, 800);
    for (int again = 0; again < depth; ++again) loop.crash_while_starting();
    check_recovery(loop, i);
  }
  if (testing::Test::HasFailure()) return;
  check_to_the_end(loop, how == crash::kill);
  report(how == crash::kill ? "kills, each with three while starting"
                            : "power cuts, each with three while starting",
         times, loop);
}

TEST(crash, killed_again_while_it_starts_it_recovers_all_the_same) {
  crash_again_and_again(crash::kill, cycles(4, 100));
}

TEST(crash, power_lost_again_while_it_starts_it_recovers_all_the_same) {
  crash_again_and_again(crash::power, cycles(4, 100));
}

}  // namespace
}  // namespace switchboard::faults
