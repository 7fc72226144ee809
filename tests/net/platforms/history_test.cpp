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
  auto page = read_history(p, account_of(p), {}, from, now);
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

TEST(history, of_messenger_goes_on_inside_a_conversation) {
  const auto m = read(platform::facebook, kind::meta, R"({"data":[
    {"id":"t_1","messages":{"data":[{"id":"m_9","message":"new","from":{"id":"7"},"to":{"data":[{"id":"100"}]},
      "created_time":"2026-11-20T10:00:00+0000"}],"paging":{"cursors":{"after":"x y"},"next":"https://graph.facebook.com/n"}}},
    {"id":"t_2","messages":{"data":[],"paging":{"cursors":{"after":"z"},"next":"https://graph.facebook.com/n"}}},
    {"id":"t_3","messages":{"data":[{"id":"m_8","message":"all","from":{"id":"8"},"to":{"data":[{"id":"100"}]},
      "created_time":"2026-11-20T10:00:00+0000"}],"paging":{"cursors":{"after":"w"}}}}]})");
  EXPECT_EQ(m.page.elements, 2u);
  EXPECT_FALSE(m.page.cut);
  ASSERT_EQ(m.page.deeper.size(), 1u) << "an empty page leads nowhere, and a last one has no next";
  const auto& deeper = m.page.deeper[0];
  EXPECT_TRUE(is_inside_conversation(deeper));
  const auto me = account_of(platform::facebook);
  const auto asked = ask_history(platform::facebook, me, deeper);
  ASSERT_TRUE(asked);
  EXPECT_THAT(asked->url,
              testing::StartsWith("https://graph.facebook.com/v24.0/t_1/messages?limit=25&fields=id%2C"));
  EXPECT_THAT(asked->url, testing::EndsWith("&after=x%20y"));
  for (const auto& c : {asked, ask_history(platform::facebook, me, "")}) {
    ASSERT_EQ(c->quotas.size(), 1u) << "it is counted";
    EXPECT_EQ(c->quotas[0].quota, "facebook.conversations");
  }
  constexpr std::string_view older = R"({"data":[{"id":"m_1","message":"old","from":{"id":"7"},
    "to":{"data":[{"id":"100"}]},"created_time":"2026-11-19T10:00:00+0000"}],
    "paging":{"cursors":{"after":"q"},"next":"https://graph.facebook.com/n"}})";
  const auto page = read_history(platform::facebook, me, deeper, {200, {}, older}, now);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->elements, 1u);
  EXPECT_EQ(page->next, "");
  ASSERT_EQ(page->deeper.size(), 1u);
  EXPECT_THAT(ask_history(platform::facebook, me, page->deeper[0])->url, HasSubstr("/t_1/messages?"));
  EXPECT_EQ(functions_of(kind::meta).normalise(page->body, {}, {}, now).events.at(0).content, "old");
  // Without a cursor nothing leads on, and that is said.
  EXPECT_TRUE(read(platform::facebook, kind::meta, R"({"data":[{"id":"t_1","messages":{"data":[{"id":"m"}],
    "paging":{"next":"https://graph.facebook.com/n"}}}]})")
                  .page.cut);
}

TEST(history, of_linkedin_goes_on_behind_what_was_asked_for) {
  std::string body = R"({"elements":[)";
  for (int i = 0; i < 100; ++i) body += i == 0 ? "{}" : ",{}";
  const auto page =
      read_history(platform::linkedin, account_of(platform::linkedin), "100", {200, {}, body + "]}"}, now);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->next, "200") << "though the answer does not say where it began";
}

TEST(history, of_x_leaves_groups_out_and_what_has_no_address_and_says_so) {
  const auto m = read(platform::x, kind::x, R"({"data":[
    {"id":"3","text":"hi all","sender_id":"7","created_at":"2026-11-20T10:02:00.000Z","dm_conversation_id":"1583"},
    {"id":"2a","text":"see","sender_id":"7","created_at":"2026-11-20T10:01:30.000Z","dm_conversation_id":"7-100","attachments":{"media_keys":["3_1"]}},
    {"id":"2b","text":"","sender_id":"7","created_at":"2026-11-20T10:01:40.000Z","dm_conversation_id":"7-100","attachments":{"media_keys":["3_2"]}},
    {"id":"2c","text":"it moves","sender_id":"7","created_at":"2026-11-20T10:01:50.000Z","dm_conversation_id":"7-100","attachments":{"media_keys":["13_3"]}},
    {"id":"2","text":"hello","sender_id":"100","created_at":"2026-11-20T10:01:00.000Z","dm_conversation_id":"7-100"},
    {"id":"1","text":"help","sender_id":"7","created_at":"2026-11-20T10:00:00.000Z","dm_conversation_id":"7-100"}],
    "includes":{"media":[{"media_key":"3_9","type":"photo","url":"https://ton.x.com/no"},
      {"media_key":"3_2","type":"photo","url":"https://ton.twitter.com/1.1/ton/data/dm/1/2/a.jpg"},{"media_key":"3_1","type":"photo"},
      {"media_key":"13_3","type":"video","preview_image_url":"https://pbs.twimg.com/p.jpg","variants":[
        {"content_type":"video/mp4","bit_rate":1,"url":"https://video.twimg.com/small.mp4"},
        {"content_type":"video/mp4","bit_rate":9,"url":"https://video.twimg.com/large.mp4"}]}]},
    "meta":{"result_count":3,"next_token":"n"}})");
  EXPECT_EQ(m.page.next, "n");
  EXPECT_EQ(m.page.skipped, 2u) << "the group's, and the picture that has no address";
  ASSERT_EQ(m.events.events.size(), 4u) << m.page.body;
  EXPECT_EQ(m.events.events[0].content, "help");
  EXPECT_EQ(m.events.events[1].direction, domain::direction::outbound);
  EXPECT_EQ(m.events.events[2].content, "it moves");
  ASSERT_EQ(m.events.events[2].attachments.size(), 1u);
  EXPECT_EQ(m.events.events[2].attachments[0].url, "https://video.twimg.com/large.mp4");
  const auto& picture = m.events.events[3];
  ASSERT_EQ(picture.attachments.size(), 1u);
  EXPECT_EQ(picture.attachments[0].url, "https://ton.twitter.com/1.1/ton/data/dm/1/2/a.jpg");
  EXPECT_EQ(picture.attachments[0].type, "image");
  EXPECT_EQ(picture.attachments[0].platform_media_id, "3_2");
  EXPECT_THAT(ask_history(platform::x, account_of(platform::x), {})->url,
              HasSubstr("&expansions=attachments.media_keys&media.fields=media_key,type,url"));
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
  const auto refused = read_history(platform::facebook, account_of(platform::facebook), {}, dead, now);
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().no_access);
  EXPECT_THAT(refused.error().detail, HasSubstr("190"));
  const answer nonsense{.status = 200, .headers = {}, .body = "<html>"};
  EXPECT_FALSE(
      read_history(platform::facebook, account_of(platform::facebook), {}, nonsense, now).has_value());
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
