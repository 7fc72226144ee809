// Wrong brands, sources, accounts and tokens, each with all of its problems.

#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

using testing::expect_problems;
using testing::lines;
using testing::problems_of;

TEST(Records, Brands) {
  expect_problems({
      {"[[brand]]\n", {"1:1: error: [[brand]] needs id, like id = \"acme\""}},
      {"[[brand]]\nid = \"Acme\"\n",
       {"2:6: error: id = \"Acme\" must be 1 to 64 of a-z 0-9 _ -, a letter or digit first"}},
      {"[[brand]]\nid = 5\n", {"2:6: error: id must be a string, so write \"5\""}},
      {"[[brand]]\nid = true\n", {"2:6: error: id must be a string, not true"}},
      {"[[brand]]\nid = \"\"\n",
       {"2:6: error: id = \"\" must have 1 to 256 bytes and no control characters"}},
      {"[[brand]]\nid = \"a\"\nname = \"x\\ny\"\n",
       {"3:8: error: name = \"x\\x0ay\" must have 1 to 256 bytes and no control characters"}},
      {"[[brand]]\nid = \"a\"\nreopen_window = 72\n",
       {"3:17: error: reopen_window must be a duration with its unit, like \"3d\" (ms, s, m, h, d), not 72"}},
      {"[[brand]]\nid = \"a\"\nreopen_window = \"366d\"\n",
       {"3:17: error: reopen_window = \"366d\" is above the maximum of \"365d\""}},
      {"[[brand]]\nid = \"a\"\nreopen_window = \"5ms\"\n",
       {"3:17: error: reopen_window = \"5ms\" must be a multiple of \"1s\""}},
      {"[[brand]]\nid = \"a\"\nredact_deleted = 1\n",
       {"3:18: error: redact_deleted must be true or false, not 1"}},
      {"[[brand]]\nid = \"a\"\n[[brand]]\nid = \"a\"\n[[brand]]\nid = \"a\"\n",
       {"4:6: error: id \"a\" is already taken on line 2",
        "6:6: error: id \"a\" is already taken on line 2"}},
  });
}

TEST(Records, IdsHaveOneSyntax) {
  for (const std::string& good :
       {std::string("a"), std::string("0"), std::string("a-b_c9"), std::string(64, 'a')}) {
    EXPECT_EQ(problems_of("[[brand]]\nid = \"" + good + "\"\n"), lines{}) << good;
  }
  for (const std::string& bad :
       {std::string("-a"), std::string("_a"), std::string("a b"), std::string("a/b"), std::string("a.b"),
        std::string("*"), std::string("é"), std::string(65, 'a')}) {
    EXPECT_EQ(problems_of("[[brand]]\nid = \"" + bad + "\"\n").size(), 1u) << bad;
  }
}

TEST(Records, WhereAnAccountSends) {
  const std::string before =
      "[[brand]]\nid = \"a\"\n[[source]]\nid = \"m\"\nkind = \"meta\"\nsecrets = [{ env = \"HOME\" }]\n"
      "verify_token = { env = \"HOME\" }\n"
      "[[account]]\nid = \"t\"\nbrand = \"a\"\nsource = \"m\"\nplatform = \"whatsapp\"\nplatform_id = "
      "\"1\"\n";
  for (const std::string good : {"https://pds.example.com", "https://127.0.0.1:8443"}) {
    EXPECT_EQ(problems_of(before + "api_url = \"" + good + "\"\n"), lines{}) << good;
  }
  for (const std::string bad :
       {"pds.example.com", "https://", "https://a/b", "https://a?b", "https://u@a", "ftp://a", "http://a"}) {
    EXPECT_EQ(problems_of(before + "api_url = \"" + bad + "\"\n").size(), 1u) << bad;
  }
  EXPECT_EQ(problems_of("[server]\ndemo = true\n" + before + "api_url = \"http://127.0.0.1:9090\"\n"),
            lines{});
  EXPECT_EQ(problems_of(before + "human_agent_tag = 1\n").size(), 1u);
}

TEST(Records, HowMuchANumberMaySendIsWhatsAppsAlone) {
  const auto with = [](const std::string& platform, const std::string& tier) {
    return "[[brand]]\nid = \"a\"\n[[source]]\nid = \"m\"\nkind = \"meta\"\nsecrets = [{ env = \"HOME\" }]\n"
           "verify_token = { env = \"HOME\" }\n"
           "[[account]]\nid = \"t\"\nbrand = \"a\"\nsource = \"m\"\nplatform = \"" +
           platform + "\"\nplatform_id = \"1\"\nmessages_per_second = " + tier + "\n";
  };
  for (const auto* good : {"1", "20", "1000"}) {
    const auto s = testing::loaded(with("whatsapp", good));
    EXPECT_EQ(s->accounts.at(0).messages_per_second, std::stoul(good));
  }
  for (const auto* bad : {"0", "1001", "-1", "\"80\"", "80.5"}) {
    EXPECT_EQ(problems_of(with("whatsapp", bad)).size(), 1u) << bad;
  }
  for (const auto* other : {"facebook", "instagram"}) {
    EXPECT_EQ(problems_of(with(other, "80")),
              lines{"t.toml:14:23: error: only an account on platform \"whatsapp\" has messages_per_second; "
                    "remove it"});
  }
}

TEST(Records, WhatPlatformsAreAskedWith) {
  ::setenv("SWITCHBOARD_TEST_TOKEN", "token-of-the-app", 1);
  const std::string x = "[[source]]\nid = \"x\"\nkind = \"x\"\nsecrets = [{ env = \"HOME\" }]\n";
  const auto s = testing::loaded(x +
                                 "app_token = { env = \"SWITCHBOARD_TEST_TOKEN\" }\nconsumer_key = \"ck\"\n"
                                 "public_url = \"https://h.example/webhooks/x\"\n");
  EXPECT_EQ(s->sources.at(0).app_token, "token-of-the-app");
  EXPECT_EQ(s->sources.at(0).consumer_key, "ck");
  EXPECT_EQ(s->sources.at(0).public_url, "https://h.example/webhooks/x");
  for (const std::string bad : {"http://h.example/x", "https://", "https:///x", "h.example", "https://u@h/x",
                                "https://h/x?y", "https://h/x#y", "https://h/a b"}) {
    EXPECT_EQ(problems_of(x + "public_url = \"" + bad + "\"\n").size(), 1u) << bad;
  }
  EXPECT_EQ(problems_of(x + "app_token = { env = \"SWITCHBOARD_TEST_UNSET\" }\n"), lines{})
      << "until it is needed";
  EXPECT_EQ(problems_of(x + "app_token = \"written out\"\n").size(), 1u);
  EXPECT_EQ(
      problems_of(x + "app_id = \"5\"\n"),
      lines{"t.toml:5:10: error: only a source of kind \"meta\" or \"linkedin\" has app_id; remove it"});
  const std::string li = "[[source]]\nid = \"l\"\nkind = \"linkedin\"\nsecrets = [{ env = \"HOME\" }]\n";
  EXPECT_EQ(problems_of(li + "app_id = \"5\"\n"), lines{});
  EXPECT_EQ(problems_of(li + "consumer_key = \"5\"\n").size(), 1u);
  const std::string account = "[[brand]]\nid = \"a\"\n" + x +
                              "[[account]]\nid = \"t\"\nbrand = \"a\"\nsource = \"x\"\nplatform = \"x\"\n"
                              "platform_id = \"1\"\n";
  const auto both = testing::loaded(account +
                                    "oauth1_token = { env = \"SWITCHBOARD_TEST_TOKEN\" }\n"
                                    "oauth1_token_secret = { env = \"SWITCHBOARD_TEST_TOKEN\" }\n");
  EXPECT_EQ(both->accounts.at(0).oauth1_token, "token-of-the-app");
  EXPECT_EQ(both->accounts.at(0).oauth1_token_secret, "token-of-the-app");
  for (const std::string half : {"oauth1_token", "oauth1_token_secret"}) {
    EXPECT_EQ(problems_of(account + half + " = { env = \"SWITCHBOARD_TEST_TOKEN\" }\n").size(), 1u) << half;
  }
}

TEST(Records, WhereAnAccountsMediaMayLie) {
  const std::string before =
      "[[brand]]\nid = \"a\"\n[[source]]\nid = \"m\"\nkind = \"meta\"\nsecrets = [{ env = \"HOME\" }]\n"
      "verify_token = { env = \"HOME\" }\n"
      "[[account]]\nid = \"t\"\nbrand = \"a\"\nsource = \"m\"\nplatform = \"whatsapp\"\nplatform_id = "
      "\"1\"\n";
  const auto s = testing::loaded(before + "media_hosts = [\"media.example.com\", \"b.example\"]\n");
  EXPECT_EQ(s->accounts.at(0).media_hosts, (std::vector<std::string>{"media.example.com", "b.example"}));
  for (const std::string bad : {"", "example", "com.", ".com", "a..b", "https://a.example", "a.example:443",
                                "a.example/x", "A.example", "*.example.com", "127.0.0.1", "[::1]", "10.1",
                                "a.1", "a.example@b.example", "\u00e9.example"}) {
    EXPECT_EQ(problems_of(before + "media_hosts = [\"" + bad + "\"]\n").size(), 1u) << bad;
  }
  EXPECT_EQ(problems_of(before + "media_hosts = \"a.example\"\n").size(), 1u);
  EXPECT_EQ(problems_of(before + "media_hosts = [1]\n").size(), 1u);
  EXPECT_EQ(problems_of(before + "media_hosts = []\n"), lines{});
}

TEST(Records, Sources) {
  expect_problems({
      {"[server]\ndemo = true\n[[source]]\n",
       {"3:1: error: [[source]] needs id, like id = \"meta\"",
        "3:1: error: [[source]] needs kind, like kind = \"meta\"",
        "3:1: error: [[source]] needs secrets, like secrets = [{ env = \"META_APP_SECRET\" }]"}},
      {"[server]\ndemo = true\n[[source]]\nid = \"m\"\nkind = \"meta\"\nsecrets = [\"s\"]\n",
       {"3:1: error: [[source]] needs verify_token, like verify_token = { env = \"META_VERIFY_TOKEN\" }"}},
      {"[server]\ndemo = true\n[[source]]\nid = \"m\"\nkind = \"mata\"\nsecrets = [\"s\"]\n",
       {"5:8: error: kind = \"mata\"; did you mean \"meta\"?"}},
      {"[server]\ndemo = true\n[[source]]\nid = \"m\"\nkind = \"carrier-pigeon\"\nsecrets = [\"s\"]\n",
       {"5:8: error: kind = \"carrier-pigeon\" is none of \"meta\", \"telegram\", \"x\", \"linkedin\" or "
        "\"bluesky\""}},
      {"[server]\ndemo = true\n[[source]]\nid = \"b\"\nkind = \"bluesky\"\n", {}},
      {"[[source]]\nid = \"b\"\nkind = \"bluesky\"\njetstream_url = \"wss://j.example.com:444\"\n", {}},
      {"[[source]]\nid = \"b\"\nkind = \"bluesky\"\njetstream_url = \"ws://127.0.0.1:9\"\n", {}},
      {"[[source]]\nid = \"b\"\nkind = \"bluesky\"\njetstream_url = \"ws://j.example.com\"\n",
       {"4:17: error: jetstream_url is plain ws, where anybody on the way could make up posts; use wss"}},
      {"[[source]]\nid = \"b\"\nkind = \"bluesky\"\njetstream_url = \"https://j.example.com/subscribe\"\n",
       {"4:17: error: jetstream_url is wss:// and a host, e.g. \"wss://jetstream.example.com\", and no "
        "more"}},
      {"[server]\ndemo = true\n[[source]]\nid = \"x\"\nkind = \"x\"\nsecrets = [\"s\"]\njetstream_url = "
       "\"wss://j\"\n",
       {"7:17: error: only a source of kind \"bluesky\" has a jetstream_url"}},
      {"[server]\ndemo = true\n[[source]]\nid = \"b\"\nkind = \"bluesky\"\nsecrets = [\"s\"]\n", {}},
      {"[server]\ndemo = true\n[[source]]\nid = \"b\"\nkind = \"bluesky\"\nsecrets = []\n",
       {"6:11: error: secrets is empty, so nothing could be verified; write [{ env = \"B_SECRET\" }]"}},
      {"[server]\ndemo = true\n[[source]]\nid = \"x\"\nkind = \"x\"\nsecrets = [\"s\"]\n", {}},
      {"[server]\ndemo = true\n[[source]]\nid = \"x\"\nkind = \"x\"\nsecrets = [\"s\"]\nverify_token = "
       "\"v\"\n",
       {"7:16: error: the handshake of kind \"x\" is answered with a secret, so it has no verify_token; "
        "remove "
        "it"}},
      {"[server]\ndemo = true\n[[source]]\nid = \"t\"\nkind = \"telegram\"\nsecrets = [\"s\"]\nverify_token "
       "= \"v\"\n",
       {"4:6: error: source \"t\" needs an [[account]]: a Telegram source is one bot",
        "7:16: error: Telegram has no handshake, so no verify_token; remove it"}},
  });
}

TEST(Records, ChildApplicationsOfLinkedIn) {
  const std::string linkedin =
      "[server]\ndemo = true\n[[source]]\nid = \"li\"\nkind = \"linkedin\"\nsecrets = [\"s\"]\n";  // 6 lines
  const auto s = testing::loaded(linkedin +
                                 "[[source.application]]\nid = \"one\"\nsecrets = [\"a\", \"b\"]\n"
                                 "[[source.application]]\nid = \"two\"\nsecrets = [\"s\"]\n");
  ASSERT_EQ(s->sources.at(0).applications.size(), 2u);
  EXPECT_EQ(s->sources[0].applications[0].id, "one");
  EXPECT_EQ(s->sources[0].applications[0].secrets, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(s->sources[0].applications[1].id, "two");
  EXPECT_NE(s->version, testing::loaded(linkedin)->version);
  struct {
    std::string toml;
    lines problems;
  } const cases[] = {
      {linkedin + "[[source.application]]\n",
       {"7:1: error: [[source.application]] needs id, like id = \"86a1b2c3d4\"",
        "7:1: error: [[source.application]] needs secrets, like secrets = [{ env = \"LINKEDIN_CHILD_SECRET\" "
        "}]"}},
      {linkedin + "[[source.application]]\nid = \"one\"\nsecrets = [\"a\"]\nsecret = 1\n",
       {"10:1: error: unknown key \"secret\"; did you mean \"secrets\"?"}},
      {linkedin + "[[source.application]]\nid = \"one\"\nsecrets = []\n",
       {"9:11: error: secrets is empty, so nothing could be verified; write [{ env = \"LI_CHILD_SECRET\" "
        "}]"}},
      {linkedin + "[[source.application]]\nid = \"one\"\nsecrets = [\"a\"]\n"
                  "[[source.application]]\nid = \"one\"\nsecrets = [\"b\"]\n",
       {"11:6: error: application \"one\" stands in this source twice"}},
      {linkedin + "application = \"one\"\n",
       {"7:15: error: application is a list of tables; write [[source.application]] behind the [[source]]"}},
      {"[server]\ndemo = true\n[[source]]\nid = \"x\"\nkind = \"x\"\nsecrets = [\"s\"]\n"
       "[[source.application]]\nid = \"one\"\nsecrets = [\"a\"]\n",
       {"7:1: error: only a source of kind \"linkedin\" has child applications"}},
  };
  for (const auto& c : cases) {
    lines expected;
    for (const std::string& p : c.problems) expected.push_back("t.toml:" + p);
    EXPECT_EQ(problems_of(c.toml), expected) << c.toml;
  }
}

TEST(Records, IdsThatNoPayloadCouldName) {
  const auto account = [](std::string_view kind, std::string_view platform_id) {
    return "[server]\ndemo = true\n[[brand]]\nid = \"acme\"\n[[source]]\nid = \"s\"\nkind = \"" +
           std::string(kind) +
           "\"\nsecrets = [\"s\"]\n[[account]]\nid = \"a\"\nbrand = \"acme\"\nsource = \"s\"\nplatform = \"" +
           std::string(kind) + "\"\nplatform_id = \"" + std::string(platform_id) + "\"\n";
  };
  EXPECT_EQ(problems_of(account("x", "1245855954975051776")), lines{});
  EXPECT_EQ(problems_of(account("linkedin", "urn:li:organization:96072893")), lines{});
  EXPECT_EQ(problems_of(account("linkedin", "urn:li:organizationBrand:7")), lines{});
  EXPECT_EQ(problems_of(account("x", "@acme")),
            lines{"t.toml:14:15: error: platform_id = \"@acme\" is no X user id, which has digits only"});
  EXPECT_EQ(problems_of(account("linkedin", "96072893")),
            lines{"t.toml:14:15: error: platform_id = \"96072893\" is no LinkedIn organization; write "
                  "\"urn:li:organization:96072893\""});
}

constexpr std::string_view world = R"([server]
demo = true
[[brand]]
id = "acme"
[[source]]
id = "meta"
kind = "meta"
secrets = ["s"]
verify_token = "v"
[[source]]
id = "bot"
kind = "telegram"
secrets = ["s"]
[[account]]
id = "bot"
brand = "acme"
source = "bot"
platform = "telegram"
platform_id = "7"
)";  // 19 lines

TEST(Records, Accounts) {
  const auto account = [](std::string_view brand, std::string_view source, std::string_view platform,
                          std::string_view platform_id = "\"1\"") {
    return std::string("[[account]]\nid = \"new\"\nbrand = \"") + std::string(brand) + "\"\nsource = \"" +
           std::string(source) + "\"\nplatform = \"" + std::string(platform) +
           "\"\nplatform_id = " + std::string(platform_id) + "\n";
  };
  struct {
    std::string toml;
    lines problems;
  } const cases[] = {
      {account("acme", "meta", "whatsapp"), {}},
      {account("acne", "meta", "whatsapp"),
       {"22:9: error: brand = \"acne\": no [[brand]] has this id; did you mean \"acme\"?"}},
      {account("globex", "meta", "whatsapp"),
       {"22:9: error: brand = \"globex\": no [[brand]] has this id; add one, or name one that there is"}},
      {account("acme", "mata", "whatsapp"),
       {"23:10: error: source = \"mata\": no [[source]] has this id; did you mean \"meta\"?"}},
      {account("acme", "meta", "whatsap"),
       {"24:12: error: platform = \"whatsap\"; did you mean \"whatsapp\"?"}},
      {account("acme", "meta", "telegram"),
       {"24:12: error: platform = \"telegram\" does not come through source \"meta\", whose kind \"meta\" "
        "brings "
        "\"facebook\", \"instagram\" and \"whatsapp\""}},
      {account("acme", "meta", "whatsapp", "106540352242922"),
       {"25:15: error: platform_id must be a string, so write \"106540352242922\""}},
      {account("acme", "meta", "whatsapp", "\"\""),
       {"25:15: error: platform_id = \"\" must have 1 to 256 bytes and no control characters"}},
      {account("acme", "bot", "telegram"),
       {"23:10: error: source \"bot\" has an account already, and a Telegram update doesn't say which bot it "
        "is for; "
        "give each bot its own [[source]]"}},
      {account("acme", "meta", "whatsapp") +
           "[[account]]\nid = \"two\"\nbrand = \"acme\"\nsource = \"meta\"\n"
           "platform = \"whatsapp\"\nplatform_id = \"1\"\n",
       {"31:15: error: platform_id \"1\" of this source and platform is already an account on line 25"}},
      {account("acme", "meta", "whatsapp") +
           "[[account]]\nid = \"new\"\nbrand = \"acme\"\nsource = \"meta\"\n"
           "platform = \"facebook\"\nplatform_id = \"1\"\n",
       {"27:6: error: id \"new\" is already taken on line 21"}},
  };
  for (const auto& c : cases) {
    lines expected;
    for (const std::string& p : c.problems) expected.push_back("t.toml:" + p);
    EXPECT_EQ(problems_of(std::string(world) + c.toml), expected) << c.toml;
  }
}

TEST(Records, Tokens) {
  struct {
    std::string toml;
    lines problems;
  } const cases[] = {
      {"brand = \"*\"\nrole = \"admin\"\nvalue = \"t\"\n", {}},
      {"brand = \"acme\"\nrole = \"agent\"\nvalue = \"t\"\nagent = \"ana\"\n", {}},
      {"brand = \"acme\"\nrole = \"agent\"\nvalue = \"t\"\n",
       {"20:1: error: [[token]] needs agent, like agent = \"ana\""}},
      {"brand = \"acme\"\nrole = \"agent\"\nvalue = \"t\"\nagent = \"Ana M\"\n",
       {"24:9: error: agent = \"Ana M\" must be 1 to 64 of a-z 0-9 _ -, a letter or digit first"}},
      {"brand = \"acmee\"\nrole = \"reader\"\nvalue = \"t\"\n",
       {"21:9: error: brand = \"acmee\": no [[brand]] has this id; did you mean \"acme\"?"}},
      {"brand = \"acme\"\nrole = \"root\"\nvalue = \"t\"\n",
       {"22:8: error: role = \"root\" is none of \"reader\", \"agent\", \"supervisor\" or \"admin\""}},
      {"brand = \"acme\"\nrole = \"reader\"\n",
       {"20:1: error: [[token]] needs either value or sha256, and has neither"}},
      {"brand = \"acme\"\nrole = \"reader\"\nvalue = \"t\"\nsha256 = \"x\"\n",
       {"24:10: error: [[token]] needs either value or sha256, not both"}},
      {"brand = \"acme\"\nrole = \"reader\"\nsha256 = \"abc\"\n",
       {"23:10: error: sha256 must be a string of 64 hex digits, from: printf %s \"$TOKEN\" | sha256sum"}},
      {"brand = \"acme\"\nrole = \"reader\"\nvalue = \"t\"\n[[token]]\nvalue = \"t\"\nbrand = \"*\"\nrole = "
       "\"admin\"\n",
       {"25:9: error: the same token is already given on line 23"}},
  };
  for (const auto& c : cases) {
    lines expected;
    for (const std::string& p : c.problems) expected.push_back("t.toml:" + p);
    EXPECT_EQ(problems_of(std::string(world) + "[[token]]\n" + c.toml), expected) << c.toml;
  }
}

}  // namespace
}  // namespace switchboard::config
