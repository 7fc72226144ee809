// A second routing config beside the live one, over the real binary: it reports where it would differ, and changes nothing.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace switchboard::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string people = R"(
[[queue]]
id = "support"
brand = "acme"
mode = "auto_accept"
[[queue]]
id = "vip"
brand = "acme"
[[agent]]
id = "ada"
brand = "acme"
queues = ["support"]
)";
const std::string tokens = R"(
[[token]]
value = "boss-token"
brand = "acme"
role = "supervisor"
[[token]]
value = "ada-token"
brand = "acme"
role = "agent"
agent = "ada"
)";
const std::string refunds = R"(
[[routing.rule]]
name = "refunds"
keywords = ["refund"]
queue = "vip"
)";

class shadow : public testing::Test {
 protected:
  shadow() {
    cast(people + refunds);
    configure();
    engine_.start();
    EXPECT_EQ(ask("POST", "/v1/agents/ada/sessions", "ada-token", "{}").status, 201);
  }
  void configure() {
    setup s;
    s.more = people + tokens + "[routing]\nshadow = \"shadow.toml\"\n";
    engine_.configure(s.toml(engine_.data()));
  }
  /// Beside the config.
  void cast(const std::string& toml) {
    std::ofstream(engine_.config().parent_path() / "shadow.toml", std::ios::trunc) << toml;
  }
  answer reload() {
    http_connection c(engine_.admin_port());
    return c.ask("POST", "/reload", {});
  }
  answer ask(std::string_view method, const std::string& path, std::string_view token,
             const std::string& body = {}) {
    http_connection c(engine_.port());
    return c.ask(method, path, bearer(token), body);
  }
  void writes(const std::string& who, const std::string& text) {
    EXPECT_EQ(deliver(engine_, "meta", whatsapp_text(acme_number, who, "wamid." + who, text)).status, 200);
  }
  std::string row() {
    const auto a = ask("GET", "/v1/routing/shadow?brand=acme", "boss-token");
    EXPECT_EQ(a.status, 200) << a.body;
    const auto rows = elements_at(a.body, "/shadows");
    EXPECT_EQ(rows.size(), 1u) << a.body;
    return rows.empty() ? std::string() : rows.front();
  }
  /// The row once so many came out so.
  std::string row_with(const std::string& outcome, int n) {
    std::string last;
    EXPECT_TRUE(eventually([&] {
      last = row();
      return json_at(last, "/outcomes/" + outcome) == std::to_string(n);
    })) << last;
    return last;
  }

  scratch dir_;
  engine_process engine_{dir_.path()};
};

TEST_F(shadow, reports_what_another_rule_would_have_done_and_changes_nothing) {
  writes("491700000001", "hello");
  (void)row_with("same", 1);
  writes("491700000002", "I want a refund");
  const auto found = row_with("other_queue", 1);
  const auto differences = elements_at(found, "/differences");
  ASSERT_EQ(differences.size(), 1u) << found;
  const auto& d = differences[0];
  EXPECT_EQ(text_at(d, "/live/queue"), "support");
  EXPECT_EQ(text_at(d, "/live/agent"), "ada");
  EXPECT_EQ(text_at(d, "/shadow/queue"), "vip");
  EXPECT_EQ(text_at(d, "/shadow/rule"), "refunds");
  EXPECT_EQ(text_at(d, "/shadow/agent"), std::nullopt) << "nobody is in it";
  const auto c = text_at(d, "/conversation").value_or("");
  std::string is;
  EXPECT_TRUE(eventually([&] {  // its own events come behind the router's
    is = get(engine_, "/v1/conversations/" + c).body;
    return text_at(is, "/assignedTo").has_value();
  })) << is;
  EXPECT_EQ(text_at(is, "/assignedTo"), "ada") << "nothing of it acts";
  EXPECT_EQ(text_at(is, "/queue"), "support");

  EXPECT_TRUE(eventually([&] {
    http_connection admin(engine_.admin_port());
    const auto m = admin.ask("GET", "/metrics", {}).body;
    return m.find(R"(switchboard_routing_shadow_total{brand="acme",outcome="other_queue"} 1)") !=
           std::string::npos;
  })) << "the metric";
  const auto said = run_command(
      {"shadow", "--url", engine_.url(), "--token", "boss-token", "--brand", "acme"}, dir_.path());
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("2 compared: same 1, other_queue 1"));
  EXPECT_THAT(said.out, HasSubstr("    shadow  queue vip, rule refunds, priority medium; lets it wait\n"));
  EXPECT_EQ(ask("GET", "/v1/routing/shadow", "ada-token").status, 403) << "it is a supervisor's";
}

TEST_F(shadow, is_another_with_its_file_at_the_next_reload_and_none_where_the_file_is_bad) {
  writes("491700000003", "a refund");
  const auto before = row_with("other_queue", 1);
  cast("[[queue]]\nid = \"support\"\n");
  const auto refused = reload();
  EXPECT_GE(refused.status, 400) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("shadow.toml"));
  EXPECT_EQ(json_at(row(), "/configVersion"), json_at(before, "/configVersion"))
      << "it goes on by the old one";
  cast(people);
  ASSERT_EQ(reload().status, 200);
  writes("491700000004", "another refund");
  const auto after = row_with("same", 1);
  EXPECT_NE(json_at(after, "/configVersion"), json_at(before, "/configVersion"));
  EXPECT_EQ(json_at(after, "/outcomes/other_queue"), "0") << "that was of the other one";
  EXPECT_THAT(elements_at(after, "/differences"), testing::IsEmpty());
}

TEST_F(shadow, begins_again_from_the_live_state_behind_a_kill) {
  writes("491700000005", "a refund");
  (void)row_with("other_queue", 1);
  engine_.kill();
  engine_.start();
  EXPECT_EQ(json_at(row(), "/outcomes/other_queue"), "0");
  writes("491700000006", "a refund");
  EXPECT_EQ(json_at(row_with("other_queue", 1), "/following"), "true");
}

}  // namespace
}  // namespace switchboard::e2e
