// GET …/sla: what is promised, explained, and against what openapi says of it.
#include "document.hpp"
#include "domain/sla/clocks.hpp"
#include "parts.hpp"
#include "storage/codec.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string path = "/v1/conversations/" + conversation_of("acme") + "/sla";

class promises : public ::testing::Test {
 protected:
  void is(std::optional<domain::sla::clocks> clocks) {
    auto c = *message_event("acme", 7).conversation;
    if (clocks) c.sla = domain::sla::kept_clocks(*std::move(clocks));
    std::string json;
    storage::append_conversation(json, c);
    p.engine.rows.conversations_by_id[{"acme", conversation_of("acme")}] = json;
  }
  void expect_documented(const std::string& body) {
    const schema_checker checker{openapi()};
    EXPECT_THAT(checker.check(read_json(body), openapi()["components"]["schemas"]["Promises"]), IsEmpty())
        << body;
  }

  parts p;
};

TEST_F(promises, are_none_where_nothing_is) {
  is(std::nullopt);
  const auto x = p.get(path, "acme-reader");
  EXPECT_EQ(x->status(), 200);
  EXPECT_THAT(x->answer().body, HasSubstr(R"("cycle":0,"clocks":[])"));
  expect_documented(x->answer().body);
}

TEST_F(promises, are_explained_also_of_a_policy_that_is_gone) {
  const domain::timestamp t{1'795'248'000s};
  const domain::sla::clock k{.what = domain::sla::metric::assignee_response,
                             .state = domain::sla::clock_state::paused,
                             .started = t,
                             .target = 1h,
                             .business_days = 2,
                             .counted = 1min,
                             .from = t + 5min,
                             .pauses = {{t + 6min, t + 7min}, {t + 8min, std::nullopt}},
                             .breached = true,
                             .agent = {"ann"}};
  domain::sla::clock ended{
      .state = domain::sla::clock_state::missed, .started = t, .target = 1h, .from = t, .due = t + 1h};
  ended.ended = t + 2h;
  ended.elapsed = 2h;
  is(domain::sla::clocks{.policy = "gone", .cycle = 1, .all = {ended, k}});
  const auto x = p.get(path, "acme-reader");
  EXPECT_EQ(x->status(), 200);
  EXPECT_THAT(x->answer().body, HasSubstr(R"("overdueMs":3600000)"));
  EXPECT_THAT(x->answer().body, HasSubstr(R"("untilLocal":"Sat 2026-11-21 08:07:00 +00:00")"));
  expect_documented(x->answer().body);
}

TEST_F(promises, are_nobody_elses) {
  is(std::nullopt);
  EXPECT_EQ(p.get(path, "beta-reader")->status(), 404);
  EXPECT_EQ(p.get("/v1/conversations/nothing/sla", "acme-reader")->status(), 404);
}

}  // namespace
}  // namespace switchboard::net::testing
