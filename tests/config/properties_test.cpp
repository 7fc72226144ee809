// Every row of the property table, through the loader: the table can't promise a bound that isn't kept.

#include "config/properties.hpp"

#include "config/units.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace switchboard::config {
namespace {

using testing::loaded;
using testing::problems_of;

std::string file_with(const property& p, const std::string& written) {
  return "[" + std::string(p.section) + "]\n" + std::string(p.name) + " = " + written + "\n";
}

bool is_number(const property& p) {
  return p.range.form == form::count || p.range.form == form::size || p.range.form == form::duration;
}

/// Limits that are checked against each other need room when one of them goes to its end.
std::string company_of(const property& p) {
  static const std::map<std::string_view, std::string> company{
      {"webhook_body_bytes_max", "bytes_in_flight_max = \"1GiB\"\n"},
      {"bytes_in_flight_max", "webhook_body_bytes_max = \"64KiB\"\n"},
      {"batch_events_max", "events_in_flight_max = 100000000\n"},
      {"events_in_flight_max", "batch_events_max = 1\n"},
      {"brand_share_percent", "batch_events_max = 1\nwebhook_body_bytes_max = \"64KiB\"\n"},
      {"ping_interval", "pong_timeout = \"1h\"\n"},
      {"pong_timeout", "ping_interval = \"1s\"\npong_timeout = \"2s\"\n"},
      {"target_bytes_max", "head_bytes_max = \"64KiB\"\n"},
      {"head_bytes_max", "target_bytes_max = 256\n"},
  };
  const auto found = company.find(p.name);
  return found == company.end() ? "" : found->second;
}

TEST(Properties, EachHasItsWordsAndSaneBounds) {
  std::set<std::string> seen;
  for (const property& p : properties()) {
    const std::string key = std::string(p.section) + "." + std::string(p.name);
    EXPECT_TRUE(seen.insert(key).second) << key << " twice";
    EXPECT_TRUE(p.sentence.size() > 20 && p.sentence.ends_with('.')) << key;
    if (!is_number(p)) continue;
    const auto standard = std::get<std::uint64_t>(default_of(p));
    EXPECT_LE(p.range.min, standard) << key;
    EXPECT_GE(p.range.max, standard) << key;
    EXPECT_LT(p.range.min, p.range.max) << key;
    EXPECT_EQ(standard % p.step, 0u) << key;
    EXPECT_EQ(p.range.min % p.step, 0u) << key;
    EXPECT_EQ(p.range.max % p.step, 0u) << key;
  }
  EXPECT_GT(seen.size(), 50u);
}

TEST(Properties, WhatIsSetIsGot) {
  for (const property& p : properties()) {
    if (!is_number(p)) continue;
    for (const std::uint64_t n : {p.range.min, p.range.max, p.range.min + p.step}) {
      settings s;
      p.set(s, value(n));
      EXPECT_EQ(p.get(s), value(n)) << p.section << '.' << p.name << " does not hold " << n;
    }
  }
}

TEST(Properties, BothEndsLoadAndOneBeyondDoesNot) {
  for (const property& p : properties()) {
    if (!is_number(p) || p.name == "pong_timeout") continue;  // pong_timeout's own company sets it, see below
    const std::string key = std::string(p.section) + "." + std::string(p.name);
    for (const std::uint64_t n : {p.range.min, p.range.max}) {
      const std::string text = file_with(p, to_toml(value(n), p.range.form)) + company_of(p);
      const auto s = loaded(text);
      ASSERT_NE(s, nullptr) << text << problems_of(text).front();
      EXPECT_EQ(p.get(*s), value(n)) << key;
    }
    const auto above =
        problems_of(file_with(p, to_toml(value(p.range.max + p.step), p.range.form)) + company_of(p));
    ASSERT_EQ(above.size(), 1u) << key;
    EXPECT_NE(above[0].find("is above the maximum of " + to_toml(value(p.range.max), p.range.form)),
              std::string::npos)
        << above[0];
    if (p.range.min == 0) continue;
    const auto below =
        problems_of(file_with(p, to_toml(value(p.range.min - p.step), p.range.form)) + company_of(p));
    ASSERT_EQ(below.size(), 1u) << key;
    EXPECT_NE(below[0].find("is below the minimum of " + to_toml(value(p.range.min), p.range.form)),
              std::string::npos)
        << below[0];
  }
}

TEST(Properties, PongTimeoutHasBoundsToo) {
  EXPECT_EQ(loaded("[limits]\nping_interval = \"1s\"\npong_timeout = \"1h\"\n")->limits.pong_timeout,
            std::chrono::hours(1));
  EXPECT_EQ(
      problems_of("[limits]\npong_timeout = \"2h\"\n"),
      std::vector<std::string>{"t.toml:2:16: error: pong_timeout = \"2h\" is above the maximum of \"1h\""});
  EXPECT_EQ(problems_of("[limits]\npong_timeout = \"999ms\"\n"),
            std::vector<std::string>{
                "t.toml:2:16: error: pong_timeout = \"999ms\" is below the minimum of \"1s\""});
}

TEST(Properties, NoneTakesAnotherType) {
  const std::map<form, std::vector<std::string>> wrong{
      {form::flag, {"1", "\"true\"", "[true]"}},
      {form::count, {"\"5\"", "1.5", "true", "1979-05-27"}},
      {form::size, {"\"5 MB\"", "1.5", "true", "\"\""}},
      {form::duration, {"5", "\"5\"", "1.5", "[\"5s\"]"}},
      {form::path, {"5", "true", "{}"}},
      {form::address, {"8080", "\"8080\"", "\"example.org:80\""}},
      {form::addresses, {"\"10.0.0.1\"", "[1]", "[\"10.0.0.0/8\"]"}},
      {form::word, {"1", "true", "\"sometimes\"", "[]"}},
      {form::origins, {"\"https://a.example\"", "[\"*\"]", "[\"https://a.example/\"]", "[\"a.example\"]"}},
  };
  for (const property& p : properties()) {
    for (const std::string& written : wrong.at(p.range.form)) {
      const auto problems = problems_of(file_with(p, written));
      ASSERT_EQ(problems.size(), 1u) << p.name << " = " << written;
      const bool in_list =
          written.front() == '[' && (p.range.form == form::addresses || p.range.form == form::origins);
      const std::string column = std::to_string(p.name.size() + 4 + (in_list ? 1 : 0));
      EXPECT_TRUE(problems[0].starts_with("t.toml:2:" + column + ": error: ")) << problems[0];
      EXPECT_NE(problems[0].find(p.name), std::string::npos) << problems[0];
      // The type says it all, or the words are listed.
      const bool simple = p.range.form == form::flag || p.range.form == form::path ||
                          (p.range.form == form::word && written.front() == '"');
      EXPECT_EQ(problems[0].find("like ") == std::string::npos, simple) << problems[0];
    }
  }
}

TEST(Properties, NoOtherSectionKnowsThem) {
  for (const property& p : properties()) {
    const auto problems = problems_of("[[brand]]\nid = \"a\"\n" + std::string(p.name) + " = 1\n");
    ASSERT_EQ(problems.size(), 1u) << p.name;
    EXPECT_TRUE(problems[0].starts_with("t.toml:3:1: error: unknown key \"" + std::string(p.name) + "\""))
        << problems[0];
  }
}

TEST(Properties, TomlIsReadBackTheSame) {
  const std::string odd = "quote \" backslash \\ tab \t bell \x07 é 漢";
  const auto s = loaded("[[brand]]\nid = \"a\"\nname = \"x\"\n[storage]\ndata_dir = " +
                        to_toml(value(std::string("a \" \\ é 漢")), form::path) + "\n");
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->storage.data_dir, "a \" \\ é 漢");
  EXPECT_EQ(to_toml(value(odd), form::path), "\"quote \\\" backslash \\\\ tab \\u0009 bell \\u0007 é 漢\"");
}

TEST(Properties, TheStepIsKept) {
  EXPECT_EQ(
      problems_of("[storage]\nretention_age = \"90m\"\n"),
      std::vector<std::string>{"t.toml:2:17: error: retention_age = \"90m\" must be a multiple of \"1h\""});
  EXPECT_EQ(
      problems_of("[limits]\nretry_after = \"1500ms\"\n"),
      std::vector<std::string>{"t.toml:2:15: error: retry_after = \"1500ms\" must be a multiple of \"1s\""});
}

}  // namespace
}  // namespace switchboard::config
