// The engine under a limit of file descriptors: storage's part is kept, and what that costs is said.

#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <list>

namespace switchboard::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

/// A program that is the engine behind this `ulimit` command.
std::string engine_with(const fs::path& directory, const std::string& ulimit) {
  const auto file = directory / "limited";
  std::ofstream(file) << "#!/bin/sh\n" << ulimit << "\nexec '" << engine_binary() << "' \"$@\"\n";
  fs::permissions(file, fs::perms::owner_all);
  return file.string();
}

// Also of contract §3 and issue 2: health answers when no connection to the public listener can be had.
TEST(descriptors, too_few_bound_the_connections_and_leave_health_and_storage_theirs) {
  scratch dir;
  engine_process engine{dir.path(), engine_with(dir.path(), "ulimit -n 2100")};
  engine.configure(setup{}.toml(engine.data()));
  engine.start();
  EXPECT_THAT(engine.said(), HasSubstr("\"event\":\"few-descriptors\""));
  EXPECT_THAT(engine.said(), HasSubstr("LimitNOFILE="));
  EXPECT_THAT(engine.said(), HasSubstr("\"configured\":\"20000\""));
  EXPECT_THAT(engine.said(), HasSubstr("\"connections\":\"116\""));

  std::list<http_connection> open;
  while (open.size() < 116) {
    auto& c = open.emplace_back(engine.port());
    ASSERT_EQ(
        c.ask("GET", "/webhooks/meta?hub.mode=subscribe&hub.verify_token=demo-verify&hub.challenge=1").status,
        200)
        << open.size();
  }
  http_connection refused{engine.port()};
  const auto answer = deliver(refused, "meta", whatsapp_text(acme_number, "1", "wamid.0", "text"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("too-many-connections"));
  http_connection platform{engine.port()};
  EXPECT_EQ(
      platform.ask("GET", "/webhooks/meta?hub.mode=subscribe&hub.verify_token=demo-verify&hub.challenge=7")
          .status,
      200)
      << "handshakes are never shed";
  http_connection health{engine.admin_port()};
  for (const auto* path : {"/livez", "/readyz", "/metrics", "/status"}) {
    EXPECT_EQ(health.ask("GET", path).status, 200) << path;
  }
  EXPECT_EQ(deliver(open.front(), "meta", whatsapp_text(acme_number, "1", "wamid.A", "text")).status, 200);
  EXPECT_EQ(engine.terminate().code, 0);
}

TEST(descriptors, of_the_soft_limit_are_no_bound) {
  rlimit own{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &own), 0);
  if (own.rlim_max < 3'000) GTEST_SKIP() << "the hard limit here is " << own.rlim_max;
  scratch dir;
  engine_process engine{dir.path(), engine_with(dir.path(), "ulimit -S -n 64")};
  engine.configure(setup{.server = {}, .storage = {}, .limits = "connections_max = 200\n", .more = {}}.toml(
      engine.data()));
  engine.start();
  EXPECT_THAT(engine.said(), Not(HasSubstr("few-descriptors")));
  std::list<http_connection> open;
  while (open.size() < 200) {
    auto& c = open.emplace_back(engine.port());
    ASSERT_EQ(
        deliver(c, "meta", whatsapp_text(acme_number, "1", "wamid." + std::to_string(open.size()), "text"))
            .status,
        200)
        << open.size();
  }
  EXPECT_EQ(engine.terminate().code, 0);
}

}  // namespace
}  // namespace switchboard::e2e
