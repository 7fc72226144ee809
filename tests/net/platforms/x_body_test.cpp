// X's other events, bodies that are none, and what holds for any bytes.

#include "x_bodies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using domain::content_type;
using domain::inbound_kind;
using domain::sender_type;
using ::testing::HasSubstr;

std::string relation(std::string_view list, std::string_view type, std::string_view source,
                     std::string_view target) {
  return activity(
      list, joined({R"({"type":")", type, R"(","created_timestamp":"1586215587741","source":{"id":")", source,
                    R"(","name":"S","screen_name":"s"},"target":{"id":")", target,
                    R"(","name":"T","screen_name":"t"}})"}));
}

TEST(x_body, following_is_news_about_a_customer) {
  const auto e = only(normalise_x(relation("follow_events", "follow", "7", "42")));
  EXPECT_EQ(e.kind, inbound_kind::profile);
  EXPECT_EQ(e.customer_platform_id, "7");
  EXPECT_EQ(e.customer_name, "S");
  EXPECT_EQ(e.platform_message_id, "follow:7:42:1586215587741");
  // An unfollow comes in the same list.
  EXPECT_EQ(only(normalise_x(relation("follow_events", "unfollow", "7", "42"))).platform_message_id,
            "unfollow:7:42:1586215587741");
  const auto ours = only(normalise_x(relation("follow_events", "follow", "42", "7")));
  EXPECT_EQ(ours.customer_platform_id, "7");
  EXPECT_EQ(ours.customer_name, "T");
  const auto now = only(normalise_x(envelope_x(
      "follow.unfollow",
      R"({"source":{"data":{"id":"7","name":"S","username":"s"}},"target":{"data":{"id":"42","name":"T","username":"t"}}})")));
  EXPECT_EQ(now.kind, inbound_kind::profile);
  EXPECT_EQ(now.customer_handle, "s");
  EXPECT_EQ(now.platform_message_id, "unfollow:7:42:-2781149976877970683")
      << "event_uuid may be negative (trap 18)";
}

TEST(x_body, blocks_and_mutes_are_told_in_the_talk) {
  const std::tuple<const char*, const char*, const char*, const char*, const char*> cases[] = {
      {"block_events", "block", "42", "7", "The customer was blocked"},
      {"block_events", "unblock", "42", "7", "The customer was unblocked"},
      {"block_events", "block", "7", "42", "The customer blocked the account"},
      {"mute_events", "mute", "42", "7", "The customer was muted"},
      {"mute_events", "unmute", "42", "7", "The customer was unmuted"}};
  for (const auto& [list, type, by, whom, sentence] : cases) {
    const auto e = only(normalise_x(relation(list, type, by, whom)));
    EXPECT_EQ(e.kind, inbound_kind::message);
    EXPECT_EQ(e.sender, sender_type::system);
    EXPECT_EQ(e.thread_key, "7");
    EXPECT_EQ(e.content, sentence);
    EXPECT_THAT(e.payload, HasSubstr(type));
  }
  const auto now = only(normalise_x(
      envelope_x("mute.mute", R"({"source":{"data":{"id":"42"}},"target":{"data":{"id":"7","name":"T"}}})")));
  EXPECT_EQ(now.content, "The customer was muted");
  const auto fresh = only(normalise_x(relation("block_events", "soft_block", "42", "7")));
  EXPECT_EQ(fresh.content_type, content_type::unsupported);
  EXPECT_EQ(rejection(normalise_x(activity("block_events", R"({"type":"block","source":{"id":"42"}})"))),
            "malformed");
}

TEST(x_body, a_revocation_says_of_whom_and_when) {
  const auto old = normalise_x(
      R"({"user_event":{"revoke":{"date_time":"2018-05-24T09:48:12+00:00","target":{"app_id":"13090192"},"source":{"user_id":"63046977"}}}})");
  ASSERT_EQ(rejection(old), "account-notice");
  EXPECT_EQ(old.rejected[0].account_platform_id, "63046977");
  EXPECT_THAT(old.rejected[0].detail, HasSubstr("revoked by 63046977"));
  EXPECT_EQ(old.rejected[0].revoked_at, domain::parse_rfc3339("2018-05-24T09:48:12Z"));
  const auto now = normalise_x(
      R"({"data":{"event_uuid":"5","filter":{},"event_type":"oauth.revoke","payload":{"date_time":"2026-07-23T21:44:05+00:00","user_id":"63046977","app_id":"29820954"}}})");
  ASSERT_EQ(rejection(now), "account-notice");
  EXPECT_EQ(now.rejected[0].account_platform_id, "63046977");
  EXPECT_EQ(now.rejected[0].revoked_at, domain::parse_rfc3339("2026-07-23T21:44:05Z"));
  EXPECT_EQ(rejection(normalise_x(R"({"for_user_id":"42","user_event":{"promoted":{}}})")), "unsupported");
}

TEST(x_body, a_revocation_that_cannot_be_dated_is_for_a_person_to_look_at) {
  for (const char* time : {"", R"("date_time":"yesterday",)", R"("date_time":17,)"}) {
    const auto out = normalise_x(joined(
        {R"({"user_event":{"revoke":{)", time, R"("target":{"app_id":"1"},"source":{"user_id":"42"}}}})"}));
    ASSERT_EQ(rejection(out), "account-notice") << time;
    EXPECT_EQ(out.rejected[0].revoked_at, std::nullopt) << time;
  }
  const auto twice = normalise_x(
      R"({"user_event":{"revoke":{"date_time":"2018-05-24T09:48:12Z","source":{"user_id":"42","user_id":"43"}}}})");
  EXPECT_EQ(rejection(twice), "duplicate-field") << "whose rights?";
}

TEST(x_body, notices_about_the_account_itself) {
  const auto replay =
      normalise_x(R"({"replay_job_status":{"webhook_id":"1","job_state":"Complete","job_id":"2"}})");
  EXPECT_EQ(rejection(replay), "account-notice");
  EXPECT_THAT(replay.rejected[0].detail, HasSubstr("Complete"));
  for (const char* type : {"profile.update.bio", "spaces.start", "news.new"}) {
    EXPECT_EQ(rejection(normalise_x(envelope_x(type, R"({"before":"a","after":"b"})"))), "account-notice")
        << type;
  }
}

TEST(x_body, kinds_that_do_not_exist_yet_are_shown) {  // trap 13
  const auto named = only(normalise_x(
      activity("hologram_events", R"({"id":"5","user":{"id":"7","name":"Ada"},"shape":"cube"})")));
  EXPECT_EQ(named.content_type, content_type::unsupported);
  EXPECT_EQ(named.thread_key, "7");
  EXPECT_EQ(named.platform_message_id, "hologram_events:5");
  EXPECT_THAT(named.payload, HasSubstr(R"("shape":"cube")"));
  const auto again = only(normalise_x(activity("hologram_events", R"({"user":{"id":"7"}})")));
  EXPECT_EQ(again.platform_message_id,
            only(normalise_x(activity("hologram_events", R"({"user":{"id":"7"}})"))).platform_message_id);
  EXPECT_EQ(rejection(normalise_x(activity("hologram_events", R"({"shape":"cube"})"))), "unsupported");
  EXPECT_EQ(
      only(normalise_x(envelope_x("hologram.sent", R"({"sender_id":"7","id":"1"})"))).platform_message_id,
      "hologram.sent:1");
  EXPECT_EQ(only(normalise_x(activity("direct_message_events",
                                      R"({"type":"reaction_create","id":"9","sender_id":"7"})")))
                .content_type,
            content_type::unsupported);
  EXPECT_EQ(rejection(normalise_x(envelope_x("hologram.sent", R"({})"))), "unsupported");
}

TEST(x_body, several_lists_stand_in_one_body) {
  const auto out =
      normalise_x(joined({R"({"for_user_id":"42","tweet_create_events":[)", tweet("1", "7", R"("text":"a")"),
                          R"(],"direct_message_events":[)", dm("8", us), R"(],"block_events":7})"}));
  EXPECT_EQ(out.events.size(), 2U) << described(out);
  ASSERT_EQ(out.rejected.size(), 1U);
  EXPECT_THAT(out.rejected[0].detail, HasSubstr("/block_events"));
}

TEST(x_body, what_is_none) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "invalid-json"},
      {"\xef\xbb\xbf{}", "invalid-json"},
      {"[]", "malformed"},
      {"7", "malformed"},
      {"{}", "unsupported"},
      {R"({"for_user_id":"42"})", "unsupported"},
      {R"({"for_user_id":"42","users":{}})", "unsupported"},
      {R"({"for_user_id":"42","tweet_create_events":[]})", "empty"},
      {R"({"for_user_id":"42","for_user_id":"43","tweet_create_events":[]})", "duplicate-field"},
      {R"({"data":{}})", "malformed"},
      {R"({"data":{"event_type":"dm.read"}})", "unsupported"},
      {R"({"data":{"event_type":"post.delete","payload":{"id":"1"},"filter":{"user_id":"1","user_id":"2"}}})",
       "duplicate-field"},
      {std::string(100, '[') + std::string(100, ']'), "too-deep"},
  };
  for (const auto& [body, reason] : cases) {
    const auto out = x_functions().normalise(body, us, {}, received_at);
    ASSERT_EQ(out.rejected.size(), 1U) << body;
    EXPECT_EQ(out.events.size(), 0U);
    EXPECT_EQ(out.rejected[0].reason, reason) << body;
    EXPECT_EQ(out.rejected[0].raw, body);
  }
}

TEST(x_body, has_a_bounded_number_of_events) {
  std::string many = dm("7", us);
  for (int i = 0; i < 20; ++i) many += "," + dm("7", us);
  const auto out =
      x_functions().normalise(activity("direct_message_events", many), us, {.events_max = 20}, received_at);
  ASSERT_EQ(out.rejected.size(), 1U);
  EXPECT_EQ(out.events.size(), 0U);
  EXPECT_EQ(out.rejected[0].reason, "too-many-events");
}

TEST(x_body, of_a_large_one_a_bad_element_is_kept_alone) {
  std::string many = "7";
  while (many.size() < 100'000) many += "," + dm("7", us);
  const std::string body =
      joined({R"({"for_user_id":"42","block_events":[],"direct_message_events":[)", many, "]}"});
  const auto out = normalise_x(body);
  ASSERT_EQ(out.rejected.size(), 1U);
  EXPECT_EQ(out.rejected[0].raw, R"({"for_user_id":"42","direct_message_events":[7]})");
}

const std::vector<std::string>& seeds() {
  static const std::vector<std::string> bodies = {
      activity("direct_message_events", joined({dm("7", us), ",", dm(us, "8")}), users),
      activity(
          "tweet_create_events",
          tweet(
              "3", "7",
              R"("text":"a","in_reply_to_status_id_str":"900","entities":{"user_mentions":[{"id_str":"42"}]})")),
      activity(
          "direct_message_mark_read_events",
          R"({"created_timestamp":"1586216882004","sender_id":"7","target":{"recipient_id":"42"},"last_read_event_id":"1247310121283321862"})"),
      envelope_x("post.mention.create",
                 post("3", "7", R"("conversation_id":"3","text":"t","attachments":{"media_keys":["3_1"]})"),
                 includes_x),
      envelope_x(
          "chat.received",
          R"({"id":"e4","created_at_msec":"1784841183370","sender_id":"7","conversation_id":"7:42","encoded_event":"Cw"})"),
      envelope_x("dm.received", joined({R"({"direct_message_events":[)", dm("7", us), "]}"})),
      relation("follow_events", "follow", "7", "42"),
      R"({"user_event":{"revoke":{"target":{"app_id":"1"},"source":{"user_id":"42"}}}})"};
  return bodies;
}

TEST(x_property, mutated_bodies_give_well_formed_results) {
  std::mt19937_64 random{20261122};
  for (int round = 0; round < 6'000; ++round) {
    const std::string body = mutated(seeds()[random() % seeds().size()], random);
    const auto out = x_functions().normalise(body, us, {}, received_at);
    if (!body.empty()) expect_sound(out);
    const auto again = x_functions().normalise(body, us, {}, received_at);
    ASSERT_EQ(described(out), described(again));
    for (const auto& e : out.events) ASSERT_FALSE(e.account_platform_id.empty()) << body;
    if (HasFailure()) return;
  }
}

// Recorded bodies, where they are at hand: none is dropped, and each is understood.
TEST(x_property, every_corpus_file_gives_events) {
  const auto files = corpus("x");
  if (files.empty()) GTEST_SKIP() << "no corpus beside the repository";
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename().string());
    const auto out = normalise_x(contents(file), "");
    EXPECT_TRUE(out.rejected.empty()) << described(out);
    EXPECT_FALSE(out.events.empty());
    EXPECT_EQ(described(out), described(normalise_x(contents(file), "")));
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
