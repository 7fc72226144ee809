// The engine ends itself at named places (domain/kill_point.hpp): what was acknowledged is there afterwards, whether
// only the process went or the power too. A place that is never reached fails.

#include "crash_loop.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

namespace switchboard::faults {
namespace {

/// In which of its occurrences in one life a place is drawn from, in the short form and at most.
struct place {
  const char* name;
  std::uint64_t times;
};
constexpr place places[] = {
    // A request's way.
    {"accepted", 10},
    {"signature-verified", 200},
    {"applied", 200},
    {"before-commit", 40},
    {"wal-appended", 40},
    {"wal-synced", 40},
    {"watermark", 40},
    {"watermark-synced", 3},
    {"committed", 40},
    {"acknowledged", 40},
    {"half-answered", 200},
    // The views, the tables of both databases, and how those are known.
    {"views-folding", 3},
    {"views-tables-made", 1},
    {"views-tables-taken", 1},
    {"memtable-flush", 1},
    {"table-written", 4},
    {"table-before-manifest", 2},
    {"manifest-appended", 8},
    {"manifest-synced", 6},
    {"before-current", 2},
    {"current-renamed", 2},
    {"wal-switch", 2},
    {"compaction", 1},
    {"forgetting-seen", 1},
    // A start.
    {"recovery-tried", 1},
    {"recovery-opened", 1},
    {"recovery-epoch", 1},
    {"recovery-refolding", 1},
    // What happens now and then.
    {"trimming", 1},
    {"trimmed", 1},
    {"erasure-emptied", 1},
    {"erasure-reclaimed", 1},
    {"erasure-marked", 1},
    {"backup-copied", 1},
};

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Every name that stands in the sources of the engine.
std::set<std::string> names_in_sources() {
  constexpr std::string_view macro = "SWITCHBOARD_KILL_POINT(\"";
  std::set<std::string> names;
  for (const char* const folder : {"actors", "storage", "net", "cli"}) {
    for (const auto& e : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(SWITCHBOARD_SOURCE_DIR) / folder)) {
      if (e.path().extension() != ".cpp") continue;
      const auto text = bytes_of(e.path());
      for (auto at = text.find(macro); at != std::string::npos; at = text.find(macro, at + 1)) {
        const auto from = at + macro.size();
        names.insert(text.substr(from, text.find('"', from) - from));
      }
    }
  }
  return names;
}

/// Ends in `p`, in an occurrence that is drawn. How often a place comes in one life is the machine's: where answers
/// take long, one commit has many, and compactions wait for what several lives leave behind. So where a life came to its
/// own end the next is asked for an earlier occurrence.
void end_in(crash_loop& loop, const place& p, std::mt19937_64& random) {
  constexpr unsigned lives_max = 10;
  for (unsigned life = 0; life < lives_max; ++life) {
    const auto times = std::max<std::uint64_t>(p.times >> life, 1);
    const auto order = "KILL_AT=" + std::string(p.name) + ":" + std::to_string(1 + random() % times);
    SCOPED_TRACE(order + ", seed " + std::to_string(seed()));
    const auto said = loop.run_whole_life(order);
    const bool met = said.find("\nkilled at " + std::string(p.name) + "\n") != std::string::npos;
    SCOPED_TRACE(loop.last_end());
    loop.recover();
    const auto found = loop.check();
    ASSERT_TRUE(found.none()) << found.text();
    loop.redeliver(0);
    if (met) return;
    ASSERT_NE(said.find("\"stopped\""), std::string::npos) << "ended elsewhere: " << said;
  }
  FAIL() << p.name << " is never reached";
}

/// Ends in each place once, or (long form) in several of its occurrences.
void end_everywhere(crash how) {
  const auto rounds = cycles(1, 10);
  std::uint64_t ends = 0;
  std::chrono::milliseconds slowest{};
  for (std::uint64_t round = 0; round < rounds; ++round) {
    crash_loop loop{how, SWITCHBOARD_WITH_KILL_POINTS, true};
    loop.load_and_crash(50, 300);
    loop.recover();
    loop.redeliver(0);  // a sender has what it sent taken before it goes on
    std::mt19937_64 random{seed() + round};
    for (const auto& p : places) {
      ASSERT_NO_FATAL_FAILURE(end_in(loop, p, random));
      ++ends;
    }
    const auto found = loop.check();
    ASSERT_TRUE(found.none()) << found.text();
    EXPECT_EQ(loop.clients().refused(), 0U);
    loop.recoveries().expect_kept();
    loop.verify_offline();
    slowest = std::max(slowest, loop.recoveries().slowest());
  }
  std::printf("%llu ends in %zu places, 0 lost, doubled or reordered; slowest start to first 200 %lld ms\n",
              static_cast<unsigned long long>(ends), std::size(places),
              static_cast<long long>(slowest.count()));
}

TEST(kill_points, take_nothing_acknowledged_by_kill_9) {
  end_everywhere(crash::kill);
}

TEST(kill_points, take_nothing_acknowledged_by_power_loss) {
  end_everywhere(crash::power);
}

TEST(kill_points, are_all_ended_in) {
  // Those around a call to a platform: replies_test.cpp.
  std::set<std::string> ended_in{"attempt-durable", "attempt-called", "attempt-answered", "attempt-settled"};
  for (const auto& p : places) ended_in.insert(p.name);
  EXPECT_EQ(ended_in, names_in_sources());
}

TEST(kill_points, are_not_in_the_engine_that_is_delivered) {
  const auto delivered = bytes_of(e2e::engine_binary()), here = bytes_of(SWITCHBOARD_WITH_KILL_POINTS);
  ASSERT_FALSE(delivered.empty());
  for (const std::string& word : {std::string("KILL_AT"), std::string("killed at "),
                                  std::string("wal-appended"), std::string("recovery-refolding")}) {
    EXPECT_EQ(delivered.find(word), std::string::npos) << word;
    EXPECT_NE(here.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace switchboard::faults
