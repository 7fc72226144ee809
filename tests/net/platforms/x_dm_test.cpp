// X's direct messages in both generations, typing, receipts, encrypted chats.

#include "x_bodies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using domain::content_type;
using domain::direction;
using domain::inbound_kind;
using domain::sender_type;
using ::testing::HasSubstr;
using ::testing::Not;

domain::inbound_event received(std::string_view data) {
  return only(normalise_x(activity("direct_message_events", dm("7", us, data), users)));
}

TEST(x_dm, both_generations_say_the_same) {
  const auto old = only(normalise_x(activity("direct_message_events", dm("7", us), users)));
  EXPECT_EQ(old.platform, domain::platform::x);
  EXPECT_EQ(old.account_platform_id, us);
  EXPECT_EQ(old.thread, domain::thread_kind::dm);
  EXPECT_EQ(old.thread_key, "7");
  EXPECT_EQ(old.customer_platform_id, "7");
  EXPECT_EQ(old.customer_name, "Ada");
  EXPECT_EQ(old.customer_handle, "ada");
  EXPECT_EQ(old.customer_avatar_url, "https://p/a.jpg");
  EXPECT_EQ(old.direction, direction::inbound);
  EXPECT_EQ(old.sender_id, "7");
  EXPECT_EQ(old.platform_message_id, "1247299084244979717");
  EXPECT_EQ(old.content, "hi");
  EXPECT_EQ(old.content_type, content_type::text);
  EXPECT_EQ(old.at, domain::timestamp{std::chrono::milliseconds{1586214250037}});  // trap 25

  const auto now = only(normalise_x(envelope_x(
      "dm.received",
      joined(
          {R"({"direct_message_events":[)", dm("7", us),
           R"(],"users":{"7":{"data":{"id":"7","name":"Ada","username":"ada","profile_image_url":"https://p/a.jpg"}}}})"}))));
  EXPECT_EQ(described({{now}, {}}), described({{old}, {}}));
  EXPECT_EQ(now.customer_handle, "ada");
  EXPECT_EQ(now.customer_avatar_url, "https://p/a.jpg");
}

// Traps 20 and 21: by who sent it, whatever the event is called.
TEST(x_dm, our_own_is_outbound) {
  for (const std::string& body :
       {activity("direct_message_events", dm(us, "7"), users),
        envelope_x("dm.sent", joined({R"({"direct_message_events":[)", dm(us, "7"), "]}"})),
        envelope_x("dm.received", joined({R"({"direct_message_events":[)", dm(us, "7"), "]}"}))}) {
    const auto e = only(normalise_x(body));
    EXPECT_EQ(e.direction, direction::outbound) << body;
    EXPECT_EQ(e.sender, sender_type::agent);
    EXPECT_EQ(e.sender_id, us);
    EXPECT_EQ(e.thread_key, "7");
    EXPECT_EQ(e.customer_platform_id, "7");
  }
}

// Trap 22: once for each of the two, both ours: a conversation of each.
TEST(x_dm, between_two_accounts_of_ours_comes_for_each) {
  const auto first = only(normalise_x(activity("direct_message_events", dm("42", "7"))));
  const auto second =
      only(normalise_x(joined({R"({"for_user_id":"7","direct_message_events":[)", dm("42", "7"), "]}"})));
  EXPECT_EQ(first.account_platform_id, "42");
  EXPECT_EQ(second.account_platform_id, "7");
  EXPECT_EQ(first.direction, direction::outbound);
  EXPECT_EQ(second.direction, direction::inbound);
  EXPECT_EQ(first.thread_key, "7");
  EXPECT_EQ(second.thread_key, "42");
  EXPECT_EQ(first.platform_message_id, second.platform_message_id);
}

TEST(x_dm, old_bodies_do_not_say_for_whom) {
  const auto body = [](std::string_view from, std::string_view to) {
    return joined({R"({"direct_message_events":[)", dm(from, to), "]}"});
  };
  EXPECT_EQ(only(normalise_x(body("7", us))).direction, direction::inbound);
  EXPECT_EQ(only(normalise_x(body(us, "7"))).direction, direction::outbound);
  const auto other = only(normalise_x(body("7", "43")));  // a second account of this source
  EXPECT_EQ(other.account_platform_id, "43");
  EXPECT_EQ(other.customer_platform_id, "7");
  EXPECT_EQ(only(normalise_x(body("7", "43"), "")).account_platform_id, "43");
}

TEST(x_dm, keeps_what_was_sent_with_it) {
  const content_case cases[] = {
      {R"("text":"look https://t.co/1","attachment":{"type":"media","media":{"id":1,"id_str":"9","type":"photo","media_url_https":"https://m/1.jpg"}})",
       content_type::image, "look https://t.co/1", "", "9"},
      {R"("text":"","attachment":{"type":"media","media":{"id_str":"9","type":"video","media_url_https":"https://m/1.jpg","video_info":{"variants":[{"content_type":"application/x-mpegURL","url":"u"},{"bitrate":832000,"content_type":"video/mp4","url":"https://m/s.mp4"},{"bitrate":2176000,"content_type":"video/mp4","url":"https://m/l.mp4"}]}}})",
       content_type::video, "", "", "9"},
      {R"("text":"","attachment":{"type":"media","media":{"id_str":"9","type":"animated_gif","media_url_https":"https://m/1.jpg"}})",
       content_type::video, "", "", "9"},
      {R"("text":"Yes","quick_reply_response":{"type":"options","metadata":"opt_1"})",
       content_type::interactive, "Yes", R"("quickReply":{"type":"options","metadata":"opt_1"})"},
      {R"("text":"pick","quick_reply":{"type":"options","options":[]},"ctas":[{"type":"web_url","label":"l"}])",
       content_type::text, "pick", R"("quickReplyOptions":{"type":"options","options":[]},"buttons":[{)"},
      {R"("text":"see https://t.co/1","entities":{"urls":[{"url":"https://t.co/1","expanded_url":"https://acme.example"}]})",
       content_type::text, "see https://t.co/1", R"("expanded_url":"https://acme.example")"},
      {R"("text":"")", content_type::unsupported, "", R"("message":{"sender_id":"7")"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.rest);
    expect_kept(received(c.rest), c);
  }
  EXPECT_EQ(received(cases[1].rest).attachments[0].url, "https://m/l.mp4");
  EXPECT_EQ(received(cases[0].rest).attachments[0].state, domain::media_state::pending);
  const auto place = received(
      R"("text":"here","attachment":{"type":"location","location":{"type":"shared_place","shared_place":{"place":{"full_name":"San Francisco, CA"}}}})");
  EXPECT_EQ(place.content_type, content_type::location);
  EXPECT_EQ(place.attachments.at(0).name, "San Francisco, CA");
  const auto fresh = received(R"("text":"","attachment":{"type":"hologram","hologram":{}})");
  EXPECT_EQ(fresh.content_type, content_type::attachment);
  EXPECT_THAT(fresh.payload, HasSubstr(R"("attachment":{"type":"hologram")"));
}

TEST(x_dm, a_batch_is_wholly_unpacked) {  // traps 7 and 8
  const auto out = normalise_x(
      activity("direct_message_events",
               joined({dm("7", us, R"("text":"a")", "1"), ",7,", dm("8", us, R"("text":"b")", "2"), ",",
                       R"({"type":"message_create","id":"3"},)", dm(us, "9", R"("text":"c")", "4")})));
  ASSERT_EQ(out.events.size(), 3U) << described(out);
  ASSERT_EQ(out.rejected.size(), 2U);
  EXPECT_EQ(out.events[2].thread_key, "9");
  EXPECT_THAT(out.rejected[0].detail, HasSubstr("/direct_message_events/1"));
  EXPECT_EQ(out.rejected[0].account_platform_id, us);
}

TEST(x_dm, ids_are_exact) {  // trap 18
  const auto with = [](std::string_view id) {
    return normalise_x(activity(
        "direct_message_events",
        joined(
            {R"({"type":"message_create","id":)", id,
             R"(,"message_create":{"sender_id":"7","target":{"recipient_id":"42"},"message_data":{"text":"t"}}})"})));
  };
  EXPECT_EQ(only(with(R"("1924465506158878979")")).platform_message_id, "1924465506158878979");
  EXPECT_EQ(only(with("12345")).platform_message_id, "12345");
  EXPECT_EQ(only(with("9007199254740992")).platform_message_id, "9007199254740992");
  EXPECT_EQ(rejection(with("1924465506158879000")), "malformed") << "a rounded id names another message";
  EXPECT_EQ(rejection(with("1.5")), "malformed");
  EXPECT_EQ(rejection(with("null")), "malformed");
  EXPECT_EQ(rejection(with("\"\"")), "malformed");
}

TEST(x_dm, typing_leaves_no_trace) {
  const std::string_view typing =
      R"({"created_timestamp":"1518127183443","sender_id":"7","target":{"recipient_id":"42"}})";
  for (const std::string& body :
       {activity("direct_message_indicate_typing_events", typing, users),
        envelope_x("dm.indicate_typing",
                   joined({R"({"direct_message_indicate_typing_events":[)", typing, "]}"}))}) {
    const auto e = only(normalise_x(body));
    EXPECT_EQ(e.kind, inbound_kind::status);
    EXPECT_FALSE(e.status);
    EXPECT_FALSE(e.watermark);
    EXPECT_EQ(e.thread_key, "7");
    EXPECT_EQ(e.platform_message_id, "typing:7:1518127183443");
  }
  {
    SCOPED_TRACE("without the list");
    EXPECT_EQ(only(normalise_x(envelope_x("dm.indicate_typing", typing))).platform_message_id,
              "typing:7:1518127183443");
  }
}

TEST(x_dm, a_receipt_names_the_last_and_covers_what_was_before) {
  const std::string_view read =
      R"({"created_timestamp":"1586216882004","sender_id":"7","target":{"recipient_id":"42"},"last_read_event_id":"1247310121283321862"})";
  for (const std::string& body :
       {activity("direct_message_mark_read_events", read, users),
        envelope_x("dm.read", joined({R"({"direct_message_mark_read_events":[)", read, "]}"}))}) {
    const auto out = normalise_x(body);
    ASSERT_EQ(out.events.size(), 2U) << described(out);
    const auto& before = out.events[1];
    EXPECT_EQ(before.kind, inbound_kind::status);
    EXPECT_EQ(before.status, domain::delivery_status::read);
    EXPECT_EQ(before.platform_message_id, "");
    // The id's upper bits: 1247310121283321862 >> 22, in milliseconds since X's own epoch.
    EXPECT_EQ(before.watermark, (domain::timestamp{std::chrono::milliseconds{1586216881472}}))
        << before.watermark->time_since_epoch().count();
    const auto& last = out.events[0];
    EXPECT_EQ(last.platform_message_id, "1247310121283321862");
    EXPECT_EQ(last.status, domain::delivery_status::read);
    EXPECT_FALSE(last.watermark);
    EXPECT_NE(before.version, last.version);
  }
  const auto by_us = only(normalise_x(activity(
      "direct_message_mark_read_events",
      R"({"created_timestamp":"1","sender_id":"42","target":{"recipient_id":"7"},"last_read_event_id":"1247310121283321862"})")));
  EXPECT_FALSE(by_us.status) << "we read what the customer wrote: no receipt";
  const auto small = only(normalise_x(activity(
      "direct_message_mark_read_events",
      R"({"created_timestamp":"1586216882004","sender_id":"7","target":{"recipient_id":"42"},"last_read_event_id":"5"})")));
  EXPECT_FALSE(small.watermark) << "an id from before ids held the time";
}

TEST(x_dm, encrypted_chats_are_shown_as_unsupported) {  // trap 32
  const auto chat = [](std::string_view sender, std::string_view conversation) {
    return joined(
        {R"({"conversation_token":"a-secret-token","id":"e4f4d3fc-8bbf","created_at_msec":"1784841183370","sender_id":")",
         sender, R"(","conversation_id":")", conversation, R"(","encoded_event":"CwABAAAAEz"})"});
  };
  const auto e = only(normalise_x(envelope_x("chat.received", chat("7", "7:42"))));
  EXPECT_EQ(e.content_type, content_type::unsupported);
  EXPECT_EQ(e.content, "");
  EXPECT_EQ(e.thread_key, "7");
  EXPECT_EQ(e.platform_message_id, "e4f4d3fc-8bbf");
  EXPECT_EQ(e.at, domain::timestamp{std::chrono::milliseconds{1784841183370}});
  EXPECT_THAT(e.payload, HasSubstr(R"("encoded_event":"CwABAAAAEz")"));
  EXPECT_THAT(e.payload, Not(HasSubstr("a-secret-token")));
  const auto sent = only(normalise_x(envelope_x("chat.sent", chat("42", "42:7"))));
  EXPECT_EQ(sent.direction, direction::outbound);
  EXPECT_EQ(sent.thread_key, "7");
  const auto group = only(normalise_x(envelope_x("chat.received", chat("7", "g1234"))));
  EXPECT_EQ(group.thread_key, "group/g1234");
  EXPECT_TRUE(group.thread_shared);
  EXPECT_EQ(group.customer_platform_id, "7");
  EXPECT_EQ(rejection(normalise_x(envelope_x("chat.conversation_join", R"({"conversation_id":"7:42"})"))),
            "unsupported");
  EXPECT_EQ(
      only(normalise_x(envelope_x("chat.conversation_join", R"({"user_id":"7","id":"9"})"))).content_type,
      content_type::unsupported);
}

TEST(x_dm, messages_in_the_shape_of_the_v2_api) {
  const auto flat = [](std::string_view sender, std::string_view conversation,
                       std::string_view rest = R"("text":"hello")") {
    return envelope_x("dm.received",
                      joined({R"({"id":"500","sender_id":")", sender, R"(","dm_conversation_id":")",
                              conversation, R"(","created_at":"2026-07-20T01:51:31Z",)", rest, "}"}));
  };
  const auto e = only(normalise_x(flat("7", "7-42")));
  EXPECT_EQ(e.thread_key, "7");
  EXPECT_EQ(e.content, "hello");
  EXPECT_EQ(e.platform_message_id, "500");
  EXPECT_EQ(only(normalise_x(flat("42", "7-42"))).thread_key, "7");
  EXPECT_EQ(only(normalise_x(flat("42", "42-7"))).direction, direction::outbound);
  EXPECT_EQ(only(normalise_x(flat("7", "1586"))).thread_key, "group/1586");
  EXPECT_EQ(only(normalise_x(flat("7", ""))).thread_key, "7");
  EXPECT_EQ(rejection(normalise_x(flat("42", ""))), "malformed");
  EXPECT_EQ(only(normalise_x(flat("7", "7-42", R"("x":1)"))).content_type, content_type::unsupported);
}

}  // namespace
}  // namespace switchboard::net::platforms
