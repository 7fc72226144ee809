// `switchboard bench routing`, small: every part is measured, and each offer was of the first in line.

#include "engine_process.hpp"
#include "json_text.hpp"
#include "scratch.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(bench_routing, measures_every_part_and_draws_what_grows) {
  const scratch dir;
  const auto plot = dir.path() / "growth.svg";
  const auto ran = run_command({"bench", "routing", "--agents", "50", "--decisions", "200", "--queued", "300",
                                "--unmatchable", "500", "--largest", "1000", "--rounds", "20", "--data-root",
                                dir.path().string(), "--plot", plot.string(), "--json"},
                               dir.path(), {}, 120s);
  ASSERT_EQ(ran.code, 0) << ran.err << ran.out;
  for (const std::string part :
       {"round_robin", "least_active", "load_balanced", "skill_best", "freed", "freedBehindUnmatchable"}) {
    EXPECT_THAT(json_at(ran.out, "/" + part + "/took/p99Ns").value_or("0"), testing::Ne("0")) << part;
    EXPECT_THAT(json_at(ran.out, "/" + part + "/perSecond").value_or("0"), testing::Ne("0")) << part;
  }
  EXPECT_EQ(json_at(ran.out, "/round_robin/took/count").value_or(""), "200");
  EXPECT_EQ(json_at(ran.out, "/resolvedToOffered/count").value_or(""), "20");
  EXPECT_EQ(json_at(ran.out, "/acceptToAnswer/count").value_or(""), "21");
  EXPECT_EQ(elements_at(ran.out, "/growthByQueued").size(), 2u) << "100 and 1000";
  EXPECT_EQ(elements_at(ran.out, "/growthByAgents").size(), 2u) << "10 and 100";
  std::ostringstream drawn;
  drawn << std::ifstream(plot).rdbuf();
  EXPECT_THAT(drawn.str(), HasSubstr("</svg>"));
}

TEST(bench_routing, says_what_can_not_be_measured) {
  const scratch dir;
  const auto ran = run_command({"bench", "routing", "--queued", "0"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("are at least 1"));
}

}  // namespace
}  // namespace switchboard::e2e
