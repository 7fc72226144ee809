// Outgoing webhooks by REST: how they fare, what came of deliveries, and what a replay asks for.
#include "document.hpp"
#include "domain/event.hpp"
#include "parts.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using namespace std::chrono_literals;
using domain::webhooks::outcome;
using http::method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const domain::timestamp t{1'795'248'000s};

storage::delivery_row row(std::uint64_t event, outcome what, domain::timestamp first = t) {
  domain::webhooks::attempt a;
  a.event = event;
  a.type = domain::event_type::sla_breached;
  a.conversation = *domain::parse_conversation_id(conversation_of("acme"));
  a.what = what;
  a.tries = 2;
  a.status = 503;
  a.error = "it answered 503";
  a.first = first;
  if (what == outcome::failed || what == outcome::waiting) a.next = first + 5min;
  return {.last = a, .at = t + 1s};
}

class outgoing : public ::testing::Test {
 protected:
  outgoing() {
    actors::webhook_figures f;
    f.id = "acme-hook";
    f.brand = "acme";
    p.engine.hooks.push_back(f);
    f.id = "beta-hook";
    f.brand = "beta";
    p.engine.hooks.push_back(f);
  }
  void expect_documented(const std::string& body, const char* name) {
    const schema_checker checker{openapi()};
    EXPECT_THAT(checker.check(read_json(body), openapi()["components"]["schemas"][name]), IsEmpty()) << body;
  }
  std::string replayed(const std::string& body, int status = 202) {
    const auto x = p.call(method::post, "/v1/webhooks/acme-hook/replay", body, "acme-supervisor");
    EXPECT_EQ(x->status(), status) << x->answer().body;
    return x->answer().body;
  }

  parts p;
};

TEST_F(outgoing, are_shown_to_their_brands_supervisors) {
  auto& f = p.engine.hooks[0];
  f.failing = true;
  f.waiting = 31;
  f.under_way = 1;
  f.oldest = f.last_at = t;
  f.last_status = 503;
  f.last_error = "it answered 503";
  const auto one = p.get("/v1/webhooks/acme-hook", "acme-supervisor")->answer().body;
  EXPECT_THAT(one, HasSubstr(R"("state":"failing","waiting":31,"underWay":1)"));
  expect_documented(one, "Webhook");
  EXPECT_EQ(p.get("/v1/webhooks", "acme-supervisor")->answer().body, "{\"webhooks\":[" + one + "]}");
  EXPECT_THAT(p.get("/v1/webhooks", "*-supervisor")->answer().body, HasSubstr("beta-hook"));
  EXPECT_EQ(p.get("/v1/webhooks?brand=beta", "acme-supervisor")->answer().body, R"({"webhooks":[]})");
  EXPECT_EQ(p.get("/v1/webhooks", "acme-agent")->status(), 403);
  f.gone = true;
  EXPECT_THAT(p.get("/v1/webhooks/acme-hook")->answer().body, HasSubstr(R"("state":"gone")"));
  f.enabled = false;
  EXPECT_THAT(p.get("/v1/webhooks/acme-hook")->answer().body, HasSubstr(R"("state":"disabled")"));
  p.engine.hooks.clear();
  EXPECT_THAT(p.get("/v1/webhooks/acme-hook")->answer().body, HasSubstr(R"("state":"delivering")"))
      << "the config has it, who delivers not yet";
}

TEST_F(outgoing, deliveries_come_in_pages_and_by_what_became_of_them) {
  for (std::uint64_t n = 9; n > 0; --n) {
    p.engine.rows.deliveries[{"acme", "acme-hook"}].push_back(
        row(n, n % 3 == 0 ? outcome::failed : outcome::delivered));
  }
  const std::string path = "/v1/webhooks/acme-hook/deliveries?limit=2&status=failed";
  const auto first = p.get(path, "acme-supervisor")->answer().body;
  const auto page = read_json(first);
  EXPECT_EQ(page["deliveries"].items.size(), 2u);
  EXPECT_EQ(page["deliveries"].items[0]["id"].text, "msg_acme-hook_9");
  expect_documented(first.substr(15, first.find("},{") - 14), "Delivery");
  const auto rest =
      read_json(p.get(path + "&cursor=" + page["cursor"].text, "acme-supervisor")->answer().body);
  ASSERT_EQ(rest["deliveries"].items.size(), 1u);
  EXPECT_EQ(rest["deliveries"].items[0]["id"].text, "msg_acme-hook_3");
  EXPECT_FALSE(rest.has("cursor"));
  EXPECT_EQ(p.get("/v1/webhooks/acme-hook/deliveries?status=lost")->status(), 400);
  EXPECT_EQ(p.get("/v1/webhooks/acme-hook/deliveries?cursor=x")->status(), 400);
  EXPECT_EQ(p.get("/v1/webhooks/acme-hook/deliveries?limit=0")->status(), 400);
}

TEST_F(outgoing, a_replay_of_what_was_given_up_goes_by_the_delivery_log) {
  auto& log = p.engine.rows.deliveries[{"acme", "acme-hook"}];
  log = {row(9, outcome::given_up, t + 2h), row(8, outcome::failed),   row(7, outcome::delivered),
         row(6, outcome::given_up),         row(5, outcome::given_up), row(4, outcome::given_up, t - 1h)};
  p.engine.replayed.events = 2;
  EXPECT_EQ(replayed(R"({"from":"2026-11-21T08:00:00Z","to":"2026-11-21T09:00:00Z"})"), R"({"queued":2})");
  ASSERT_EQ(p.engine.replays.size(), 1u);
  EXPECT_THAT(p.engine.replays[0].events, ElementsAre(5, 6, 8))
      << "in the log's order, also what would be tried again by itself later";
  EXPECT_EQ(p.engine.replays[0].webhook, "acme-hook");
  EXPECT_EQ(replayed(R"({"from":"2026-11-22T08:00:00Z"})"), R"({"queued":0})");
  EXPECT_EQ(p.engine.replays.size(), 1u) << "there is nothing to ask for";
  EXPECT_EQ(replayed(R"({"from":"2026-11-21T07:00:00Z","cursor":"5"})"), R"({"queued":2})");
  EXPECT_THAT(p.engine.replays[1].events, ElementsAre(6, 8, 9)) << "it goes on behind the last answer";
}

TEST_F(outgoing, a_replay_of_all_goes_by_the_journal) {
  p.engine.replayed.events = 512;
  p.engine.replayed.more = 4711;
  EXPECT_EQ(replayed(R"({"from":"2026-11-21T08:00:00Z","status":"all","cursor":"17"})"),
            R"({"queued":512,"cursor":"4711"})");
  const auto& asked = p.engine.replays.at(0);
  EXPECT_TRUE(asked.events.empty());
  EXPECT_EQ(asked.from, t);
  EXPECT_EQ(asked.to, domain::timestamp::max());
  EXPECT_EQ(asked.after, 17u);
  EXPECT_EQ(replayed(R"({"ids":["msg_acme-hook_9","msg_acme-hook_4"]})"),
            R"({"queued":512,"cursor":"4711"})");
  EXPECT_THAT(p.engine.replays.at(1).events, ElementsAre(4, 9));
}

TEST_F(outgoing, a_replay_that_can_not_be_meant_says_why) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "/from"},
      {R"({"from":"yesterday"})", "/from"},
      {R"({"from":"2026-11-21T08:00:00Z","to":"2026-11-20T08:00:00Z"})", "/to"},
      {R"({"from":"2026-11-21T08:00:00Z","status":"some"})", "/status"},
      {R"({"from":"2026-11-21T08:00:00Z","cursor":"x"})", "/cursor"},
      {R"({"ids":[]})", "/ids"},
      {R"({"ids":["msg_beta-hook_9"]})", "/ids"},
      {R"({"ids":["msg_acme-hook_"]})", "/ids"},
      {R"({"ids":["msg_acme-hook_9"],"from":"2026-11-21T08:00:00Z"})", "/ids"},
      {R"({"when":"now"})", "/when"}};
  for (const auto& [body, pointer] : cases) {
    EXPECT_THAT(replayed(body, 400), HasSubstr("\"pointer\":\"" + std::string(pointer) + "\"")) << body;
  }
  EXPECT_TRUE(p.engine.replays.empty());
  p.engine.replayed.what = actors::webhook_replayed::end::no_webhook;
  EXPECT_THAT(replayed(R"({"ids":["msg_acme-hook_9"]})", 409), HasSubstr("enable it"));
  p.engine.replayed.what = actors::webhook_replayed::end::failed;
  (void)replayed(R"({"ids":["msg_acme-hook_9"]})", 503);
}

TEST_F(outgoing, how_they_and_promises_fare_is_measured) {
  auto& f = p.engine.hooks[0];
  f.delivered = 7;
  f.failed = 3;
  f.given_up = 1;
  f.waiting = 5;
  f.failing = true;
  p.engine.promised = {{.brand = "acme", .queue = "support", .met = 4, .breached = 2, .at_risk = 1}};
  const auto text = p.admin("/metrics")->answer().body;
  const std::string of = "{brand=\"acme\",webhook=\"acme-hook\"";
  EXPECT_THAT(text, HasSubstr("switchboard_webhook_attempts_total" + of + ",outcome=\"delivered\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("switchboard_webhook_attempts_total" + of + ",outcome=\"failed\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("switchboard_webhook_given_up_total" + of + "} 1\n"));
  EXPECT_THAT(text, HasSubstr("switchboard_webhook_waiting" + of + "} 5\n"));
  EXPECT_THAT(text, HasSubstr("switchboard_webhook_lag_seconds" + of + "} 0\n"));
  EXPECT_THAT(text, HasSubstr("switchboard_webhook_failing" + of + "} 1\n"));
  const std::string queue = "{brand=\"acme\",queue=\"support\"";
  EXPECT_THAT(text, HasSubstr("switchboard_sla_ended_total" + queue + ",outcome=\"met\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("switchboard_sla_ended_total" + queue + ",outcome=\"breached\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("switchboard_sla_at_risk" + queue + "} 1\n"));
}

TEST(breaches, are_asked_for_by_who_may_see_them) {
  parts p;
  EXPECT_EQ(
      p.get("/v1/sla/breaches?queue=a&queue=b&assignee=ann&from=2026-11-21T08:00:00Z&to=2026-11-21T09:00:"
            "00Z&state=open&limit=7",
            "acme-reader")
          ->status(),
      200);
  const auto& q = p.engine.rows.breaches_asked.value();
  EXPECT_THAT(q.brands, ElementsAre("acme"));
  EXPECT_THAT(q.queues, ElementsAre("a", "b"));
  EXPECT_THAT(q.assignees, ElementsAre("ann"));
  EXPECT_EQ(q.from, t);
  EXPECT_EQ(q.to, t + 1h);
  EXPECT_EQ(q.open, true);
  EXPECT_EQ(q.limit, 7u);
  p.engine.rows.breaches_asked.reset();
  EXPECT_EQ(p.get("/v1/sla/breaches?brand=beta", "acme-reader")->answer().body, R"({"breaches":[]})");
  EXPECT_FALSE(p.engine.rows.breaches_asked) << "another brand's are not even looked for";
  (void)p.get("/v1/sla/breaches?state=ended", "*-reader");
  EXPECT_THAT(p.engine.rows.breaches_asked->brands, ElementsAre("acme", "beta"));
  EXPECT_EQ(p.engine.rows.breaches_asked->open, false);
  for (const auto* wrong : {"from=x", "to=x", "state=x", "limit=0", "queues=a"}) {
    EXPECT_EQ(p.get(std::string("/v1/sla/breaches?") + wrong, "acme-reader")->status(), 400) << wrong;
  }
}

}  // namespace
}  // namespace switchboard::net::testing
