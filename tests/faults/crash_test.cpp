// A 200 means durable: the engine is ended at random under load, started again, and held against the ledger of
// its clients. SWITCHBOARD_SEED repeats a run, SWITCHBOARD_CRASH_CYCLES makes it shorter or longer.

#include "crash_loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>

namespace switchboard::faults {
namespace {

/// A loop's ledger grows, and it is compared whole each time: after so many cycles a new one begins.
constexpr std::uint64_t cycles_of_a_loop_max = 50;

struct totals {
  std::uint64_t cycles = 0;
  std::size_t messages = 0;
  std::chrono::milliseconds slowest{};
  cut_report cut;
  std::uint64_t overwrites = 0;

  void add(const crash_loop& loop) {
    messages += loop.messages();
    slowest = std::max(slowest, loop.recoveries().slowest());
    cut.files_cut += loop.cut_away().files_cut;
    cut.bytes_lost += loop.cut_away().bytes_lost;
    cut.names_lost += loop.cut_away().names_lost;
    cut.overwritings_lost += loop.cut_away().overwritings_lost;
    overwrites += loop.overwrites();
  }
  void print(const char* what) const {
    std::printf("%llu %s, %zu messages, 0 lost, doubled or reordered; slowest start to first 200 %lld ms\n",
                static_cast<unsigned long long>(cycles), what, messages,
                static_cast<long long>(slowest.count()));
    if (cut.names_lost > 0)
      std::printf(
          "of what was not synced: %zu files cut by %llu bytes, %zu names and %zu of %llu overwritings "
          "lost\n",
          cut.files_cut, static_cast<unsigned long long>(cut.bytes_lost), cut.names_lost,
          cut.overwritings_lost, static_cast<unsigned long long>(overwrites));
    testing::Test::RecordProperty("slowest_recovery_ms", static_cast<int>(slowest.count()));
  }
};

/// The start after an end, and what it must be like.
void check_recovery(crash_loop& loop, bool with_rest) {
  SCOPED_TRACE("seed " + std::to_string(seed()) + ", " + loop.last_end());
  loop.recover();
  const auto found = loop.check();
  ASSERT_TRUE(found.none()) << found.text();
  if (with_rest) loop.compare_with_rest();
  loop.redeliver(0);
}

/// Sends 10 % of all again, and compares in every way there is.
void check_to_the_end(crash_loop& loop) {
  loop.redeliver(10);
  const auto found = loop.check();
  ASSERT_TRUE(found.none()) << found.text();
  loop.compare_with_rest();
  if (!loop.is_trimmed()) loop.compare_with_whole_log();
  EXPECT_EQ(loop.clients().refused(), 0U);
  loop.recoveries().expect_kept();
  loop.verify_offline();
}

/// `how_often` ends of this kind, each with its recovery.
totals crash_often(crash how, std::uint64_t how_often,
                   const std::function<void(crash_loop&, std::uint64_t cycle)>& end_of) {
  totals sum;
  while (sum.cycles < how_often && !testing::Test::HasFailure()) {
    crash_loop loop{how};
    const auto last = std::min(how_often, sum.cycles + cycles_of_a_loop_max);
    while (sum.cycles < last && !testing::Test::HasFailure()) {
      SCOPED_TRACE("cycle " + std::to_string(++sum.cycles));
      end_of(loop, sum.cycles);
      check_recovery(loop, sum.cycles % 5 == 0);
    }
    if (!testing::Test::HasFailure()) check_to_the_end(loop);
    sum.add(loop);
  }
  return sum;
}

TEST(crash, nothing_acknowledged_is_lost_doubled_or_reordered) {
  const auto sum = crash_often(crash::kill, cycles(25, 500),
                               [](crash_loop& loop, std::uint64_t) { loop.load_and_crash(100, 1'000); });
  if (!HasFailure()) sum.print("kills");
}

TEST(crash, power_loss_takes_nothing_acknowledged) {
  const auto sum = crash_often(crash::power, cycles(25, 500), [](crash_loop& loop, std::uint64_t cycle) {
    if (cycle % 5 == 0) {
      loop.load_and_stop();
    } else if (cycle % 2 == 0) {
      loop.load_and_crash_at_an_operation();
    } else {
      loop.load_and_crash(50, 500);
    }
  });
  if (HasFailure()) return;
  sum.print("power losses");
  // Else it was no power loss.
  EXPECT_GT(sum.cut.bytes_lost, 0U);
  EXPECT_GT(sum.cut.names_lost, 0U);
  EXPECT_GT(sum.cut.overwritings_lost, 0U);
}

// What it does once only, when it makes the directory, must be as durable as all that follows.
TEST(crash, power_lost_at_once_takes_no_new_data_directory) {
  for (const auto names : {names::lost, names::creations_lost}) {
    crash_loop loop{crash::power};
    loop.plan_next({tail::cut, names});
    loop.load_and_crash(50, 500);
    check_recovery(loop, true);
  }
}

TEST(crash, power_lost_when_the_journal_was_trimmed_takes_no_views) {
  crash_loop loop{crash::power};
  loop.plan_next({tail::cut, names::lost});
  loop.load_and_stop();
  check_recovery(loop, true);
  EXPECT_TRUE(loop.is_trimmed()) << "not what was to be shown";
}

// -- again, while it starts

void crash_again_and_again(crash_loop& loop, std::uint64_t) {
  constexpr int depth = 3;
  loop.load_and_crash(50, 400);
  for (int again = 0; again < depth; ++again) loop.crash_while_starting();
}

TEST(crash, killed_again_while_it_starts_it_recovers_all_the_same) {
  const auto sum = crash_often(crash::kill, cycles(4, 100), crash_again_and_again);
  if (!HasFailure()) sum.print("kills, each with three while it started");
}

TEST(crash, power_lost_again_while_it_starts_it_recovers_all_the_same) {
  const auto sum = crash_often(crash::power, cycles(4, 100), crash_again_and_again);
  if (!HasFailure()) sum.print("power losses, each with three while it started");
}

/// Numbers of operations from 1 to a little over `last`: each one in the long form, a few in the short.
std::vector<std::uint64_t> some_operations(std::uint64_t last) {
  last += last / 10;
  const auto step = std::max<std::uint64_t>(1, last / cycles(6, last));
  std::vector<std::uint64_t> some;
  for (auto n = 1 + seed() % step; n <= last; n += step) some.push_back(n);
  return some;
}

TEST(crash, power_lost_at_any_operation_of_the_first_start_leaves_a_directory_that_starts) {
  totals sum;
  crash_loop whole{crash::power};
  whole.recover();
  for (const auto number : some_operations(whole.operations_of_start())) {
    SCOPED_TRACE("behind operation " + std::to_string(number));
    crash_loop loop{crash::power};
    loop.crash_at_operation(number);
    check_recovery(loop, true);
    if (HasFailure()) return;
    ++sum.cycles;
    sum.add(loop);
  }
  sum.print("power losses while the data directory was made");
}

TEST(crash, power_lost_at_any_operation_of_a_recovery_takes_nothing_acknowledged) {
  totals sum;
  crash_loop loop{crash::power};
  loop.load_and_crash(50, 800);
  check_recovery(loop, false);  // how many operations a recovery has
  for (const auto number : some_operations(loop.operations_of_start())) {
    SCOPED_TRACE("behind operation " + std::to_string(number));
    loop.load_and_crash(50, 300);
    loop.crash_at_operation(number);
    check_recovery(loop, false);
    if (HasFailure()) return;
    ++sum.cycles;
  }
  check_to_the_end(loop);
  sum.add(loop);
  if (!HasFailure()) sum.print("power losses while it recovered");
}

}  // namespace
}  // namespace switchboard::faults
