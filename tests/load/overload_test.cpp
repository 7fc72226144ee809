// L2: three times what the engine can take.

#include "overload.hpp"

#include "tests/full.hpp"

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
  ASSERT_EQ(f.is_void, "") << "the run says nothing; is the machine idle?\n" << text_of(f);
  const auto broken = judge(f, plan);
  EXPECT_TRUE(broken.empty()) << lines(broken) << text_of(f);
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
  EXPECT_TRUE(f.resident_most > 1ull << 30 || f.taken_max > 2'500ms || f.refusal_max > 250ms) << text_of(f);
  EXPECT_FALSE(judge(f, plan).empty());
}

}  // namespace
}  // namespace switchboard::load
