// [[webhook]]: what is read, and what is said of each thing that is wrong.

#include "config/load.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

using namespace std::chrono_literals;
using domain::event_type;
using testing::lines;
using testing::loaded;
using testing::problems_of;

constexpr std::string_view current = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";   // 24 bytes
constexpr std::string_view previous = "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0";  // 24 others

struct said {
  std::string brand = "\"acme\"";
  std::string url = "\"https://crm.example.com/in\"";
  std::string secret = "\"" + std::string(current) + "\"";
  std::string events = "[\"message.received\"]";
  std::string more = {};
};

std::string config_with(const said& s, std::string_view id = "crm", bool demo = true) {
  return std::string(demo ? "[server]\ndemo = true\n" : "") +
         "[[brand]]\nid = \"acme\"\n[[webhook]]\nid = \"" + std::string(id) + "\"\nbrand = " + s.brand +
         "\nurl = " + s.url + "\nsecret = " + s.secret + "\nevents = " + s.events + "\n" + s.more + "\n";
}

void expect_one(const said& s, std::string_view words) {
  const auto problems = problems_of(config_with(s));
  ASSERT_EQ(problems.size(), 1u) << words;
  EXPECT_NE(problems[0].find(words), std::string::npos) << problems[0];
}

TEST(Webhooks, AreReadAsTheyStand) {
  const auto text = config_with({.events = "[\"sla.*\", \"message.received\"]",
                                 .more = "secret_previous = \"" + std::string(previous) +
                                         "\"\nordered = true\ntimeout = \"20s\"\ngive_up_after = \"2h\"\n"
                                         "concurrency = 3\nenabled = false"});
  ASSERT_EQ(problems_of(text), lines{});
  const auto s = loaded(text);
  const auto* const w = s->find_webhook("crm");
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->brand.value, "acme");
  EXPECT_EQ(w->url, "https://crm.example.com/in");
  EXPECT_FALSE(w->loopback);
  EXPECT_EQ(w->keys, (std::vector<std::string>{"012345678901234567890123", "123456789012345678901234"}));
  EXPECT_EQ(w->events,
            (std::vector{event_type::message_received, event_type::sla_armed, event_type::sla_paused,
                         event_type::sla_resumed, event_type::sla_warning, event_type::sla_met,
                         event_type::sla_breached, event_type::sla_cancelled}));
  EXPECT_TRUE(w->ordered);
  EXPECT_FALSE(w->enabled);
  EXPECT_EQ(w->timeout, 20s);
  EXPECT_EQ(w->give_up_after, 2h);
  EXPECT_EQ(w->concurrency, 3u);
  EXPECT_EQ(s->find_webhook("other"), nullptr);
}

TEST(Webhooks, HaveDefaults) {
  const auto s = loaded(config_with({}));
  ASSERT_NE(s, nullptr);
  const auto& w = s->webhooks.at(0);
  EXPECT_EQ(w.timeout, 15s);
  EXPECT_EQ(w.give_up_after, 24h);
  EXPECT_EQ(w.concurrency, 8u);
  EXPECT_TRUE(w.enabled);
  EXPECT_FALSE(w.ordered);
  EXPECT_EQ(w.keys.size(), 1u);
}

TEST(Webhooks, GoOverPlainHttpToThisMachineOnly) {
  for (const auto* url : {"http://127.0.0.1:9000/in", "http://localhost/in", "http://[::1]:9000/in",
                          "http://127.8.0.255", "https://localhost:8443/in"}) {
    const auto s = loaded(config_with({.url = "\"" + std::string(url) + "\""}));
    ASSERT_NE(s, nullptr) << url;
    EXPECT_TRUE(s->webhooks.at(0).loopback) << url;
  }
  for (const auto* url :
       {"http://crm.example.com/in", "http://127.example.com/", "http://127.0.0.1.example.com/",
        "http://localhost.example.com/", "http://10.0.0.1/", "http://127.0.0/", "http://127.0.0.256/",
        "http://127.0.0.1.1/", "http://[::2]/", "http://0.0.0.0/"}) {
    expect_one({.url = "\"" + std::string(url) + "\""}, "is plain http");
  }
  const auto far = loaded(config_with({.url = "\"https://127.example.com:443/a?b=c\""}));
  ASSERT_NE(far, nullptr);
  EXPECT_FALSE(far->webhooks.at(0).loopback);
}

TEST(Webhooks, HaveAUrlThatCanBeReadInOneWay) {
  for (const auto* url : {"crm.example.com", "ftp://crm.example.com", "https://", "https:///in", "https://?a",
                          "https://u@h/", "https://u:p@127.0.0.1/", "https://h/#a", "https://h/ a",
                          "https://h\\\\a", "https://h:0/", "https://h:65536/", "https://h:a/", "https://h:/",
                          "https://[::1/", "https://[::1]a/", "HTTPS://h/", "https://h/\\u00e9"}) {
    expect_one({.url = "\"" + std::string(url) + "\""}, "url is the whole https URL");
  }
  EXPECT_EQ(problems_of(config_with({.url = "\"https://h/" + std::string(2'100, 'a') + "\""})).size(), 1u);
}

TEST(Webhooks, SignWithSecretsOfTheStandardOnly) {
  const std::string other = "is no secret of Standard Webhooks";
  for (const auto* secret :
       {"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "whsec_", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
        "whsec_MDEy!zQ1Njc4OTAxMjM0NTY3ODkwMTIz", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI",
        "whsk_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3OD=wMTIz"}) {
    const auto problems = problems_of(config_with({.secret = "\"" + std::string(secret) + "\""}));
    ASSERT_EQ(problems.size(), 1u) << secret;
    EXPECT_NE(problems[0].find(other), std::string::npos);
    EXPECT_EQ(problems[0].find("MDEy"), std::string::npos) << "a message may not hold it";
  }
  std::string longest = "whsec_";
  for (int i = 0; i < 21; ++i) longest += "AAAA";
  EXPECT_EQ(problems_of(config_with({.secret = "\"" + longest + "AA==\""})), lines{}) << "64 bytes";
  expect_one({.secret = "\"" + longest + "AAA=\""}, other);
  expect_one({.more = "secret_previous = \"" + std::string(current) + "\""}, "the same as secret");
  expect_one({.more = "secret_previous = \"whsec_\""}, "secret_previous " + other);
}

TEST(Webhooks, TakeSecretsFromWhereTheOthersAre) {
  ::setenv("CRM_WEBHOOK_SECRET", std::string(current).c_str(), 1);
  const auto of = [](std::string_view from) {
    return config_with({.secret = std::string(from)}, "crm", false);
  };
  ASSERT_EQ(problems_of(of("{ env = \"CRM_WEBHOOK_SECRET\" }")), lines{});
  EXPECT_EQ(loaded(of("{ env = \"CRM_WEBHOOK_SECRET\" }"))->webhooks[0].keys.at(0),
            "012345678901234567890123");
  testing::scratch dir;
  dir.write("hook", std::string(previous) + "\n");
  const auto by_file = loaded(of("{ file = \"hook\" }"), dir.path());
  ASSERT_NE(by_file, nullptr);
  EXPECT_EQ(by_file->webhooks[0].keys.at(0), "123456789012345678901234");
  const auto literal = problems_of(of("\"" + std::string(current) + "\""));
  ASSERT_EQ(literal.size(), 1u) << "only a demo may hold it";
  EXPECT_EQ(literal[0].find(current), std::string::npos);
}

TEST(Webhooks, HearTypesThatThereAre) {
  expect_one({.events = "[\"message.recieved\"]"}, "did you mean \"message.received\"");
  expect_one({.events = "[\"slas.*\"]"}, "is no type of event");
  expect_one({.events = "[\"sla.b*\"]"}, "is no type of event");
  expect_one({.events = "[\"*\"]"}, "is no type of event");
  expect_one({.events = "[\"outbox.attempted\"]"}, "is no type of event");
  expect_one({.events = "[\"webhook.noted\"]"}, "is no type of event");
  expect_one({.events = "[\"config.applied\"]"}, "is about no brand");
  EXPECT_EQ(problems_of(config_with({.events = "[]"})).size(), 1u);
  EXPECT_EQ(problems_of(config_with({.events = "[\"sla.*\", \"sla.*\"]"})).size(), 1u);
  const auto s = loaded(config_with({.events = "[\"sla.met\", \"sla.*\"]"}));
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->webhooks[0].events.size(), 7u) << "each once";
}

TEST(Webhooks, StayInTheirBounds) {
  expect_one({.more = "timeout = \"31s\""}, "above the maximum");
  expect_one({.more = "timeout = \"500ms\""}, "below the minimum");
  expect_one({.more = "give_up_after = \"8d\""}, "above the maximum");
  expect_one({.more = "give_up_after = \"59s\""}, "below the minimum");
  expect_one({.more = "concurrency = 0"}, "below the minimum");
  expect_one({.more = "concurrency = 257"}, "above the maximum");
  expect_one({.more = "ordered = \"yes\""}, "ordered");
  expect_one({.more = "order = true"}, "did you mean \"ordered\"");
}

TEST(Webhooks, AreOfABrandAndHaveAnIdOfTheirOwn) {
  expect_one({.brand = "\"acmee\""}, "no [[brand]] has this id; did you mean \"acme\"");
  const auto one = config_with({});
  const auto problems = problems_of(one + one.substr(one.find("[[webhook]]")));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("id \"crm\" is already taken on line"), std::string::npos) << problems[0];
  for (const auto* key : {"brand", "url", "secret", "events"}) {
    auto text = config_with({});
    const auto at = text.find("\n" + std::string(key) + " = ", text.find("[[webhook]]"));
    text.erase(at, text.find('\n', at + 1) - at);
    EXPECT_EQ(problems_of(text).size(), 1u) << key << " is required";
  }
}

TEST(Webhooks, ArePartOfTheVersionButTheirSecretsAreNot) {
  const auto version = loaded(config_with({}))->version;
  EXPECT_EQ(loaded(config_with({.secret = "\"" + std::string(previous) + "\""}))->version, version);
  for (const said& other :
       {said{.url = "\"https://crm.example.com/out\""}, said{.events = "[\"sla.*\"]"},
        said{.more = "ordered = true"}, said{.more = "enabled = false"}, said{.more = "timeout = \"16s\""},
        said{.more = "give_up_after = \"2h\""}, said{.more = "concurrency = 9"}}) {
    EXPECT_NE(loaded(config_with(other))->version, version) << config_with(other);
  }
}

}  // namespace
}  // namespace switchboard::config
