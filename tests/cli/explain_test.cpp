// `explain`: a decision in lines for people, and the pages of them that an engine gives.

#include "cli/explain.hpp"

#include "scripted_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace switchboard::cli {
namespace {

using test::http_answer;
using test::scripted_answer;
using test::scripted_server;
using test::seen_request;

const std::string offered =
    R"({"conversation":"c_1","event":"offer_made","sequence":41,"at":"2026-11-21T08:05:48.123Z","configVersion":7,"agent":"ada","by":"strategy",)"
    R"("queue":"support","ring":1,"requires":[{"skill":"billing","level":3}],"prefers":[{"skill":"french","weight":2}],)"
    R"("keys":["skill_best","load_balanced","lastAssigned","rank"],"best":"ada","decidedBy":"load_balanced",)"
    R"("candidates":[{"agent":"ada","key":[[-10,1],[40,100],[17,1],[0,1]]},)"
    R"({"agent":"bobby","key":[[-10,1],[60,100],[12,1],[1,1]],"hold":"cooldown"},{"agent":"cid","reject":"skill"}],)"
    R"("eligible":3,"rejected":{"presence":20,"skill":8}})";

TEST(explain, says_who_why_and_why_not) {
  EXPECT_EQ(
      *decision_text(offered),
      "#41  2026-11-21T08:05:48.123Z  offer_made to ada\n"
      "    queue support, ring 1, config 0000000000000007\n"
      "    requires billing 3\n"
      "    prefers french 2 (weights)\n"
      "    3 eligible, 28 not: presence 20, skill 8\n"
      "  * ada    skill_best -10, load_balanced 40/100 (decides), lastAssigned 17, rank 0\n"
      "    bobby  skill_best -10, load_balanced 60/100 (decides), lastAssigned 12, rank 1; held: cooldown\n"
      "    cid    no: skill\n"
      "    … and 1 more who are eligible\n"
      "    … and 27 more who are not\n");
}

TEST(explain, says_why_it_waits_now) {
  const std::string waits =
      R"("enqueuedAt":"2026-11-21T08:05:48.123Z","queue":"support","ring":0,"keys":[],"rejected":{"units":1},)"
      R"("candidates":[{"agent":"ada","reject":"units"}],"eligible":0})";
  const std::string rest =
      "    0 eligible, 1 not: units 1\n"
      "    ada  no: units\n";
  EXPECT_EQ(*position_text(R"({"position":7,"p50Ms":175000,"p90Ms":263000,)" + waits),
            "now  it waits since 2026-11-21T08:05:48.123Z, at position 7: about 3 min more, 9 of 10 times "
            "within 5 min\n    queue support, ring 0\n" +
                rest);
  EXPECT_EQ(*position_text(R"({"position":7,"hold":"closed",)" + waits),
            "now  it waits since 2026-11-21T08:05:48.123Z, at position 7: nobody can say for how long\n"
            "    queue support, ring 0; held: closed\n" +
                rest);
  EXPECT_FALSE(position_text("{}"));
}

TEST(explain, says_what_keeps_it_from_everybody) {
  EXPECT_EQ(*decision_text(R"({"event":"queued","sequence":3,"configVersion":7,"queue":"support","ring":0,)"
                           R"("hold":"closed","keys":[],"candidates":[],"eligible":0,"rejected":{}})"),
            "#3  queued: nobody, it waits\n"
            "    queue support, ring 0, config 0000000000000007; held: closed\n"
            "    0 eligible, 0 not\n");
  const auto by_hand = decision_text(
      R"({"event":"assigned","sequence":4,"agent":"ada","by":"hand","queue":"support","rule":"money"})");
  EXPECT_TRUE(by_hand->starts_with("#4  assigned to ada, by hand\n")) << *by_hand;
  EXPECT_NE(by_hand->find("rule money"), std::string::npos) << *by_hand;
}

TEST(explain, tells_what_is_no_decision) {
  for (const std::string json : {"", "[]", "{}", "{\"sequence\":1}", "{\"event\":1}", "{"})
    EXPECT_FALSE(decision_text(json)) << json;
}

/// Of Monday 16:50, half an hour, from nine to five.
const std::string promised =
    R"({"policy":"gold","calendar":"berlin","zone":"Europe/Berlin","clocks":[)"
    R"({"clock":"firstResponse","instance":1,"state":"running","startedAtLocal":"Mon 2026-06-01 16:50:00 +02:00",)"
    R"("targetMs":1800000,"dueAtLocal":"Tue 2026-06-02 09:20:00 +02:00","leftMs":1200000,)"
    R"("windows":[{"fromLocal":"Mon 2026-06-01 16:50:00 +02:00","untilLocal":"Mon 2026-06-01 17:00:00 +02:00","ms":600000},)"
    R"({"fromLocal":"Tue 2026-06-02 09:00:00 +02:00","untilLocal":"Tue 2026-06-02 09:20:00 +02:00","ms":1200000}],)"
    R"("dates":[{"date":"2026-06-04","name":"Corpus Christi","closed":true}]},)"
    R"({"clock":"resolution","instance":2,"state":"paused","breached":true,"startedAtLocal":"Mon 2026-06-01 09:00:00 +02:00",)"
    R"("targetMs":3600000,"dueAtLocal":"Mon 2026-06-01 10:00:00 +02:00","overdueMs":90000,"aroundTheClock":true,)"
    R"("countedBeforeMs":60000,"countedFromLocal":"Mon 2026-06-01 09:01:00 +02:00",)"
    R"("pauses":[{"fromLocal":"Mon 2026-06-01 10:01:30 +02:00"}]},)"
    R"({"clock":"update","instance":1,"state":"met","startedAtLocal":"Mon 2026-06-01 09:00:00 +02:00","targetMs":3600000,)"
    R"("targetBusinessDays":1,"endedAtLocal":"Mon 2026-06-01 09:05:00 +02:00","passedMs":300000},)"
    R"({"clock":"queueWait","instance":1,"state":"running","never":true,"startedAtLocal":"Mon 2026-06-01 09:00:00 +02:00",)"
    R"("targetMs":60000,"leftMs":60000}]})";

TEST(explain, says_why_a_deadline_is_when_it_is) {
  EXPECT_EQ(*promises_text(promised),
            "promised by gold, in the hours of calendar berlin (Europe/Berlin)\n"
            "  firstResponse #1: due Tue 2026-06-02 09:20:00 +02:00, running, 20 min left\n"
            "    30 min from Mon 2026-06-01 16:50:00 +02:00\n"
            "      counts Mon 2026-06-01 16:50:00 +02:00 to Mon 2026-06-01 17:00:00 +02:00: 10 min\n"
            "      counts Tue 2026-06-02 09:00:00 +02:00 to Tue 2026-06-02 09:20:00 +02:00: 20 min\n"
            "      2026-06-04 is closed (Corpus Christi)\n"
            "  resolution #2: was due Mon 2026-06-01 10:00:00 +02:00, paused, breached, 1 min 30 s over\n"
            "    1 h from Mon 2026-06-01 09:00:00 +02:00, around the clock\n"
            "      1 min had passed before Mon 2026-06-01 09:01:00 +02:00\n"
            "      paused Mon 2026-06-01 10:01:30 +02:00 to now\n"
            "  update #1: met at Mon 2026-06-01 09:05:00 +02:00 after 5 min\n"
            "    1 h, to the end of the business day + 1 from Mon 2026-06-01 09:00:00 +02:00\n"
            "  queueWait #1: never due, for its calendar has no such time ahead, running, 1 min left\n"
            "    1 min from Mon 2026-06-01 09:00:00 +02:00\n");
  EXPECT_EQ(*promises_text(R"({"clocks":[]})"), "");
  EXPECT_FALSE(promises_text("{}"));
}

struct said {
  int code;
  std::string out, err;
};

said explain(scripted_server& s, bool json) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_explain({.conversation = "c_1", .url = s.url(), .token = "t", .json = json});
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(explain, reads_page_after_page) {
  const std::string waits = R"({"event":"queued","sequence":40,"queue":"support"})";
  scripted_server server([&](const seen_request& r, std::size_t) {
    if (r.header("Authorization") != "Bearer t") return scripted_answer{http_answer(401, "")};
    if (r.target() == "/v1/conversations/c_1/decisions?limit=50")
      return scripted_answer{http_answer(200, "{\"decisions\":[" + waits + "],\"cursor\":\"p2\"}")};
    if (r.target() == "/v1/conversations/c_1/decisions?limit=50&cursor=p2")
      return scripted_answer{http_answer(200, "{\"decisions\":[" + offered + "]}")};
    if (r.target() == "/v1/conversations/c_1/position")
      return scripted_answer{http_answer(200, R"({"position":1,"queue":"support"})")};
    if (r.target() == "/v1/conversations/c_1/sla") return scripted_answer{http_answer(200, promised)};
    return scripted_answer{http_answer(404, R"({"detail":"no such thing"})")};
  });
  const auto text = explain(server, false);
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_EQ(text.out, *decision_text(waits) + *decision_text(offered) +
                          *position_text(R"({"position":1,"queue":"support"})") + *promises_text(promised));
  const auto rows = explain(server, true);
  EXPECT_EQ(rows.code, 0);
  EXPECT_EQ(rows.out, waits + "\n" + offered + "\n");
}

TEST(explain, says_where_there_is_nothing_and_what_to_do) {
  struct row {
    int status;
    std::string body, says;
    int code;
  };
  for (const auto& c : {row{200, R"({"decisions":[]})", "nothing was decided about it yet", 0},
                        row{404, R"({"detail":"no such thing"})", "no such thing; GET /v1/conversations", 1},
                        row{401, "", "--token", 1}, row{200, "{}", "no page of decisions", 1},
                        row{200, R"({"decisions":[{"x":1}]})", "no decision", 1}}) {
    scripted_server server([&](const seen_request& r, std::size_t) {
      if (r.target().ends_with("/sla")) return scripted_answer{http_answer(200, R"({"clocks":[]})")};
      const bool asks_why = !r.target().ends_with("/position");
      return asks_why ? scripted_answer{http_answer(c.status, c.body)}
                      : scripted_answer{http_answer(409, "{}")};
    });
    const auto s = explain(server, false);
    EXPECT_EQ(s.code, c.code) << c.body;
    EXPECT_NE((c.code == 0 ? s.out : s.err).find(c.says), std::string::npos) << s.out << s.err;
  }
}

}  // namespace
}  // namespace switchboard::cli
