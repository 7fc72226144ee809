// POST and GET /webhooks/{source}: what is answered when, and what must not have been done by then.

#include "net/webhook.hpp"

#include "net/platforms/platform.hpp"
#include "parts.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using actors::health;
using http::method;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// One WhatsApp text to each of these phone_number_ids.
std::string body_for(std::initializer_list<std::string_view> accounts, std::string_view id = "wamid.A") {
  std::string entries;
  for (const auto account : accounts) {
    if (!entries.empty()) entries += ',';
    entries +=
        R"({"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":)"
        R"({"display_phone_number":"15550","phone_number_id":")" +
        std::string(account) +
        R"("},"contacts":[{"profile":{"name":"Ana"},"wa_id":"5511"}],"messages":[{"from":"5511","id":")" +
        std::string(id) + R"(","timestamp":"1790000000","type":"text","text":{"body":"hi"}}]}}]})";
  }
  return R"({"object":"whatsapp_business_account","entry":[)" + entries + "]}";
}

class webhooks : public ::testing::Test {
 protected:
  std::shared_ptr<fake_exchange> post(const std::string& body, std::string_view secret = "s3cret",
                                      std::string target = "/webhooks/meta") {
    auto header = platforms::functions_of(platforms::kind::meta).sign(body, secret);
    return p.send({method::post, std::move(target), {{"Content-Type", "application/json"}, header}, body});
  }
  std::shared_ptr<fake_exchange> bare(const std::string& body,
                                      std::vector<std::pair<std::string, std::string>> headers) {
    return p.send({method::post, "/webhooks/meta", std::move(headers), body});
  }
  std::shared_ptr<fake_exchange> shake(const std::string& query, std::string source = "meta") {
    return p.send({method::get, "/webhooks/" + source + "?" + query, {}, {}});
  }
  void commit(actors::commit_state s = actors::commit_state::durable) {
    p.webhooks.committed(p.engine.settle(s));
    p.permit.reset();  // the server lets go of it when the answer is out
  }
  void expect_no_credit_held() {
    EXPECT_EQ(p.credits.events_in_flight(), 0u);
    EXPECT_EQ(p.credits.bytes_in_flight(), 0u);
  }

  const domain::histogram& durations_of(domain::platform of) {
    return p.webhooks.counters().durations.at(static_cast<std::size_t>(of));
  }

  std::shared_ptr<config::settings> settings = some_settings();
  parts p{settings};
};

TEST_F(webhooks, are_answered_when_durable_and_not_before) {
  const auto body = body_for({"1001"});
  const auto x = post(body);
  EXPECT_FALSE(x->answered());
  ASSERT_THAT(p.engine.ingested, SizeIs(1));
  EXPECT_EQ(p.engine.ingested[0].source, "meta");
  EXPECT_EQ(p.engine.ingested[0].raw, body);
  ASSERT_THAT(p.engine.ingested[0].body.events, SizeIs(1));
  EXPECT_EQ(p.credits.events_in_flight(), 1u);
  EXPECT_EQ(p.credits.bytes_in_flight(), body.size());
  commit();
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(x->answer().body, R"({"events":1,"quarantined":0})");
  EXPECT_EQ(x->ends, 1);
  EXPECT_EQ(x->answer().timed_by, &durations_of(domain::platform::whatsapp));
  expect_no_credit_held();
}

TEST_F(webhooks, both_live_secrets_sign) {
  EXPECT_FALSE(post(body_for({"1001"}), "s3cret")->answered());
  EXPECT_FALSE(post(body_for({"1001"}), "next")->answered());
  EXPECT_EQ(post(body_for({"1001"}), "gone")->status(), 401);
}

TEST_F(webhooks, count_what_became_an_event_and_what_did_not) {
  const auto x = post(body_for({"1001", "2002", "9999", "9999"}));
  commit();
  EXPECT_EQ(x->answer().body, R"({"events":2,"quarantined":2})");
  const auto garbage = post("this is no JSON");
  commit();
  EXPECT_EQ(garbage->status(), 200) << "signed, so kept";
  EXPECT_EQ(garbage->answer().body, R"({"events":0,"quarantined":1})");
  EXPECT_EQ(garbage->answer().timed_by, &p.webhooks.counters().durations.back()) << "of no platform";
  expect_no_credit_held();
}

TEST_F(webhooks, without_a_good_signature_nothing_is_parsed_kept_or_told) {
  const auto body = body_for({"1001"});
  const auto good = platforms::functions_of(platforms::kind::meta).sign(body, "s3cret");
  auto flipped = good.second;
  flipped.back() = flipped.back() == '0' ? '1' : '0';
  const auto reference = bare(body, {});
  EXPECT_EQ(reference->status(), 401);
  const std::vector<std::vector<std::pair<std::string, std::string>>> bad{
      {{good.first, ""}},
      {{good.first, flipped}},
      {{good.first, good.second + "0"}},
      {{good.first, good.second.substr(0, good.second.size() - 1)}},
      {{good.first, good.second.substr(7)}},
      {{"X-Hub-Signature", "sha1=" + std::string(40, 'a')}},
      {{good}, {good}},
      {{good.first, platforms::functions_of(platforms::kind::meta).sign(body + " ", "s3cret").second}},
      {{good.first, platforms::functions_of(platforms::kind::meta).sign(body, "other").second}},
  };
  for (const auto& headers : bad) {
    const auto x = bare(body, headers);
    EXPECT_EQ(x->status(), 401) << headers.front().second;
    EXPECT_EQ(x->answer().body, reference->answer().body);
    EXPECT_EQ(x->answer().headers, reference->answer().headers);
  }
  EXPECT_EQ(bare("{ not JSON", {})->answer().body, reference->answer().body) << "verified before it is read";
  EXPECT_THAT(p.engine.ingested, IsEmpty());
  EXPECT_EQ(p.webhooks.counters().unsigned_.load(), bad.size() + 2);
  expect_no_credit_held();
}

TEST_F(webhooks, each_flipped_bit_is_noticed) {
  auto body = body_for({"1001"});
  const auto header = platforms::functions_of(platforms::kind::meta).sign(body, "s3cret");
  for (std::size_t i = 0; i < body.size(); ++i) {
    body[i] = static_cast<char>(body[i] ^ (1 << i % 8));
    ASSERT_EQ(bare(body, {header})->status(), 401) << i;
    body[i] = static_cast<char>(body[i] ^ (1 << i % 8));
  }
  EXPECT_THAT(p.engine.ingested, IsEmpty());
}

TEST_F(webhooks, refuse_what_is_no_webhook_before_its_body) {
  EXPECT_EQ(post("{}", "s3cret", "/webhooks/nothing")->status(), 404);
  EXPECT_EQ(post("{}", "s3cret", "/webhooks/")->status(), 404);
  EXPECT_EQ(post("{}", "s3cret", "/webhooks/meta/x")->status(), 404);
  EXPECT_EQ(post("{}", "s3cret", "/webhooks/META")->status(), 404);
  const auto put = p.send({method::put, "/webhooks/meta", {}, "{}"});
  EXPECT_EQ(put->status(), 405);
  EXPECT_EQ(put->header("Allow"), "GET, HEAD, POST");
  for (const auto verb : {method::put, method::patch, method::del, method::options}) {
    const auto x = p.send({verb, "/webhooks/x", {}, {}});
    EXPECT_EQ(x->status(), 405) << to_word(verb);
    EXPECT_EQ(x->code(), "method-not-allowed");
    EXPECT_EQ(x->header("Allow"), "GET, HEAD, POST") << "also where there is no such source";
  }
  EXPECT_EQ(p.send({method::post, "/webhooks/meta", {}, "{}"}, http::listener::admin)->status(), 404);
}

TEST_F(webhooks, larger_than_the_limit_is_413) {
  settings->limits.webhook_body_bytes_max = 100;
  p.webhooks.apply_settings(settings);
  EXPECT_EQ(post(std::string(101, ' '))->status(), 413);
  expect_no_credit_held();
}

TEST_F(webhooks, answer_handshakes) {
  const auto good = shake("hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1158201444");
  EXPECT_EQ(good->status(), 200);
  EXPECT_EQ(good->answer().body, "1158201444");
  EXPECT_THAT(good->answer().content_type, HasSubstr("text/plain"));
  EXPECT_EQ(shake("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1")->status(), 403);
  EXPECT_EQ(shake("hub.mode=subscribe&hub.verify_token=&hub.challenge=1")->status(), 403);
  EXPECT_EQ(shake("")->status(), 400);
  EXPECT_EQ(shake("hub.mode=subscribe&hub.verify_token=verify&hub.challenge=%3Cscript%3E")->status(), 400);
  EXPECT_EQ(shake("hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1", "x")->status(), 404);
  EXPECT_EQ(p.webhooks.counters().handshakes.load(), 1u);
  EXPECT_EQ(p.webhooks.counters().handshakes_refused.load(), 4u);
}

/// A source of X and one of LinkedIn with a child application.
void add_sources(config::settings& s) {
  s.sources.push_back(
      {.id = {"x"}, .kind = config::source_kind::x, .secrets = {"x-now", "x-before"}, .verify_token = {}});
  s.sources.push_back({.id = {"linkedin"},
                       .kind = config::source_kind::linkedin,
                       .secrets = {"li"},
                       .verify_token = {},
                       .applications = {{"child", {"li-child"}}}});
  s.index();
}

TEST_F(webhooks, answer_handshakes_with_the_secrets_of_the_source) {
  add_sources(*settings);
  p.webhooks.apply_settings(settings);
  const auto& x = platforms::functions_of(platforms::kind::x);
  const auto& linkedin = platforms::functions_of(platforms::kind::linkedin);
  for (const auto h : {health::ready, health::overloaded, health::failed}) {
    p.engine.health = h;
    const auto crc = shake("crc_token=t%2B1&nonce=n", "x");
    EXPECT_EQ(crc->status(), 200);
    EXPECT_EQ(crc->answer().content_type, "application/json");
    EXPECT_EQ(crc->answer().body, R"({"response_token":")" + x.sign("t+1", "x-now").second + "\"}");
    EXPECT_THAT(shake("challengeCode=c-1", "linkedin")->answer().body, HasSubstr(R"("challengeCode":"c-1")"));
    EXPECT_NE(shake("challengeCode=c-1", "linkedin")->answer().body,
              shake("challengeCode=c-1&applicationId=child", "linkedin")->answer().body);
    EXPECT_EQ(shake("challengeCode=c-1&applicationId=stranger", "linkedin")->status(), 403);
    EXPECT_EQ(shake("crc_token=%7B%7D", "x")->status(), 400);
  }
  p.engine.health = health::ready;
  const std::string body = "{}";
  const auto post_to = [&](const std::string& source, const std::pair<std::string, std::string>& header) {
    return p.send(
        {method::post, "/webhooks/" + source, {{"Content-Type", "application/json"}, header}, body});
  };
  for (const char* secret : {"li", "li-child"}) {
    EXPECT_FALSE(post_to("linkedin", linkedin.sign(body, secret))->answered()) << secret;
  }
  EXPECT_EQ(post_to("linkedin", linkedin.sign(body, "x-now"))->status(), 401);
  EXPECT_FALSE(post_to("x", x.sign(body, "x-before"))->answered());
  EXPECT_EQ(post_to("x", x.sign(body, "li"))->status(), 401);
}

TEST_F(webhooks, answer_handshakes_whatever_else_is_refused) {
  const std::pair<health, shed_reason> cases[] = {{health::overloaded, shed_reason::views_lag},
                                                  {health::disk_low, shed_reason::disk_low},
                                                  {health::draining, shed_reason::draining},
                                                  {health::failed, shed_reason::node_failed},
                                                  {health::starting, shed_reason::starting}};
  for (const auto& [h, reason] : cases) {
    p.engine.health = h;
    EXPECT_EQ(p.webhooks.counters().shed_for(reason), 0u);
    const auto x = post(body_for({"1001"}));
    EXPECT_EQ(x->status(), 503) << to_word(h);
    EXPECT_EQ(x->answer().timed_by, nullptr) << "what was not taken says nothing of our speed";
    EXPECT_EQ(p.webhooks.counters().shed_for(reason), 1u) << to_word(reason);
    EXPECT_EQ(x->header("Retry-After"), "1");
    EXPECT_EQ(shake("hub.mode=subscribe&hub.verify_token=verify&hub.challenge=77")->status(), 200);
  }
  EXPECT_THAT(p.engine.ingested, IsEmpty());
  expect_no_credit_held();
}

TEST_F(webhooks, are_refused_with_503_when_the_node_is_full) {
  settings->limits.events_in_flight_max = 2;
  p.credits.apply_settings(*settings);
  const auto first = post(body_for({"1001"}));
  const auto permit = p.permit;
  const auto second = post(body_for({"2002"}));
  const auto permit2 = p.permit;
  const auto third = post(body_for({"1001"}));
  EXPECT_EQ(third->status(), 503);
  EXPECT_EQ(third->code(), "overloaded");
  EXPECT_EQ(p.webhooks.counters().shed_for(shed_reason::credit), 1u);
  EXPECT_FALSE(third->header("Retry-After").empty());
  EXPECT_EQ(shake("hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1")->status(), 200);
  EXPECT_THAT(p.engine.ingested, SizeIs(2));
}

TEST_F(webhooks, of_a_brand_over_its_share_are_refused_with_429_and_others_are_not) {
  settings->limits.events_in_flight_max = 4;
  settings->limits.brand_share_percent = 25;
  p.credits.apply_settings(*settings);
  const auto first = post(body_for({"1001"}));
  const auto held = p.permit;
  const auto second = post(body_for({"1001"}));
  EXPECT_EQ(second->status(), 429);
  EXPECT_EQ(second->code(), "brand-over-share");
  EXPECT_EQ(p.webhooks.counters().shed_for(shed_reason::brand_share), 1u);
  EXPECT_FALSE(second->header("Retry-After").empty());
  const auto other = post(body_for({"2002"}));
  EXPECT_FALSE(other->answered());
  commit();
  EXPECT_FALSE(post(body_for({"1001"}))->answered()) << "its credit came back";
}

TEST_F(webhooks, a_large_batch_alone_is_taken_whole) {
  settings->limits.events_in_flight_max = 2;
  p.credits.apply_settings(*settings);
  const auto x = post(body_for({"1001", "1001", "1001"}));
  EXPECT_FALSE(x->answered()) << "or it could never be delivered";
  const auto permit = p.permit;
  EXPECT_EQ(post(body_for({"2002"}))->status(), 503);
  commit();
  EXPECT_EQ(x->status(), 200);
}

TEST_F(webhooks, say_503_when_the_journal_failed) {
  const auto x = post(body_for({"1001"}));
  commit(actors::commit_state::failed);
  EXPECT_EQ(x->status(), 503);
  EXPECT_FALSE(x->header("Retry-After").empty());
  EXPECT_EQ(p.webhooks.counters().accepted.load(), 0u);
  EXPECT_EQ(p.webhooks.counters().shed_for(shed_reason::commit_failed), 1u);
  EXPECT_EQ(x->answer().timed_by, nullptr);
  expect_no_credit_held();
}

TEST_F(webhooks, take_a_new_config_as_one_step) {
  auto next = some_settings();
  next->sources[0].secrets = {"rotated"};
  next->index();
  p.webhooks.apply_settings(next);
  EXPECT_EQ(post(body_for({"1001"}), "s3cret")->status(), 401);
  EXPECT_FALSE(post(body_for({"1001"}), "rotated")->answered());
  next = some_settings();
  next->sources.clear();
  next->index();
  p.webhooks.apply_settings(next);
  EXPECT_EQ(post(body_for({"1001"}), "rotated")->status(), 404);
}

// What was verified by one config is taken in by it, whatever the engine has been told meanwhile.
TEST_F(webhooks, are_taken_in_by_the_config_that_verified_them) {
  auto next = some_settings();
  next->version = "fedcba9876543210";
  next->accounts.clear();
  next->index();
  const auto came_of_it = p.engine.apply_settings(
      next,
      [&] {
        const auto between = post(body_for({"1001"}));
        ASSERT_THAT(p.engine.ingested, SizeIs(1));
        EXPECT_EQ(p.engine.ingested[0].by, settings->version) << "in the middle of a reload";
        p.webhooks.apply_settings(next);
      },
      std::chrono::seconds{1});
  EXPECT_EQ(came_of_it, actors::settings_state::recorded);
  const auto after = post(body_for({"1001"}, "wamid.B"));
  ASSERT_THAT(p.engine.ingested, SizeIs(2));
  EXPECT_EQ(p.engine.ingested[1].by, next->version);
}

// -- replay ------------------------------------------------------------------------------------------------------

class replay : public webhooks {
 protected:
  void keep(std::string raw, std::string source = "meta") {
    p.engine.rows.letters["dl_1"] = {.id = {"dl_1"},
                                     .source = {std::move(source)},
                                     .brand = {"acme"},
                                     .reason = "unknown-account",
                                     .detail = "",
                                     .raw = std::move(raw),
                                     .received_at = {},
                                     .replayed_at = {}};
  }
  std::shared_ptr<fake_exchange> ask() { return p.call(method::post, "/v1/dead-letters/dl_1/replay", ""); }
};

TEST_F(replay, takes_it_in_again_and_marks_it) {
  keep(body_for({"1001"}));
  const auto x = ask();
  EXPECT_FALSE(x->answered());
  ASSERT_THAT(p.engine.ingested, SizeIs(1));
  commit();
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(x->answer().body, R"({"events":1,"quarantined":0})");
  EXPECT_THAT(p.engine.marked, ::testing::ElementsAre("dl_1"));
  expect_no_credit_held();
}

TEST_F(replay, of_what_is_still_not_understood_marks_nothing) {
  keep("{");
  const auto x = ask();
  commit();
  EXPECT_EQ(x->answer().body, R"({"events":0,"quarantined":1})");
  EXPECT_THAT(p.engine.marked, IsEmpty());
}

TEST_F(webhooks, tell_of_events_that_could_not_be_decided_as_quarantined) {
  const auto x = post(body_for({"1001", "1001", "1001"}));
  ASSERT_THAT(p.engine.ingested, SizeIs(1));
  p.engine.ingested[0].ticket->count_undecided();
  commit();
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(x->answer().body, R"({"events":2,"quarantined":1})");
}

TEST_F(replay, of_what_can_still_not_be_decided_marks_nothing) {
  keep(body_for({"1001", "1001"}));
  const auto x = ask();
  ASSERT_THAT(p.engine.ingested, SizeIs(1));
  p.engine.ingested[0].ticket->count_undecided();
  commit();
  EXPECT_EQ(x->answer().body, R"({"events":1,"quarantined":1})");
  EXPECT_THAT(p.engine.marked, IsEmpty());
}

TEST_F(replay, says_why_it_can_not_be) {
  keep(body_for({"1001"}), "gone");
  EXPECT_EQ(ask()->status(), 409);
  keep(body_for({"1001"}));
  p.engine.health = health::disk_low;
  EXPECT_EQ(ask()->status(), 503);
  p.engine.health = health::ready;
  const auto failed = ask();
  commit(actors::commit_state::failed);
  EXPECT_EQ(failed->status(), 503);
  p.engine.mark_durable = false;
  const auto unmarked = ask();
  commit();
  EXPECT_EQ(unmarked->status(), 503);
  expect_no_credit_held();
}

}  // namespace
}  // namespace switchboard::net::testing
