// What is said to a page and by it, and what of it can not be understood.
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

TEST(messenger, a_text) {
  const auto event = event_of(R"("message":{"mid":"m_1","seq":3,"text":"caf\u00e9 \/ \ud83d\ude00"})");
  EXPECT_EQ(event.kind, inbound_kind::message);
  EXPECT_EQ(event.platform, domain::platform::facebook);
  EXPECT_EQ(event.account_platform_id, "1000");
  EXPECT_EQ(event.thread, domain::thread_kind::dm);
  EXPECT_EQ(event.thread_key, "77");
  EXPECT_EQ(event.customer_platform_id, "77");
  EXPECT_EQ(event.sender_id, "77");
  EXPECT_EQ(event.direction, direction::inbound);
  EXPECT_EQ(event.sender, sender_type::customer);
  EXPECT_EQ(event.platform_message_id, "m_1");
  EXPECT_EQ(event.version, "");
  EXPECT_EQ(event.content_type, content_type::text);
  EXPECT_EQ(event.content, "café / 😀");
  EXPECT_EQ(event.payload, "");
  EXPECT_EQ(event.at, at_ms(1'699'999'999'456));
}

TEST(messenger, ids_as_numbers_are_the_same_ids) {  // trap 11, H97, H99
  const auto event = only_event(normalise_meta(
      R"({"object":"page","entry":[{"id":9007199254740993,"time":1,"messaging":[{"sender":{"id":18446744073709551615},)"
      R"("recipient":{"id":9007199254740993},"timestamp":1457764197627,"message":{"mid":9223372036854775808,"text":"x"}}]}]})"));
  EXPECT_EQ(event.account_platform_id, "9007199254740993");
  EXPECT_EQ(event.customer_platform_id, "18446744073709551615");
  EXPECT_EQ(event.platform_message_id, "9223372036854775808");
}

TEST(messenger, echoes_are_our_own_side) {  // trap 20
  const auto event = only_event(normalise_meta(messenger_body(
      {R"({"sender":{"id":"1000"},"recipient":{"id":"77"},"timestamp":5,"message":{"mid":"m","text":"we","is_echo":true,)"
       R"("app_id":1517776481860111,"metadata":"mine"}})"})));
  EXPECT_EQ(event.direction, direction::outbound);
  EXPECT_EQ(event.sender, sender_type::agent);
  EXPECT_EQ(event.customer_platform_id, "77");
  EXPECT_EQ(event.thread_key, "77");
  EXPECT_EQ(event.sender_id, "1000");
  EXPECT_EQ(event.payload, R"({"appId":"1517776481860111","metadata":"mine"})");
  EXPECT_EQ(event.our_reference, "mine");
}

TEST(messenger, what_the_page_sends_is_outbound_without_the_flag_too) {
  const auto event = only_event(normalise_meta(messenger_body(
      {R"({"sender":{"id":1000},"recipient":{"id":"77"},"timestamp":5,"message":{"mid":"m","text":"we"}})"})));
  EXPECT_EQ(event.direction, direction::outbound);
  EXPECT_EQ(event.customer_platform_id, "77");
}

TEST(messenger, an_echo_never_makes_the_page_a_customer) {
  const auto event =
      event_of(R"("message":{"mid":"m","text":"we","is_echo":true})");  // sender and recipient swapped
  EXPECT_EQ(event.direction, direction::outbound);
  EXPECT_EQ(event.customer_platform_id, "77");
  EXPECT_EQ(event.sender_id, "1000");
}

TEST(messenger, chat_plugin_visitors_have_only_a_user_ref) {
  const auto event = only_event(normalise_meta(messenger_body(
      {R"({"sender":{"user_ref":"u-1"},"recipient":{"id":"1000"},"timestamp":5,"optin":{"ref":"here","user_ref":"u-1"}})"})));
  EXPECT_EQ(event.thread_key, "ref:u-1");
  EXPECT_EQ(event.content_type, content_type::interactive);
  EXPECT_EQ(event.content, "here");
  EXPECT_EQ(event.payload, R"({"optin":{"ref":"here","user_ref":"u-1"}})");
  EXPECT_THAT(event.platform_message_id, ::testing::StartsWith("optin:ref:u-1:5:"));
}

TEST(messenger, a_checkbox_opt_in_names_its_visitor_inside_alone) {
  for (const std::string_view sender : {"", R"("sender":null,)", R"("sender":{},)"}) {
    const auto event = only_event(normalise_meta(messenger_body(
        {"{" + std::string{sender} +
         R"("recipient":{"id":"1000"},"timestamp":5,"optin":{"ref":"here","user_ref":"u-1"}})"})));
    EXPECT_EQ(event.direction, direction::inbound);
    EXPECT_EQ(event.customer_platform_id, "ref:u-1") << "the same as in sender.user_ref";
    EXPECT_EQ(event.sender_id, "ref:u-1");
    EXPECT_EQ(event.thread_key, "ref:u-1");
    EXPECT_THAT(event.platform_message_id, ::testing::StartsWith("optin:ref:u-1:5:"));
    EXPECT_EQ(event.content, "here");
  }
  const auto reject = [](std::string_view optin) {
    return only_reject(normalise_meta(messenger_body({R"({"recipient":{"id":"1000"},"timestamp":5,"optin":)" +
                                                      std::string{optin} + "}"})))
        .reason;
  };
  EXPECT_EQ(reject(R"({"ref":"here"})"), "malformed") << "of nobody";
  EXPECT_EQ(reject(R"("u-1")"), "malformed");
  EXPECT_EQ(reject(R"({"user_ref":"u-1","user_ref":"u-2"})"), "duplicate-field");
}

TEST(messenger, standby_is_the_same_and_says_so) {
  const auto event =
      only_event(normalise_meta(envelope("page", "standby", {dm(R"("message":{"mid":"m","text":"x"})")})));
  EXPECT_EQ(event.content, "x");
  EXPECT_EQ(event.payload, R"({"standby":true})");
}

struct attachment_case {
  std::string json;
  content_type type;
  std::string word;
  std::string url;
  domain::media_state state;
};

TEST(messenger, attachments_decide_the_content_type) {
  using enum domain::media_state;
  const std::vector<attachment_case> cases = {
      {R"({"type":"image","payload":{"url":"https:\/\/x"}})", content_type::image, "image", "https://x",
       pending},
      {R"({"type":"video","payload":{"url":"v"}})", content_type::video, "video", "v", pending},
      {R"({"type":"audio","payload":{"url":"a"}})", content_type::audio, "audio", "a", pending},
      {R"({"type":"file","payload":{"url":"f"}})", content_type::document, "document", "f", pending},
      {R"({"type":"location","payload":{"coordinates":{"lat":1.5,"long":-2}}})", content_type::location,
       "location", "", ready},
      {R"({"type":"fallback","title":"T","url":"https://page","payload":null})", content_type::attachment,
       "fallback", "https://page", ready},
      {R"({"type":"template","payload":{"product":{"elements":[{"id":"p"}]}}})", content_type::attachment,
       "template", "", ready},
      {R"({"type":"share","payload":{"url":"s"}})", content_type::attachment, "share", "s", pending},
      {R"({"type":"reel","payload":{"url":"r","reel_video_id":5}})", content_type::attachment, "reel", "r",
       pending},
      {R"({"type":"ig_reel","payload":{"url":"r"}})", content_type::attachment, "ig_reel", "r", pending},
      {R"({"type":"post","payload":{"url":"r"}})", content_type::attachment, "post", "r", pending},
      {R"({"type":"story_mention","payload":{"url":"st"}})", content_type::story, "story_mention", "st",
       pending},
      {R"({"type":"like_heart"})", content_type::sticker, "like_heart", "", ready},
      {R"({"type":"image","payload":{"url":"s.png","sticker_id":369239263222822}})", content_type::sticker,
       "sticker", "s.png", pending},
      {R"({"type":"hologram","payload":{"url":"h"}})", content_type::attachment, "hologram", "h", ready},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.json);
    for (const std::string_view text : {"", R"("text":"with words",)"}) {
      const auto event =
          event_of(R"("message":{"mid":"m",)" + std::string{text} + R"("attachments":[)" + each.json + "]}");
      EXPECT_EQ(event.content_type, each.type);
      EXPECT_EQ(event.content, text.empty() ? "" : "with words");
      ASSERT_EQ(event.attachments.size(), 1U);
      EXPECT_EQ(event.attachments[0].type, each.word);
      EXPECT_EQ(event.attachments[0].url, each.url);
      EXPECT_EQ(event.attachments[0].state, each.state);
    }
  }
}

TEST(messenger, several_attachments_keep_their_order) {
  const auto event =
      event_of(R"("message":{"mid":"m","attachments":[{"type":"video","payload":{"url":"1"}},7,)"
               R"({"type":"image","payload":{"url":"2"}}]})");
  EXPECT_EQ(event.content_type, content_type::video);
  ASSERT_EQ(event.attachments.size(), 2U);
  EXPECT_EQ(event.attachments[1].url, "2");
  EXPECT_NE(event.payload.find(R"("attachments":[)"), std::string::npos)
      << "the odd one is kept for a person";
}

TEST(messenger, what_an_attachment_holds_beside_a_url_is_kept) {
  const auto location = event_of(
      R"("message":{"mid":"m","attachments":[{"type":"location","payload":{"coordinates":{"lat":1.5,"long":-2}}}]})");
  EXPECT_NE(location.payload.find(R"("location":{"lat":1.5,"long":-2})"), std::string::npos)
      << location.payload;
  const auto product = event_of(
      R"("message":{"mid":"m","attachments":[{"type":"template","payload":{"product":{"elements":[{"id":"p"}]}}}]})");
  EXPECT_NE(product.payload.find(R"("product":{"elements":[{"id":"p"}]})"), std::string::npos)
      << product.payload;
  const auto sticker = event_of(
      R"("message":{"mid":"m","sticker_id":369239263222822,"attachments":[{"type":"image","payload":{"url":"u","sticker_id":369239263222822}}]})");
  EXPECT_EQ(sticker.content_type, content_type::sticker);
  EXPECT_EQ(sticker.attachments.at(0).platform_media_id, "369239263222822");
  EXPECT_EQ(sticker.payload, "");
}

TEST(messenger, quick_replies_replies_and_referrals) {
  const auto quick = event_of(R"("message":{"mid":"m","text":"Red","quick_reply":{"payload":"C_RED"}})");
  EXPECT_EQ(quick.content_type, content_type::interactive);
  EXPECT_EQ(quick.content, "Red");
  EXPECT_EQ(quick.payload, R"({"quickReply":{"payload":"C_RED"}})");
  const auto reply = event_of(R"("message":{"mid":"m","text":"yes","reply_to":{"mid":"m_0"}})");
  EXPECT_EQ(reply.reply_to, "m_0");
  EXPECT_EQ(reply.content_type, content_type::text);
  const auto referred =
      event_of(R"("message":{"mid":"m","text":"hi","referral":{"ref":null,"source":"ADS","ad_id":"6"}})");
  EXPECT_EQ(referred.payload, R"({"referral":{"ref":null,"source":"ADS","ad_id":"6"}})");
  EXPECT_TRUE(referred.from_ad);
  for (const std::string_view other :
       {R"(,"referral":{"source":"SHORTLINK"})", R"(,"referral":{"ad_id":"6"})", R"(,"referral":"ADS")",
        R"(,"referral":{"source":"ADS"},"is_echo":true)", ""}) {
    EXPECT_FALSE(event_of(R"("message":{"mid":"m","text":"hi")" + std::string(other) + "}").from_ad) << other;
  }
}

TEST(messenger, empty_messages_are_normal) {  // trap 10
  const auto deleted = event_of(R"("message":{"mid":"m_1","is_deleted":true})");
  EXPECT_EQ(deleted.kind, inbound_kind::deletion);
  EXPECT_EQ(deleted.platform_message_id, "m_1");
  const auto unsupported = event_of(R"("message":{"mid":"m_2","is_unsupported":true})");
  EXPECT_EQ(unsupported.kind, inbound_kind::message);
  EXPECT_EQ(unsupported.content_type, content_type::unsupported);
  const auto blank = event_of(R"("message":{"mid":"m_3","hologram":{"x":1}})");
  EXPECT_EQ(blank.content_type, content_type::unsupported);
  EXPECT_EQ(blank.payload, R"({"message":{"mid":"m_3","hologram":{"x":1}}})") << "whatever it was is kept";
}

TEST(messenger, several_things_in_one_element_are_several_events) {
  const auto result = normalise_meta(
      messenger_body({dm(R"("message":{"mid":"m","text":"x"},"referral":{"ref":"r"},"postback":null)")}));
  ASSERT_EQ(result.events.size(), 2U);
  EXPECT_EQ(result.events[0].content, "x");
  EXPECT_EQ(result.events[1].content, "r");
}

TEST(messenger, what_cannot_be_understood_is_rejected_with_the_reason) {
  EXPECT_EQ(reason_against("7"), "malformed");
  EXPECT_EQ(reason_against(dm(R"("message":7)")), "malformed");
  EXPECT_EQ(reason_against(dm(R"("message":{"text":"no mid"})")), "malformed");
  EXPECT_EQ(reason_against(dm(R"("message":{"mid":1.5,"text":"x"})")), "malformed");
  EXPECT_EQ(reason_against(dm(R"("message":{"mid":1e3,"text":"x"})")), "malformed");
  EXPECT_EQ(reason_against(dm(R"("reaction":{"action":"react"})")), "malformed");
  EXPECT_EQ(reason_against(dm(R"("reaction":{"mid":"m","action":"explode"})")), "malformed");
  EXPECT_EQ(reason_against(dm(R"("delivery":{})")), "malformed");
  EXPECT_EQ(reason_against(dm(R"("read":{})")), "malformed");
  EXPECT_EQ(
      reason_against(R"({"sender":{"id":{}},"recipient":{"id":"1000"},"message":{"mid":"m","text":"x"}})"),
      "malformed");
  EXPECT_EQ(reason_against(R"({"sender":"77","recipient":{"id":"1000"},"message":{"mid":"m","text":"x"}})"),
            "malformed");
  EXPECT_EQ(reason_against(R"({"recipient":{"id":"1000"},"message":{"mid":"m","text":"x"}})"), "malformed");
}

TEST(messenger, duplicated_fields_are_nobodys_word) {  // H96
  EXPECT_EQ(
      reason_against(R"({"sender":{"id":"1","id":"2"},"recipient":{"id":"1000"},"message":{"mid":"m"}})"),
      "duplicate-field");
  EXPECT_EQ(reason_against(R"({"sender":{"id":"1"},"sender":{"id":"2"},"message":{"mid":"m"}})"),
            "duplicate-field");
  EXPECT_EQ(
      reason_against(R"({"sender":{"id":"1"},"recipient":{"id":"1000","id":"2"},"message":{"mid":"m"}})"),
      "duplicate-field");
  EXPECT_EQ(reason_against(dm(R"("message":{"mid":"a","text":"x","mid":"b"})")), "duplicate-field");
  EXPECT_EQ(reason_against(dm(R"("message":{"mid":"a","text":"x","\u006did":"b"})")), "duplicate-field");
  EXPECT_EQ(reason_against(dm(R"("reaction":{"mid":"a","mid":"b","action":"react"})")), "duplicate-field");
}

TEST(messenger, ids_may_hold_anything) {  // H93
  const auto event = only_event(normalise_meta(messenger_body(
      {R"({"sender":{"id":"a\u0000b:\/"},"recipient":{"id":"1000"},"message":{"mid":"m\u0000","text":"x"}})"})));
  EXPECT_EQ(event.customer_platform_id, std::string("a\0b:/", 5));
  EXPECT_EQ(event.platform_message_id, std::string("m\0", 2));
}

TEST(messenger, times_fall_back_to_the_nearest) {  // trap 25
  const auto with = [](std::string_view timestamp, std::string_view entry_time) {
    return only_event(
               normalise_meta(envelope("page", "messaging",
                                       {R"({"sender":{"id":"77"},"recipient":{"id":"1000"})" +
                                        std::string{timestamp} + R"(,"message":{"mid":"m","text":"x"}})"},
                                       entry_time)))
        .at;
  };
  EXPECT_EQ(with(R"(,"timestamp":1457764197627)", "9"), at_ms(1'457'764'197'627));
  EXPECT_EQ(with(R"(,"timestamp":"1457764197627")", "9"), at_ms(1'457'764'197'627));
  EXPECT_EQ(with(R"(,"timestamp":"2021-09-08T06:34:04+0000")", "9"), at_s(1'631'082'844));
  EXPECT_EQ(with("", "1457764198246"), at_ms(1'457'764'198'246));
  EXPECT_EQ(with(R"(,"timestamp":-5)", "\"soon\""), test_now);
}

TEST(messenger, redelivery_has_the_same_key) {  // trap 22
  const std::string element = dm(
      R"("message":{"mid":"m_1","text":"x","attachments":[{"type":"image","payload":{"url":"u?sig=1"}}]})");
  const std::string again = dm(
      R"("message":{"mid":"m_1","text":"x","attachments":[{"type":"image","payload":{"url":"u?sig=2"}}]})");
  const auto first = only_event(normalise_meta(envelope("page", "messaging", {element}, "1")));
  const auto second = only_event(normalise_meta(envelope("page", "messaging", {again}, "2")));
  EXPECT_EQ(first.platform_message_id, second.platform_message_id);
  EXPECT_EQ(first.version, second.version);
  EXPECT_EQ(first.kind, second.kind);
}

TEST(messenger, the_dashboards_test_button_sends_changes) {
  const auto event = only_event(normalise_meta(change_body(
      "page", "messages",
      R"({"sender":{"id":"77"},"recipient":{"id":"1000"},"timestamp":"1527459824000","message":{"mid":"m","text":"x"}})")));
  EXPECT_EQ(event.content, "x");
  EXPECT_EQ(event.thread_key, "77");
}

TEST(messenger, another_tenants_page_as_sender_is_just_a_sender) {  // H104
  const auto event = only_event(normalise_meta(messenger_body(
      {R"({"sender":{"id":"2000"},"recipient":{"id":"3000"},"timestamp":1,"message":{"mid":"m","text":"x"}})"})));
  EXPECT_EQ(event.account_platform_id, "1000") << "the account is the entry's, whatever the element says";
  EXPECT_EQ(event.direction, direction::inbound);
}

}  // namespace
}  // namespace switchboard::net::platforms
