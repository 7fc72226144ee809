// The checks of this folder over builds with a fault: each must be caught, or the check is worth nothing.

#include "crash_loop.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <optional>
#include <stdexcept>

namespace switchboard::faults {
namespace {

/// In which cycle the findings are `wanted`, if within so many.
std::optional<unsigned> caught(unsigned cycles_max, const std::function<bool()>& cycle) {
  for (unsigned i = 1; i <= cycles_max; ++i) {
    if (!cycle()) continue;
    std::printf("caught in cycle %u\n", i);
    return i;
  }
  return std::nullopt;
}

TEST(planted, a_build_that_answers_before_the_commit_is_caught) {
  constexpr unsigned cycles_max = 50;
  crash_loop loop{crash::kill, SWITCHBOARD_ANSWERS_FIRST};
  EXPECT_TRUE(caught(cycles_max,
                     [&] {
                       loop.load_and_crash_at_an_answer();
                       loop.recover();
                       return !loop.check().lost.empty();
                     }))
      << "not within " << cycles_max << " cycles, seed " << seed();
}

TEST(planted, a_build_that_never_syncs_passes_kill_9) {
  constexpr unsigned cycles = 3;
  crash_loop loop{crash::kill, SWITCHBOARD_NEVER_SYNCS};
  for (unsigned i = 0; i < cycles; ++i) {
    loop.load_and_crash(50, 500);
    loop.recover();
    const auto found = loop.check();
    EXPECT_TRUE(found.none()) << found.text();
    loop.redeliver(0);
  }
}

// Mostly the engine notices by itself: its watermark, synced every 100 ms, says more than the journal has. Then the
// loss is accepted first, for the ledger to see it too.
TEST(planted, a_build_that_never_syncs_is_caught_by_power_loss) {
  constexpr unsigned cycles_max = 5;
  crash_loop loop{crash::power, SWITCHBOARD_NEVER_SYNCS};
  EXPECT_TRUE(
      caught(cycles_max,
             [&] {
               loop.load_and_crash(200, 800);
               try {
                 loop.recover();
               } catch (const std::runtime_error& e) {
                 EXPECT_NE(std::string(e.what()).find("acknowledged events are missing"), std::string::npos)
                     << e.what();
                 loop.engine().set_options({"--accept-loss"});
                 loop.recover();
               }
               return !loop.check().lost.empty();
             }))
      << "not within " << cycles_max << " cycles, seed " << seed();
}

TEST(planted, a_build_that_forgets_what_it_saw_when_it_restarts_is_caught) {
  constexpr unsigned cycles_max = 5;
  crash_loop loop{crash::kill, SWITCHBOARD_FORGETS_SEEN};
  EXPECT_TRUE(caught(cycles_max,
                     [&] {
                       loop.load_and_crash(200, 800);
                       loop.recover();
                       loop.redeliver(20);
                       return !loop.check().duplicated.empty();
                     }))
      << "not within " << cycles_max << " cycles, seed " << seed();
}

}  // namespace
}  // namespace switchboard::faults
