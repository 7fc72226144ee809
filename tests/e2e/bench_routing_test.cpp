// `switchboard bench routing`, small: every part is measured, and each offer was of the first in line.

#include "engine_process.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <vector>

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
  EXPECT_EQ(json_at(ran.out, "/memory/conversations").value_or(""), "550") << "each agent has five";
  EXPECT_EQ(json_at(ran.out, "/memoryWithUnmatchable/conversations").value_or(""), "1050");
  EXPECT_TRUE(json_at(ran.out, "/queuedExponent").has_value());
  EXPECT_TRUE(json_at(ran.out, "/agentsExponent").has_value());
}

/// Where the engine that a benchmark started below `root` listens; empty: not yet.
std::string listener_below(const std::filesystem::path& root) {
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    std::ifstream config(entry.path() / "bench.toml");
    for (std::string line; std::getline(config, line);) {
      const std::string_view start = "listen = \"";
      if (line.starts_with(start)) return line.substr(start.size(), line.size() - start.size() - 1);
    }
  }
  return {};
}

/// Of the conversations that there are so far the one that came last; empty: fewer than `many`.
std::string last_of(http_connection& engine, std::size_t many) {
  const auto page = engine.ask("GET", "/v1/conversations?limit=1000", bearer(admin_token));
  if (page.status != 200) return {};
  std::string last;
  long long newest = 0;
  const auto all = elements_at(page.body, "/conversations");
  for (const auto& c : all) {
    const auto routed = std::stoll(json_at(c, "/metadata/routed").value_or("0"));
    if (routed > newest) last = text_at(c, "/id").value_or("");
    newest = std::max(newest, routed);
  }
  return all.size() < many ? std::string() : last;
}

// What it is to catch is planted from outside: while it measures, somebody makes the last in line urgent.
TEST(bench_routing, fails_where_another_than_the_first_in_line_is_offered) {
  const scratch dir;
  const auto root = dir.path() / "root";
  std::filesystem::create_directory(root);
  auto running = std::async(std::launch::async, [&] {
    return run_command(
        {"bench", "routing", "--agents", "10", "--decisions", "1", "--queued", "900", "--unmatchable", "1",
         "--largest", "10", "--rounds", "900", "--data-root", root.string()},
        dir.path(), {}, 120s);
  });
  const auto is_over = [&] { return running.wait_for(1ms) == std::future_status::ready; };
  std::string listener, last;
  while (listener.empty() && !is_over()) listener = listener_below(root);
  while (last.empty() && !is_over()) {
    http_connection engine(static_cast<std::uint16_t>(std::stoi(listener.substr(listener.rfind(':') + 1))));
    last = last_of(engine, 900);
    if (last.empty()) continue;
    const auto changed =
        engine.ask("PATCH", "/v1/conversations/" + last, bearer(admin_token), R"({"priority":"urgent"})");
    EXPECT_EQ(changed.status, 200) << changed.body;
  }
  const auto ran = running.get();
  EXPECT_FALSE(last.empty()) << "it was over before";
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("offered was " + last + ", and the first in line is "));
}

TEST(bench_routing, says_what_can_not_be_measured) {
  const scratch dir;
  const auto ran = run_command({"bench", "routing", "--queued", "0"}, dir.path());
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("are at least 1"));
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--unmatchable", "1900k"}, {"--largest", "10M"}}) {
    std::vector<std::string> words{"bench", "routing"};
    words.insert(words.end(), more.begin(), more.end());
    const auto over = run_command(words, dir.path());
    EXPECT_EQ(over.code, 1) << more.front();
    EXPECT_THAT(over.err, HasSubstr("at most 1,950,000 conversations can wait")) << more.front();
  }
}

}  // namespace
}  // namespace switchboard::e2e
