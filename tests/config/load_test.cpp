// Wrong configs as data: each with all of its problems, to the letter and the column. What is listed is what
// check-config prints.

#include "config/load.hpp"

#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

using testing::expect_problems;
using testing::lines;
using testing::loaded;
using testing::problems_of;

TEST(Load, TheSmallestConfigOfTheContract) {
  const settings_ptr s = loaded(R"([server]
listen = "127.0.0.1:8080"          # webhooks, API, stream
admin_listen = "127.0.0.1:8081"    # health, metrics, reload
demo = true                        # allows literal secrets; refused on a listener that is not loopback

[storage]
data_dir = "data"

[[brand]]
id = "acme"

[[source]]                         # POST /webhooks/meta
id = "meta"
kind = "meta"                      # meta | x | linkedin | telegram | bluesky
secrets = ["demo-secret"]          # any number live at once
verify_token = "demo-verify"

[[account]]
id = "acme-whatsapp"
brand = "acme"
source = "meta"
platform = "whatsapp"
platform_id = "106540352242922"
access_token = { env = "SB_TEST_NOBODY_SETS_THIS" }   # optional until something is sent

[[token]]
value = "demo-admin"               # or sha256 = "…"
brand = "acme"                     # or "*"
role = "admin"                     # admin | supervisor | agent | reader
)");
  ASSERT_NE(s, nullptr);
  const account_settings* a = s->find_account("meta", domain::platform::whatsapp, "106540352242922");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->id.value, "acme-whatsapp");
  EXPECT_EQ(s->brands[0].name, "acme");
  EXPECT_EQ(s->brands[0].conversations.reopen_window, std::chrono::hours(72));
  EXPECT_EQ(s->tokens[0].role, role::admin);
}

TEST(Load, EmptyMeansTheDefaults) {
  const settings_ptr s = loaded("");
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(to_text(s->server.listen), "127.0.0.1:8080");
  EXPECT_EQ(s->limits.webhook_body_bytes_max, 4u << 20);
  EXPECT_TRUE(s->sources.empty());
}

TEST(Load, SyntaxIsToldWithItsPlace) {
  for (const auto& [toml, place] : std::vector<std::pair<std::string, std::string>>{
           {"[server]\nlisten = \n", "t.toml:2:10: error: not valid TOML"},
           {"[server]\nlisten = \"a\"\nlisten = \"b\"\n", "t.toml:3:1"},
           {"[server\n", "t.toml:1:8"},
           {"a = \"\xff\"\n", "t.toml:1:5"},
           {std::string("a = \"\0\"\n", 8), "t.toml:1:6"}}) {
    const lines problems = problems_of(toml);
    ASSERT_EQ(problems.size(), 1u) << toml;
    EXPECT_TRUE(problems[0].starts_with(place)) << problems[0];
    EXPECT_EQ(problems[0].find('\n'), std::string::npos);
  }
}

TEST(Load, UnknownKeysAndSections) {
  expect_problems({
      {"[server]\nlisen = \"x\"\n", {"2:1: error: unknown key \"lisen\"; did you mean \"listen\"?"}},
      {"[server]\ncolour = 1\n",
       {"2:1: error: unknown key \"colour\" in [server]; config/reference.toml lists them all"}},
      {"[server]\ndata_dir = \"x\"\n",
       {"2:1: error: unknown key \"data_dir\" in [server]; it belongs in [storage]"}},
      {"[server]\ncertificate_file = \"x\"\n",
       {"2:1: error: unknown key \"certificate_file\" in [server]; it belongs in [server.tls]"}},
      {"[server.tsl]\nkey_file = \"\"\n", {"1:9: error: unknown key \"tsl\"; did you mean \"tls\"?"}},
      {"[server.tls]\nkeyfile = \"\"\n", {"2:1: error: unknown key \"keyfile\"; did you mean \"key_file\"?"}},
      {"server.lisen = 1\n", {"1:8: error: unknown key \"lisen\"; did you mean \"listen\"?"}},
      {"listen = \"127.0.0.1:1\"\n",
       {"1:1: error: key \"listen\" stands before any section; it belongs in [server]"}},
      {"[sevrer]\n", {"1:2: error: unknown section \"sevrer\"; did you mean \"server\"?"}},
      {"[[acount]]\n", {"1:3: error: unknown section \"acount\"; did you mean \"account\"?"}},
      {"[weather]\n", {"1:2: error: unknown section \"weather\"; config/reference.toml lists them all"}},
      {"[[brand]]\nid = \"a\"\nnmae = \"A\"\n", {"3:1: error: unknown key \"nmae\"; did you mean \"name\"?"}},
      {"[[brand]]\nid = \"a\"\nplatform_id = \"A\"\n",
       {"3:1: error: unknown key \"platform_id\" in [[brand]]; it belongs in [[account]]"}},
      {"[server]\n\"a\\u001b[31mb\" = 1\n",
       {"2:1: error: unknown key \"a\\x1b[31mb\" in [server]; config/reference.toml lists them all"}},
  });
}

TEST(Load, SectionsOfLaterVersionsAreNotIgnored) {
  for (const std::string name : {"flow", "ai", "crm", "cluster"}) {
    const bool list = name == "flow";
    const std::string header = list ? "[[" + name + "]]" : "[" + name + "]";
    EXPECT_EQ(problems_of(header + "\nx = 1\n"),
              lines{"t.toml:1:" + std::string(list ? "3" : "2") + ": error: section " + header +
                    " is not in this version; remove it"});
  }
}

TEST(Load, ShapesOfSections) {
  expect_problems({
      {"[brand]\nid = \"a\"\n", {"1:1: error: brand is a list; write [[brand]], once for each, not [brand]"}},
      {"brand = 1\n", {"1:9: error: brand is a list; write [[brand]], once for each, not 1"}},
      {"brand = [1, {id = \"a\"}]\n",
       {"1:10: error: brand is a list of tables; write [[brand]], not an integer"}},
      {"[[server]]\n", {"1:1: error: section \"server\" is written once, as [server], not as a list"}},
      {"queue = 1\n", {"1:9: error: queue is a list; write [[queue]], once for each, not 1"}},
      {"[[routing]]\n", {"1:1: error: section \"routing\" is written once, as [routing], not as a list"}},
      {"[routing]\nrule = 1\n",
       {"2:8: error: rule is a list of tables; write [[routing.rule]] behind the [routing]"}},
      {"server = 5\n", {"1:10: error: section \"server\" is written once, as [server], not as an integer"}},
      {"[server]\ntls = true\n",
       {"2:7: error: section \"server.tls\" is written once, as [server.tls], not as true or false"}},
  });
  EXPECT_EQ(problems_of("brand = [{ id = \"a\" }]\nserver = { demo = true }\n"), lines{});
}

TEST(Load, Listeners) {
  const std::string reachable =
      " can be reached from other machines, and demo = true allows secrets that anyone can read; listen on "
      "127.0.0.1, or "
      "set demo = false";
  expect_problems({
      {"[server]\ndemo = true\nlisten = \"0.0.0.0:80\"\n",
       {"3:10: error: listen = \"0.0.0.0:80\"" + reachable}},
      {"[server]\ndemo = true\nadmin_listen = \"[::]:80\"\n",
       {"3:16: error: admin_listen = \"[::]:80\"" + reachable}},
      {"[server]\nlisten = \"127.0.0.1:8081\"\n",
       {"2:10: error: admin_listen = \"127.0.0.1:8081\" is taken by listen = \"127.0.0.1:8081\"; give it "
        "another port, so "
        "that health and metrics stay private"}},
      {"[server]\nlisten = \"0.0.0.0:80\"\nadmin_listen = \"127.0.0.1:80\"\n",
       {"3:16: error: admin_listen = \"127.0.0.1:80\" is taken by listen = \"0.0.0.0:80\"; give it another "
        "port, so that "
        "health and metrics stay private"}},
  });
  EXPECT_EQ(problems_of("[server]\ndemo = true\nlisten = \"[::1]:80\"\nadmin_listen = \"127.9.9.9:80\"\n"),
            lines{});
  EXPECT_EQ(problems_of("[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n"), lines{});
  EXPECT_EQ(problems_of("[server]\nlisten = \"0.0.0.0:80\"\n"), lines{});
}

TEST(Load, TlsNeedsBothFilesAndTheyMustBeThere) {
  testing::scratch dir;
  const std::string certificate = dir.write("tls/c.pem", "certificate");
  dir.write("tls/k.pem", "key");
  const std::string both = "[server.tls]\ncertificate_file = \"tls/c.pem\"\nkey_file = \"tls/k.pem\"\n";
  const settings_ptr s = loaded(both, dir.path());
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->server.tls.certificate_file, certificate);  // found from any working directory

  EXPECT_EQ(problems_of("[server.tls]\ncertificate_file = \"tls/c.pem\"\n", dir.path()),
            lines{"t.toml:2:20: error: key_file is missing; TLS needs certificate_file and key_file"});
  EXPECT_EQ(
      problems_of("[server.tls]\ncertificate_file = \"tls/c.pem\"\nkey_file = \"tls/x.pem\"\n", dir.path()),
      lines{"t.toml:3:12: error: key_file = \"" + dir.path() +
            "/tls/x.pem\" cannot be read; does it exist, and may this user read it?"});
}

TEST(Load, LimitsThatCouldNeverWorkTogether) {
  expect_problems({
      {"[limits]\nbytes_in_flight_max = \"1MiB\"\n",
       {"2:23: error: webhook_body_bytes_max must fit into brand_share_percent of bytes_in_flight_max, or a "
        "large webhook "
        "is refused for ever"}},
      {"[limits]\nbatch_events_max = 16385\n",
       {"2:20: error: batch_events_max must fit into brand_share_percent of events_in_flight_max, or a large "
        "batch is "
        "refused for ever"}},
      {"[limits]\nping_interval = \"75s\"\n",
       {"2:17: error: pong_timeout must be longer than ping_interval, or every silent peer is cut off"}},
      {"[limits]\nhead_bytes_max = \"2KiB\"\n",
       {"2:18: error: target_bytes_max must be less than head_bytes_max, which holds it"}},
  });
  EXPECT_EQ(problems_of("[limits]\nbatch_events_max = 16384\n"), lines{});
}

TEST(Load, AllProblemsAtOnceInTheOrderOfTheFile) {
  const auto problems = problems_of(R"([[token]]
brand = "none"
role = "admin"
value = "t"
[[brand]]
id = "A"
[limits]
retry_after = 1
[server]
lisen = "x"
)");
  ASSERT_EQ(problems.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    constexpr std::string_view places[] = {
        "t.toml:2:9:", "t.toml:4:9:", "t.toml:6:6:", "t.toml:8:15:", "t.toml:10:1:"};
    EXPECT_TRUE(problems[i].starts_with(places[i])) << problems[i];
  }
}

TEST(Load, VeryManyProblemsAreCutShort) {
  std::string toml;
  for (int i = 0; i < 1500; ++i) toml += "[[brand]]\n";
  const auto problems = problems_of(toml);
  ASSERT_EQ(problems.size(), 1001u);
  EXPECT_EQ(problems.back(), "t.toml: error: and 500 more; correct these first");
}

TEST(Load, ManyAccountsLoad) {
  std::string toml =
      "[server]\ndemo = true\n[[source]]\nid = \"m\"\nkind = \"meta\"\nsecrets = [\"s\"]\nverify_token = "
      "\"v\"\n";
  for (int i = 0; i < 2000; ++i) {
    const std::string n = std::to_string(i);
    toml += "[[brand]]\nid = \"b" + n + "\"\n[[account]]\nid = \"a" + n + "\"\nbrand = \"b" + n +
            "\"\nsource = \"m\"\nplatform = \"facebook\"\nplatform_id = \"" + n + "\"\n";
  }
  const settings_ptr s = loaded(toml);
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->find_account("m", domain::platform::facebook, "1999")->brand.value, "b1999");
}

TEST(Load, AnyBytesGiveSettingsOrProblems) {
  // Cut and bitten copies of a good config: never a crash, and never neither.
  const std::string good = R"([server]
demo = true
drain_timeout = "5s"
[[brand]]
id = "acme"
[[source]]
id = "bot"
kind = "telegram"
secrets = ["s", {env = "SB_TEST_SECRET"}]
[[account]]
id = "bot"
brand = "acme"
source = "bot"
platform = "telegram"
platform_id = "7"
[[token]]
value = "t"
brand = "*"
role = "admin"
)";
  ::setenv("SB_TEST_SECRET", "from-env", 1);
  ASSERT_EQ(problems_of(good), lines{});
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    const auto result = load_text(good.substr(0, cut), "t.toml");
    EXPECT_TRUE(result.has_value() || !result.error().empty());
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'\0', '"', '\n', '[', '=', '\x80'}) {
      std::string bitten = good;
      bitten[at] = c;
      const auto result = load_text(bitten, "t.toml");
      EXPECT_TRUE(result.has_value() || !result.error().empty());
    }
  }
}

}  // namespace
}  // namespace switchboard::config
