// A platform's history comes back as it would have been delivered: what the normalisers make of it is what counts.

#include "net/platforms/history.hpp"

#include "net/platforms/platform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using domain::platform;
using testing::HasSubstr;

const domain::timestamp now = *domain::parse_rfc3339("2026-11-22T12:00:00Z");

sending_account account_of(platform p) {
  return {.platform_id = p == platform::linkedin ? "urn:li:organization:5" : "100", .access_token = "t"};
}

struct made {
  history_page page;
  domain::unpacked_body events;
};

made read(platform p, kind by, std::string_view body) {
  const answer from{.status = 200, .headers = {}, .body = body};
  auto page = read_history(p, account_of(p), from, now);
  EXPECT_TRUE(page.has_value());
  made m;
  if (!page) return m;
  m.page = *page;
  if (!m.page.body.empty()) m.events = functions_of(by).normalise(m.page.body, {}, {}, now);
  return m;
}

constexpr std::string_view messenger = R"({"data":[{"id":"t_1","messages":{"data":[
  {"id":"m_2","message":"we are on it","from":{"id":"100"},"to":{"data":[{"id":"7"}]},"created_time":"2026-11-20T10:01:00+0000"},
  {"id":"m_1","message":"it is \"broken\"","from":{"id":"7"},"to":{"data":[{"id":"100"}]},"created_time":"2026-11-20T10:00:00+0000",
   "attachments":{"data":[{"image_data":{"url":"https://scontent.example/1.jpg"}}]}}]}}],
  "paging":{"cursors":{"before":"A","after":"B"},"next":"https://graph.facebook.com/next"}})";

TEST(history, of_messenger_comes_in_the_order_in_which_it_was_said) {
  const auto m = read(platform::facebook, kind::meta, messenger);
  EXPECT_EQ(m.page.next, "B");
  EXPECT_FALSE(m.page.cut);
  EXPECT_EQ(m.page.elements, 2u);
  ASSERT_EQ(m.events.events.size(), 2u) << m.page.body;
  EXPECT_TRUE(m.events.rejected.empty());
  EXPECT_EQ(m.events.events[0].content, "it is \"broken\"");
  EXPECT_EQ(m.events.events[0].platform_message_id, "m_1");
  EXPECT_EQ(m.events.events[0].attachments.size(), 1u);
  EXPECT_EQ(m.events.events[0].direction, domain::direction::inbound);
  EXPECT_EQ(m.events.events[1].direction, domain::direction::outbound);
}

TEST(history, of_x_leaves_groups_and_attachments_out_and_says_so) {
  const auto m = read(platform::x, kind::x, R"({"data":[
    {"id":"3","text":"hi all","sender_id":"7","created_at":"2026-11-20T10:02:00.000Z","dm_conversation_id":"1583"},
    {"id":"2a","text":"see","sender_id":"7","created_at":"2026-11-20T10:01:30.000Z","dm_conversation_id":"7-100","attachments":{"media_keys":["3_1"]}},
    {"id":"2","text":"hello","sender_id":"100","created_at":"2026-11-20T10:01:00.000Z","dm_conversation_id":"7-100"},
    {"id":"1","text":"help","sender_id":"7","created_at":"2026-11-20T10:00:00.000Z","dm_conversation_id":"7-100"}],
    "meta":{"result_count":3,"next_token":"n"}})");
  EXPECT_EQ(m.page.next, "n");
  EXPECT_EQ(m.page.skipped, 2u);
  ASSERT_EQ(m.events.events.size(), 2u) << m.page.body;
  EXPECT_EQ(m.events.events[0].content, "help");
  EXPECT_EQ(m.events.events[1].direction, domain::direction::outbound);
}

TEST(history, of_linkedin_is_as_it_was_delivered) {
  const auto m = read(platform::linkedin, kind::linkedin, R"~({"elements":[{"notificationId":9007199254740993,
    "organizationalEntity":"urn:li:organization:5","action":"COMMENT","sourcePost":"urn:li:share:1",
    "generatedActivity":"urn:li:comment:(urn:li:activity:2,3)","decoratedGeneratedActivity":{"comment":{
    "entity":"urn:li:comment:(urn:li:activity:2,3)","owner":"urn:li:person:p","text":"nice","object":"urn:li:share:1"}},
    "lastModifiedAt":1763632800000,"subscriber":"urn:li:person:a"}],"paging":{"start":0,"count":100}})~");
  EXPECT_EQ(m.page.next, "");
  ASSERT_EQ(m.events.events.size(), 1u) << m.page.body;
  EXPECT_EQ(m.events.events[0].content, "nice");
  EXPECT_THAT(m.page.body, HasSubstr("9007199254740993"));
}

TEST(history, that_the_platform_refuses_says_why) {
  const answer dead{
      .status = 401, .headers = {}, .body = R"({"error":{"code":190,"message":"Invalid token"}})"};
  const auto refused = read_history(platform::facebook, account_of(platform::facebook), dead, now);
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().no_access);
  EXPECT_THAT(refused.error().detail, HasSubstr("190"));
  const answer nonsense{.status = 200, .headers = {}, .body = "<html>"};
  EXPECT_FALSE(read_history(platform::facebook, account_of(platform::facebook), nonsense, now).has_value());
}

TEST(history, is_asked_for_where_there_is_any) {
  for (const auto p : {platform::whatsapp, platform::telegram, platform::bluesky}) {
    EXPECT_EQ(ask_history(p, account_of(p), {}), std::nullopt);
  }
  for (const auto p : {platform::facebook, platform::instagram, platform::x, platform::linkedin}) {
    const auto first = ask_history(p, account_of(p), {});
    const auto second = ask_history(p, account_of(p), "a b");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->method, "GET");
    EXPECT_NE(first->url, second->url);
    EXPECT_EQ(second->url.find(' '), std::string::npos);
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
