// Telegram and X: what their APIs are told, to the byte, and what their answers mean.

#include "sending_support.hpp"

#include <array>

namespace switchboard::net::platforms::testing {
namespace {

using domain::attempt_end;
using domain::platform;
using domain::thread_kind;
using strings = std::vector<std::string>;

sender telegram(domain::outgoing what, std::string_view key = "4100") {
  sender s{.conversation = conversation_on(platform::telegram),
           .what = std::move(what),
           .answered = {},
           .recipient_now = {}};
  s.conversation.thread_key = key;
  s.account.access_token = "99:a_b-c";
  return s;
}

TEST(TelegramSending, TellsATextToTheChat) {
  const call c = telegram(said("<b>Hi</b>")).rendered();
  EXPECT_EQ(c.url, "http://fake/bot99:a_b-c/sendMessage");
  EXPECT_EQ(c.body, R"({"chat_id":4100,"text":"<b>Hi</b>"})");
  EXPECT_EQ(draws_of(c), (strings{"telegram.messages", "telegram.chat"}));
  EXPECT_TRUE(header_in(c, "Authorization").empty());
}

TEST(TelegramSending, FindsTopicsAndBusinessConnectionsInTheThreadsKey) {
  EXPECT_EQ(telegram(said("a"), "-100123/t7").rendered().body,
            R"({"chat_id":-100123,"message_thread_id":7,"text":"a"})");
  EXPECT_EQ(telegram(said("a"), "-100123/d8").rendered().body,
            R"({"chat_id":-100123,"direct_messages_topic_id":8,"text":"a"})");
  EXPECT_EQ(telegram(said("a"), "4100/bXy/z").rendered().body,
            R"({"business_connection_id":"Xy/z","chat_id":4100,"text":"a"})");
  EXPECT_EQ(draws_of(telegram(said("a"), "-100123").rendered()),
            (strings{"telegram.messages", "telegram.chat", "telegram.group"}));
  EXPECT_EQ(telegram(said("a"), "x").refusal(), "no-recipient");
  EXPECT_EQ(telegram(said("a"), "1,\"text\":2").refusal(), "no-recipient");
}

TEST(TelegramSending, FollowsAGroupThatBecameASupergroup) {
  auto s = telegram(said("a"), "-55");
  const auto out = outcome_of(
      platform::telegram, s.rendered(), 400,
      R"({"ok":false,"error_code":400,"description":"migrated","parameters":{"migrate_to_chat_id":-100777}})");
  EXPECT_EQ(out.end, attempt_end::later);
  EXPECT_EQ(out.recipient_now, "-100777");
  EXPECT_EQ(out.retry_after, std::chrono::milliseconds{0});
  s.recipient_now = out.recipient_now;
  s.what.reply_to = "-55:3";
  EXPECT_EQ(
      s.rendered().body,
      R"({"chat_id":-100777,"text":"a","reply_parameters":{"message_id":3,"allow_sending_without_reply":true}})");
}

TEST(TelegramSending, NamesWhatItAnswersAndOffersChoices) {
  auto s = telegram(said("a"));
  s.what.reply_to = "4100:17";
  s.what.buttons = {{"Yes", "y", ""}, {"Site", "", "https://a.example"}};
  EXPECT_EQ(
      s.rendered().body,
      R"({"chat_id":4100,"text":"a","reply_parameters":{"message_id":17,"allow_sending_without_reply":true},)"
      R"("reply_markup":{"inline_keyboard":[[{"text":"Yes","callback_data":"y"}],[{"text":"Site","url":"https://a.example"}]]}})");
}

TEST(TelegramSending, SendsEachKindOfFileByItsMethod) {
  const auto sent = [](std::string_view type, std::string_view mime) {
    auto s = telegram(type == "sticker" ? domain::outgoing{} : said("c"));
    s.what.attachments = {attached(type, "https://a.example/f")};
    s.what.attachments[0].mime = mime;
    const call c = s.rendered();
    return c.url.substr(c.url.rfind('/') + 1) + c.body;
  };
  EXPECT_EQ(sent("image", "image/png"),
            R"(sendPhoto{"chat_id":4100,"photo":"https://a.example/f","caption":"c"})");
  EXPECT_EQ(sent("image", "image/gif"),
            R"(sendAnimation{"chat_id":4100,"animation":"https://a.example/f","caption":"c"})");
  EXPECT_EQ(sent("video", ""), R"(sendVideo{"chat_id":4100,"video":"https://a.example/f","caption":"c"})");
  EXPECT_EQ(sent("audio", ""), R"(sendAudio{"chat_id":4100,"audio":"https://a.example/f","caption":"c"})");
  EXPECT_EQ(sent("document", ""),
            R"(sendDocument{"chat_id":4100,"document":"https://a.example/f","caption":"c"})");
  EXPECT_EQ(sent("sticker", ""), R"(sendSticker{"chat_id":4100,"sticker":"https://a.example/f"})");
}

TEST(TelegramSending, TypesAndReadsForBusinessAccounts) {
  const auto s = telegram({}, "-100123/t7");
  EXPECT_EQ(typing({s.conversation, s.account})->body,
            R"({"chat_id":-100123,"message_thread_id":7,"action":"typing"})");
  const auto last = inbound("4100:9");
  EXPECT_FALSE(mark_read({s.conversation, s.account, &last}));
  const auto b = telegram({}, "4100/bXy");
  EXPECT_EQ(mark_read({b.conversation, b.account, &last})->body,
            R"({"business_connection_id":"Xy","chat_id":4100,"message_id":9})");
  const auto r = s.request();
  EXPECT_FALSE(lookup({.sent = r, .handed_over = now}));
}

TEST(TelegramSending, CountsUtf16AndPutsTextIntoCaptionsWhereItFits) {
  std::string emoji;
  for (int i = 0; i < 2048; ++i) emoji += "\U0001f600";
  EXPECT_EQ(unfit_code(platform::telegram, thread_kind::dm, said(emoji), split_policy::refuse), "");
  EXPECT_EQ(unfit_code(platform::telegram, thread_kind::dm, said(emoji + "a"), split_policy::refuse),
            "text-too-long");
  domain::outgoing what = said(std::string(1024, 'a'));
  what.attachments = {attached("image", "https://a.example/1"), attached("image", "https://a.example/2")};
  what.buttons = {{"b", "", ""}};
  auto parts = fit(platform::telegram, thread_kind::dm, domain::outgoing{what}, split_policy::split);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[1].text.size(), 1024u);
  EXPECT_EQ((*parts)[1].buttons.size(), 1u);
  what.text += 'a';
  parts = fit(platform::telegram, thread_kind::dm, std::move(what), split_policy::split);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ((*parts)[2].buttons.size(), 1u);
  domain::outgoing long_payload = said("a");
  long_payload.buttons = {{"b", std::string(65, 'p'), ""}};
  EXPECT_EQ(unfit_code(platform::telegram, thread_kind::dm, long_payload), "payload-too-long");
}

TEST(TelegramAnswers, MeanWhatTheySay) {
  const call sent = telegram(said("a")).rendered();
  constexpr std::array<answer_case, 13> cases = {{
      {200, R"({"ok":true,"result":{"message_id":9,"chat":{"id":-100123}}})", attempt_end::sent, ""},
      {200, R"({"ok":true,"result":true})", attempt_end::unknown, "http-200"},
      {200, R"({"ok":false,"error_code":400,"description":"d"})", attempt_end::refused, "400"},
      {400, R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})",
       attempt_end::refused, "400"},
      {401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})", attempt_end::no_access, "401"},
      {404, R"({"ok":false,"error_code":404,"description":"Not Found"})", attempt_end::no_access, "404"},
      {403, R"({"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"})",
       attempt_end::refused, "403"},
      {429, R"({"ok":false,"error_code":429,"description":"d","parameters":{"retry_after":17}})",
       attempt_end::later, "429", 17'000},
      {429, R"({"ok":false,"error_code":429,"description":"d"})", attempt_end::later, "429"},
      {500, R"({"ok":false,"error_code":500,"description":"d"})", attempt_end::unknown, "500"},
      {502, "<html>", attempt_end::unknown, "http-502"},
      {503, "", attempt_end::later, "http-503"},
      {301, R"({"ok":true,"result":{"message_id":9,"chat":{"id":1}}})", attempt_end::refused, "http-301"},
  }};
  expect_answers(platform::telegram, sent, cases);
  EXPECT_EQ(outcome_of(platform::telegram, sent, 200, cases[0].body).platform_message_id, "-100123:9");
}

sender on_x(domain::outgoing what, thread_kind kind = thread_kind::dm) {
  sender s{.conversation = conversation_on(platform::x, kind),
           .what = std::move(what),
           .answered = {},
           .recipient_now = {}};
  s.account.platform_id = "77";
  return s;
}

TEST(XSending, TellsDirectMessagesAndPosts) {
  auto s = on_x(said("Hi"));
  call c = s.rendered();
  EXPECT_EQ(c.url, "http://fake/2/dm_conversations/with/4100/messages");
  EXPECT_EQ(c.body, R"({"text":"Hi"})");
  EXPECT_EQ(draws_of(c), (strings{"x.dm", "x.dm_day", "x.dm_app_day"}));
  s.what.attachments = {attached("image", "", "555")};
  EXPECT_EQ(s.rendered().body, R"({"text":"Hi","attachments":[{"media_id":"555"}]})");
  s.conversation.shared = true;
  s.conversation.thread_key = "123-456/4100";
  EXPECT_EQ(s.rendered().url, "http://fake/2/dm_conversations/123-456/messages");

  auto post = on_x(said("Hi"), thread_kind::mention);
  EXPECT_EQ(post.refusal(), "no-recipient");
  post.answered = inbound("1924465506158878979");
  c = post.rendered();
  EXPECT_EQ(c.url, "http://fake/2/tweets");
  EXPECT_EQ(c.body, R"({"text":"Hi","reply":{"in_reply_to_tweet_id":"1924465506158878979"}})");
  EXPECT_EQ(draws_of(c), (strings{"x.posts", "x.posts_app_day"}));
  post.what.attachments = {attached("image", "", "1"), attached("image", "", "2")};
  EXPECT_NE(post.rendered().body.find(R"("media":{"media_ids":["1","2"]},)"), std::string::npos);
  EXPECT_FALSE(typing({s.conversation, s.account}));
  EXPECT_FALSE(mark_read({s.conversation, s.account}));
}

TEST(XSending, RefusesWhatItHasNoPlaceFor) {
  domain::outgoing what = said("a");
  what.attachments = {attached("image", "https://a.example/i")};
  EXPECT_EQ(unfit_code(platform::x, thread_kind::dm, what), "attachment-by-url");
  what = said("a");
  what.buttons = {{"b", "", ""}};
  EXPECT_EQ(unfit_code(platform::x, thread_kind::dm, what), "unsupported-buttons");
  what = said("a");
  what.reply_to = "1";
  EXPECT_EQ(unfit_code(platform::x, thread_kind::dm, what), "unsupported-reply-to");
  EXPECT_EQ(unfit_code(platform::x, thread_kind::comment, what), "");
  std::string wide;
  for (int i = 0; i < 141; ++i) wide += "\u306e";
  EXPECT_EQ(unfit_code(platform::x, thread_kind::comment, said(wide), split_policy::refuse), "text-too-long");
  EXPECT_EQ(unfit_code(platform::x, thread_kind::dm, said(wide), split_policy::refuse), "");
}

TEST(XAnswers, MeanWhatTheySay) {
  const call sent = on_x(said("a")).rendered();
  constexpr std::array<answer_case, 15> cases = {{
      {201, R"({"data":{"dm_conversation_id":"1-2","dm_event_id":"9"}})", attempt_end::sent, ""},
      {201, R"({"data":{"id":"19","text":"a"}})", attempt_end::sent, ""},
      {201, R"({"data":{}})", attempt_end::unknown, "http-201"},
      {401, R"({"title":"Unauthorized","type":"about:blank","status":401,"detail":"d"})",
       attempt_end::no_access, "http-401"},
      {403, R"({"title":"Forbidden","detail":"You are not permitted","type":"about:blank","status":403})",
       attempt_end::refused, "http-403"},
      {403, R"({"title":"Client Forbidden","type":"https://api.twitter.com/2/problems/client-forbidden"})",
       attempt_end::no_access, "client-forbidden"},
      {403, R"({"errors":[{"code":349,"message":"cannot send"}]})", attempt_end::refused, "349"},
      {403, R"({"errors":[{"code":187,"message":"duplicate"}]})", attempt_end::refused, "187"},
      {403, R"({"errors":[{"code":326,"message":"locked"}]})", attempt_end::no_access, "326"},
      {402, R"({"title":"CreditsDepleted","type":"about:blank"})", attempt_end::no_access, "http-402"},
      {429, R"({"title":"Too Many Requests","type":"about:blank"})", attempt_end::later, "http-429"},
      {400,
       R"({"errors":[{"message":"invalid"}],"title":"Invalid Request","type":"https://api.twitter.com/2/problems/invalid-request"})",
       attempt_end::refused, "invalid-request"},
      {500, R"({"errors":[{"code":131,"message":"internal"}]})", attempt_end::unknown, "131"},
      {503, R"({"errors":[{"code":130,"message":"over capacity"}]})", attempt_end::later, "130"},
      {504, "", attempt_end::unknown, "http-504"},
  }};
  expect_answers(platform::x, sent, cases);
  EXPECT_EQ(outcome_of(platform::x, sent, 201, cases[0].body).platform_message_id, "9");
  EXPECT_EQ(outcome_of(platform::x, sent, 201, cases[1].body).platform_message_id, "19");
}

TEST(XAnswers, TellWhatIsLeftOfTheWindow) {
  const call sent = on_x(said("a")).rendered();
  const std::vector<field> headers = {
      {"x-rate-limit-limit", "15"}, {"x-rate-limit-remaining", "0"}, {"x-rate-limit-reset", "1795248300"}};
  const auto out = outcome_of(platform::x, sent, 429, "", headers);
  EXPECT_EQ(out.retry_after, std::chrono::seconds{300});
  const std::vector<domain::quota_report> expected = {
      {.quota = "x.dm", .remaining = 0, .full_again_in = std::chrono::seconds{300}, .used = {}}};
  EXPECT_EQ(out.quotas, expected);
  const auto far = outcome_of(platform::x, sent, 429, "", {{"x-rate-limit-reset", "9223372036854775807"}});
  EXPECT_EQ(far.retry_after, std::chrono::hours{24});
  const auto past = outcome_of(platform::x, sent, 429, "", {{"x-rate-limit-reset", "5"}});
  EXPECT_EQ(past.retry_after, std::chrono::seconds{0});
}

TEST(XLookup, ComparesWhatComesBackUnchanged) {
  const auto find = [](std::string_view text, std::string_view rows) {
    auto s = on_x(said(text), thread_kind::mention);
    s.answered = inbound("500");
    const auto r = s.request();
    EXPECT_TRUE(lookup({.sent = r, .handed_over = now})->url.starts_with("http://fake/2/users/77/tweets?"));
    const std::string body = R"({"data":[)" + std::string{rows} + R"(],"meta":{}})";
    return find_in({.sent = r, .handed_over = now}, {200, {}, body}).what;
  };
  constexpr std::string_view answer_to_500 =
      R"({"id":"9","text":"@ada @bob Hi","created_at":"2026-11-21T08:00:01.000Z","referenced_tweets":[{"type":"replied_to","id":"500"}]})";
  EXPECT_EQ(find("Hi", answer_to_500), finding::end::found);
  EXPECT_EQ(find("Hello", answer_to_500), finding::end::not_there);
  EXPECT_EQ(find("https://a.example", answer_to_500), finding::end::cannot_tell);
  EXPECT_EQ(find("a & b", answer_to_500), finding::end::cannot_tell);
  EXPECT_EQ(
      find(
          "Hi",
          R"({"id":"9","text":"Hi","created_at":"2026-11-21T08:00:01.000Z","referenced_tweets":[{"type":"replied_to","id":"5"}]})"),
      finding::end::not_there);
}

TEST(XLookup, OfDirectMessagesReadsTheConversation) {
  const auto s = on_x(said("Hi"));
  const auto r = s.request();
  EXPECT_TRUE(lookup({.sent = r, .handed_over = now})
                  ->url.starts_with("http://fake/2/dm_conversations/with/4100/dm_events?"));
  EXPECT_EQ(
      find_in(
          {.sent = r, .handed_over = now},
          {200,
           {},
           R"({"data":[{"id":"9","text":"Hi","sender_id":"77","created_at":"2026-11-21T08:00:01.000Z"}]})"})
          .platform_message_id,
      "9");
  EXPECT_EQ(find_in({.sent = r, .handed_over = now}, {200, {}, R"({"meta":{"result_count":0}})"}).what,
            finding::end::not_there);
  EXPECT_EQ(find_in({.sent = r, .handed_over = now}, {429, {}, "{}"}).what, finding::end::cannot_tell);
}

}  // namespace
}  // namespace switchboard::net::platforms::testing
