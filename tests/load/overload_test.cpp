// L2: three times what the engine can take.

#include "overload.hpp"

#include "times.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace switchboard::load {
namespace {

using namespace std::chrono_literals;

std::string lines(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& l : all) out += l + '\n';
  return out;
}

TEST(overload, bends_and_does_not_break) {
  rig engine({});
  overload_plan plan;
  if (full()) plan.capacity = 20s, plan.normal = 20s, plan.overload = 180s;
  const auto f = overload(engine, plan);
  std::printf("%s", text_of(f).c_str());
  const auto broken = judge(f, plan);
  EXPECT_TRUE(broken.empty()) << lines(broken) << text_of(f);
  if (!times_count()) return;
  const auto late = judge_times(f);
  EXPECT_TRUE(late.empty()) << lines(late) << text_of(f);
}

// An engine that takes everything in must be caught: by its memory, or by how late its answers come.
TEST(overload, is_seen_to_fail_without_admission) {
  rig_options open;
  open.limits =
      "events_in_flight_max = 100000000\nbytes_in_flight_max = \"256GiB\"\nviews_lag_max = 100000000\n";
  rig engine(open);
  overload_plan plan;
  plan.messages_per_body = 100;
  plan.capacity = 2s;
  plan.normal = 2s;
  plan.overload = 6s;
  plan.after = 1s;
  const auto f = overload(engine, plan);
  std::printf("%s", text_of(f).c_str());
  EXPECT_FALSE(judge(f, plan).empty() && judge_times(f).empty()) << text_of(f);
}

}  // namespace
}  // namespace switchboard::load
