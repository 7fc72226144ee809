// `shadow`: where another config would have routed otherwise, in lines for people.

#include "cli/shadow.hpp"

#include "scripted_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace switchboard::cli {
namespace {

using test::http_answer;
using test::scripted_answer;
using test::scripted_server;
using test::seen_request;

const std::string first =
    R"({"conversation":"c_1","outcome":"other_queue","at":"2026-11-21T08:05:48.123Z",)"
    R"("live":{"queue":"support","priority":"medium","agent":"ada","by":"strategy","decidedBy":"load_balanced",)"
    R"("ring":1,"at":"2026-11-21T08:05:48.123Z"},)"
    R"("shadow":{"queue":"vip","rule":"refunds","priority":"high","requires":[{"skill":"billing","level":3}],)"
    R"("prefers":[{"skill":"french","weight":2}]}})";
const std::string second =
    R"({"conversation":"c_2","outcome":"only_shadow","at":"2026-11-21T08:06:00.000Z",)"
    R"("live":{"queue":"support","priority":"medium"},)"
    R"("shadow":{"queue":"support","priority":"medium","agent":"bob","by":"overflow","ring":0}})";

std::string shadow_of(const std::string& following, const std::string& skipped) {
  return R"({"brand":"acme","configVersion":255,"following":)" + following +
         R"(,"since":"2026-11-21T07:00:00.000Z","outcomes":{"same":812,"other_queue":1,"other_agent":0,"only_shadow":2},"skipped":)" +
         skipped + R"(,"differences":[)" + first + "," + second + "]}";
}

const std::string lines =
    "2026-11-21T08:05:48.123Z  c_1  other_queue\n"
    "    live    queue support, priority medium; asks ada, by load_balanced, ring 1\n"
    "    shadow  queue vip, rule refunds, priority high, requires billing 3, prefers french 2; lets it wait\n"
    "2026-11-21T08:06:00.000Z  c_2  only_shadow\n"
    "    live    queue support, priority medium; lets it wait\n"
    "    shadow  queue support, priority medium; asks bob, by the queue's overflow, ring 0\n";

TEST(shadow, says_what_each_of_the_two_would_have_done) {
  EXPECT_EQ(*shadow_text(shadow_of("true", "0")),
            "brand acme, shadow of config 00000000000000ff since 2026-11-21T07:00:00.000Z: 815 compared: "
            "same 812, other_queue 1, "
            "only_shadow 2\n" +
                lines);
  EXPECT_EQ(*shadow_text(shadow_of("false", "17")),
            "brand acme, shadow of config 00000000000000ff since 2026-11-21T07:00:00.000Z: 815 compared: "
            "same 812, other_queue 1, only_shadow 2\n"
            "    it was too far behind, or failed, and is left out until it begins anew\n"
            "    17 turns of the router were left out\n" +
                lines);
  for (const std::string json : {"", "[]", "{}", "{\"brand\":1}"}) EXPECT_FALSE(shadow_text(json)) << json;
}

struct said {
  int code;
  std::string out, err;
};

said ask(int status, const std::string& body, bool json = false) {
  std::string target;
  scripted_server server([&](const seen_request& r, std::size_t) {
    target = r.target();
    return scripted_answer{http_answer(status, body)};
  });
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_shadow({.url = server.url(), .token = "t", .brand = "acme", .json = json});
  EXPECT_EQ(target, "/v1/routing/shadow?brand=acme");
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(shadow, prints_all_of_them_or_says_what_to_do) {
  const auto all = "{\"shadows\":[" + shadow_of("true", "0") + "]}";
  EXPECT_EQ(ask(200, all).out, *shadow_text(shadow_of("true", "0")));
  EXPECT_EQ(ask(200, all, true).out, first + "\n" + second + "\n");
  const struct {
    int status;
    std::string body, says;
    int code;
  } table[] = {{200, R"({"shadows":[]})", "routing.shadow names its file", 0},
               {200, "{}", "no list of shadows", 1},
               {200, R"({"shadows":[{"x":1}]})", "no shadow", 1},
               {403, R"({"detail":"no"})", "a supervisor's token", 1},
               {404, "", "as new as this switchboard", 1}};
  for (const auto& row : table) {
    const auto s = ask(row.status, row.body);
    EXPECT_EQ(s.code, row.code) << row.body;
    EXPECT_NE((s.code == 0 ? s.out : s.err).find(row.says), std::string::npos) << s.out << s.err;
  }
}

}  // namespace
}  // namespace switchboard::cli
