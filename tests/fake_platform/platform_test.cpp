// The fake platform is a checker: here it is seen to refuse what the real ones refuse, to count, and to notice what is said
// twice.

#include "tests/fake_platform/platform.hpp"

#include "net/client/http_client.hpp"
#include "tests/fake_platform/text_size.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace switchboard::fake_platform {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct said {
  int status = 0;
  std::string body;
};

class platforms : public testing::Test {
 protected:
  said ask(const std::string& path, const std::string& body, const std::string& token = "t-whatsapp",
           std::vector<std::pair<std::string, std::string>> more = {}) {
    std::promise<net::client::result> promise;
    auto future = promise.get_future();
    more.emplace_back("Authorization", "Bearer " + token);
    client_.perform({.url = platform_.url() + path, .headers = std::move(more), .body = body},
                    [&](net::client::result&& r) { promise.set_value(std::move(r)); });
    const auto r = future.get();
    return {r.status, r.body};
  }
  said whatsapp(const std::string& to, const std::string& text) {
    return ask("/v24.0/777/messages", R"({"messaging_product":"whatsapp","to":")" + to +
                                          R"(","type":"text","text":{"body":")" + text + "\"}}");
  }

  platform platform_{
      {.accounts = {
           {.id = "w",
            .platform = domain::platform::whatsapp,
            .platform_id = "777",
            .access_token = "t-whatsapp"},
           {.id = "f",
            .platform = domain::platform::facebook,
            .platform_id = "888",
            .access_token = "t-page"},
           {.id = "i",
            .platform = domain::platform::instagram,
            .platform_id = "999",
            .access_token = "t-instagram"},
           {.id = "t", .platform = domain::platform::telegram, .platform_id = "11", .access_token = "11:bot"},
           {.id = "x", .platform = domain::platform::x, .platform_id = "22", .access_token = "t-x"},
           {.id = "l",
            .platform = domain::platform::linkedin,
            .platform_id = "33",
            .access_token = "t-linkedin"},
           {.id = "b",
            .platform = domain::platform::bluesky,
            .platform_id = "did:plc:b",
            .access_token = "t-bluesky"},
       }}};
  net::client::http_client client_{{}};
};

TEST_F(platforms, take_what_is_well_formed_and_keep_it) {
  EXPECT_EQ(whatsapp("4917", "hello").status, 200);
  EXPECT_EQ(ask("/v24.0/888/messages",
                R"({"recipient":{"id":"5"},"messaging_type":"RESPONSE","message":{"text":"a"}})", "t-page")
                .status,
            200);
  EXPECT_EQ(ask("/v24.0/888_1/comments", R"({"message":"b"})", "t-page").status, 200);
  EXPECT_EQ(
      ask("/v24.0/999/messages",
          R"({"recipient":{"id":"6"},"messaging_type":"RESPONSE","message":{"text":"c"}})", "t-instagram")
          .status,
      200);
  EXPECT_EQ(ask("/bot11:bot/sendMessage", R"({"chat_id":5,"text":"d"})").status, 200);
  EXPECT_EQ(ask("/2/dm_conversations/with/4/messages", R"({"text":"e"})", "t-x").status, 201);
  EXPECT_EQ(ask("/2/tweets", R"({"text":"f","reply":{"in_reply_to_tweet_id":"1"}})", "t-x").status, 201);
  EXPECT_EQ(ask("/rest/socialActions/urn%3Ali%3Aactivity%3A1/comments",
                R"({"actor":"urn:li:organization:33","object":"urn:li:activity:1","message":{"text":"g"}})",
                "t-linkedin", {{"LinkedIn-Version", "202610"}, {"X-Restli-Protocol-Version", "2.0.0"}})
                .status,
            201);
  const auto session =
      ask("/xrpc/com.atproto.server.createSession", R"({"identifier":"did:plc:b","password":"t-bluesky"})");
  EXPECT_THAT(session.body, HasSubstr("access.did:plc:b.1"));
  EXPECT_EQ(ask("/xrpc/chat.bsky.convo.sendMessage", R"({"convoId":"c","message":{"text":"h"}})",
                "access.did:plc:b.1", {{"atproto-proxy", "did:web:api.bsky.chat#bsky_chat"}})
                .status,
            200);
  std::string texts;
  for (const auto& t : platform_.book()) texts += t.text + ' ';
  EXPECT_EQ(texts, "hello a b c d e f g h ");
  EXPECT_EQ(platform_.count().refused, 0u);
}

TEST_F(platforms, refuse_what_the_real_ones_refuse) {
  struct row {
    const char* why;
    std::string path, body, token;
    int status;
    const char* says;
  };
  const std::string long_text(4097, 'x'), instagram_text(1001, 'x');
  const std::string text_head = R"({"messaging_product":"whatsapp","to":"1","type":"text","text":{"body":")";
  const std::vector<row> rows = {
      {"no such token", "/v24.0/777/messages", "{}", "stolen", 401, "190"},
      {"another page's token", "/v24.0/888/messages", R"({"recipient":{"id":"5"}})", "t-instagram", 403,
       "200"},
      {"no JSON", "/v24.0/777/messages", "{", "t-whatsapp", 400, "100"},
      {"no product", "/v24.0/777/messages", R"({"to":"1","type":"text","text":{"body":"a"}})", "t-whatsapp",
       400, "messaging_product"},
      {"nobody", "/v24.0/777/messages",
       R"({"messaging_product":"whatsapp","type":"text","text":{"body":"a"}})", "t-whatsapp", 400, "131008"},
      {"too long", "/v24.0/777/messages", text_head + long_text + "\"}}", "t-whatsapp", 400, "text.body"},
      {"empty", "/v24.0/777/messages", text_head + "\"}}", "t-whatsapp", 400, "text.body"},
      {"a retired tag", "/v24.0/888/messages",
       R"({"recipient":{"id":"5"},"messaging_type":"MESSAGE_TAG","tag":"ACCOUNT_UPDATE","message":{"text":"a"}})",
       "t-page", 400, "tag"},
      {"too many bytes", "/v24.0/999/messages",
       R"({"recipient":{"id":"5"},"messaging_type":"RESPONSE","message":{"text":")" + instagram_text + "\"}}",
       "t-instagram", 400, "too long"},
      {"no chat", "/bot11:bot/sendMessage", R"({"text":"d"})", "", 400, "chat_id"},
      {"not this bot", "/bot12:bot/sendMessage", R"({"chat_id":1,"text":"d"})", "", 401, "Unauthorized"},
      {"a post too heavy", "/2/tweets", R"({"text":")" + std::string(281, 'x') + "\"}", "t-x", 400,
       "too long"},
      {"no version", "/rest/socialActions/urn%3Ali%3Aactivity%3A1/comments", "{}", "t-linkedin", 426,
       "LinkedIn-Version"},
      {"no session", "/xrpc/chat.bsky.convo.sendMessage", "{}", "t-bluesky", 400, "ExpiredToken"},
  };
  for (const auto& r : rows) {
    SCOPED_TRACE(r.why);
    const auto s = ask(r.path, r.body, r.token);
    EXPECT_EQ(s.status, r.status);
    EXPECT_THAT(s.body, HasSubstr(r.says));
  }
  EXPECT_TRUE(platform_.book().empty());
}

TEST_F(platforms, close_their_window_a_day_after_the_customers_last_word) {
  platform_.heard("w", "4917", std::chrono::system_clock::now() - 25h);
  EXPECT_THAT(whatsapp("4917", "late").body, HasSubstr("131047"));
  platform_.heard("w", "4917", std::chrono::system_clock::now() - 23h);
  EXPECT_EQ(whatsapp("4917", "in time").status, 200);
}

TEST_F(platforms, let_who_came_by_an_ad_be_answered_for_seven_days) {
  const auto answered = [&](const std::string& who, const std::string& text) {
    return ask("/v24.0/888/messages",
               R"({"recipient":{"id":")" + who + R"("},"messaging_type":"RESPONSE","message":{"text":")" +
                   text + "\"}}",
               "t-page")
        .body;
  };
  const auto now = std::chrono::system_clock::now();
  platform_.heard("f", "5", now - 6 * 24h);
  EXPECT_THAT(answered("5", "a"), HasSubstr("2018278"));
  platform_.came_by_ad("f", "5", now - 6 * 24h);
  EXPECT_THAT(answered("5", "b"), HasSubstr("message_id"));
  platform_.came_by_ad("f", "5", now - 7 * 24h);
  EXPECT_THAT(answered("5", "c"), HasSubstr("2018278"));
}

TEST_F(platforms, take_one_private_reply_to_a_comment_for_seven_days) {
  const auto privately = [&](const std::string& comment, const std::string& text) {
    return ask("/v24.0/888/messages",
               R"({"recipient":{"comment_id":")" + comment +
                   R"("},"messaging_type":"RESPONSE","message":{"text":")" + text + "\"}}",
               "t-page");
  };
  EXPECT_EQ(privately("888_1_5", "a").status, 200);
  EXPECT_THAT(privately("888_1_5", "b").body, HasSubstr("10900"));
  platform_.commented("888_1_6", std::chrono::system_clock::now() - 7 * 24h);
  EXPECT_THAT(privately("888_1_6", "c").body, HasSubstr("10903"));
  platform_.commented("888_1_6", std::chrono::system_clock::now() - 7 * 24h + 1min);
  EXPECT_EQ(privately("888_1_6", "d").status, 200);
  EXPECT_EQ(platform_.count().refused, 2u);
}

TEST_F(platforms, notice_what_is_said_twice) {
  whatsapp("4917", "once");
  EXPECT_EQ(platform_.count().repeated, 0u);
  whatsapp("4917", "once");
  EXPECT_EQ(platform_.count().repeated, 1u);
}

TEST_F(platforms, meet_the_troubles_they_are_told_to) {
  platform_.next({trouble::limited_seconds, trouble::error_taken, trouble::reset_taken, trouble::nonsense,
                  trouble::reset});
  EXPECT_EQ(whatsapp("1", "a").status, 429);
  EXPECT_EQ(whatsapp("1", "b").status, 500);
  EXPECT_EQ(whatsapp("1", "c").status, 0);
  EXPECT_EQ(whatsapp("1", "d").body, "<html>It works!</html>");
  EXPECT_EQ(whatsapp("1", "e").status, 0);
  EXPECT_EQ(whatsapp("1", "f").status, 200);
  std::string texts;
  for (const auto& t : platform_.book()) texts += t.text;
  EXPECT_EQ(texts, "bcdf");
}

TEST(limits, hold_in_any_stretch_of_a_windows_length) {
  constexpr limit three{"three", 3, 1000ms};
  limit_book book;
  const instant t0 = instant{} + 100s;
  for (const auto at : {0ms, 400ms, 800ms}) EXPECT_EQ(book.take(three, "a", 1, t0 + at), std::nullopt);
  EXPECT_EQ(book.take(three, "a", 1, t0 + 999ms), 1ms);
  EXPECT_EQ(book.take(three, "a", 1, t0 + 1000ms), std::nullopt);
  EXPECT_EQ(book.take(three, "a", 1, t0 + 1399ms), 1ms);
  EXPECT_EQ(book.take(three, "b", 1, t0 + 1399ms), std::nullopt);
  EXPECT_EQ(book.figures().at("three").exceeded, 2u);
  EXPECT_EQ(book.figures().at("three").fullest, 3u);
}

TEST(limits, of_a_bucket_refill_evenly) {
  constexpr limit slow{"slow", 1, 6000ms, 2};
  limit_book book;
  const instant t0 = instant{} + 100s;
  EXPECT_EQ(book.take(slow, "a", 1, t0), std::nullopt);
  EXPECT_EQ(book.take(slow, "a", 1, t0), std::nullopt);
  EXPECT_EQ(book.take(slow, "a", 1, t0), 6000ms);
  EXPECT_EQ(book.take(slow, "a", 1, t0 + 5999ms), 1ms);
  EXPECT_EQ(book.take(slow, "a", 1, t0 + 6000ms), std::nullopt);
}

TEST(text_size, counts_as_the_platforms_do) {
  EXPECT_EQ(utf16_units("aé😀"), 4u);
  EXPECT_EQ(graphemes("e\xCC\x81👩‍👩‍👧🇩🇪"), 3u);
  EXPECT_EQ(weighted("aé"), 2u);
  EXPECT_EQ(weighted("日本"), 4u);
  EXPECT_EQ(weighted("👩‍👩‍👧"), 2u);
  EXPECT_EQ(weighted("see https://example.com/a/very/long/path now"), 4u + 23 + 4);
}

}  // namespace
}  // namespace switchboard::fake_platform
