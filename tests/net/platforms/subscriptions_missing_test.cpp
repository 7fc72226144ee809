// Who is subscribed to a part of what is wanted: what is missing is subscribed to, what is there is lost to nobody, and what
// the platform refuses is named while the rest delivers.

#include "subscriptions_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using domain::access_state;
using domain::platform;
using domain::subscription_state;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// -- Meta

constexpr std::string_view asks = "GET /v24.0/77/subscribed_apps",
                           subscribes = "POST /v24.0/77/subscribed_apps";
const reply meta_refuses{400, R"({"error":{"message":"No","code":100}})"};
const reply meta_forbids{403, R"({"error":{"message":"Permission","code":200}})"};
const reply broken{503, ""};

TEST(missing_subscriptions, of_a_page_are_subscribed_to_beside_what_another_product_lives_by) {
  const reply some{200, list_of(meta_app("2", R"("leadgen")") + ',' +
                                meta_app("1", R"("messages","mention","live_videos")"))};
  const reply all{200, list_of(meta_app("1", std::string(all_page_fields) + R"(,"live_videos")"))};
  const auto p = play(page("1"), {some, {200, confirmed}, all});
  EXPECT_THAT(p.asked, ElementsAre(asks, subscribes, asks));
  std::string fields{all_page_fields};
  std::erase(fields, '"');
  EXPECT_EQ(p.calls.at(1).body, R"({"subscribed_fields":")" + fields + R"(,live_videos"})");
  ASSERT_EQ(p.found.size(), 1u);
  EXPECT_TRUE(p.over);
  EXPECT_EQ(p.found[0].subscription, subscription_state::live);
  EXPECT_THAT(p.found[0].note, IsEmpty());
  EXPECT_THAT(p.found[0].detail, HasSubstr("what was missing is subscribed to again"));
  // Without messages it is as if it were not subscribed; what else is there stays all the same.
  const auto mute = play(page("1"), {{200, list_of(meta_app("1", R"("feed","live_videos")"))}});
  EXPECT_THAT(mute.calls.at(1).body, EndsWith(R"(,live_videos"})"));
}

TEST(missing_subscriptions, of_an_instagram_account_are_its_comments) {
  const auto d =
      dialog(platform::instagram, {.app_id = "1"}, {.as = {.platform_id = "88", .access_token = "t"}});
  const std::string but_comments =
      R"("messages","messaging_postbacks","messaging_seen","messaging_referral","message_reactions",)"
      R"("messaging_handover","standby","live_comments","mentions")";
  const auto p = play(d, {{200, list_of(meta_app("1", but_comments))},
                          {200, confirmed},
                          {200, list_of(meta_app("1", but_comments + R"(,"comments")"))}});
  ASSERT_EQ(p.asked.size(), 3u);
  EXPECT_THAT(p.calls[1].body, HasSubstr(",comments,"));
  EXPECT_THAT(p.found.at(0).note, IsEmpty());
}

TEST(missing_subscriptions, of_a_page_that_are_refused_are_named_and_the_rest_delivers) {
  const reply some{200, list_of(meta_app("1", R"("messages","feed","mention")"))};
  struct row {
    reply to_post;
    std::string detail;
  };
  const row rows[] = {{meta_refuses, "100 No"},
                      {meta_forbids, "200 Permission"},
                      {broken, "503"},
                      {{200, confirmed}, "is still not subscribed to"},
                      {{200, R"({"success":false})"}, "is still not subscribed to"}};
  for (const auto& r : rows) {
    const auto p = play(page("1"), {some, r.to_post, some});
    EXPECT_THAT(p.asked, ElementsAre(asks, subscribes, asks)) << "once, and not again and again";
    ASSERT_EQ(p.found.size(), 1u) << r.detail;
    EXPECT_TRUE(p.over);
    EXPECT_EQ(p.found[0].access, access_state::good);
    EXPECT_EQ(p.found[0].subscription, subscription_state::live);
    EXPECT_THAT(p.found[0].note, StartsWith("fields are not subscribed to: messaging_postbacks, "));
    EXPECT_THAT(p.found[0].note, EndsWith(", standby, ratings"));
    EXPECT_THAT(p.found[0].detail, HasSubstr(r.detail));
  }
  const auto dead = play(page("1"), {some, meta_forbids, {401, R"({"error":{"message":"x","code":190}})"}});
  EXPECT_EQ(dead.found.at(0).access, access_state::refused);
  EXPECT_THAT(play(page("1"), {some, {200, confirmed}, meta_refuses}).found, IsEmpty())
      << "nothing is known of what came of it";
  EXPECT_EQ(play(page("1"), {some, {200, confirmed}, {200, list_of("")}}).found.at(0).subscription,
            subscription_state::lapsed);
}

TEST(missing_subscriptions, of_an_app_that_may_be_anothers_are_named_only) {
  const auto unnamed = play(page(""), {{200, list_of(meta_app("2", R"("messages")"))}});
  EXPECT_THAT(unnamed.asked, ElementsAre(asks));
  EXPECT_THAT(unnamed.found.at(0).note, HasSubstr("fields are not subscribed to: "));
  const auto silent = play(page("1"), {{200, R"({"data":[{"subscribed_fields":["messages"]}]})"}});
  EXPECT_THAT(silent.asked, ElementsAre(asks));
  // What another app may have is not sent along as if it were ours.
  const auto mute = play(page(""), {{200, list_of(meta_app("2", R"("live_videos")"))}});
  EXPECT_THAT(mute.calls.at(1).body, ::testing::Not(HasSubstr("live_videos")));
}

// -- Telegram

const std::string at_ours = R"("url":"https://h.example/webhooks/tg","ip_address":"192.0.2.1")";
constexpr std::string_view by_default =
    R"(,"inline_query","chosen_inline_result","shipping_query","pre_checkout_query","poll_answer",)"
    R"("purchased_paid_media","chat_boost","removed_chat_boost")";
std::string allowing(std::string_view updates) {
  return info(at_ours + R"(,"max_connections":7,"allowed_updates":[)" + std::string(updates) + ']');
}

TEST(missing_subscriptions, of_a_bot_are_set_with_all_else_as_it_is) {
  const reply done{200, R"({"ok":true,"result":true})"};
  const std::string head = R"({"url":"https://h.example/webhooks/tg","secret_token":"s3",)";
  struct row {
    std::string said, body;
  };
  const std::string all = R"("allowed_updates":[)" + std::string(all_updates);
  const row rows[] = {
      {allowing(R"("message","poll")"), head + R"("max_connections":7,)" + all + R"(,"poll"]})"},
      {info(at_ours + R"(,"max_connections":7)"),
       head + R"("max_connections":7,)" + all + std::string(by_default) + "]}"},
      {info(at_ours + R"(,"allowed_updates":[])"), head + all + std::string(by_default) + "]}"}};
  for (const auto& r : rows) {
    const auto p = play(bot(std::string(ours)), {{200, r.said}, done, {200, allowing(all_updates)}});
    EXPECT_THAT(p.asked, ElementsAre("GET /bot42:abc/getWebhookInfo", "POST /bot42:abc/setWebhook",
                                     "GET /bot42:abc/getWebhookInfo"));
    EXPECT_EQ(p.calls.at(1).body, r.body);
    ASSERT_EQ(p.found.size(), 1u);
    EXPECT_TRUE(p.over);
    EXPECT_EQ(p.found[0].subscription, subscription_state::live);
    EXPECT_THAT(p.found[0].note, IsEmpty());
  }
}

TEST(missing_subscriptions, of_a_bot_that_stay_away_are_named) {
  const std::string but_message =
      "its allowed_updates leave out edited_message, channel_post, edited_channel_post, business_message, "
      "edited_business_message, callback_query, message_reaction, my_chat_member, chat_member, "
      "chat_join_request, business_connection, deleted_business_messages";
  const reply few{200, allowing(R"("message","poll")")};
  struct row {
    std::string url;
    std::vector<reply> replies;
    std::string note;
    std::string detail;
  };
  const row rows[] = {
      {"", {few}, but_message, "the platform delivers"},
      {"", {{200, info(at_ours)}}, "its allowed_updates leave out message_reaction, chat_member", "delivers"},
      // Nobody but the bot's owner has its certificate, and without it nothing would come any more.
      {std::string(ours),
       {{200, info(at_ours + R"(,"has_custom_certificate":true)")}},
       "its allowed_updates leave out message_reaction, chat_member",
       "delivers"},
      {std::string(ours),
       {few, {400, R"({"ok":false,"description":"Bad Request: no"})"}, few},
       but_message,
       "Bad Request: no"},
      {std::string(ours), {few, {200, R"({"ok":true,"result":true})"}, few}, but_message, "is still not"},
      {std::string(ours), {few, broken, few}, but_message, "is still not"}};
  for (const auto& r : rows) {
    const auto p = play(bot(r.url), r.replies);
    EXPECT_EQ(p.asked.size(), r.replies.size());
    ASSERT_EQ(p.found.size(), 1u);
    EXPECT_TRUE(p.over);
    EXPECT_EQ(p.found[0].subscription, subscription_state::live);
    EXPECT_EQ(p.found[0].note, r.note);
    EXPECT_THAT(p.found[0].detail, HasSubstr(r.detail));
  }
  // A webhook that went with the attempt is set once more.
  const auto gone = play(bot(std::string(ours)), {few, broken, {200, info(R"("url":"")")}});
  EXPECT_EQ(gone.asked.back(), "POST /bot42:abc/setWebhook");
}

// -- X

const reply taken{200, R"({"data":{}})"};
const reply x_forbids{403, R"({"title":"Forbidden","detail":"not of your plan"})"};
std::vector<reply> hears(std::initializer_list<std::string_view> types, std::vector<reply> then,
                         const reply& users = not_bought) {
  std::string rows;
  for (const auto type : types) (rows += rows.empty() ? "" : ",") += x_event("1", type);
  std::vector<reply> all{our_hook, users, {200, R"({"data":[)" + rows + R"(],"meta":{}})"}};
  all.insert(all.end(), then.begin(), then.end());
  return all;
}
/// The event types that were subscribed to.
std::vector<std::string> subscribed_in(const played& p) {
  std::vector<std::string> types;
  for (const auto& c : p.calls) {
    if (c.method != "POST") continue;
    const auto from = c.body.find(R"(:")") + 2;
    types.push_back(c.body.substr(from, c.body.find('"', from) - from));
  }
  return types;
}

TEST(missing_subscriptions, of_x_are_subscribed_to_and_no_others) {
  for (const auto& users : {not_bought, no_users}) {
    const auto p =
        play(x_accounts({"1"}),
             hears({"dm.received", "dm.sent", "dm.read", "post.mention.create", "post.reply.create"},
                   {taken, taken, taken}, users));
    EXPECT_THAT(subscribed_in(p), ElementsAre("post.quote.create", "chat.received", "post.delete"));
    EXPECT_EQ(p.asked.back(), "POST /2/activity/subscriptions")
        << "who is there is not moved to the other API";
    EXPECT_EQ(bearer_of(p.calls.back()), "Bearer user-1");
    ASSERT_EQ(p.found.size(), 1u);
    EXPECT_TRUE(p.over);
    EXPECT_EQ(p.found[0].subscription, subscription_state::live);
    EXPECT_EQ(p.found[0].access, access_state::good);
    EXPECT_THAT(p.found[0].note, IsEmpty());
  }
}

TEST(missing_subscriptions, of_x_that_are_refused_are_named_and_the_rest_delivers) {
  const std::initializer_list<std::string_view> some{"dm.received", "dm.sent", "dm.read",
                                                     "post.mention.create", "post.reply.create"};
  struct row {
    std::vector<reply> then;
    std::string missing;
    std::optional<access_state> access;
    std::string detail;
  };
  const row rows[] = {// One that the app may not have keeps nobody from the next.
                      {{taken, x_forbids, taken}, "chat.received", access_state::good, "not of your plan"},
                      {{x_forbids, x_forbids, x_forbids},
                       "post.quote.create, chat.received, post.delete",
                       std::nullopt,
                       "not of your plan"},
                      {{taken, {401, "{}"}}, "chat.received, post.delete", access_state::refused, "401"},
                      {{{402, R"({"title":"CreditsDepleted"})"}},
                       "post.quote.create, chat.received, post.delete",
                       std::nullopt,
                       "CreditsDepleted"},
                      {{taken, broken}, "chat.received, post.delete", std::nullopt, "is still not"}};
  for (const auto& r : rows) {
    const auto replies = hears(some, r.then);
    const auto p = play(x_accounts({"1"}), replies);
    EXPECT_EQ(p.asked.size(), replies.size()) << r.missing;
    ASSERT_EQ(p.found.size(), 1u);
    EXPECT_TRUE(p.over);
    EXPECT_EQ(p.found[0].subscription, subscription_state::live);
    EXPECT_EQ(p.found[0].access, r.access) << r.missing;
    EXPECT_EQ(p.found[0].note, "events are not subscribed to: " + r.missing);
    EXPECT_THAT(p.found[0].detail, HasSubstr(r.detail));
  }
  auto mute = x_accounts({"1"});
  mute.accounts[0].as.access_token.clear();
  const auto p = play(mute, hears(some, {}));
  EXPECT_EQ(p.asked.size(), 3u);
  EXPECT_EQ(p.found.at(0).subscription, subscription_state::live);
  EXPECT_EQ(p.found.at(0).note,
            "events are not subscribed to: post.quote.create, chat.received, post.delete");
}

TEST(missing_subscriptions, of_x_by_which_nobody_is_heard_are_a_lapse) {
  const auto lost = play(x_accounts({"1"}), hears({"dm.sent", "dm.read"}, std::vector<reply>(6, x_forbids)));
  EXPECT_THAT(subscribed_in(lost), ElementsAre("dm.received", "post.mention.create", "post.reply.create",
                                               "post.quote.create", "chat.received", "post.delete"));
  ASSERT_EQ(lost.found.size(), 1u);
  EXPECT_EQ(lost.found[0].subscription, subscription_state::lapsed);
  EXPECT_THAT(lost.found[0].detail, HasSubstr("not of your plan"));
  const auto half =
      play(x_accounts({"1"}), hears({}, {x_forbids, taken, x_forbids, taken, taken, taken, taken, taken}));
  ASSERT_EQ(half.found.size(), 1u);
  EXPECT_EQ(half.found[0].subscription, subscription_state::live);
  EXPECT_EQ(half.found[0].note, "events are not subscribed to: dm.received, post.reply.create");
  EXPECT_THAT(half.found[0].detail, HasSubstr("is again"));
  EXPECT_THAT(play(x_accounts({"1"}), hears({}, {broken})).found, IsEmpty()) << "it is asked again later";
}

TEST(missing_subscriptions, of_one_x_account_say_nothing_of_the_next) {
  auto replies = hears({"dm.received"}, std::vector<reply>(7, x_forbids));
  replies[2].body.insert(replies[2].body.find("],"), ',' + x_event("2", "dm.received"));
  replies.insert(replies.end(), 7, taken);
  const auto p = play(x_accounts({"1", "2"}), replies);
  ASSERT_EQ(p.found.size(), 2u);
  EXPECT_THAT(p.found[0].detail, HasSubstr("not of your plan"));
  EXPECT_EQ(p.found[1].account, 1u);
  EXPECT_THAT(p.found[1].note, IsEmpty());
  EXPECT_THAT(p.found[1].detail, HasSubstr("what was missing is subscribed to again"));
}

}  // namespace
}  // namespace switchboard::net::platforms
