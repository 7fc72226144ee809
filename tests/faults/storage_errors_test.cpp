// A storage error never acknowledges: single calls of the engine fail, in every place in turn. SWITCHBOARD_SEED repeats
// a run.

#include "crash_loop.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <map>

namespace switchboard::faults {
namespace {

/// From the failed call to the end of the process.
constexpr std::chrono::seconds end_max{1};
constexpr std::uint64_t runs_of_a_loop_max = 50;
/// The last call of a kind that is made to fail.
constexpr std::uint64_t first_max = 500;

bool is_harmless(const storage_fault& f) {
  return f.how == "EINTR" || f.how == "SHORT";
}

/// Nothing depends on RocksDB's diary, nor on its taking away the unused end of a file that it closes.
bool may_go_on(const std::string& hit) {
  return hit.find("/LOG") != std::string::npos || hit.starts_with("ftruncate ");
}

struct tally {
  std::uint64_t runs = 0, met = 0, ended = 0;
  std::chrono::milliseconds slowest{};
  std::map<std::string, std::uint64_t> places;

  void print(const char* what) const {
    std::printf(
        "%llu %s, %llu met, %llu ended the engine, the slowest after %lld ms; 0 lost, doubled or reordered\n",
        static_cast<unsigned long long>(runs), what, static_cast<unsigned long long>(met),
        static_cast<unsigned long long>(ended), static_cast<long long>(slowest.count()));
    for (const auto& [place, n] : places)
      std::printf("  %4llu %s\n", static_cast<unsigned long long>(n), place.c_str());
  }
};

/// "fsync …/journal/000012.sst" as "fsync journal/*.sst".
std::string kind_of_place(const std::string& hit) {
  const auto space = hit.find(' ');
  const std::filesystem::path path = hit.substr(space + 1);
  auto name = path.filename().string();
  if (path.has_extension()) name = "*" + path.extension().string();
  if (name.starts_with("MANIFEST")) name = "MANIFEST";
  return hit.substr(0, space) + " " + path.parent_path().filename().string() + "/" + name;
}

void fail_once(crash_loop& loop, const storage_fault& fault, tally& sum) {
  SCOPED_TRACE("seed " + std::to_string(seed()) + ", " + fault.text());
  ++sum.runs;
  const auto out = loop.load_and_fail(fault, is_harmless(fault), full() ? 4'000 : 700);
  const bool met = !out.hit.empty();
  if (met) {
    ++sum.met;
    ++sum.places[kind_of_place(out.hit)];
  }
  if (is_harmless(fault) || !met) {
    EXPECT_FALSE(out.end) << out.hit << ": signal " << out.end->signal << ", code " << out.end->code << ": "
                          << out.end->out;
  } else if (out.end) {
    ++sum.ended;
    sum.slowest = std::max(sum.slowest, out.ended_after);
    EXPECT_EQ(out.end->signal, 0) << out.hit << ": " << out.end->out;
    EXPECT_EQ(out.end->code, 1) << out.hit << ": " << out.end->out;
    EXPECT_LE(out.ended_after, end_max) << out.hit;
    EXPECT_TRUE(out.acknowledged_behind.empty())
        << out.acknowledged_behind.size() << " of after the failure of " << out.hit
        << " were acknowledged, the first " << out.acknowledged_behind.front();
  } else {
    EXPECT_TRUE(may_go_on(out.hit)) << out.hit << " failed, and the engine went on";
  }
  if (testing::Test::HasFailure()) return;
  SCOPED_TRACE(loop.last_end());
  loop.recover();
  const auto found = loop.check();
  ASSERT_TRUE(found.none()) << found.text();
  loop.redeliver(0);
}

void check_to_the_end(crash_loop& loop) {
  loop.redeliver(10);
  const auto found = loop.check();
  ASSERT_TRUE(found.none()) << found.text();
  loop.compare_with_rest();
  EXPECT_EQ(loop.clients().refused(), 0U);
  loop.verify_offline();
}

/// The first of each loop meets a data directory that is not there yet.
tally fail_each(const std::vector<storage_fault>& faults) {
  tally sum;
  std::map<std::string, std::uint64_t> calls;  // of a run, where it had fewer than were asked for
  for (std::size_t i = 0; i < faults.size() && !testing::Test::HasFailure();) {
    crash_loop loop{crash::power};
    for (std::uint64_t runs = 0; runs < runs_of_a_loop_max && i < faults.size(); ++i) {
      const auto& fault = faults[i];
      auto& most = calls.try_emplace(fault.operation, first_max).first->second;
      if (fault.first > most) continue;
      const auto met_before = sum.met;
      fail_once(loop, fault, sum);
      if (testing::Test::HasFailure()) return sum;
      if (sum.met == met_before) most = fault.first;
      ++runs;
    }
    check_to_the_end(loop);
  }
  return sum;
}

std::vector<storage_fault> draw(const std::vector<std::string>& hows, std::uint64_t in_short) {
  // The first calls of a start and the load behind it, each with about as many as that has at least.
  const std::map<std::string, std::uint64_t> of_a_run{{"write", 120},  {"pwrite", 40}, {"fdatasync", 60},
                                                      {"fsync", 16},   {"open", 20},   {"rename", 10},
                                                      {"ftruncate", 6}};
  std::mt19937_64 random{seed()};
  std::vector<std::vector<storage_fault>> by_operation;
  for (const auto& [operation, calls] : of_a_run) {
    auto& all = by_operation.emplace_back();
    for (const auto& how : hows) {
      if (how == "SHORT" && operation != "write" && operation != "pwrite") continue;
      for (std::uint64_t first = 1; first <= (full() ? first_max : calls); ++first)
        for (const bool for_ever : {false, true}) all.push_back({operation, how, first, for_ever});
    }
    std::shuffle(all.begin(), all.end(), random);
  }
  std::shuffle(by_operation.begin(), by_operation.end(), random);
  std::vector<storage_fault> faults;  // of each operation one, in turn
  for (std::size_t i = 0; i < first_max * hows.size() * 2; ++i)
    for (const auto& all : by_operation)
      if (i < all.size()) faults.push_back(all[i]);
  if (const auto n = cycles(in_short, faults.size()); n < faults.size()) faults.resize(n);
  return faults;
}

TEST(storage_errors, end_the_engine_before_it_acknowledges_anything_more) {
  const auto sum = fail_each(draw({"EIO", "ENOSPC"}, 14));
  if (HasFailure()) return;
  sum.print("failed calls");
  EXPECT_GT(sum.ended, 0U);
}

TEST(storage_errors, that_are_interruptions_are_harmless) {
  const auto sum = fail_each(draw({"EINTR", "SHORT"}, 7));
  if (HasFailure()) return;
  sum.print("interrupted or short calls");
  EXPECT_GT(sum.met, 0U);
}

// -- what these tests must find

TEST(storage_errors, that_are_answered_200_are_caught) {
  constexpr unsigned cycles_max = 5;
  crash_loop loop{crash::power, SWITCHBOARD_IGNORES_SYNCS};
  std::mt19937_64 random{seed()};
  for (unsigned i = 1; i <= cycles_max; ++i) {
    loop.load_and_crash(50, 100);  // not of a start
    loop.engine().set_options({"--accept-loss"});
    const auto out = loop.load_and_fail({"fdatasync", "EIO", 10 + random() % 30, true}, false, 2'000);
    if (out.acknowledged_behind.empty()) continue;
    std::printf("caught in cycle %u, %zu of them\n", i, out.acknowledged_behind.size());
    loop.recover();
    EXPECT_FALSE(loop.check().lost.empty()) << "the power loss took nothing";
    return;
  }
  FAIL() << "not within " << cycles_max << " cycles, seed " << seed();
}

TEST(storage_errors, that_rocksdb_answers_with_an_abort_are_caught) {
  constexpr unsigned calls_max = 40;
  crash_loop loop{crash::power, SWITCHBOARD_UNGUARDED};
  loop.load_and_crash(50, 100);
  for (unsigned first = 1; first <= calls_max; ++first) {
    const auto out = loop.load_and_fail({"write", "ENOSPC", first, false}, false, 100);
    if (!out.end || out.end->signal == 0) continue;
    EXPECT_EQ(out.end->signal, SIGABRT);
    std::printf("caught at call %u, %s\n", first, kind_of_place(out.hit).c_str());
    return;
  }
  FAIL() << "not within " << calls_max << " calls";
}

}  // namespace
}  // namespace switchboard::faults
