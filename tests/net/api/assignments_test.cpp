// Whose a conversation is, by hand: what a request asks of the router, who may, and what a refusal becomes.

#include "parts.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using actors::assign_to;
using actors::assign_to_nobody;
using actors::transfer_to;
using domain::routing::refusal;
using http::method;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string path = "/v1/conversations/" + conversation_of("acme");

/// acme's conversation, which `owner` has (empty: nobody).
class assignments : public ::testing::Test {
 protected:
  assignments() { belongs_to("acme-person"); }

  void belongs_to(const std::string& owner) {
    auto c = *message_event("acme", 7).conversation;
    c.assigned_to.value = owner;
    p.engine.rows.conversations_by_id[{"acme", conversation_of("acme")}] = R"({"version":7,"now":true})";
    p.engine.rows.threads["acme"] = c;
  }
  template <class Act>
  const Act& asked() {
    const auto* act = p.engine.routed.empty() ? nullptr : std::get_if<Act>(&p.engine.routed.back().second);
    if (act == nullptr) throw std::runtime_error("the router was asked something else");
    EXPECT_EQ(p.engine.routed.back().first, "acme");
    return *act;
  }
  std::shared_ptr<fake_exchange> assign(const std::string& body, std::string_view token = "acme-supervisor",
                                        std::vector<std::pair<std::string, std::string>> headers = {}) {
    return p.call(method::put, path + "/assignment", body, token, std::move(headers));
  }
  std::shared_ptr<fake_exchange> unassign(std::string_view token = "acme-supervisor") {
    return p.call(method::del, path + "/assignment", "", token);
  }
  std::shared_ptr<fake_exchange> transfer(const std::string& body,
                                          std::string_view token = "acme-supervisor") {
    return p.call(method::post, path + "/transfer", body, token);
  }

  parts p;
};

TEST_F(assignments, reach_the_router_as_they_were_asked_for) {
  p.engine.routing = {.conversation = R"({"id":"c","version":8})", .version = 8};
  const auto given =
      assign(R"({"agent":"acme-other","force":true})", "acme-supervisor", {{"If-Match", "\"7\""}});
  EXPECT_EQ(given->status(), 200);
  EXPECT_EQ(given->answer().body, R"({"id":"c","version":8})");
  EXPECT_EQ(given->header("ETag"), "\"8\"");
  EXPECT_EQ(domain::to_text(asked<assign_to>().conversation), conversation_of("acme"));
  EXPECT_EQ(asked<assign_to>().agent.value, "acme-other");
  EXPECT_TRUE(asked<assign_to>().force);
  ASSERT_TRUE(asked<assign_to>().seen);
  EXPECT_EQ(asked<assign_to>().seen->version, 7u);
  EXPECT_EQ(asked<assign_to>().only_of.value, "") << "a supervisor takes it from anybody";

  EXPECT_EQ(unassign()->status(), 200);
  EXPECT_EQ(domain::to_text(asked<assign_to_nobody>().conversation), conversation_of("acme"));

  EXPECT_EQ(transfer(R"({"queue":"acme-support","warm":true})")->status(), 200);
  EXPECT_EQ(asked<transfer_to>().queue.value, "acme-support");
  EXPECT_TRUE(asked<transfer_to>().warm);
  EXPECT_FALSE(asked<transfer_to>().force);
  EXPECT_EQ(transfer(R"({"agent":"acme-other","force":true})", "*-admin")->status(), 200);
  EXPECT_EQ(asked<transfer_to>().agent.value, "acme-other");
  EXPECT_TRUE(asked<transfer_to>().force);
}

TEST_F(assignments, by_an_agent_are_of_his_own_work) {
  EXPECT_EQ(assign(R"({"agent":"acme-other"})", "acme-agent")->status(), 200) << "he gives his own away";
  EXPECT_EQ(asked<assign_to>().only_of.value, "acme-person") << "unless somebody else has it by then";
  EXPECT_EQ(unassign("acme-agent")->status(), 200);
  EXPECT_EQ(asked<assign_to_nobody>().only_of.value, "acme-person");
  EXPECT_EQ(transfer(R"({"queue":"acme-support"})", "acme-agent")->status(), 200);
  EXPECT_EQ(asked<transfer_to>().only_of.value, "acme-person");

  for (const std::string owner : {"acme-other", ""}) {
    belongs_to(owner);
    p.engine.routed.clear();
    EXPECT_EQ(assign(R"({"agent":"acme-other"})", "acme-agent")->status(), 403) << owner;
    EXPECT_EQ(unassign("acme-agent")->status(), 403) << owner;
    EXPECT_EQ(transfer(R"({"queue":"acme-support"})", "acme-agent")->code(), "forbidden") << owner;
    EXPECT_THAT(p.engine.routed, IsEmpty());
    EXPECT_EQ(assign(R"({"agent":"acme-person"})", "acme-agent")->status(), 200) << "he takes it himself";
    EXPECT_EQ(asked<assign_to>().only_of.value, "");
  }
}

TEST_F(assignments, of_an_earlier_conversation_are_not_his_who_has_the_thread_now) {
  auto later = p.engine.rows.threads["acme"];
  later.id.ordinal = 2;
  p.engine.rows.threads["acme"] = later;
  EXPECT_EQ(unassign("acme-agent")->status(), 403);
  EXPECT_EQ(unassign()->status(), 200) << "what the router says of it is his to say";
}

TEST_F(assignments, are_refused_where_the_version_is_another) {
  const auto stale = assign(R"({"agent":"acme-other"})", "acme-supervisor", {{"If-Match", "\"6\""}});
  EXPECT_EQ(stale->status(), 409);
  EXPECT_EQ(stale->code(), "version-stale");
  EXPECT_THAT(stale->answer().body, HasSubstr("version 7, not 6"));
  EXPECT_EQ(assign(R"({"agent":"acme-other"})", "acme-supervisor", {{"If-Match", "seven"}})->status(), 400);
  EXPECT_THAT(p.engine.routed, IsEmpty());
}

TEST_F(assignments, are_by_hand_where_the_brand_has_no_router) {
  p.engine.routing = {.no_router = true};
  p.engine.result = {.conversation = R"({"id":"c"})", .version = 9};
  const auto by_hand = [&] { return std::get<domain::assign_by_hand>(p.engine.executed.back().second); };
  const auto given = assign(R"({"agent":"anybody"})");
  EXPECT_EQ(given->status(), 200);
  EXPECT_EQ(given->header("ETag"), "\"9\"");
  EXPECT_EQ(by_hand().agent.value, "anybody");
  EXPECT_EQ(by_hand().if_version, std::nullopt);
  EXPECT_EQ(assign(R"({"agent":"bob"})", "acme-agent")->status(), 200);
  EXPECT_EQ(by_hand().if_version, 7u) << "it was his as of then";
  EXPECT_EQ(unassign()->status(), 200);
  EXPECT_EQ(by_hand().agent.value, "");
  EXPECT_THAT(p.engine.executed, SizeIs(3));

  for (const std::string& name : {std::string(65, 'a'), std::string("a b"), std::string("\\u00e9")}) {
    const auto odd = assign("{\"agent\":\"" + name + "\"}");
    EXPECT_EQ(odd->status(), 422) << name;
    EXPECT_THAT(odd->answer().body, HasSubstr("\"pointer\":\"/agent\""));
  }
  EXPECT_THAT(p.engine.executed, SizeIs(3));
  const auto moved = transfer(R"({"queue":"acme-support"})");
  EXPECT_EQ(moved->status(), 409);
  EXPECT_EQ(moved->code(), "no-routing");
}

TEST_F(assignments, that_change_nothing_answer_with_what_is) {
  p.engine.routing = {};
  const auto x = transfer(R"({"agent":"acme-other","warm":true})");
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(x->answer().body, R"({"version":7,"now":true})");
  EXPECT_EQ(x->header("ETag"), "\"7\"");
}

TEST_F(assignments, name_what_is_wrong_with_the_body) {
  struct row {
    const char* route;
    const char* body;
    const char* pointer;
  };
  const row rows[] = {
      {"/assignment", "{}", "/agent"},
      {"/assignment", R"({"agent":""})", "/agent"},
      {"/assignment", R"({"agent":null})", "/agent"},
      {"/assignment", R"({"agent":"a","force":"yes"})", "/force"},
      {"/assignment", R"({"agent":"a","queue":"q"})", "/queue"},
      {"/transfer", "{}", "/queue"},
      {"/transfer", R"({"warm":true})", "/queue"},
      {"/transfer", R"({"queue":"q","agent":"a"})", "/queue"},
      {"/transfer", R"({"queue":"q","warm":1})", "/warm"},
  };
  for (const auto& r : rows) {
    const bool assignment = std::string_view(r.route) == "/assignment";
    const auto x = p.call(assignment ? method::put : method::post, path + r.route, r.body);
    EXPECT_EQ(x->status(), 400) << r.body;
    EXPECT_EQ(x->code(), "invalid-body") << r.body;
    EXPECT_THAT(x->answer().body, HasSubstr("\"pointer\":\"" + std::string(r.pointer) + "\"")) << r.body;
  }
  EXPECT_THAT(p.engine.routed, IsEmpty());
}

TEST_F(assignments, of_what_the_token_may_not_see_are_404) {
  const auto theirs = "/v1/conversations/" + conversation_of("acme");
  for (const auto* token : {"beta-admin", "beta-agent"}) {
    EXPECT_EQ(p.call(method::put, theirs + "/assignment", R"({"agent":"beta-person"})", token)->status(),
              404);
    EXPECT_EQ(p.call(method::del, theirs + "/assignment", "", token)->status(), 404);
    EXPECT_EQ(p.call(method::post, theirs + "/transfer", R"({"queue":"acme-support"})", token)->status(),
              404);
    EXPECT_EQ(p.get(theirs + "/decisions", token)->status(), 404);
    EXPECT_EQ(p.get(theirs + "/position", token)->status(), 404);
  }
  EXPECT_EQ(assign(R"({"agent":"acme-person"})", "acme-reader")->status(), 403);
  EXPECT_THAT(p.engine.routed, IsEmpty());
}

struct said {
  refusal why;
  int status;
  const char* code;
  const char* says;
};

TEST_F(assignments, refused_by_the_router_say_why_and_what_to_do) {
  const said all[] = {
      {refusal::offer_gone, 409, "offer-gone", "expired"},
      {refusal::over_hard_cap, 409, "over-hard-cap", "\\\"force\\\": true"},
      {refusal::unknown_conversation, 409, "not-routed", "resolved"},
      {refusal::unknown_agent, 422, "unknown-agent", "\"pointer\":\"/agent\""},
      {refusal::unknown_queue, 422, "unknown-queue", "\"pointer\":\"/queue\""},
      {refusal::not_queued, 409, "not-queued", "somebody has"},
      {refusal::not_assigned, 409, "not-assigned", "not assigned"},
      {refusal::not_eligible, 409, "not-eligible", "decisions"},
      {refusal::nothing_to_pull, 409, "nothing-to-pull", "no conversation waits"},
      {refusal::router_full, 503, "router-full", "conversations_max"},
      {refusal::bulk_too_large, 422, "bulk-too-large", "bulk_max"},
  };
  for (const auto& s : all) {
    p.engine.routing = {.refused = s.why};
    const auto x = transfer(R"({"queue":"acme-support"})");
    EXPECT_EQ(x->status(), s.status) << s.code;
    EXPECT_EQ(x->code(), s.code);
    EXPECT_THAT(x->answer().body, HasSubstr(s.says)) << s.code;
    EXPECT_EQ(x->header("Retry-After"), s.status == 503 ? "1" : "") << s.code;
  }
}

TEST_F(assignments, tell_when_to_come_back) {
  for (const auto& [result, code] : {std::pair{actors::routing_result{.busy = true}, "routing-busy"},
                                     std::pair{actors::routing_result{.failed = true}, "unavailable"}}) {
    p.engine.routing = result;
    const auto x = assign(R"({"agent":"acme-other"})");
    EXPECT_EQ(x->status(), 503);
    EXPECT_EQ(x->code(), code);
    EXPECT_EQ(x->header("Retry-After"), "1");
  }
  p.engine.routing = {.conversation_refused = domain::refused{domain::refusal::superseded, "a newer one"}};
  EXPECT_EQ(assign(R"({"agent":"acme-other"})")->code(), "conversation-superseded");
  p.engine.health = actors::health::disk_low;
  p.engine.routed.clear();
  EXPECT_EQ(assign(R"({"agent":"acme-other"})")->status(), 503);
  EXPECT_THAT(p.engine.routed, IsEmpty());
}

// -- why and how long --------------------------------------------------------------------------------------------

TEST_F(assignments, are_explained_page_by_page) {
  p.engine.rows.next_page = {.rows = {R"({"sequence":1})", R"({"sequence":2})"}, .next = "d2"};
  const auto x = p.get(path + "/decisions?limit=2", "acme-reader");
  EXPECT_EQ(x->answer().body, R"({"decisions":[{"sequence":1},{"sequence":2}],"cursor":"d2"})");
  EXPECT_EQ(x->header("Link"), "<" + path + "/decisions?limit=2&cursor=d2>; rel=\"next\"");
  EXPECT_EQ(p.engine.rows.looked.back(), "decisions of acme");
  EXPECT_EQ(p.get(path + "/decisions?limit=0")->status(), 400);
  p.engine.rows.list_error = "no cursor of this list";
  EXPECT_EQ(p.get(path + "/decisions?cursor=zzz")->status(), 400);
}

TEST_F(assignments, in_sight_have_a_position) {
  p.engine.answers["acme"] = {.rows = {R"({"queue":"acme-support","position":7})"}};
  const auto waits = p.get(path + "/position", "acme-reader");
  EXPECT_EQ(waits->status(), 200);
  EXPECT_EQ(waits->answer().body, R"({"queue":"acme-support","position":7})");
  EXPECT_EQ(p.engine.questions.back().second.about, actors::routing_question::of::position);
  EXPECT_EQ(domain::to_text(p.engine.questions.back().second.conversation), conversation_of("acme"));
  p.engine.answers["acme"].rows.clear();
  EXPECT_EQ(p.get(path + "/position")->code(), "not-queued");
  p.engine.answers["acme"].busy = true;
  EXPECT_EQ(p.get(path + "/position")->status(), 503);
}

}  // namespace
}  // namespace switchboard::net::testing
