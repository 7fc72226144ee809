#include "cli/own_account.hpp"

#include "net/platforms/platform.hpp"

#include <gtest/gtest.h>

#include <string>

namespace switchboard::cli {
namespace {

using domain::platform;
using net::platforms::kind;

const own_accounts ours{.config = "my.toml",
                        .source = "hooks",
                        .ids = {{platform::facebook, "900"},
                                {platform::instagram, "901"},
                                {platform::whatsapp, "902"},
                                {platform::x, "903"},
                                {platform::linkedin, "urn:li:organization:904"},
                                {platform::bluesky, "did:plc:ours"},
                                {platform::telegram, "905"}}};

std::string made_ours(const char* body, kind k) {
  const auto out = with_own_account(body, k, ours);
  return out ? *out : "error: " + out.error();
}

struct row {
  const char *before, *after;
};

template <std::size_t N>
void hold(kind k, const row (&rows)[N]) {
  for (const auto& r : rows) {
    EXPECT_EQ(made_ours(r.before, k), r.after);
  }
}

TEST(own_account, of_a_page_is_written_over_wherever_its_id_stands) {
  hold(
      kind::meta,
      {row{R"({"object":"page","entry":[{"id":"12","messaging":[{"sender":{"id":"5"},"recipient":{"id":"12"}}]}]})",
           R"({"object":"page","entry":[{"id":"900","messaging":[{"sender":{"id":"5"},"recipient":{"id":"900"}}]}]})"},
       row{R"({"object":"page","entry":[{"id":12,"messaging":[{"sender":{"id":12},"recipient":{"id":5}}]}]})",
           R"({"object":"page","entry":[{"id":900,"messaging":[{"sender":{"id":900},"recipient":{"id":5}}]}]})"},
       row{R"({"object":"page","entry":[{"id":"12","changes":[{"value":{"post_id":"12_34","parent_id":"12_34",)"
           R"("comment_id":"34_12","sender_id":12,"message":"12","created_time":12}}]}]})",
           R"({"object":"page","entry":[{"id":"900","changes":[{"value":{"post_id":"900_34","parent_id":"900_34",)"
           R"("comment_id":"34_12","sender_id":900,"message":"12","created_time":12}}]}]})"},
       row{R"({"object":"page","entry":[{"id":"12"},{"id":"13","to":{"id":"12"}}]})",
           R"({"object":"page","entry":[{"id":"900"},{"id":"900","to":{"id":"900"}}]})"},
       row{R"({"object":"instagram","entry":[{"id":"0","time":0,"changes":[{"value":{"id":"00","n":0,"text":"0"}}]}]})",
           R"({"object":"instagram","entry":[{"id":"901","time":0,"changes":[{"value":{"id":"00","n":0,"text":"0"}}]}]})"}});
}

TEST(own_account, of_whatsapp_is_its_number_s_id_and_nothing_else) {
  hold(
      kind::meta,
      {row{
          R"({"object":"whatsapp_business_account","entry":[{"id":"12","changes":[{"value":{"metadata":)"
          R"({"display_phone_number":"7","phone_number_id":"12"},"messages":[{"from":"12","id":"12"}]}}]}]})",
          R"({"object":"whatsapp_business_account","entry":[{"id":"12","changes":[{"value":{"metadata":)"
          R"({"display_phone_number":"7","phone_number_id":"902"},"messages":[{"from":"12","id":"12"}]}}]}]})"}});
}

TEST(own_account, of_x_is_whose_subscription_it_is_in_both_apis) {
  hold(
      kind::x,
      {row{R"({"for_user_id":"42","direct_message_events":[{"message_create":{"target":{"recipient_id":"42"},)"
           R"("sender_id":"7","message_data":{"text":"42"}}}],"users":{"42":{"id":"42","friends_count":42},"7":{"id":"7"}}})",
           R"({"for_user_id":"903","direct_message_events":[{"message_create":{"target":{"recipient_id":"903"},)"
           R"("sender_id":"7","message_data":{"text":"42"}}}],"users":{"903":{"id":"903","friends_count":42},"7":{"id":"7"}}})"},
       row{R"({"for_user_id":"42","tweet_create_events":[{"in_reply_to_user_id":42,"in_reply_to_user_id_str":"42"}]})",
           R"({"for_user_id":"903","tweet_create_events":[{"in_reply_to_user_id":903,"in_reply_to_user_id_str":"903"}]})"},
       row{R"({"data":{"filter":{"user_id":"42"},"payload":{"user_id":"7","participant_ids":["42","7"]}}})",
           R"({"data":{"filter":{"user_id":"903"},"payload":{"user_id":"7","participant_ids":["903","7"]}}})"},
       row{R"({"data":{"event_type":"oauth.revoke","payload":{"user_id":"42"}}})",
           R"({"data":{"event_type":"oauth.revoke","payload":{"user_id":"903"}}})"}});
}

TEST(own_account, of_linkedin_is_found_with_and_without_its_namespace) {
  hold(
      kind::linkedin,
      {row{R"({"notifications":[{"organizationalEntity":"urn:li:organization:9","owner":"organization:9","by":"urn:li:person:9"}]})",
           R"({"notifications":[{"organizationalEntity":"urn:li:organization:904","owner":"organization:904","by":"urn:li:person:9"}]})"},
       row{R"({"notifications":[{"organizationalEntity":"organization:9","owner":"urn:li:organization:9"}]})",
           R"({"notifications":[{"organizationalEntity":"organization:904","owner":"urn:li:organization:904"}]})"}});
}

TEST(own_account, of_bluesky_is_who_is_named_or_answered) {
  hold(
      kind::bluesky,
      {row{R"({"accounts":["did:plc:a"],"payload":{"uri":"at://did:plc:a/app.bsky.feed.post/1","did":"did:plc:b"}})",
           R"({"accounts":["did:plc:ours"],"payload":{"uri":"at://did:plc:ours/app.bsky.feed.post/1","did":"did:plc:b"}})"},
       row{R"({"did":"did:plc:b","commit":{"record":{"subject":{"uri":"at://did:plc:a/app.bsky.feed.post/1"}}}})",
           R"({"did":"did:plc:b","commit":{"record":{"subject":{"uri":"at://did:plc:ours/app.bsky.feed.post/1"}}}})"},
       row{R"({"record":{"features":[{"did":"did:plc:c"}],"reply":{"parent":{"uri":"at://did:plc:a/p/1"}}}})",
           R"({"record":{"features":[{"did":"did:plc:c"}],"reply":{"parent":{"uri":"at://did:plc:ours/p/1"}}}})"},
       row{R"({"author":{"did":"did:plc:b"},"record":{"features":[{"did":"did:plc:a"}]}})",
           R"({"author":{"did":"did:plc:b"},"record":{"features":[{"did":"did:plc:ours"}]}})"},
       row{R"({"logs":[{"sender":{"did":"did:plc:b"}}]})", R"({"logs":[{"sender":{"did":"did:plc:b"}}]})"}});
}

/// What the update is made of, without its id.
std::string update_of(const char* message) {
  const auto out = made_ours(message, kind::telegram);
  const auto comma = out.find(',');
  return out.starts_with(R"({"update_id":)") && comma != std::string::npos ? out.substr(comma) : out;
}

TEST(own_account, of_telegram_is_the_source_s_and_a_bare_message_gets_its_update) {
  hold(kind::telegram, {row{R"({"update_id":1,"message":{"message_id":2,"chat":{"id":3}}})",
                            R"({"update_id":1,"message":{"message_id":2,"chat":{"id":3}}})"},
                        row{R"({"message_id":2})", R"({"message_id":2})"}});
  EXPECT_EQ(update_of(R"({"message_id":2,"chat":{"id":3,"type":"private"}})"),
            R"(,"message":{"message_id":2,"chat":{"id":3,"type":"private"}}})");
  EXPECT_EQ(update_of(R"({"message_id":2,"chat":{"id":3},"edit_date":9})"),
            R"(,"edited_message":{"message_id":2,"chat":{"id":3},"edit_date":9}})");
  EXPECT_EQ(update_of(R"({"message_id":2,"chat":{"id":3,"type":"channel"}})"),
            R"(,"channel_post":{"message_id":2,"chat":{"id":3,"type":"channel"}}})");
  EXPECT_EQ(update_of(R"({"message_id":2,"chat":{"id":3},"business_connection_id":"b"})"),
            R"(,"business_message":{"message_id":2,"chat":{"id":3},"business_connection_id":"b"}})");
}

TEST(own_account, of_telegram_s_bare_message_is_one_update_however_often_and_an_edit_another) {
  const auto told = [](const char* message) {
    const auto out = made_ours(message, kind::telegram);
    return out.substr(0, out.find(','));
  };
  const auto once = told(R"({"message_id":2,"chat":{"id":3},"date":7})");
  EXPECT_EQ(told(R"({"chat":{"id":3},"message_id":2,"date":8,"text":"later"})"), once);
  for (const char* const other :
       {R"({"message_id":3,"chat":{"id":3}})", R"({"message_id":2,"chat":{"id":4}})",
        R"({"message_id":2,"chat":{"id":3},"edit_date":9})"})
    EXPECT_NE(told(other), once) << other;
}

TEST(own_account, is_not_looked_for_in_what_is_no_json_or_names_none) {
  for (const auto k : {kind::meta, kind::x, kind::linkedin, kind::bluesky, kind::telegram}) {
    for (const char* body : {"", "{", "no JSON", " [1, 2]", "7"}) EXPECT_EQ(made_ours(body, k), body);
  }
  hold(
      kind::meta,
      {row{R"({"object":"user","entry":[{"id":"12"}]})", R"({"object":"user","entry":[{"id":"12"}]})"},
       row{R"({"object": "whatsapp_business_account","entry":[{"id":"12","changes":[{"value":{"event":"X"}}]}]})",
           R"({"object": "whatsapp_business_account","entry":[{"id":"12","changes":[{"value":{"event":"X"}}]}]})"}});
}

TEST(own_account, that_the_config_lacks_is_an_error_that_says_what_to_add) {
  const own_accounts none{.config = "my.toml", .source = "hooks"};
  const auto out = with_own_account(R"({"object":"instagram","entry":[{"id":"1"}]})", kind::meta, none);
  ASSERT_FALSE(out);
  EXPECT_EQ(
      out.error(),
      "my.toml has no instagram account of source hooks; add an [[account]] with source = \"hooks\" and "
      "platform = \"instagram\"");
  EXPECT_FALSE(with_own_account(R"({"update_id":1})", kind::telegram, none));
  EXPECT_TRUE(with_own_account(R"({"object":"user"})", kind::meta, none));
}

TEST(own_account, is_the_config_s_first_of_that_source_and_platform) {
  config::settings s;
  const auto add = [&](const char* source, platform p, const char* id) {
    auto& a = s.accounts.emplace_back();
    a.source = domain::source_id{source};
    a.platform = p;
    a.platform_id = id;
  };
  add("other", platform::facebook, "1");
  add("hooks", platform::facebook, "2");
  add("hooks", platform::facebook, "3");
  add("hooks", platform::instagram, "4");
  const auto own = own_accounts_of(s, "my.toml", "hooks");
  EXPECT_EQ(own.ids,
            (std::map<platform, std::string>{{platform::facebook, "2"}, {platform::instagram, "4"}}));
}

TEST(own_account, makes_a_body_that_its_platform_reads_as_ours) {
  const auto& meta = net::platforms::functions_of(kind::meta);
  const char* const body =
      R"({"object":"page","entry":[{"id":12,"time":1700000000000,"messaging":[{"sender":{"id":5},)"
      R"("recipient":{"id":12},"timestamp":1700000000000,"message":{"mid":"m","text":"12"}}]}]})";
  const auto unpacked = meta.normalise(made_ours(body, kind::meta), "", {}, {});
  ASSERT_EQ(unpacked.events.size(), 1u);
  EXPECT_EQ(unpacked.events[0].account_platform_id, "900");
  EXPECT_EQ(unpacked.events[0].customer_platform_id, "5");
  EXPECT_EQ(unpacked.events[0].content, "12");
}

}  // namespace
}  // namespace switchboard::cli
