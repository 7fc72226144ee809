// Bluesky and LinkedIn: what their APIs are told, to the byte, and what their answers mean; Bluesky's sessions.

#include "net/platforms/bluesky_parts.hpp"
#include "net/platforms/bluesky_session.hpp"
#include "sending_support.hpp"

#include <array>
#include <set>

namespace switchboard::net::platforms::testing {
namespace {

using domain::attempt_end;
using domain::platform;
using domain::thread_kind;
using strings = std::vector<std::string>;

constexpr std::string_view post_uri = "at://did:plc:ada/app.bsky.feed.post/3k";

sender bluesky(domain::outgoing what, thread_kind kind = thread_kind::dm) {
  sender s{.conversation = conversation_on(platform::bluesky, kind),
           .what = std::move(what),
           .answered = {},
           .recipient_now = {}};
  s.account.platform_id = "did:plc:we";
  s.conversation.thread_key = "convo1";
  s.conversation.customer_platform_id = "did:plc:ada";
  s.conversation.customer_handle = "ada.example";
  return s;
}

TEST(BlueskySending, TellsDirectMessagesThroughTheProxy) {
  auto s = bluesky(said("Hi"));
  const call c = s.rendered();
  EXPECT_EQ(c.url, "http://fake/xrpc/chat.bsky.convo.sendMessage");
  EXPECT_EQ(header_in(c, "atproto-proxy"), "did:web:api.bsky.chat#bsky_chat");
  EXPECT_EQ(header_in(c, "Authorization"), "Bearer token");
  EXPECT_EQ(c.body, R"({"convoId":"convo1","message":{"text":"Hi"}})");
  s.what.reply_to = "m1";
  EXPECT_EQ(s.rendered().body,
            R"({"convoId":"convo1","message":{"text":"Hi","replyTo":{"messageId":"m1"}}})");
  EXPECT_EQ(draws_of(c), strings{"bluesky.ip"});
}

TEST(BlueskySending, AnswersAPostWithItsRootAndParent) {
  auto s = bluesky(said("Hi"), thread_kind::mention);
  EXPECT_EQ(s.refusal(), "no-recipient");
  s.answered = inbound(post_uri);
  EXPECT_EQ(s.refusal(), "no-recipient");
  s.answered = inbound(post_uri, R"({"cid":"c1","root":{"uri":"at://root","cid":"c0"}})");
  const call c = s.rendered();
  EXPECT_EQ(c.url, "http://fake/xrpc/com.atproto.repo.createRecord");
  const std::string key = record_key(now, reference);
  EXPECT_EQ(
      c.body,
      R"({"repo":"did:plc:we","collection":"app.bsky.feed.post","rkey":")" + key +
          R"(","record":{"$type":"app.bsky.feed.post","text":"Hi","createdAt":"2026-11-21T08:00:00.000Z",)"
          R"("reply":{"root":{"uri":"at://root","cid":"c0"},"parent":{"uri":")" +
          std::string{post_uri} + R"(","cid":"c1"}}}})");
  EXPECT_EQ(c.quotas.at(0), (quota_draw{"bluesky.writes", 3}));
  s.answered = inbound(post_uri, R"({"cid":"c1"})");
  EXPECT_NE(s.rendered().body.find(R"("root":{"uri":"at://did:plc:ada/app.bsky.feed.post/3k","cid":"c1"})"),
            std::string::npos);
  s.what.reply_to = "at://another";
  EXPECT_EQ(s.refusal(), "no-recipient");
}

TEST(BlueskySending, GivesTheSamePostTheSameKeyAndOthersAnother) {
  EXPECT_EQ(record_key(now, "m_01-1-7"), record_key(now, "m_01-1-7"));
  std::set<std::string> keys;
  for (int i = 0; i < 300; ++i) keys.insert(record_key(now, "m_01-1-" + std::to_string(i)));
  EXPECT_EQ(keys.size(), 300u);
  for (const auto& each : keys) {
    EXPECT_EQ(each.size(), 13u);
    EXPECT_EQ(each.find_first_not_of("234567abcdefghijklmnopqrstuvwxyz"), std::string::npos);
    EXPECT_LT(each[0], 'j');  // the highest bit is 0
  }
  EXPECT_LT(record_key(now, "a"), record_key(now + std::chrono::seconds{1}, "a"));
}

TEST(BlueskySending, MarksLinksAndTheCustomersNameByBytes) {
  auto s = bluesky(said("\u00e9 https://a.example/b @ada.example @ada.example.org."));
  EXPECT_EQ(
      s.rendered().body,
      R"({"convoId":"convo1","message":{"text":"é https://a.example/b @ada.example @ada.example.org.","facets":[)"
      R"({"index":{"byteStart":3,"byteEnd":22},"features":[{"$type":"app.bsky.richtext.facet#link","uri":"https://a.example/b"}]},)"
      R"({"index":{"byteStart":23,"byteEnd":35},"features":[{"$type":"app.bsky.richtext.facet#mention","did":"did:plc:ada"}]}]}})");
  EXPECT_EQ(
      facets_of("see b.org.", {}, {}),
      R"([{"index":{"byteStart":4,"byteEnd":9},"features":[{"$type":"app.bsky.richtext.facet#link","uri":"https://b.org"}]}])");
  EXPECT_EQ(facets_of("nothing here", "a.b", "did:x"), "");
}

TEST(BlueskySending, CountsGraphemesAndBytes) {
  const auto code = [](thread_kind kind, std::string_view text) {
    return unfit_code(platform::bluesky, kind, said(text), split_policy::refuse);
  };
  std::string families;
  for (int i = 0; i < 120; ++i) families += "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466";
  EXPECT_EQ(code(thread_kind::mention, families), "");
  EXPECT_EQ(
      code(thread_kind::mention, families + "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"),
      "text-too-long");
  EXPECT_EQ(code(thread_kind::mention, std::string(300, 'a')), "");
  EXPECT_EQ(code(thread_kind::mention, std::string(301, 'a')), "text-too-long");
  EXPECT_EQ(code(thread_kind::dm, std::string(1001, 'a')), "text-too-long");
  domain::outgoing what = said("a");
  what.attachments = {attached("image", "https://a.example/i")};
  EXPECT_EQ(unfit_code(platform::bluesky, thread_kind::dm, what), "unsupported-attachments");
  EXPECT_EQ(unfit_code(platform::bluesky, thread_kind::review, said("a")), "unsupported-thread");
}

TEST(BlueskySending, MarksAsRead) {
  const auto s = bluesky({});
  const auto last = inbound("m9");
  EXPECT_EQ(mark_read({s.conversation, s.account, &last})->body, R"({"convoId":"convo1","messageId":"m9"})");
  EXPECT_FALSE(typing({s.conversation, s.account, &last}));
}

TEST(BlueskyAnswers, MeanWhatTheySay) {
  const call sent = bluesky(said("a")).rendered();
  constexpr std::array<answer_case, 13> cases = {{
      {200, R"({"id":"m1","rev":"r","text":"a"})", attempt_end::sent, ""},
      {200, R"({"uri":"at://x","cid":"c"})", attempt_end::sent, ""},
      {200, R"({})", attempt_end::unknown, "http-200"},
      {400, R"({"error":"ExpiredToken","message":"m"})", attempt_end::no_access, "ExpiredToken"},
      {401, R"({"error":"AuthMissing","message":"m"})", attempt_end::no_access, "AuthMissing"},
      {400, R"({"error":"AccountTakedown","message":"m"})", attempt_end::no_access, "AccountTakedown"},
      {400, R"({"error":"InvalidRequest","message":"m"})", attempt_end::refused, "InvalidRequest"},
      {400, R"({"error":"InvalidConvo","message":"m"})", attempt_end::refused, "InvalidConvo"},
      {429, R"({"error":"RateLimitExceeded","message":"m"})", attempt_end::later, "RateLimitExceeded"},
      {502, R"({"error":"UpstreamFailure"})", attempt_end::unknown, "UpstreamFailure"},
      {504, R"({"error":"UpstreamTimeout"})", attempt_end::unknown, "UpstreamTimeout"},
      {500, R"({"error":"InternalServerError"})", attempt_end::unknown, "InternalServerError"},
      {503, R"({"error":"NotEnoughResources"})", attempt_end::later, "NotEnoughResources"},
  }};
  expect_answers(platform::bluesky, sent, cases);
  EXPECT_TRUE(needs_new_session(outcome_of(platform::bluesky, sent, 400, cases[3].body)));
  EXPECT_FALSE(needs_new_session(outcome_of(platform::bluesky, sent, 400, cases[5].body)));
  const auto limited = outcome_of(platform::bluesky, sent, 429, "",
                                  {{"ratelimit-limit", "5000"},
                                   {"ratelimit-remaining", "0"},
                                   {"ratelimit-reset", "1795248060"},
                                   {"ratelimit-policy", "5000;w=3600"}});
  EXPECT_EQ(limited.retry_after, std::chrono::seconds{60});
  EXPECT_EQ(limited.quotas.at(0).quota, "bluesky.writes");
}

TEST(BlueskyLookup, AsksForThePostByItsKey) {
  auto s = bluesky(said("Hi"), thread_kind::mention);
  s.answered = inbound(post_uri, R"({"cid":"c1"})");
  const auto r = s.request();
  const lookup_request question{.sent = r, .handed_over = now};
  EXPECT_EQ(
      lookup(question)->url,
      "http://fake/xrpc/com.atproto.repo.getRecord?repo=did%3Aplc%3Awe&collection=app.bsky.feed.post&rkey=" +
          record_key(now, reference));
  EXPECT_EQ(
      find_in(question, {200, {}, R"({"uri":"at://x","cid":"c","value":{"text":"Hi"}})"}).platform_message_id,
      "at://x");
  EXPECT_EQ(find_in(question, {200, {}, R"({"uri":"at://x","value":{"text":"another"}})"}).what,
            finding::end::cannot_tell);
  EXPECT_EQ(find_in(question, {400, {}, R"({"error":"RecordNotFound"})"}).what, finding::end::not_there);
  EXPECT_EQ(find_in(question, {400, {}, R"({"error":"InvalidRequest"})"}).what, finding::end::cannot_tell);
  EXPECT_EQ(find_in(question, {502, {}, ""}).what, finding::end::cannot_tell);
}

TEST(BlueskyLookup, OfDirectMessagesReadsTheConversation) {
  const auto s = bluesky(said("Hi"));
  const auto r = s.request();
  const lookup_request question{.sent = r, .handed_over = now};
  EXPECT_EQ(lookup(question)->url, "http://fake/xrpc/chat.bsky.convo.getMessages?convoId=convo1&limit=50");
  EXPECT_EQ(
      find_in(
          question,
          {200,
           {},
           R"({"messages":[{"id":"m2","text":"Hi","sender":{"did":"did:plc:we"},"sentAt":"2026-11-21T08:00:01.123Z"}]})"})
          .platform_message_id,
      "m2");
  EXPECT_EQ(find_in(question, {200, {}, R"({"messages":[]})"}).what, finding::end::not_there);
}

TEST(BlueskySession, IsBegunAndRenewed) {
  const sending_account account{.platform_id = "did:plc:we", .access_token = "app-pass"};
  const call c = bluesky_sign_in(account);
  EXPECT_EQ(c.url, "https://bsky.social/xrpc/com.atproto.server.createSession");
  EXPECT_EQ(c.body, R"({"identifier":"did:plc:we","password":"app-pass"})");
  const call again = bluesky_refresh(account, "refresh");
  EXPECT_EQ(again.url, "https://bsky.social/xrpc/com.atproto.server.refreshSession");
  EXPECT_EQ(header_in(again, "Authorization"), "Bearer refresh");
  EXPECT_TRUE(again.body.empty());

  const auto session = read_bluesky_session(
      {200,
       {},
       R"({"accessJwt":"a","refreshJwt":"r","did":"did:plc:we","handle":"we.example","didDoc":{"service":[{"id":"#atproto_pds","serviceEndpoint":"https://pds.example"}]}})"},
      now);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->access_token, "a");
  EXPECT_EQ(session->refresh_token, "r");
  EXPECT_EQ(session->pds, "https://pds.example");
  EXPECT_EQ(
      read_bluesky_session({401, {}, R"({"error":"AuthenticationRequired","message":"m"})"}, now).error().end,
      attempt_end::no_access);
  EXPECT_EQ(read_bluesky_session({200, {}, R"({"accessJwt":"a"})"}, now).error().end, attempt_end::unknown);
  EXPECT_EQ(
      read_bluesky_session(
          {200, {}, R"({"accessJwt":"a","refreshJwt":"r","did":"d","active":false,"status":"takendown"})"},
          now)
          .error()
          .error.code,
      "account-takendown");
}

sender linkedin(domain::outgoing what) {
  sender s{.conversation = conversation_on(platform::linkedin, thread_kind::comment),
           .what = std::move(what),
           .answered = {},
           .recipient_now = {}};
  s.account.platform_id = "urn:li:organization:5";
  s.conversation.post_id = "urn:li:share:70";
  return s;
}
constexpr std::string_view comment_urn = "urn:li:comment:(urn:li:activity:7,8)";

TEST(LinkedinSending, CommentsBelowAPostOrAComment) {
  auto s = linkedin(said("Hi"));
  call c = s.rendered();
  EXPECT_EQ(c.url, "http://fake/rest/socialActions/urn%3Ali%3Ashare%3A70/comments");
  EXPECT_EQ(c.body,
            R"({"actor":"urn:li:organization:5","object":"urn:li:share:70","message":{"text":"Hi"}})");
  EXPECT_EQ(header_in(c, "LinkedIn-Version"), "202610");
  EXPECT_EQ(header_in(c, "X-Restli-Protocol-Version"), "2.0.0");
  EXPECT_TRUE(c.quotas.empty());
  s.answered = inbound(comment_urn);
  c = s.rendered();
  EXPECT_EQ(c.url,
            "http://fake/rest/socialActions/urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A7%2C8%29/comments");
  EXPECT_EQ(
      c.body,
      R"j({"actor":"urn:li:organization:5","object":"urn:li:share:70","parentComment":"urn:li:comment:(urn:li:activity:7,8)","message":{"text":"Hi"}})j");
  s.answered = inbound("urn:li:comment:(urn:li:activity:7,9)");
  s.answered->reply_to = comment_urn;  // nested already: the answer goes below its parent
  EXPECT_EQ(s.rendered().url, c.url);
  s.account.platform_id = "5";
  s.account.api_version = "202701";
  EXPECT_NE(s.rendered().body.find(R"("actor":"urn:li:organization:5")"), std::string::npos);
  EXPECT_EQ(header_in(s.rendered(), "LinkedIn-Version"), "202701");
  s.conversation.post_id.clear();
  s.answered.reset();
  EXPECT_EQ(s.refusal(), "no-recipient");
}

TEST(LinkedinSending, RefusesWhatItHasNoPlaceFor) {
  const auto code = [](domain::outgoing what) {
    return unfit_code(platform::linkedin, thread_kind::comment, std::move(what), split_policy::refuse);
  };
  EXPECT_EQ(code(said(std::string(1250, 'a'))), "");
  EXPECT_EQ(code(said(std::string(1251, 'a'))), "text-too-long");
  domain::outgoing what = said("a");
  what.buttons = {{"b", "", ""}};
  EXPECT_EQ(code(what), "unsupported-buttons");
  EXPECT_EQ(unfit_code(platform::linkedin, thread_kind::dm, said("a")), "unsupported-thread");
}

TEST(LinkedinAnswers, MeanWhatTheySay) {
  const call sent = linkedin(said("a")).rendered();
  constexpr std::array<answer_case, 10> cases = {{
      {201, R"j({"commentUrn":"urn:li:comment:(urn:li:activity:7,9)","id":"9"})j", attempt_end::sent, ""},
      {201, R"({"id":"9","object":"urn:li:activity:7"})", attempt_end::sent, ""},
      {201, "", attempt_end::unknown, "http-201"},
      {401, R"({"serviceErrorCode":65601,"message":"revoked","status":401})", attempt_end::no_access,
       "65601"},
      {403, R"({"serviceErrorCode":100,"message":"Not enough permissions","status":403})",
       attempt_end::no_access, "100"},
      {403, R"({"code":"COMMENTS_DISABLED","message":"m"})", attempt_end::refused, "COMMENTS_DISABLED"},
      {422, R"({"message":"m","status":422})", attempt_end::refused, "http-422"},
      {429, R"({"message":"Resource level throttle APPLICATION DAY limit reached"})", attempt_end::later,
       "http-429", 16LL * 3600 * 1000},
      {429, R"({"message":"slow down"})", attempt_end::later, "http-429"},
      {500, R"({"message":"m"})", attempt_end::unknown, "http-500"},
  }};
  expect_answers(platform::linkedin, sent, cases);
  EXPECT_EQ(outcome_of(platform::linkedin, sent, 201, cases[1].body).platform_message_id,
            "urn:li:comment:(urn:li:activity:7,9)");
  EXPECT_EQ(outcome_of(platform::linkedin, sent, 201, "", {{"X-RestLi-Id", "9"}}).platform_message_id,
            "urn:li:comment:(urn:li:share:70,9)");
  EXPECT_EQ(outcome_of(platform::linkedin, sent, 201, R"j({"$URN":"urn:li:comment:(activity:7,9)"})j")
                .platform_message_id,
            "urn:li:comment:(urn:li:activity:7,9)")
      << "as its echo will be kept";
}

TEST(LinkedinLookup, ReadsTheComments) {
  const auto s = linkedin(said("Hi"));
  const auto r = s.request();
  const lookup_request question{.sent = r, .handed_over = now};
  EXPECT_EQ(lookup(question)->url, "http://fake/rest/socialActions/urn%3Ali%3Ashare%3A70/comments?count=100");
  const auto find = [&](std::string_view actor) {
    const std::string body =
        R"({"elements":[{"actor":")" + std::string{actor} +
        R"(","commentUrn":"u9","message":{"text":"Hi"},"created":{"time":1795248001000}}]})";
    return find_in(question, {200, {}, body}).what;
  };
  EXPECT_EQ(find("urn:li:organization:5"), finding::end::found);
  EXPECT_EQ(find("urn:li:person:5"), finding::end::not_there);
}

}  // namespace
}  // namespace switchboard::net::platforms::testing
