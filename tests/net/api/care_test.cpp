// What the admin listener is asked: readiness, a reload, backups.
#include "parts.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using http::method;
using ::testing::HasSubstr;

TEST(care, readiness_says_what_is_missing) {
  parts p;
  EXPECT_EQ(p.admin("/readyz")->status(), 200);
  for (const auto h : {actors::health::starting, actors::health::draining, actors::health::disk_low,
                       actors::health::overloaded, actors::health::failed}) {
    p.engine.health = h;
    const auto x = p.admin("/readyz?verbose");
    EXPECT_EQ(x->status(), 503);
    EXPECT_THAT(x->answer().body, HasSubstr("[-]"));
    EXPECT_THAT(x->answer().body, HasSubstr(std::string(to_word(h)) + "\n"));
    EXPECT_EQ(p.admin("/livez")->status(), 200) << "the loop turns all the same";
  }
}

TEST(care, the_open_listener_has_none_of_it) {
  parts p;
  for (const auto* path : {"/livez", "/readyz", "/metrics", "/status", "/reload", "/backup"}) {
    EXPECT_EQ(p.get(path)->status(), 404) << path;
    EXPECT_EQ(p.call(method::post, path, "")->status(), 404) << path;
  }
}

TEST(care, reload_tells_the_version_or_every_problem) {
  parts p;
  const auto good = p.admin("/reload", method::post);
  EXPECT_FALSE(good->answered()) << "files are read on another thread";
  p.engine.log.run_jobs();
  EXPECT_EQ(good->answer().body, R"({"config":"0123456789abcdef"})");
  p.reload_problems = {"a.toml:1:2: no \"x\"", "a.toml:3:4: y"};
  const auto bad = p.admin("/reload", method::post);
  p.engine.log.run_jobs();
  EXPECT_EQ(bad->status(), 422);
  EXPECT_EQ(bad->code(), "config-refused");
  EXPECT_THAT(bad->answer().body,
              HasSubstr(R"({"detail":"a.toml:1:2: no \"x\""},{"detail":"a.toml:3:4: y"})"));
  p.engine.log.jobs_max = 0;
  EXPECT_EQ(p.admin("/reload", method::post)->status(), 503);
  EXPECT_EQ(p.admin("/reload")->status(), 405);
}

/// Neither a success that may not outlive the node nor a failure of what is in force.
TEST(care, a_reload_that_is_not_recorded_in_time_says_what_is_known) {
  parts p;
  p.reload_recorded = false;
  const auto x = p.admin("/reload", method::post);
  p.engine.log.run_jobs();
  EXPECT_EQ(x->status(), 503);
  EXPECT_EQ(x->code(), "reload-unrecorded");
  EXPECT_EQ(x->header("Retry-After"), "1");
  EXPECT_THAT(x->answer().body, HasSubstr("configuration 0123456789abcdef is in force"));
  EXPECT_THAT(x->answer().body, HasSubstr("not durable within 10 s"));
}

std::shared_ptr<config::settings> with_backups() {
  auto s = some_settings();
  s->storage.backup_dir = "/var/backups/sb/";
  return s;
}

TEST(care, a_backup_is_begun_once_and_asked_for) {
  parts p{with_backups()};
  EXPECT_EQ(p.admin("/backup")->answer().body, R"({"state":"none","directory":"/var/backups/sb/"})");
  const auto begun = p.admin("/backup", method::post, R"({"name":"2026-11-21_a.b"})");
  EXPECT_EQ(begun->status(), 202);
  EXPECT_THAT(begun->answer().body, HasSubstr(R"("path":"/var/backups/sb/2026-11-21_a.b")"));
  EXPECT_EQ(p.admin("/backup", method::post, R"({"name":"other"})")->code(), "backup-running");
  auto& now = p.engine.backup_now;
  now.state = actors::backup_progress::phase::failed;
  now.problem = "no room";
  EXPECT_THAT(p.admin("/backup")->answer().body, HasSubstr(R"("state":"failed")"));
  EXPECT_THAT(p.admin("/backup")->answer().body, HasSubstr(R"("problem":"no room")"));
  EXPECT_EQ(p.admin("/backup", method::post, R"({"name":"other"})")->status(), 202);
}

TEST(care, a_backup_goes_nowhere_but_below_its_folder) {
  parts p{with_backups()};
  for (const auto* name : {"", ".", "..", "../x", "/etc", "a/b", R"(a\\b)", ".hidden", "a b", "a\\u0000"}) {
    const auto x = p.admin("/backup", method::post, "{\"name\":\"" + std::string(name) + "\"}");
    EXPECT_EQ(x->status(), 400) << name;
    EXPECT_THAT(x->answer().body, HasSubstr("/name")) << name;
  }
  EXPECT_EQ(p.admin("/backup", method::post, "{\"name\":\"" + std::string(129, 'a') + "\"}")->status(), 400);
  EXPECT_EQ(p.admin("/backup", method::post, "{}")->status(), 400);
  EXPECT_EQ(p.admin("/backup", method::post, "{\"name\":\"a\",\"to\":\"/\"}")->status(), 400);
  EXPECT_EQ(p.engine.backup_now.path, "");
  parts without;
  EXPECT_EQ(without.admin("/backup", method::post, R"({"name":"a"})")->code(), "no-backup-dir");
  EXPECT_EQ(without.admin("/backup")->answer().body, R"({"state":"none"})");
}

}  // namespace
}  // namespace switchboard::net::testing
