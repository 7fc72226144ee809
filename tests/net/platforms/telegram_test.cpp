// Telegram updates in, events out; and who may send them.

#include "net/platforms/telegram.hpp"

#include "telegram_bodies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using domain::content_type;
using domain::direction;
using domain::inbound_event;
using domain::inbound_kind;
using domain::sender_type;
using ::testing::HasSubstr;

TEST(telegram, has_no_handshake) {
  const std::vector<field> query{{"hub.mode", "subscribe"}, {"hub.challenge", "1"}};
  EXPECT_EQ(telegram_functions().handshake(query, {.verify_token = "token"}).status, 400);
}

bool verified(std::vector<field> headers, std::vector<std::string> secrets) {
  return telegram_functions().verify(headers, "{}", secrets);
}
constexpr std::string_view name = "X-Telegram-Bot-Api-Secret-Token";

// H118 and the traps about secrets: any live one is good, and nothing that only resembles one.
TEST(telegram, the_secret_must_be_there_once_and_whole) {
  EXPECT_TRUE(verified({{name, "s3cret"}}, {"s3cret"}));
  EXPECT_TRUE(verified({{"x-telegram-bot-api-secret-token", "s3cret"}}, {"s3cret"}));
  EXPECT_TRUE(verified({{name, "old"}}, {"new", "old"}));
  EXPECT_TRUE(verified({{"Host", "x"}, {name, "new"}}, {"new", "old"}));
  EXPECT_FALSE(verified({}, {"s3cret"}));
  EXPECT_FALSE(verified({{name, "s3cre"}}, {"s3cret"}));
  EXPECT_FALSE(verified({{name, "s3cret1"}}, {"s3cret"}));
  EXPECT_FALSE(verified({{name, "S3cret"}}, {"s3cret"}));
  EXPECT_FALSE(verified({{name, " s3cret"}}, {"s3cret"}));
  EXPECT_FALSE(verified({{name, "another-bots"}}, {"s3cret"}));
  EXPECT_FALSE(verified({{name, "s3cret"}, {name, "s3cret"}}, {"s3cret"}));
  EXPECT_FALSE(verified({{name, "s3cret"}, {"X-TELEGRAM-BOT-API-SECRET-TOKEN", "x"}}, {"s3cret"}));
  EXPECT_FALSE(verified({{"X-Hub-Signature-256", "s3cret"}}, {"s3cret"}));
}

TEST(telegram, an_empty_secret_lets_nobody_in) {
  EXPECT_FALSE(verified({{name, ""}}, {""}));
  EXPECT_FALSE(verified({{name, ""}}, {}));
  EXPECT_FALSE(verified({}, {""}));
  EXPECT_FALSE(verified({{name, ""}}, {"", "x"}));
  EXPECT_TRUE(verified({{name, "x"}}, {"", "x"}));
}

TEST(telegram, what_sign_says_verifies) {
  const auto [header, value] = telegram_functions().sign("{}", "abc-123");
  EXPECT_TRUE(verified({{header, value}}, {"abc-123"}));
  EXPECT_FALSE(verified({{header, value}}, {"abc-124"}));
}

TEST(telegram, a_private_text_says_who_where_when_and_what) {
  const auto e = message(R"("text":"h\u00e9 \ud83d\ude02")");
  EXPECT_EQ(e.kind, inbound_kind::message);
  EXPECT_EQ(e.platform, domain::platform::telegram);
  EXPECT_EQ(e.account_platform_id, bot);
  EXPECT_EQ(e.thread, domain::thread_kind::dm);
  EXPECT_EQ(e.thread_key, "4100");
  EXPECT_EQ(e.customer_platform_id, "4100");
  EXPECT_EQ(e.customer_name, "Ada L");
  EXPECT_EQ(e.customer_handle, "ada");
  EXPECT_EQ(e.direction, direction::inbound);
  EXPECT_EQ(e.sender, sender_type::customer);
  EXPECT_EQ(e.sender_id, "4100");
  EXPECT_EQ(e.platform_message_id, "4100:17");  // trap 17: 17 is only unique within the chat
  EXPECT_EQ(e.content, "hé 😂");
  EXPECT_EQ(e.content_type, content_type::text);
  EXPECT_EQ(e.at, seconds(1767225600));
  EXPECT_EQ(e.payload, "");
}

TEST(telegram, in_a_group_the_customer_is_who_speaks) {
  const auto e = only(normalise(update("message", group_message(R"("text":"x")"))));
  EXPECT_EQ(e.thread_key, "-1001234567890");
  EXPECT_EQ(e.customer_platform_id, "4100");
  EXPECT_EQ(e.platform_message_id, "-1001234567890:18");
  const auto topic = only(normalise(
      update("message", group_message(R"("text":"x","is_topic_message":true,"message_thread_id":5)"))));
  EXPECT_EQ(topic.thread_key, "-1001234567890/t5");
  // A thread id without a topic is a chain of replies.
  EXPECT_EQ(
      only(normalise(update("message", group_message(R"("text":"x","message_thread_id":5)")))).thread_key,
      "-1001234567890");
  const auto anonymous = only(normalise(update(
      "message",
      group_message(R"("text":"x","sender_chat":{"id":-1001234567890,"title":"G","type":"supergroup"})"))));
  EXPECT_EQ(anonymous.customer_platform_id, "-1001234567890");
  EXPECT_EQ(anonymous.sender_id, "-1001234567890");
}

TEST(telegram, a_channel_post_is_the_channels) {
  const auto e = only(normalise(update(
      "channel_post",
      R"({"message_id":1,"date":1767225600,"chat":{"id":-1009,"title":"News","type":"channel"},"text":"x"})")));
  EXPECT_EQ(e.customer_platform_id, "-1009");
  EXPECT_EQ(e.customer_name, "News");
  EXPECT_EQ(e.sender_id, "-1009");
  EXPECT_EQ(e.direction, direction::inbound);
}

TEST(telegram, an_edit_has_its_time_as_version) {
  const auto e =
      only(normalise(update("edited_message", private_message(R"("edit_date":1767225700,"text":"new")"))));
  EXPECT_EQ(e.kind, inbound_kind::edit);
  EXPECT_EQ(e.platform_message_id, "4100:17");
  EXPECT_EQ(e.version, "1767225700:000000000500");
  EXPECT_EQ(e.at, seconds(1767225700));
  EXPECT_EQ(e.content, "new");
  EXPECT_EQ(
      only(normalise(update("edited_channel_post", private_message(R"("edit_date":1,"text":"n")")))).kind,
      inbound_kind::edit);
}

TEST(telegram, the_bots_own_words_are_outbound) {
  const auto e = only(normalise(update(
      "message",
      R"({"message_id":3,"date":1,"chat":{"id":4100,"first_name":"Ada","type":"private"},"from":{"id":990011,"is_bot":true},"text":"hi"})")));
  EXPECT_EQ(e.direction, direction::outbound);
  EXPECT_EQ(e.sender, sender_type::bot);
  EXPECT_EQ(e.customer_platform_id, "4100");
  // Another bot in a group is not ours.
  const auto other = only(normalise(update(
      "message",
      R"({"message_id":3,"date":1,"chat":{"id":-5,"type":"group"},"from":{"id":7,"is_bot":true},"text":"hi"})")));
  EXPECT_EQ(other.direction, direction::inbound);
}

TEST(telegram, a_business_chat_shows_both_ends) {
  const std::string chat =
      R"("chat":{"id":4100,"first_name":"Ada","type":"private"},"date":1,"business_connection_id":"Bc_1")";
  const auto theirs = only(normalise(
      update("business_message", R"({"message_id":1,"from":{"id":4100},"text":"a",)" + chat + "}")));
  EXPECT_EQ(theirs.direction, direction::inbound);
  EXPECT_EQ(theirs.thread_key, "4100/bBc_1");
  EXPECT_THAT(theirs.payload, HasSubstr(R"("businessConnectionId":"Bc_1")"));
  const auto ours = only(normalise(
      update("business_message", R"({"message_id":2,"from":{"id":8800},"text":"b",)" + chat + "}")));
  EXPECT_EQ(ours.direction, direction::outbound);
  EXPECT_EQ(ours.sender, sender_type::agent);
  EXPECT_EQ(ours.sender_id, "8800");
  EXPECT_EQ(ours.customer_platform_id, "4100");
  EXPECT_EQ(ours.thread_key, theirs.thread_key);
  const auto by_bot = only(normalise(update(
      "business_message",
      R"({"message_id":3,"from":{"id":8800},"sender_business_bot":{"id":77,"is_bot":true},"text":"d",)" +
          chat + "}")));
  EXPECT_EQ(by_bot.direction, direction::outbound);
  EXPECT_EQ(by_bot.sender, sender_type::bot);
  const auto edit =
      only(normalise(update("edited_business_message",
                            R"({"message_id":2,"edit_date":5,"from":{"id":8800},"text":"c",)" + chat + "}")));
  EXPECT_EQ(edit.kind, inbound_kind::edit);
  EXPECT_EQ(edit.thread_key, theirs.thread_key);
  const auto gone = normalise(update(
      "deleted_business_messages",
      R"({"business_connection_id":"Bc_1","chat":{"id":4100,"first_name":"Ada","type":"private"},"message_ids":[1,2,"x"]})"));
  ASSERT_EQ(gone.events.size(), 2U);
  EXPECT_EQ(gone.events[1].kind, inbound_kind::deletion);
  EXPECT_EQ(gone.events[1].platform_message_id, "4100:2");
  EXPECT_EQ(gone.events[1].thread_key, theirs.thread_key);
  ASSERT_EQ(gone.rejected.size(), 1U);
  EXPECT_EQ(gone.rejected[0].reason, "malformed");
}

TEST(telegram, a_reply_names_what_it_answers) {
  EXPECT_EQ(message(R"("text":"y","reply_to_message":{"message_id":9,"chat":{"id":4100}})").reply_to,
            "4100:9");
  // In a topic each message hangs on the one that opened it: no answer to it.
  const auto first = only(normalise(update(
      "message",
      group_message(
          R"("text":"x","is_topic_message":true,"message_thread_id":5,"reply_to_message":{"message_id":5,"chat":{"id":-1001234567890}})"))));
  EXPECT_EQ(first.reply_to, "");
}

class telegram_content : public ::testing::TestWithParam<content_case> {};
TEST_P(telegram_content, is_kept) {
  expect_kept(message(GetParam().rest), GetParam());
}
INSTANTIATE_TEST_SUITE_P(
    kinds, telegram_content,
    ::testing::Values(
        content_case{R"("text":"*b*","entities":[{"offset":0,"length":3,"type":"bold"}])", content_type::text,
                     "*b*",
                     R"({"entities":[{"offset":0,"length":3,"type":"bold"}],"entityOffsets":"utf-16"})"},
        content_case{R"("photo":[{"file_id":"small"},{"file_id":"big"}],"caption":"c","media_group_id":"77")",
                     content_type::image, "c", R"("mediaGroupId":"77")", "big"},
        content_case{R"("video":{"file_id":"v","mime_type":"video/mp4","duration":3})", content_type::video,
                     "", R"("duration":3)", "v"},
        content_case{R"("video_note":{"file_id":"v"})", content_type::video, "", "", "v"},
        content_case{R"("voice":{"file_id":"o"})", content_type::audio, "", R"("voice":true)", "o"},
        content_case{R"("audio":{"file_id":"o"},"caption":"song")", content_type::audio, "song", "", "o"},
        content_case{R"("document":{"file_id":"d","file_name":"a.pdf"})", content_type::document, "", "",
                     "d"},
        content_case{R"("document":{"file_id":"d"},"animation":{"file_id":"a"})", content_type::video, "",
                     R"("animated":true)", "a"},
        content_case{R"("sticker":{"file_id":"s","emoji":"\ud83d\ude21","set_name":"N","is_animated":true})",
                     content_type::sticker, "😡", R"("animated":true,"stickerSet":"N")", "s"},
        content_case{R"("location":{"latitude":1.25,"longitude":2})", content_type::location, "1.25, 2",
                     R"("location":{"latitude":1.25,"longitude":2})"},
        content_case{
            R"("location":{"latitude":1,"longitude":2},"venue":{"title":"Pier","address":"Sea 1","location":{}})",
            content_type::location, "Pier, Sea 1", R"("venue":{"title":"Pier")"},
        content_case{R"("contact":{"phone_number":"+4930","first_name":"Bo","last_name":"C"})",
                     content_type::contact, "Bo C, +4930", R"("contact":{)"},
        content_case{R"("web_app_data":{"data":"{\"a\":1}","button_text":"Order"})",
                     content_type::interactive, "Order",
                     R"("webAppData":{"data":"{\"a\":1}","button_text":"Order"})"},
        content_case{R"("dice":{"emoji":"D","value":4})", content_type::text, "D 4", R"("dice":{)"},
        content_case{R"("poll":{"question":"Tea?","options":[{"text":"yes"},{"text":"no"}]})",
                     content_type::interactive, "Tea?\n- yes\n- no", R"("poll":{)"},
        content_case{R"("game":{"title":"Go"})", content_type::interactive, "Go", R"("game":{)"},
        content_case{R"("invoice":{"title":"Tea","currency":"EUR","total_amount":350})",
                     content_type::interactive, "Tea", R"("total_amount":350)"},
        content_case{R"("successful_payment":{"currency":"EUR","total_amount":350})",
                     content_type::interactive, "Paid 350 (smallest unit) EUR", R"("successfulPayment":{)"},
        content_case{R"("story":{"id":2,"chat":{"id":-7}})", content_type::story, "", R"("story":{)"},
        content_case{R"("passport_data":{"x":1})", content_type::unsupported, "",
                     R"("passport_data":{"x":1})"},
        content_case{R"("brand_new":{"x":1})", content_type::unsupported, "", R"("brand_new":{"x":1})"},
        content_case{R"("text":{"not":"text"})", content_type::unsupported, "", R"("text":{"not":"text"})"},
        content_case{R"("photo":[])", content_type::unsupported, "", R"("photo":[])"},
        content_case{R"("text":"f","forward_origin":{"type":"user","date":1})", content_type::text, "f",
                     R"("forwarded":{"type":"user","date":1})"},
        content_case{R"("text":"f","forward_from":{"id":1},"forward_date":2)", content_type::text, "f",
                     R"("forwarded":{"forward_from":{"id":1},"forward_date":2})"}));

TEST(telegram, a_file_has_its_name_type_and_size) {
  const auto e = message(
      R"("document":{"file_id":"d","file_name":"a.pdf","mime_type":"application/pdf","file_size":12})");
  ASSERT_EQ(e.attachments.size(), 1U);
  EXPECT_EQ(e.attachments[0].name, "a.pdf");
  EXPECT_EQ(e.attachments[0].mime, "application/pdf");
  EXPECT_EQ(e.attachments[0].size, 12U);
}

TEST(telegram, paid_media_are_attachments_each) {
  const auto e = message(
      R"("paid_media":{"star_count":1,"paid_media":[{"type":"photo","photo":[{"file_id":"s"},{"file_id":"p"}]},{"type":"video","video":{"file_id":"v"}},{"type":"preview"}]})");
  ASSERT_EQ(e.attachments.size(), 2U);
  EXPECT_EQ(e.attachments[0].platform_media_id, "p");
  EXPECT_EQ(e.attachments[1].platform_media_id, "v");
}

struct service_case {
  std::string_view rest;
  std::string_view content;
  std::string_view payload;
};
class telegram_service : public ::testing::TestWithParam<service_case> {};
TEST_P(telegram_service, is_a_sentence_of_the_system) {
  const auto e = message(GetParam().rest);
  EXPECT_EQ(e.sender, sender_type::system);
  EXPECT_EQ(e.content, GetParam().content);
  EXPECT_THAT(e.payload, HasSubstr(std::string{GetParam().payload}));
}
INSTANTIATE_TEST_SUITE_P(
    kinds, telegram_service,
    ::testing::Values(
        service_case{R"("new_chat_members":[{"id":1,"first_name":"Bo"},{"id":2,"first_name":"Cy"}])",
                     "Bo, Cy joined the chat", R"("newChatMembers":[)"},
        service_case{R"("left_chat_member":{"id":1,"first_name":"Bo"})", "Bo left the chat",
                     R"("leftChatMember":{)"},
        service_case{R"("new_chat_title":"T")", "The chat is now called T", R"("newChatTitle":"T")"},
        service_case{R"("migrate_to_chat_id":-1001555)", "The group became a supergroup, chat -1001555",
                     R"("migrateToChatId":"-1001555")"},
        service_case{R"("migrate_from_chat_id":-99)", "This supergroup was the group, chat -99",
                     R"("migrateFromChatId":"-99")"},
        service_case{R"("forum_topic_created":{"name":"Tea"})", "The topic was opened: Tea",
                     R"("forumTopicCreated":{"name":"Tea"})"},
        service_case{R"("forum_topic_closed":{})", "The topic was closed", R"("forumTopicClosed":{})"},
        service_case{R"("message_auto_delete_timer_changed":{"message_auto_delete_time":60})",
                     "Messages delete themselves after 60 s", R"("messageAutoDeleteTimerChanged":{)"},
        service_case{R"("boost_added":{"boost_count":4})", "Ada L boosted the chat", R"("boostAdded":{)"}));

TEST(telegram, both_ends_of_a_migration_tell_it_of_the_old_chats_thread) {
  const auto to = message(R"("migrate_to_chat_id":-1001555)");
  EXPECT_EQ(to.thread_key, "4100");
  EXPECT_EQ(to.thread_key_next, "-1001555");
  const auto from = message(R"("migrate_from_chat_id":-99)");
  EXPECT_EQ(from.thread_key, "-99");
  EXPECT_EQ(from.thread_key_next, "4100");
  EXPECT_EQ(from.platform_message_id, "4100:17");
}

TEST(telegram, a_pinned_message_is_pointed_to) {
  const auto e = message(R"("pinned_message":{"message_id":4,"chat":{"id":4100},"text":"p"})");
  EXPECT_EQ(e.content, "Ada L pinned a message");
  EXPECT_EQ(e.reply_to, "4100:4");
}

TEST(telegram, tells_what_the_customers_app_speaks) {
  const auto said = [](std::string_view code, std::string_view chat) {
    return only(normalise(update(
        "message",
        std::string(
            R"({"message_id":17,"date":1767225600,"from":{"id":4100,"is_bot":false,"first_name":"Ada","language_code":")") +
            std::string(code) + R"("},"chat":)" + std::string(chat) + R"(,"text":"oi"})")));
  };
  constexpr std::string_view own_chat = R"({"id":4100,"first_name":"Ada","type":"private"})";
  EXPECT_EQ(said("pt-br", own_chat).language, "pt-BR");
  EXPECT_EQ(said("?", own_chat).language, "");
  EXPECT_EQ(message(R"("text":"hi")").language, "");
}

}  // namespace
}  // namespace switchboard::net::platforms
