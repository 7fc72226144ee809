// What platforms are asked about their subscriptions, in which order, and what follows from each answer.

#include "subscriptions_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using domain::access_state;
using domain::platform;
using domain::subscription_state;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(subscriptions, of_a_page_stand_where_our_app_is_in_the_list) {
  const auto p = play(page("1"), {{200, list_of(meta_app("1", all_page_fields))}});
  EXPECT_THAT(p.asked, ElementsAre("GET /v24.0/77/subscribed_apps"));
  ASSERT_EQ(p.found.size(), 1u);
  EXPECT_TRUE(p.over);
  EXPECT_EQ(p.found[0].subscription, subscription_state::live);
  EXPECT_EQ(p.found[0].access, access_state::good);
  EXPECT_THAT(p.found[0].note, IsEmpty());
}

TEST(subscriptions, of_another_app_do_not_hide_that_ours_is_gone) {
  const auto other = list_of(meta_app("2", all_page_fields));
  const auto p = play(page("1"), {{200, other}, {200, confirmed}, {200, other}});
  EXPECT_THAT(p.asked, ElementsAre("GET /v24.0/77/subscribed_apps", "POST /v24.0/77/subscribed_apps",
                                   "GET /v24.0/77/subscribed_apps"));
  ASSERT_EQ(p.found.size(), 1u);
  EXPECT_EQ(p.found[0].subscription, subscription_state::lapsed);
  EXPECT_THAT(p.found[0].detail, HasSubstr("another app's"));
  const auto both = list_of(meta_app("2", all_page_fields) + ',' + meta_app("1", all_page_fields));
  const auto mended = play(page("1"), {{200, other}, {200, confirmed}, {200, both}});
  ASSERT_EQ(mended.found.size(), 1u);
  EXPECT_EQ(mended.found[0].subscription, subscription_state::live);
  EXPECT_THAT(mended.found[0].detail, HasSubstr("is again"));
}

TEST(subscriptions, of_an_app_that_cannot_be_told_say_so) {
  const auto unnamed = play(page(""), {{200, list_of(meta_app("2", all_page_fields))}});
  ASSERT_EQ(unnamed.found.size(), 1u);
  EXPECT_EQ(unnamed.found[0].subscription, subscription_state::live);
  EXPECT_THAT(unnamed.found[0].note, HasSubstr("\"src\" has no app_id"));
  const auto silent = play(page("1"), {{200, R"({"data":[{"subscribed_fields":["messages"]}]})"}});
  ASSERT_EQ(silent.found.size(), 1u);
  EXPECT_THAT(silent.found[0].note, HasSubstr("does not name it"));
}

TEST(subscriptions, of_whatsapp_are_the_business_accounts) {
  const auto d = dialog(platform::whatsapp, {.app_id = "1"},
                        {.as = {.platform_id = "9", .access_token = "t"}, .business_id = "555"});
  const auto app = [](std::string_view id) {
    return list_of(R"({"whatsapp_business_api_data":{"id":")" + std::string(id) + R"(","name":"n"}})");
  };
  EXPECT_EQ(play(d, {{200, app("1")}}).found.at(0).subscription, subscription_state::live);
  const auto gone = play(d, {{200, app("2")}});
  EXPECT_THAT(gone.asked, ElementsAre("GET /v24.0/555/subscribed_apps", "POST /v24.0/555/subscribed_apps"));
  EXPECT_EQ(gone.calls[1].body, "{}") << "a number's app gets all fields";
  EXPECT_FALSE(can_ask_subscription(platform::whatsapp, {}, {.as = {.access_token = "t"}}));
}

TEST(subscriptions, of_meta_by_what_it_answers) {
  const std::string dead = R"({"error":{"message":"Invalid","code":190}})";
  EXPECT_EQ(play(page("1"), {{401, dead}}).found.at(0).access, access_state::refused);
  EXPECT_THAT(play(page("1"), {{500, "{}"}}).found, IsEmpty()) << "the platform's trouble: asked again later";
  EXPECT_THAT(play(page("1"), {{200, "<html>"}}).found, IsEmpty());
  EXPECT_THAT(play(page("1"), {{200, list_of("")}, {200, "{}"}}).found.at(0).detail,
              HasSubstr("not confirm"));
  const auto refused =
      play(page("1"), {{200, list_of("")}, {400, R"({"error":{"message":"No","code":100}})"}});
  EXPECT_EQ(refused.found.at(0).subscription, subscription_state::lapsed);
}

// -- Telegram

TEST(subscriptions, of_a_bot_are_its_webhook) {
  struct row {
    std::string url;  ///< source.public_url
    reply said;
    std::optional<subscription_state> is;
    std::string detail, note;
  };
  const std::string set =
      R"("url":"https://h.example/webhooks/tg","allowed_updates":[)" + std::string(all_updates) + "],";
  const std::string broken = R"("pending_update_count":3,"last_error_message":"Wrong response: 502",)";
  const row rows[] = {
      {std::string(ours),
       {200, info(set + R"("pending_update_count":0)")},
       subscription_state::live,
       "delivers",
       ""},
      {"", {200, info(set + R"("pending_update_count":0)")}, subscription_state::live, "delivers", ""},
      {"", {200, info(R"("url":"")")}, subscription_state::lapsed, "no webhook", ""},
      {std::string(ours),
       {200, info(R"("url":"https://else.example/very-secret")")},
       subscription_state::lapsed,
       "at else.example, and",
       ""},
      {std::string(ours),
       {200, info(set + broken + R"("last_error_date":1699999700)")},
       subscription_state::failing,
       "3 updates wait",
       "Wrong response: 502"},
      {std::string(ours),
       {200, info(set + broken + R"("last_error_date":1699990000)")},
       subscription_state::live,
       "delivers",
       ""},
      {std::string(ours),
       {200, info(set + R"("pending_update_count":0,"last_error_message":"x","last_error_date":1699999999)")},
       subscription_state::live,
       "delivers",
       ""},
      {std::string(ours), {200, "[]"}, std::nullopt, "", ""},
      {std::string(ours), {502, ""}, std::nullopt, "", ""},
  };
  for (const auto& r : rows) {
    const auto p = play(bot(r.url), {r.said});
    EXPECT_THAT(p.asked, ElementsAre("GET /bot42:abc/getWebhookInfo"));
    ASSERT_EQ(p.found.size(), r.is ? 1u : 0u) << r.said.body;
    if (!r.is) continue;
    EXPECT_EQ(p.found[0].subscription, r.is) << r.said.body;
    EXPECT_THAT(p.found[0].detail, HasSubstr(r.detail));
    EXPECT_EQ(p.found[0].note, r.note);
    EXPECT_THAT(p.found[0].detail, ::testing::Not(HasSubstr("very-secret")));
  }
}

TEST(subscriptions, of_a_bot_without_a_webhook_are_made_anew_where_it_is_known_where_to) {
  const auto p =
      play(bot(std::string(ours)), {{200, info(R"("url":"")")}, {200, R"({"ok":true,"result":true})"}});
  EXPECT_THAT(p.asked, ElementsAre("GET /bot42:abc/getWebhookInfo", "POST /bot42:abc/setWebhook"));
  EXPECT_THAT(p.calls[1].body,
              StartsWith(R"({"url":"https://h.example/webhooks/tg","secret_token":"s3","allowed_updates":[)" +
                         std::string(all_updates)));
  EXPECT_EQ(p.found.at(0).subscription, subscription_state::live);
  const auto no = play(bot(std::string(ours)),
                       {{200, info(R"("url":"")")}, {400, R"({"ok":false,"description":"bad webhook"})"}});
  EXPECT_EQ(no.found.at(0).subscription, subscription_state::lapsed);
  EXPECT_THAT(no.found.at(0).detail, HasSubstr("bad webhook"));
  EXPECT_EQ(play(bot(""), {{401, R"({"ok":false,"description":"Unauthorized"})"}}).found.at(0).access,
            access_state::refused);
}

// -- LinkedIn

subscription_dialog organization(std::string url) {
  return dialog(platform::linkedin, {.app_id = "86", .public_url = std::move(url)},
                {.as = {.platform_id = "urn:li:organization:5", .access_token = "t"}, .subscriber = "a1"});
}

TEST(subscriptions, of_an_organization_are_asked_for_by_app_member_and_entity) {
  const auto p = play(organization(std::string(ours)),
                      {{200, R"({"webhook":"https://h.example/webhooks/tg","expiresAt":1800000000000})"}});
  EXPECT_THAT(
      p.asked,
      ElementsAre("GET /rest/eventSubscriptions/"
                  "(developerApplication:urn%3Ali%3AdeveloperApplication%3A86,user:urn%3Ali%3Aperson%3Aa1,"
                  "entity:urn%3Ali%3Aorganization%3A5,eventType:ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS)"));
  EXPECT_EQ(p.found.at(0).subscription, subscription_state::live);
  EXPECT_FALSE(can_ask_subscription(platform::linkedin, {.app_id = "86"}, {.as = {.access_token = "t"}}));
  EXPECT_FALSE(
      can_ask_subscription(platform::linkedin, {}, {.as = {.access_token = "t"}, .subscriber = "a1"}));
}

TEST(subscriptions, of_an_organization_that_end_are_made_anew) {
  const reply none{404, R"({"message":"Not found"})"}, done{204, ""};
  const reply ended{200, R"({"webhook":"https://h.example/webhooks/tg","expiresAt":1699999999000})"};
  const reply ending{200, R"({"webhook":"https://h.example/webhooks/tg","expiresAt":1700003600000})"};
  for (const auto& first : {none, ended, ending}) {
    const auto p = play(organization(std::string(ours)), {first, done});
    ASSERT_EQ(p.asked.size(), 2u);
    EXPECT_THAT(p.asked[1], StartsWith("PUT /rest/eventSubscriptions/("));
    EXPECT_EQ(p.calls[1].body, R"({"webhook":"https://h.example/webhooks/tg"})");
    EXPECT_EQ(p.found.at(0).subscription, subscription_state::live);
  }
  EXPECT_EQ(play(organization(""), {none}).found.at(0).subscription, subscription_state::lapsed);
  EXPECT_EQ(play(organization(""), {ended}).found.at(0).subscription, subscription_state::lapsed);
  const auto soon = play(organization(""), {ending});
  EXPECT_EQ(soon.found.at(0).subscription, subscription_state::live);
  EXPECT_THAT(soon.found.at(0).note, HasSubstr("2023-11-14T23:13:20"));
  // Who is no administrator any more has neither.
  const auto ousted = play(organization(std::string(ours)), {{403, R"({"message":"no admin"})"}});
  EXPECT_EQ(ousted.found.at(0).access, access_state::refused);
  EXPECT_EQ(ousted.found.at(0).subscription, subscription_state::lapsed);
  EXPECT_THAT(play(organization(std::string(ours)), {{503, ""}}).found, IsEmpty());
}

// -- X

TEST(subscriptions, of_x_accounts_are_found_in_one_list_for_all) {
  const auto p = play(x_accounts({"1", "2"}),
                      {our_hook, {200, R"({"data":{"subscriptions":[{"user_id":"2"},{"user_id":"1"}]}})"}});
  EXPECT_THAT(p.asked,
              ElementsAre("GET /2/webhooks", "GET /2/account_activity/webhooks/7/subscriptions/all/list"));
  ASSERT_EQ(p.found.size(), 2u);
  for (const auto& f : p.found) {
    EXPECT_EQ(f.subscription, subscription_state::live);
    EXPECT_EQ(f.access, std::nullopt) << "only the app's token was used";
  }
  EXPECT_EQ(p.found[1].account, 1u);
  EXPECT_EQ(bearer_of(p.calls[0]), "Bearer app");
  EXPECT_FALSE(can_ask_subscription(platform::x, {}, {.as = {.access_token = "t"}}));
}

TEST(subscriptions, of_x_whose_webhook_is_invalid_begin_with_trying_it_again) {
  const reply invalid{200, list_of(hook("7", ours, false))};
  const auto p = play(x_accounts({"1"}), {invalid, {200, "{}"}});
  EXPECT_THAT(p.asked, ElementsAre("GET /2/webhooks", "PUT /2/webhooks/7",
                                   "GET /2/account_activity/webhooks/7/subscriptions/all/list"));
  const auto stays = play(x_accounts({"1", "2"}), {invalid, {400, R"({"title":"CrcValidationFailed"})"}});
  ASSERT_EQ(stays.found.size(), 2u);
  EXPECT_EQ(stays.found[0].subscription, subscription_state::lapsed);
  EXPECT_THAT(stays.found[0].detail, HasSubstr("CrcValidationFailed"));
  EXPECT_EQ(play(x_accounts({"1"}), {{200, "{}"}}).found.at(0).subscription, subscription_state::lapsed);
  const auto which = play(x_accounts({"1"}, ""), {our_hook});
  EXPECT_EQ(which.found.at(0).subscription, subscription_state::unknown);
  EXPECT_THAT(which.found.at(0).note, HasSubstr("public_url"));
  EXPECT_THAT(play(x_accounts({"1"}), {not_bought}).found.at(0).note, HasSubstr("app_token"));
  EXPECT_THAT(play(x_accounts({"1"}), {{503, ""}}).found, IsEmpty());
}

TEST(subscriptions, of_x_activity_are_by_event_and_on_several_pages) {
  const auto every = [](std::string_view user, std::string_view to) {
    std::string rows;
    for (const auto type : all_events) (rows += rows.empty() ? "" : ",") += x_event(user, type, to);
    return rows;
  };
  const reply first{200, R"({"data":[)" + x_event("1", "dm.sent") + R"(],"meta":{"next_token":"n1"}})"};
  const reply second{200, R"({"data":[)" + every("1", "7") + ',' + every("2", "8") + R"(],"meta":{}})"};
  const auto p = play(x_accounts({"1", "2"}), {our_hook, not_bought, first, second});
  EXPECT_EQ(p.asked.at(2), "GET /2/activity/subscriptions?max_results=100");
  EXPECT_EQ(p.asked.at(3), "GET /2/activity/subscriptions?max_results=100&pagination_token=n1");
  ASSERT_EQ(p.found.size(), 1u);
  EXPECT_EQ(p.found[0].subscription, subscription_state::live);
  EXPECT_THAT(p.found[0].note, IsEmpty());
  // The second account's goes to another webhook: it is subscribed to ours, event by event, with its own token.
  ASSERT_EQ(p.asked.size(), 5u);
  EXPECT_EQ(p.asked[4], "POST /2/activity/subscriptions");
  EXPECT_EQ(p.calls[4].body, R"({"event_type":"dm.received","filter":{"user_id":"2"},"webhook_id":"7"})");
  EXPECT_EQ(bearer_of(p.calls[4]), "Bearer user-2");
  const reply endless{200, R"({"data":[],"meta":{"next_token":"n"}})"};
  const auto pages = play(x_accounts({"1"}), [&] {
    std::vector<reply> all{our_hook, not_bought};
    all.insert(all.end(), 40, endless);
    return all;
  }());
  EXPECT_EQ(std::count_if(pages.asked.begin(), pages.asked.end(),
                          [](const auto& a) { return a.starts_with("GET /2/activity"); }),
            20)
      << "no list goes on for ever";
}

TEST(subscriptions, of_x_accounts_that_are_gone_are_made_anew) {
  const reply done{200, R"({"data":{"subscribed":true}})"};
  const auto old = play(x_accounts({"1", "2"}), {our_hook, no_users, no_events, done, done});
  EXPECT_EQ(old.asked.at(3), "POST /2/account_activity/webhooks/7/subscriptions/all");
  ASSERT_EQ(old.found.size(), 2u);
  EXPECT_EQ(old.found[0].access, access_state::good);
  EXPECT_EQ(old.found[1].subscription, subscription_state::live);
  std::vector<reply> each{our_hook, not_bought, no_events};
  each.insert(each.end(), all_events.size(), done);
  const auto fresh = play(x_accounts({"1"}), each);
  EXPECT_EQ(fresh.asked.size(), each.size());
  EXPECT_TRUE(fresh.over);
  EXPECT_THAT(fresh.found.at(0).note, IsEmpty());
  EXPECT_EQ(fresh.found.at(0).subscription, subscription_state::live);
  const auto revoked = play(x_accounts({"1", "2"}), {our_hook, no_users, no_events, {401, "{}"}, done});
  ASSERT_EQ(revoked.found.size(), 2u) << "one account's trouble is no other's";
  EXPECT_EQ(revoked.found[0].access, access_state::refused);
  EXPECT_EQ(revoked.found[0].subscription, subscription_state::lapsed);
  EXPECT_EQ(revoked.found[1].subscription, subscription_state::live);
  auto mute = x_accounts({"1"});
  mute.accounts[0].as.access_token.clear();
  EXPECT_EQ(play(mute, {our_hook, no_users, no_events}).found.at(0).subscription, subscription_state::lapsed);
}

TEST(subscriptions, of_bluesky_are_none) {
  EXPECT_FALSE(can_ask_subscription(platform::bluesky, {}, {.as = {.access_token = "t"}}));
}

}  // namespace
}  // namespace switchboard::net::platforms
