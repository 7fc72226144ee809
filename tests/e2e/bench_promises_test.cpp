// `switchboard bench promises`, small: every part is measured, each clock of the burst is broken once, and a start finds the rest.

#include "engine_process.hpp"
#include "json_text.hpp"
#include "scratch.hpp"

#include <gmock/gmock.h>

#include <string>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;

TEST(bench_promises, measures_every_part) {
  const scratch dir;
  const auto ran = run_command({"bench", "promises", "--armed", "3000", "--burst", "500", "--duration", "1s",
                                "--data-root", dir.path().string(), "--json"},
                               dir.path(), {}, 120s);
  ASSERT_EQ(ran.code, 0) << ran.err << ran.out;
  for (const std::string part :
       {"ingestWithout", "ingestWith", "ingestBeside", "breachesPerSecond", "startArmedNs", "startEmptyNs"}) {
    EXPECT_GT(std::stod(json_at(ran.out, "/" + part).value_or("0")), 0) << part;
  }
  EXPECT_EQ(json_at(ran.out, "/breaches").value_or(""), "500");
  EXPECT_GE(std::stoull(json_at(ran.out, "/armed").value_or("0")), 3000u);
  EXPECT_NE(json_at(ran.out, "/latenessP99Seconds").value_or("null"), "null");
}

}  // namespace
}  // namespace switchboard::e2e
