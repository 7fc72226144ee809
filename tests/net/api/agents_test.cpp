// Agents, their sessions, offers and work, and queues: what a request asks of their owners, who may, and what is answered.

#include "parts.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using about = actors::routing_question::of;
using domain::routing::presence_refusal;
using domain::routing::refusal;
using http::method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string person = "/v1/agents/acme-person";

// -- who may -----------------------------------------------------------------------------------------------------

struct agents_act {
  method verb;
  std::string path;
  std::string body;
  int done;
};

std::vector<agents_act> acts_on(const std::string& agent) {
  const auto one = "/v1/agents/" + agent;
  const auto offer = "/v1/offers/" + conversation_of("acme") + "~" + agent;
  return {{method::put, one + "/presence", R"({"status":"busy"})", 200},
          {method::post, one + "/sessions", "", 201},
          {method::put, one + "/sessions/s_1", "", 200},
          {method::del, one + "/sessions/s_1", "", 204},
          {method::post, one + "/pull", "", 200},
          {method::post, one + "/reassign", "", 200},
          {method::post, offer + "/accept", R"({"epoch":7})", 200},
          {method::post, offer + "/decline", R"({"epoch":7})", 204}};
}

TEST(agents, are_acted_for_by_their_own_token_and_by_supervisors) {
  parts p;
  for (const auto& a : acts_on("acme-person")) {
    for (const auto* token : {"acme-agent", "acme-supervisor", "acme-admin", "*-admin"})
      EXPECT_EQ(p.call(a.verb, a.path, a.body, token)->status(), a.done) << a.path << " by " << token;
  }
  p.engine.routed.clear();
  p.engine.attended.clear();
  for (const auto& a : acts_on("acme-other")) {
    EXPECT_EQ(p.call(a.verb, a.path, a.body, "acme-agent")->code(), "forbidden") << a.path;
    EXPECT_EQ(p.call(a.verb, a.path, a.body, "*-agent")->status(), 403) << a.path;
  }
  for (const auto& a : acts_on("beta-person"))
    EXPECT_EQ(p.call(a.verb, a.path, a.body, "acme-admin")->status(), 404) << a.path;
  for (const auto& a : acts_on("nobody"))
    EXPECT_EQ(p.call(a.verb, a.path, a.body, "*-admin")->status(), 404) << a.path;
  for (const auto& a : acts_on("acme-person"))
    EXPECT_EQ(p.call(a.verb, a.path, a.body, "acme-reader")->status(), 403) << a.path;
  EXPECT_THAT(p.engine.routed, IsEmpty());
  EXPECT_THAT(p.engine.attended, IsEmpty());
}

TEST(agents, are_not_acted_for_while_nothing_can_be_written) {
  parts p;
  for (const auto h : {actors::health::failed, actors::health::disk_low}) {
    p.engine.health = h;
    for (const auto& a : acts_on("acme-person"))
      EXPECT_EQ(p.call(a.verb, a.path, a.body, "acme-agent")->status(), 503) << a.path;
  }
  EXPECT_THAT(p.engine.routed, IsEmpty());
  EXPECT_THAT(p.engine.attended, IsEmpty());
}

// -- what is known of them ---------------------------------------------------------------------------------------

TEST(agents, of_all_brands_that_the_token_may_see_are_one_list) {
  parts p;
  p.engine.answers["acme"] = {.rows = {R"({"id":"a"})", R"({"id":"b"})"}};
  p.engine.answers["beta"] = {.rows = {R"({"id":"z"})"}};
  EXPECT_EQ(p.get("/v1/agents", "acme-reader")->answer().body, R"({"agents":[{"id":"a"},{"id":"b"}]})");
  EXPECT_EQ(p.get("/v1/agents", "*-reader")->answer().body,
            R"({"agents":[{"id":"a"},{"id":"b"},{"id":"z"}]})");
  EXPECT_EQ(p.get("/v1/agents?brand=beta", "*-reader")->answer().body, R"({"agents":[{"id":"z"}]})");
  p.engine.questions.clear();
  EXPECT_EQ(p.get("/v1/queues?brand=beta", "acme-reader")->answer().body, R"({"queues":[]})");
  EXPECT_THAT(p.engine.questions, IsEmpty()) << "another brand's router is not asked";
  EXPECT_EQ(p.get("/v1/queues", "acme-reader")->status(), 200);
  EXPECT_EQ(p.engine.questions.back().second.about, about::queues);
  p.engine.answers["beta"].busy = true;
  const auto busy = p.get("/v1/agents", "*-reader");
  EXPECT_EQ(busy->status(), 503);
  EXPECT_EQ(busy->code(), "routing-busy");
  EXPECT_EQ(p.get("/v1/agents", "acme-reader")->status(), 200);
}

TEST(agents, and_queues_are_found_by_their_ids) {
  parts p;
  p.engine.answers["acme"] = {.rows = {R"({"id":"x"})"}};
  const std::pair<std::string, about> cases[] = {
      {person, about::agent}, {person + "/offers", about::offers}, {"/v1/queues/acme-support", about::queue}};
  for (const auto& [path, question] : cases) {
    const auto x = p.get(path, "acme-reader");
    EXPECT_EQ(x->status(), 200) << path;
    EXPECT_THAT(x->answer().body, HasSubstr(R"({"id":"x"})")) << path;
    EXPECT_EQ(p.engine.questions.back().first, "acme");
    EXPECT_EQ(p.engine.questions.back().second.about, question) << path;
    EXPECT_EQ(p.get(path, "*-reader")->status(), 200) << path;
    p.engine.questions.clear();
    EXPECT_EQ(p.get(path, "beta-admin")->status(), 404) << path;
    EXPECT_THAT(p.engine.questions, IsEmpty()) << path;
  }
  EXPECT_EQ(p.get("/v1/agents/nobody")->status(), 404);
  EXPECT_EQ(p.get("/v1/queues/nothing")->status(), 404);
  p.engine.answers["acme"].rows.clear();
  EXPECT_EQ(p.get(person + "/offers")->answer().body, R"({"offers":[]})");
  EXPECT_EQ(p.get(person)->status(), 404) << "the router does not know him yet";
}

// -- presence ----------------------------------------------------------------------------------------------------

TEST(presence, is_set_as_it_was_asked_for) {
  parts p;
  p.engine.presence.agent = R"({"id":"acme-person"})";
  const auto set = [&](const std::string& body) { return p.call(method::put, person + "/presence", body); };
  const auto last = [&] { return std::get<actors::presence_set>(p.engine.attended.back().what); };
  EXPECT_EQ(set(R"({"status":"busy"})")->answer().body, R"({"id":"acme-person"})");
  EXPECT_EQ(p.engine.attended.back().brand, "acme");
  EXPECT_EQ(p.engine.attended.back().agent, "acme-person");
  EXPECT_EQ(last().status, "busy");
  EXPECT_EQ(last().stays_online, std::nullopt);
  EXPECT_EQ(set(R"({"staysOnline":true})")->status(), 200);
  EXPECT_EQ(last().status, std::nullopt);
  EXPECT_EQ(last().stays_online, true);
  for (const std::string body :
       {"", "{}", R"({"status":1})", R"({"staysOnline":"no"})", R"({"state":"busy"})"})
    EXPECT_EQ(set(body)->code(), "invalid-body") << body;
  p.engine.presence.refused = presence_refusal::no_status;
  const auto x = set(R"({"status":"dancing"})");
  EXPECT_EQ(x->status(), 422);
  EXPECT_EQ(x->code(), "unknown-status");
  EXPECT_THAT(x->answer().body, HasSubstr("\"pointer\":\"/status\""));
}

TEST(presence, has_a_session_for_each_device) {
  parts p;
  p.engine.presence = {.agent = R"({"sessions":1})", .until = domain::timestamp(std::chrono::seconds(60))};
  const auto opened = p.call(method::post, person + "/sessions", "");
  EXPECT_EQ(opened->status(), 201);
  const auto id = std::get<actors::session_opened>(p.engine.attended.back().what).id;
  EXPECT_THAT(id, ::testing::MatchesRegex("s_[0-9a-z]{26}"));
  EXPECT_EQ(opened->answer().body,
            R"({"sessionId":")" + id + R"(","until":"1970-01-01T00:01:00.000Z","agent":{"sessions":1}})");
  EXPECT_EQ(p.call(method::post, person + "/sessions", "{}")->status(), 201);
  EXPECT_NE(std::get<actors::session_opened>(p.engine.attended.back().what).id, id);
  EXPECT_EQ(p.call(method::post, person + "/sessions", R"({"id":"mine"})")->status(), 400);

  EXPECT_EQ(p.call(method::put, person + "/sessions/" + id, "")->status(), 200);
  EXPECT_EQ(std::get<actors::session_beat>(p.engine.attended.back().what).id, id);
  EXPECT_TRUE(std::get<actors::session_beat>(p.engine.attended.back().what).active);
  EXPECT_EQ(p.call(method::put, person + "/sessions/" + id, R"({"active":false})")->status(), 200);
  EXPECT_FALSE(std::get<actors::session_beat>(p.engine.attended.back().what).active);

  const auto closed = p.call(method::del, person + "/sessions/" + id, "");
  EXPECT_EQ(closed->status(), 204);
  EXPECT_EQ(closed->answer().body, "");
  EXPECT_EQ(std::get<actors::session_closed>(p.engine.attended.back().what).id, id);
}

TEST(presence, refused_says_what_to_do) {
  parts p;
  p.engine.presence.refused = presence_refusal::no_session;
  const auto ended = p.call(method::put, person + "/sessions/s_1", "");
  EXPECT_EQ(ended->status(), 404);
  EXPECT_EQ(ended->code(), "no-session");
  EXPECT_EQ(p.call(method::del, person + "/sessions/s_1", "")->status(), 204)
      << "closed is what it was to be";
  p.engine.presence.refused = presence_refusal::too_many_sessions;
  const auto many = p.call(method::post, person + "/sessions", "");
  EXPECT_EQ(many->status(), 409);
  EXPECT_EQ(many->code(), "too-many-sessions");
  p.engine.presence = {.unknown = true};
  EXPECT_EQ(p.call(method::post, person + "/sessions", "")->status(), 404);
  p.engine.presence = {.busy = true};
  EXPECT_EQ(p.call(method::post, person + "/sessions", "")->code(), "routing-busy");
  p.engine.presence = {.failed = true};
  const auto failed = p.call(method::post, person + "/sessions", "");
  EXPECT_EQ(failed->status(), 503);
  EXPECT_EQ(failed->header("Retry-After"), "1");
}

// -- work --------------------------------------------------------------------------------------------------------

TEST(offers, are_answered_by_conversation_agent_and_epoch) {
  parts p;
  p.engine.routing = {.conversation = R"({"id":"c","version":3})", .version = 3};
  const auto offer = "/v1/offers/" + conversation_of("acme") + "~acme-person";
  const auto last = [&] { return std::get<actors::answer_offer>(p.engine.routed.back().second); };
  const auto taken = p.call(method::post, offer + "/accept", R"({"epoch":7})", "acme-agent");
  EXPECT_EQ(taken->answer().body, R"({"id":"c","version":3})");
  EXPECT_EQ(taken->header("ETag"), "\"3\"");
  EXPECT_EQ(p.engine.routed.back().first, "acme");
  EXPECT_EQ(domain::to_text(last().conversation), conversation_of("acme"));
  EXPECT_EQ(last().agent.value, "acme-person");
  EXPECT_EQ(last().epoch, 7u);
  EXPECT_TRUE(last().accept);
  EXPECT_EQ(p.call(method::post, offer + "/decline", R"({"epoch":8})", "acme-agent")->status(), 204);
  EXPECT_EQ(last().epoch, 8u);
  EXPECT_FALSE(last().accept);
  for (const std::string body : {"", "{}", R"({"epoch":"7"})", R"({"epoch":-1})", R"({"epoch":7.5})"}) {
    const auto x = p.call(method::post, offer + "/accept", body, "acme-agent");
    EXPECT_EQ(x->code(), "invalid-body") << body;
  }
}

TEST(offers, that_are_gone_are_409_whatever_ended_them) {
  parts p;
  const auto offer = "/v1/offers/" + conversation_of("acme") + "~acme-person";
  for (const auto why : {refusal::offer_gone, refusal::unknown_conversation}) {
    p.engine.routing = {.refused = why};
    for (const std::string how : {"/accept", "/decline"}) {
      const auto x = p.call(method::post, offer + how, R"({"epoch":7})", "acme-agent");
      EXPECT_EQ(x->status(), 409);
      EXPECT_EQ(x->code(), "offer-gone");
    }
  }
  for (const std::string id : {"nothing", "nothing~acme-person", "~", "c_1~acme-person"})
    EXPECT_EQ(p.call(method::post, "/v1/offers/" + id + "/accept", R"({"epoch":7})")->status(), 404) << id;
}

TEST(work, is_pulled_by_name_or_the_first) {
  parts p;
  p.engine.routing = {.conversation = R"({"id":"c","version":3})", .version = 3};
  const auto last = [&] { return std::get<actors::pull_work>(p.engine.routed.back().second); };
  EXPECT_EQ(p.call(method::post, person + "/pull", "", "acme-agent")->answer().body,
            R"({"id":"c","version":3})");
  EXPECT_EQ(last().agent.value, "acme-person");
  EXPECT_EQ(last().conversation, std::nullopt);
  const auto named = R"({"conversation":")" + conversation_of("acme") + "\"}";
  EXPECT_EQ(p.call(method::post, person + "/pull", named, "acme-agent")->status(), 200);
  EXPECT_EQ(domain::to_text(last().conversation.value()), conversation_of("acme"));
  const auto wrong = p.call(method::post, person + "/pull", R"({"conversation":"c"})", "acme-agent");
  EXPECT_EQ(wrong->status(), 400);
  EXPECT_THAT(wrong->answer().body, HasSubstr("\"pointer\":\"/conversation\""));
  p.engine.routing = {.refused = refusal::nothing_to_pull};
  EXPECT_EQ(p.call(method::post, person + "/pull", "", "acme-agent")->code(), "nothing-to-pull");
}

TEST(work, of_an_agent_is_reassigned_as_a_whole) {
  parts p;
  p.engine.routing = {.moved = 12};
  const auto last = [&] { return std::get<actors::reassign_work>(p.engine.routed.back().second); };
  const auto x = p.call(method::post, person + "/reassign", R"({"queue":"acme-support"})");
  EXPECT_EQ(x->answer().body, R"({"moved":12})");
  EXPECT_EQ(last().agent.value, "acme-person");
  EXPECT_EQ(last().queue.value, "acme-support");
  EXPECT_EQ(p.call(method::post, person + "/reassign", "")->status(), 200);
  EXPECT_EQ(last().queue.value, "");
  p.engine.routing = {.refused = refusal::unknown_queue};
  EXPECT_EQ(p.call(method::post, person + "/reassign", R"({"queue":"x"})")->code(), "unknown-queue");
}

}  // namespace
}  // namespace switchboard::net::testing
