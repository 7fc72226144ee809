// The scripted morning, over the real binary: it ends well, shows everything that it has to show, and leaves a journal that is decided
// the same way again.

#include "engine_process.hpp"
#include "scratch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

const std::string config = (fs::path(SWITCHBOARD_SOURCE_DIR) / "config" / "morning.toml").string();

TEST(morning, plays_to_its_end_and_everything_holds) {
  const scratch dir;
  const auto data = (dir.path() / "data").string();
  const auto played = run_command(
      {"morning", "--config", config, "--data-dir", data, "--conversations", "120", "--pace", "10", "--exit"},
      dir.path(), {}, 300s);
  ASSERT_EQ(played.code, 0) << played.err << played.out;
  for (const std::string check :
       {"each of 120 customers came and was helped", "assignments has its decision, which explain can print",
        "nobody was over a hard cap", "no conversation had two owners",
        "the engine answered every call as it should", "everything that the script has was to be seen"}) {
    const auto at = played.out.find(check);
    ASSERT_NE(at, std::string::npos) << check << "\n" << played.out;
    const auto line = played.out.rfind('\n', at) + 1;
    EXPECT_EQ(played.out.substr(line, 8), "  ok    ") << check;
  }
  EXPECT_THAT(played.out, Not(HasSubstr("FAILED")));
  EXPECT_THAT(played.out, Not(HasSubstr("\x1b["))) << "colours are for terminals";
  for (const std::string platform :
       {"bluesky", "facebook", "instagram", "linkedin", "telegram", "whatsapp", " x\n"})
    EXPECT_THAT(played.out.substr(played.out.find("the morning in figures")), HasSubstr(platform));

  const auto replayed = run_command({"replay-routing", "--data-dir", data}, dir.path());
  EXPECT_EQ(replayed.code, 0) << replayed.err;
  EXPECT_THAT(replayed.out, HasSubstr("of 2 brands taken again, 0 differ"));
}

TEST(morning, says_what_its_config_lacks) {
  const scratch dir;
  const auto file = dir.path() / "other.toml";
  std::ofstream(file) << "[[brand]]\nid = \"acme\"\n";
  const auto refused = run_command({"morning", "--config", file.string(), "--exit"}, dir.path());
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("which the script needs"));
  EXPECT_THAT(refused.err, Not(HasSubstr("starting an engine")));
}

}  // namespace
}  // namespace switchboard::e2e
