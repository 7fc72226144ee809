#include "tests/net/platforms/meta_support.hpp"

namespace switchboard::net::platforms {
namespace {

using domain::content_type;
using domain::direction;
using domain::inbound_event;
using domain::inbound_kind;
using domain::thread_kind;

inbound_event one(std::string_view rest, std::string_view timestamp = "1699999999456") {
  return only_event(normalise_meta(instagram_dm_body({dm(rest, timestamp)})));
}
inbound_event comment(std::string_view value) {
  return only_event(normalise_meta(change_body("instagram", "comments", value)));
}

TEST(instagram, a_direct_message) {
  const std::string mid(170, 'Z');
  const auto event = one(R"("message":{"mid":")" + mid + R"(","text":"hi"})");
  EXPECT_EQ(event.platform, domain::platform::instagram);
  EXPECT_EQ(event.account_platform_id, "1000");
  EXPECT_EQ(event.thread_key, "77");
  EXPECT_EQ(event.platform_message_id, mid);
  EXPECT_EQ(event.at, at_ms(1'699'999'999'456));
}

TEST(instagram, times_as_text_are_seconds) {  // trap 25
  EXPECT_EQ(one(R"("message":{"mid":"m","text":"x"})", R"("1527459824")").at, at_s(1'527'459'824));
  EXPECT_EQ(one(R"("message":{"mid":"m","text":"x"})", R"("2021-09-08T06:34:04+0000")").at,
            at_s(1'631'082'844));
}

TEST(instagram, reads_name_a_message) {  // trap 27
  const auto read = one(R"("read":{"mid":"m_1"})");
  EXPECT_EQ(read.kind, inbound_kind::status);
  EXPECT_EQ(read.status, domain::delivery_status::read);
  EXPECT_EQ(read.platform_message_id, "m_1");
  EXPECT_EQ(read.version, "read");
  EXPECT_FALSE(read.watermark);
}

TEST(instagram, stories) {
  const auto reply =
      one(R"("message":{"mid":"m","text":"wow","reply_to":{"story":{"id":"5","url":"https://s"}}})");
  EXPECT_EQ(reply.content_type, content_type::text);
  EXPECT_EQ(reply.reply_to, "");
  EXPECT_EQ(reply.payload, R"({"story":{"id":"5","url":"https://s"}})");
  const auto mention =
      one(R"("message":{"mid":"m","attachments":[{"type":"story_mention","payload":{"url":"https://s"}}]})");
  EXPECT_EQ(mention.content_type, content_type::story);
  EXPECT_EQ(mention.attachments.at(0).type, "story_mention");
  EXPECT_EQ(mention.attachments.at(0).url, "https://s");
}

TEST(instagram, hearts_shares_and_what_it_cannot_show) {
  EXPECT_EQ(one(R"("message":{"mid":"m","attachments":[{"type":"like_heart"}]})").content_type,
            content_type::sticker);
  EXPECT_EQ(
      one(R"("message":{"mid":"m","attachments":[{"type":"share","payload":{"url":"u"}}]})").content_type,
      content_type::attachment);
  EXPECT_EQ(
      one(R"("message":{"mid":"m","attachments":[{"type":"unsupported_type","payload":{}}]})").content_type,
      content_type::unsupported);
  EXPECT_EQ(one(R"("message":{"mid":"m","is_unsupported":true})").content_type, content_type::unsupported);
}

TEST(instagram, echoes_and_unsent_messages) {
  const auto echo = only_event(normalise_meta(instagram_dm_body(
      {R"({"sender":{"id":"1000"},"recipient":{"id":"77"},"timestamp":1,"message":{"mid":"m","text":"we","is_echo":true}})"})));
  EXPECT_EQ(echo.direction, direction::outbound);
  EXPECT_EQ(echo.customer_platform_id, "77");
  EXPECT_EQ(one(R"("message":{"mid":"m","is_deleted":true})").kind, inbound_kind::deletion);
}

TEST(instagram, icebreakers_and_reactions) {
  const auto breaker = one(R"("postback":{"mid":"m_5","title":"Open?","payload":"OPEN"})");
  EXPECT_EQ(breaker.platform_message_id, "m_5");
  EXPECT_EQ(breaker.content, "Open?");
  const auto reaction =
      one(R"("reaction":{"mid":"m_5","action":"react","reaction":"love","emoji":"\u2764\ufe0f"})");
  EXPECT_EQ(reaction.reaction_emoji, "❤️");
  EXPECT_EQ(reaction.platform, domain::platform::instagram);
}

TEST(instagram, a_comment) {
  const auto event = comment(
      R"({"id":"55","text":"nice","from":{"id":"8","username":"ann"},"media":{"id":"66","media_product_type":"FEED"},"parent_id":"44"})");
  EXPECT_EQ(event.kind, inbound_kind::message);
  EXPECT_EQ(event.platform, domain::platform::instagram);
  EXPECT_EQ(event.thread, thread_kind::comment);
  EXPECT_EQ(event.thread_key, "66/8");
  EXPECT_EQ(event.post_id, "66");
  EXPECT_EQ(event.customer_platform_id, "8");
  EXPECT_EQ(event.customer_handle, "ann");
  EXPECT_EQ(event.platform_message_id, "55");
  EXPECT_EQ(event.reply_to, "44");
  EXPECT_EQ(event.content, "nice");
  EXPECT_EQ(event.payload, R"({"media":{"id":"66","media_product_type":"FEED"}})");
  EXPECT_EQ(event.at, at_s(1'700'000'050)) << "entry.time, in seconds";
}

TEST(instagram, own_comments_are_outbound) {  // trap 16, trap 21
  const std::vector<std::string> ours = {R"({"id":"1000","username":"us"})",
                                         R"({"id":"999","username":"us","self_ig_scoped_id":"998"})"};
  for (const std::string& from : ours) {
    const auto event =
        comment(R"({"id":"56","text":"we","from":)" + from + R"(,"media":{"id":"66"},"parent_id":"55"})");
    EXPECT_EQ(event.direction, direction::outbound) << from;
    EXPECT_EQ(event.customer_platform_id, "");
    EXPECT_EQ(event.customer_handle, "");
    EXPECT_EQ(event.sender_id, "1000");
    EXPECT_EQ(event.thread_parent, "55");
    EXPECT_EQ(event.thread_key, "66/");
  }
}

TEST(instagram, live_comments_may_name_nobody) {
  const auto event =
      only_event(normalise_meta(change_body("instagram", "live_comments", R"({"id":"55","text":"hey"})")));
  EXPECT_EQ(event.thread_key, "comment:55/");
  EXPECT_EQ(event.payload, R"({"live":true})");
  EXPECT_EQ(event.customer_platform_id, "");
}

TEST(instagram, an_entry_may_be_the_change_itself) {  // trap 9
  const auto event = only_event(normalise_meta(
      R"({"object":"instagram","entry":[{"id":"1000","time":1700000000,"field":"comments","value":)"
      R"({"id":"55","text":"nice","from":{"id":"8","username":"ann"},"media":{"id":"66"}}}]})"));
  EXPECT_EQ(event.thread_key, "66/8");
}

TEST(instagram, mentions) {
  const auto in_comment = only_event(
      normalise_meta(change_body("instagram", "mentions", R"({"media_id":"66","comment_id":"55"})")));
  EXPECT_EQ(in_comment.thread, thread_kind::mention);
  EXPECT_EQ(in_comment.platform_message_id, "55");
  EXPECT_EQ(in_comment.thread_key, "55");
  EXPECT_EQ(in_comment.post_id, "66");
  EXPECT_EQ(in_comment.payload, R"({"mention":{"media_id":"66","comment_id":"55"}})");
  const auto in_caption =
      only_event(normalise_meta(change_body("instagram", "mentions", R"({"media_id":"66"})")));
  EXPECT_EQ(in_caption.platform_message_id, "66");
  EXPECT_EQ(only_reject(normalise_meta(change_body("instagram", "mentions", "{}"))).reason, "malformed");
}

TEST(instagram, the_dashboards_test_button) {
  const auto event = only_event(normalise_meta(
      R"({"object":"instagram","entry":[{"id":"0","time":1527459824,"changes":[{"field":"messages","value":)"
      R"({"sender":{"id":"12334"},"recipient":{"id":"23245"},"timestamp":"1527459824","message":{"mid":"random_mid","text":"t"}}}]}]})"));
  EXPECT_EQ(event.account_platform_id, "0");
  EXPECT_EQ(event.thread_key, "12334");
  EXPECT_EQ(event.at, at_s(1'527'459'824));
}

TEST(instagram, notices_and_nonsense) {
  const auto reason = [](std::string_view field_name, std::string_view value) {
    return only_reject(normalise_meta(change_body("instagram", field_name, value))).reason;
  };
  EXPECT_EQ(reason("story_insights", R"({"media_id":"1","reach":44})"), "account-notice");
  EXPECT_EQ(reason("holograms", "{}"), "unsupported");
  EXPECT_EQ(reason("comments", R"({"text":"no id"})"), "malformed");
  EXPECT_EQ(reason("comments", "[]"), "malformed");
  EXPECT_EQ(reason("comments", R"({"id":"1","id":"2"})"), "duplicate-field");
  EXPECT_EQ(reason("comments", R"({"id":"1","from":{"id":"1","id":"2"}})"), "duplicate-field");
  EXPECT_EQ(reason("comments", R"({"id":"1","media":{"id":"1","id":"2"}})"), "duplicate-field");
}

}  // namespace
}  // namespace switchboard::net::platforms
