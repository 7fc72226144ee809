// What happens to messages of a page and beside them: edits, reactions, receipts, postbacks, handover.
#include "tests/net/platforms/messenger_elements.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::platforms {
namespace {

using domain::content_type;
using domain::delivery_status;
using domain::direction;
using domain::inbound_event;
using domain::inbound_kind;
using domain::sender_type;

TEST(messenger, edits) {
  const auto edit = event_of(R"("message_edit":{"mid":"m_1","text":"better","num_edit":"37"})");
  EXPECT_EQ(edit.kind, inbound_kind::edit);
  EXPECT_EQ(edit.platform_message_id, "m_1");
  EXPECT_EQ(edit.content, "better");
  EXPECT_EQ(edit.version, "37");
  EXPECT_EQ(event_of(R"("message_edit":{"mid":"m_1","text":"better","num_edit":2})").version, "2");
  EXPECT_EQ(event_of(R"("message_edit":{"mid":"m_1","text":"better"})").version.substr(0, 14),
            "1699999999456#");
}

TEST(messenger, edits_and_reactions_without_a_time_are_the_same_in_every_redelivery) {  // trap 22
  const auto version_of = [](std::string_view what, std::string_view sent_at) {
    const std::string item = R"({"sender":{"id":"77"},"recipient":{"id":"1000"},)" + std::string{what} + "}";
    return only_event(normalise_meta(envelope("page", "messaging", {item}, sent_at))).version;
  };
  constexpr std::string_view edit = R"("message_edit":{"mid":"m","text":"b"})";
  constexpr std::string_view reaction = R"("reaction":{"mid":"m","action":"react","emoji":"x"})";
  EXPECT_EQ(version_of(edit, "1700000000123"), version_of(edit, "1700000900123"));
  EXPECT_EQ(version_of(reaction, "1700000000123"), version_of(reaction, "1700000900123"));
  EXPECT_NE(version_of(edit, "1700000000123"),
            version_of(R"("message_edit":{"mid":"m","text":"c"})", "1700000000123"));
}

TEST(messenger, reactions_are_versions_of_their_target) {  // trap 23
  const auto added =
      event_of(R"("reaction":{"mid":"m_1","action":"react","emoji":"\ud83d\ude22","reaction":"sad"})");
  EXPECT_EQ(added.kind, inbound_kind::reaction_added);
  EXPECT_EQ(added.platform_message_id, "m_1");
  EXPECT_EQ(added.reaction_emoji, "😢");
  EXPECT_EQ(added.version, "77:react:1699999999456");
  const auto removed = event_of(R"("reaction":{"mid":"m_1","action":"unreact"})");
  EXPECT_EQ(removed.kind, inbound_kind::reaction_removed);
  EXPECT_EQ(removed.reaction_emoji, "");
  EXPECT_NE(removed.version, added.version);
  EXPECT_EQ(event_of(R"("reaction":{"mid":"m_1","action":"react","reaction":"love"})").reaction_emoji,
            "❤️");
  EXPECT_EQ(event_of(R"("reaction":{"mid":"m_1","action":"react","reaction":"other"})").reaction_emoji,
            "other");
}

TEST(messenger, deliveries_name_messages_and_a_watermark) {
  const auto result = normalise_meta(messenger_body(
      {R"({"sender":{"id":"77"},"recipient":{"id":"1000"},"delivery":{"mids":["a","b"],"watermark":1458668856253}})"}));
  ASSERT_EQ(result.events.size(), 3U);
  EXPECT_EQ(result.events[0].kind, inbound_kind::status);
  EXPECT_EQ(result.events[0].status, delivery_status::delivered);
  EXPECT_EQ(result.events[0].platform_message_id, "a");
  EXPECT_EQ(result.events[0].version, "delivered");
  EXPECT_EQ(result.events[0].at, at_ms(1'458'668'856'253))
      << "no timestamp of its own: the watermark is nearest";
  EXPECT_EQ(result.events[1].platform_message_id, "b");
  EXPECT_EQ(result.events[2].platform_message_id, "");
  EXPECT_EQ(result.events[2].watermark, at_ms(1'458'668'856'253));
  EXPECT_EQ(result.events[2].version, "delivered:1458668856253:77");
  const auto only = event_of(R"("delivery":{"watermark":5})");
  EXPECT_EQ(only.watermark, at_ms(5));
}

TEST(messenger, reads_are_a_watermark) {  // trap 27
  const auto read = event_of(R"("read":{"watermark":1458668856253,"seq":38})");
  EXPECT_EQ(read.status, delivery_status::read);
  EXPECT_EQ(read.watermark, at_ms(1'458'668'856'253));
  EXPECT_EQ(read.platform_message_id, "");
  EXPECT_EQ(read.customer_platform_id, "77");
}

TEST(messenger, watermarks_of_two_customers_are_two_things) {
  const auto result = normalise_meta(messenger_body(
      {dm(R"("read":{"watermark":5})"),
       R"({"sender":{"id":"78"},"recipient":{"id":"1000"},"timestamp":1,"read":{"watermark":5}})"}));
  ASSERT_EQ(result.events.size(), 2U);
  EXPECT_NE(result.events[0].version, result.events[1].version);
}

TEST(messenger, things_without_an_id_of_the_same_millisecond_are_told_apart) {
  const std::string_view pairs[][2] = {
      {R"("postback":{"title":"Start","payload":"A"})", R"("postback":{"title":"Start","payload":"B"})"},
      {R"("referral":{"ref":"a","source":"ADS"})", R"("referral":{"ref":"b","source":"ADS"})"},
      {R"("foo":{})", R"("bar":{})"}};
  for (const auto& [a, b] : pairs) {
    EXPECT_NE(event_of(a).platform_message_id, event_of(b).platform_message_id) << a;
    EXPECT_EQ(event_of(a).platform_message_id, event_of(a).platform_message_id) << a;
  }
  EXPECT_EQ(event_of(R"("referral":{"ref":"a","ads_context_data":{"photo_url":"https://x/1"}})")
                .platform_message_id,
            event_of(R"("referral":{"ref":"a","ads_context_data":{"photo_url":"https://x/2"}})")
                .platform_message_id)
      << "delivered again, its URL is signed anew";
}

TEST(messenger, postbacks) {
  const auto event = event_of(R"("postback":{"title":"Start","payload":"GO","referral":{"ref":"r"}})");
  EXPECT_EQ(event.kind, inbound_kind::message);
  EXPECT_EQ(event.content_type, content_type::interactive);
  EXPECT_EQ(event.content, "Start");
  EXPECT_THAT(event.platform_message_id, ::testing::StartsWith("pb:77:1699999999456:"));
  EXPECT_EQ(event.payload, R"({"postback":{"title":"Start","payload":"GO","referral":{"ref":"r"}}})");
  EXPECT_EQ(event_of(R"("postback":{"mid":"m_9","title":"Start","payload":"GO"})").platform_message_id,
            "m_9");
}

TEST(messenger, made_up_ids_survive_redelivery_without_a_time) {
  const auto body = [](std::string_view time, std::string_view payload) {
    return envelope("page", "messaging",
                    {R"({"sender":{"id":"77"},"recipient":{"id":"1000"},"postback":{"payload":")" +
                     std::string{payload} + R"("}})"},
                    time);
  };
  const auto first = only_event(normalise_meta(body("1", "A")));
  EXPECT_EQ(first.platform_message_id, only_event(normalise_meta(body("999", "A"))).platform_message_id);
  EXPECT_NE(first.platform_message_id, only_event(normalise_meta(body("1", "B"))).platform_message_id);
}

TEST(messenger, handover_is_told_by_the_system) {
  const auto pass = event_of(R"("pass_thread_control":{"new_owner_app_id":123,"metadata":"M"})");
  EXPECT_EQ(pass.sender, sender_type::system);
  EXPECT_EQ(pass.content, "Thread control passed to app 123");
  EXPECT_EQ(pass.payload, R"({"pass_thread_control":{"new_owner_app_id":123,"metadata":"M"}})");
  EXPECT_EQ(event_of(R"("take_thread_control":{"previous_owner_app_id":"9"})").content,
            "Thread control taken from app 9");
  EXPECT_EQ(event_of(R"("request_thread_control":{"requested_owner_app_id":"9"})").content,
            "Thread control requested by app 9");
  EXPECT_EQ(event_of(R"("app_roles":{"123":["primary_receiver"]})").sender, sender_type::system);
  EXPECT_EQ(reason_against(R"({"recipient":{"id":"1000"},"timestamp":1,"app_roles":{"123":["x"]}})"),
            "account-notice");
}

TEST(messenger, policy_enforcement_is_a_notice_to_the_account) {
  const auto part = only_reject(normalise_meta(messenger_body(
      {R"({"recipient":{"id":"1000"},"timestamp":1,"policy-enforcement":{"action":"block","reason":"spam"}})"})));
  EXPECT_EQ(part.reason, "account-notice");
  EXPECT_NE(part.detail.find("spam"), std::string::npos);
  EXPECT_EQ(part.account_platform_id, "1000");
}

TEST(messenger, unknown_kinds_are_visible) {  // trap 13
  const auto event = event_of(R"("teleport":{"to":"mars"})");
  EXPECT_EQ(event.kind, inbound_kind::message);
  EXPECT_EQ(event.content_type, content_type::unsupported);
  EXPECT_EQ(event.payload, dm(R"("teleport":{"to":"mars"})"));
  EXPECT_EQ(reason_against(R"({"recipient":{"id":"1000"},"teleport":{}})"), "unsupported");
}

}  // namespace
}  // namespace switchboard::net::platforms
