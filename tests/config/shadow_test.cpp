// routing.shadow: another file of routing, read and checked as the config's own.

#include "config/routing.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

using testing::lines;
using testing::loaded;
using testing::problems_of;
using testing::scratch;

constexpr std::string_view live = R"([[brand]]
id = "acme"
queue = "support"
[[brand]]
id = "globex"
[[queue]]
id = "support"
brand = "acme"
[[agent]]
id = "ada"
brand = "acme"
queues = ["support"]
[routing]
cooldown = "5s"
shadow = "other/shadow.toml"
)";

constexpr std::string_view shadow = R"([[queue]]
id = "vip"
brand = "acme"
[[queue]]
id = "support"
brand = "acme"
[[agent]]
id = "ada"
brand = "acme"
queues = ["vip"]
[[routing.rule]]
name = "refunds"
keywords = ["refund"]
queue = "vip"
)";

TEST(Shadow, IsTheConfigWithTheRoutingOfAnotherFile) {
  const scratch dir;
  dir.write("other/shadow.toml", shadow);
  const auto s = loaded(live, dir.path());
  ASSERT_TRUE(s);
  ASSERT_TRUE(s->shadow);
  EXPECT_EQ(s->queues.size(), 1u);
  EXPECT_EQ(s->shadow->queues.size(), 2u);
  EXPECT_EQ(s->shadow->brands.size(), 2u);
  EXPECT_EQ(s->routing.router.cooldown, milliseconds{5'000});
  EXPECT_EQ(s->shadow->routing.router.cooldown, domain::routing::router_config{}.cooldown)
      << "what the shadow leaves out is as it is without a config";
  const auto r = routing_of(*s->shadow, {"acme"});
  EXPECT_EQ(r.router.queues.at(r.default_queue).id.value, "support") << "the brand's, which the config names";
  ASSERT_EQ(r.rules.size(), 1u);
  EXPECT_EQ(r.router.queues.at(*r.rules[0].queue).id.value, "vip");
  EXPECT_EQ(routing_of(*s->shadow, {"globex"}).default_queue, domain::routing::no_queue);
  EXPECT_EQ(loaded("[routing]\nshadow = \"\"\n")->shadow, nullptr);
}

TEST(Shadow, IsAPartOfTheVersion) {
  const scratch dir;
  dir.write("other/shadow.toml", shadow);
  const auto one = loaded(live, dir.path());
  dir.write("other/shadow.toml", "# another comment\n" + std::string(shadow));
  EXPECT_EQ(loaded(live, dir.path())->version, one->version);
  dir.write("other/shadow.toml", std::string(shadow) + "set_priority = \"high\"\n");
  const auto two = loaded(live, dir.path());
  EXPECT_NE(two->version, one->version);
  EXPECT_NE(two->shadow->version, one->shadow->version);
}

TEST(Shadow, IsRefusedWithItsFileAndPlace) {
  const scratch dir;
  const auto path = dir.path() + "/other/shadow.toml";
  EXPECT_EQ(problems_of(live, dir.path()), (lines{"t.toml:15:10: error: shadow = \"other/shadow.toml\": " +
                                                  path + " cannot be read: No such file or directory"}));
  const struct {
    std::string text;
    lines problems;
  } table[] = {
      {"[[queue]\n", {":1:9: error: not valid TOML, "}},
      {"[[brand]]\nid = \"new\"\n" + std::string(shadow),
       {":1:3: error: brand is not about routing; a shadow has [routing], [[queue]] and [[agent]], and all "
        "else is "
        "that of the config that names it"}},
      {"[routing]\nshadow = \"third.toml\"\n" + std::string(shadow),
       {":2:10: error: a shadow has no shadow; remove it"}},
      {"[routing]\ncooldwn = \"1s\"\n" + std::string(shadow),
       {":2:1: error: unknown key \"cooldwn\"; did you mean \"cooldown\"?"}},
      {std::string(shadow) + "[[agent]]\nid = \"ben\"\nbrand = \"acme\"\nqueues = [\"vipp\"]\n",
       {":18:11: error: \"vipp\": no [[queue]] has this id; did you mean \"vip\"?"}},
      {"[[queue]]\nid = \"vip\"\nbrand = \"acme\"\n",
       {": error: brand \"acme\" has queue = \"support\" in the config, and no [[queue]] of it has this id "
        "here; "
        "add one"}},
      {"[routing]\n", {": error: no [[queue]]: nothing would be routed; add one, or name no routing.shadow"}},
  };
  for (const auto& row : table) {
    dir.write("other/shadow.toml", row.text);
    const auto problems = problems_of(live, dir.path());
    ASSERT_EQ(problems.size(), row.problems.size()) << row.text;
    for (std::size_t i = 0; i < problems.size(); ++i)
      EXPECT_TRUE(problems[i].starts_with(path + row.problems[i])) << problems[i];
  }
}

TEST(Shadow, WarnsOfWhatCanHardlyBeMeantThere) {
  const scratch dir;
  dir.write("other/shadow.toml", std::string(shadow) + "required = { juggling = 1 }\n");
  const auto s = loaded(live, dir.path());
  ASSERT_TRUE(s);
  ASSERT_EQ(s->warnings.size(), 1u);
  EXPECT_TRUE(
      s->warnings[0].starts_with(dir.path() + "/other/shadow.toml:15:25: warning: no [[agent]] of brand"))
      << s->warnings[0];
}

}  // namespace
}  // namespace switchboard::config
