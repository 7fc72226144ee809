// Messenger and the Page's comments: what the Graph API is told, to the byte, and what its answers mean.

#include "sending_support.hpp"

#include <array>

namespace switchboard::net::platforms::testing {
namespace {

using domain::attempt_end;
using domain::platform;
using domain::thread_kind;
using strings = std::vector<std::string>;

sender messenger(domain::outgoing what) {
  return {.conversation = conversation_on(platform::facebook),
          .what = std::move(what),
          .answered = {},
          .recipient_now = {}};
}
sender comment(domain::outgoing what) {
  auto s = messenger(std::move(what));
  s.conversation.kind = thread_kind::comment;
  s.conversation.post_id = "page1_77";
  s.answered = inbound("77_1");
  return s;
}

TEST(FacebookSending, TellsATextToTheCustomer) {
  const call c = messenger(said("Hi \"you\"")).rendered();
  EXPECT_EQ(c.method, "POST");
  EXPECT_EQ(c.url, "http://fake/v24.0/page1/messages");
  EXPECT_EQ(header_in(c, "Authorization"), "Bearer token");
  EXPECT_EQ(header_in(c, "Content-Type"), "application/json");
  EXPECT_EQ(c.body, R"({"recipient":{"id":"4100"},"messaging_type":"RESPONSE",)"
                    R"("message":{"text":"Hi \"you\"","metadata":"m_01-1-7"}})");
  EXPECT_EQ(draws_of(c), strings{"facebook.messages"});
  EXPECT_FALSE(c.repeatable);
}

TEST(FacebookSending, UsesThePlatformsOwnHostWhereNoOtherIsGiven) {
  auto s = messenger(said("a"));
  s.account.api_url.clear();
  s.account.api_version = "v25.0";
  EXPECT_EQ(s.rendered().url, "https://graph.facebook.com/v25.0/page1/messages");
}

TEST(FacebookSending, NamesTheMessageThatItAnswersAndTheWindowThatItGoesOutIn) {
  auto s = messenger(said("a"));
  s.what.reply_to = "mid.1";
  s.right = sending_right::human_agent_tag;
  EXPECT_EQ(s.rendered().body,
            R"({"recipient":{"id":"4100"},"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT",)"
            R"("message":{"text":"a","metadata":"m_01-1-7"},"reply_to":{"mid":"mid.1"}})");
}

TEST(FacebookSending, OffersChoices) {
  auto s = messenger(said("Which?"));
  s.what.quick_replies = {{"One", "1", ""}, {"Two", "", ""}};
  EXPECT_EQ(
      s.rendered().body,
      R"({"recipient":{"id":"4100"},"messaging_type":"RESPONSE","message":{"text":"Which?","quick_replies":[)"
      R"({"content_type":"text","title":"One","payload":"1"},{"content_type":"text","title":"Two","payload":"Two"}],)"
      R"("metadata":"m_01-1-7"}})");
  s.what.quick_replies.clear();
  s.what.buttons = {{"Yes", "y", ""}, {"Site", "", "https://a.example"}};
  EXPECT_EQ(
      s.rendered().body,
      R"({"recipient":{"id":"4100"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"template",)"
      R"("payload":{"template_type":"button","text":"Which?","buttons":[{"type":"postback","title":"Yes","payload":"y"},)"
      R"({"type":"web_url","title":"Site","url":"https://a.example"}]}},"metadata":"m_01-1-7"}})");
}

TEST(FacebookSending, SendsAttachmentsByAddressOrById) {
  auto s = messenger({});
  s.what.attachments = {attached("document", "https://a.example/f.pdf")};
  const call c = s.rendered();
  EXPECT_EQ(
      c.body,
      R"({"recipient":{"id":"4100"},"messaging_type":"RESPONSE","message":{"attachment":{"type":"file",)"
      R"("payload":{"url":"https://a.example/f.pdf","is_reusable":false}},"metadata":"m_01-1-7"}})");
  EXPECT_EQ(draws_of(c), (strings{"facebook.messages", "facebook.media"}));
  s.what.attachments = {attached("image", "", "99")};
  EXPECT_NE(s.rendered().body.find(R"("payload":{"attachment_id":"99"})"), std::string::npos);
}

TEST(FacebookSending, AnswersBelowACommentOnAnotherEdge) {
  const call c = comment(said("Thanks")).rendered();
  EXPECT_EQ(c.url, "http://fake/v24.0/77_1/comments");
  EXPECT_EQ(c.body, R"({"message":"Thanks"})");
  auto named = comment(said("a"));
  named.what.reply_to = "77_5";
  EXPECT_EQ(named.rendered().url, "http://fake/v24.0/77_5/comments");
  auto unknown = comment(said("a"));
  unknown.answered.reset();
  EXPECT_EQ(unknown.rendered().url, "http://fake/v24.0/page1_77/comments");
  unknown.conversation.post_id.clear();
  EXPECT_EQ(unknown.refusal(), "no-recipient");
}

TEST(FacebookSending, AnswersACommentPrivately) {
  auto s = comment(said("Hello"));
  s.what.privately = true;
  const call c = s.rendered();
  EXPECT_EQ(c.url, "http://fake/v24.0/page1/messages");
  EXPECT_EQ(c.body, R"({"recipient":{"comment_id":"77_1"},"messaging_type":"RESPONSE",)"
                    R"("message":{"text":"Hello","metadata":"m_01-1-7"}})");
  EXPECT_EQ(draws_of(c), (strings{"facebook.messages", "facebook.private_replies"}));
}

TEST(FacebookSending, TypesAndMarksAsReadInDirectMessagesOnly) {
  const auto s = messenger({});
  const auto c = typing({s.conversation, s.account});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->body, R"({"recipient":{"id":"4100"},"sender_action":"typing_on"})");
  EXPECT_TRUE(c->repeatable);
  EXPECT_NE(mark_read({s.conversation, s.account})->body.find("mark_seen"), std::string::npos);
  const auto below = comment({});
  EXPECT_FALSE(typing({below.conversation, below.account}));
  EXPECT_FALSE(mark_read({below.conversation, below.account}));
}

TEST(FacebookSending, RefusesByNameWhatItHasNoPlaceFor) {
  const auto dm = [](domain::outgoing what) {
    return unfit_code(platform::facebook, thread_kind::dm, std::move(what));
  };
  domain::outgoing list = said("a");
  list.list = domain::outgoing_list{"Open", {{"", {{"Row", "", ""}}}}};
  EXPECT_EQ(dm(list), "unsupported-list");
  domain::outgoing approved;
  approved.approved = domain::outgoing_template{"t", "en", ""};
  EXPECT_EQ(dm(approved), "unsupported-template");
  domain::outgoing sticker;
  sticker.attachments = {attached("sticker", "https://a.example/s")};
  EXPECT_EQ(dm(sticker), "unsupported-attachment-type");
  domain::outgoing buttons = said("a");
  buttons.buttons.assign(4, {"b", "", ""});
  EXPECT_EQ(dm(buttons), "too-many-choices");
  buttons.buttons.assign(1, {"a title of 21 letters", "", ""});
  EXPECT_EQ(dm(buttons), "title-too-long");
  buttons.buttons.assign(1, {"b", std::string(1001, 'p'), ""});
  EXPECT_EQ(dm(buttons), "payload-too-long");
  buttons = {};
  buttons.buttons.assign(1, {"b", "", ""});
  EXPECT_EQ(dm(buttons), "text-required");
  buttons = said("a");
  buttons.buttons.assign(1, {"b", "", ""});
  buttons.quick_replies.assign(1, {"b", "", ""});
  EXPECT_EQ(dm(buttons), "choices-combined");
  EXPECT_EQ(dm({}), "empty");
  EXPECT_EQ(dm(said(" \n ")), "empty");
  domain::outgoing privately = said("a");
  privately.privately = true;
  EXPECT_EQ(dm(privately), "unsupported-private");

  domain::outgoing picture = said("a");
  picture.attachments = {attached("image", "https://a.example/i")};
  EXPECT_EQ(unfit_code(platform::facebook, thread_kind::comment, picture), "unsupported-attachments");
  domain::outgoing quick = said("a");
  quick.quick_replies = {{"b", "", ""}};
  EXPECT_EQ(unfit_code(platform::facebook, thread_kind::comment, quick), "unsupported-quick-replies");
  privately.text = std::string(2001, 'a');
  EXPECT_EQ(unfit_code(platform::facebook, thread_kind::comment, privately), "private-reply-once");
}

TEST(FacebookSending, SplitsTextAndAttachmentsIntoMessagesOfOne) {
  domain::outgoing what = said(std::string(1500, 'a') + ' ' + std::string(1500, 'b'));
  what.attachments = {attached("image", "https://a.example/1"), attached("image", "https://a.example/2")};
  what.quick_replies = {{"Ok", "", ""}};
  what.reply_to = "mid.1";
  EXPECT_EQ(unfit_code(platform::facebook, thread_kind::dm, what, split_policy::refuse), "text-too-long");
  const auto parts = fit(platform::facebook, thread_kind::dm, std::move(what), split_policy::split);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 4u);
  EXPECT_EQ((*parts)[0].attachments.at(0).url, "https://a.example/1");
  EXPECT_EQ((*parts)[0].reply_to, "mid.1");
  EXPECT_EQ((*parts)[1].attachments.at(0).url, "https://a.example/2");
  EXPECT_EQ((*parts)[2].text, std::string(1500, 'a'));
  EXPECT_TRUE((*parts)[2].quick_replies.empty());
  EXPECT_TRUE((*parts)[2].reply_to.empty());
  EXPECT_EQ((*parts)[3].text, std::string(1500, 'b'));
  EXPECT_EQ((*parts)[3].quick_replies.size(), 1u);
}

TEST(FacebookSending, CutsTheLastPartToWhatATemplateHolds) {
  domain::outgoing what = said(std::string(600, 'a') + ". " + std::string(600, 'b'));
  what.buttons = {{"Ok", "", ""}};
  const auto parts = fit(platform::facebook, thread_kind::dm, std::move(what), split_policy::split);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[1].text, std::string(600, 'b'));
  EXPECT_EQ((*parts)[1].buttons.size(), 1u);
}

TEST(FacebookAnswers, MeanWhatTheirCodesSay) {
  const call sent = messenger(said("a")).rendered();
  constexpr std::array<answer_case, 29> cases = {{
      {200, R"({"recipient_id":"4100","message_id":"m_1"})", attempt_end::sent, ""},
      {200, R"({"id":"77_9"})", attempt_end::sent, ""},
      {200, R"({"recipient_id":"4100"})", attempt_end::unknown, "http-200"},
      {200, "not json", attempt_end::unknown, "http-200"},
      {200, "", attempt_end::unknown, "http-200"},
      {302, R"({"message_id":"m_1"})", attempt_end::refused, "http-302"},
      {400, R"({"error":{"message":"m","type":"OAuthException","code":190}})", attempt_end::no_access, "190"},
      {400, R"({"error":{"message":"m","code":10,"error_subcode":2018278}})", attempt_end::refused,
       "10/2018278"},
      {400, R"({"error":{"message":"m","code":551}})", attempt_end::refused, "551"},
      {400, R"({"error":{"message":"m","code":100}})", attempt_end::refused, "100"},
      {403, R"({"error":{"message":"m","code":200}})", attempt_end::no_access, "200"},
      {403, R"({"error":{"message":"m","code":200,"error_subcode":1545041}})", attempt_end::refused,
       "200/1545041"},
      {400, R"({"error":{"message":"m","code":4}})", attempt_end::later, "4"},
      {400, R"({"error":{"message":"m","code":17}})", attempt_end::later, "17"},
      {400, R"({"error":{"message":"m","code":32}})", attempt_end::later, "32"},
      {400, R"({"error":{"message":"m","code":613}})", attempt_end::later, "613"},
      {400, R"({"error":{"message":"m","code":80001}})", attempt_end::later, "80001"},
      {400, R"({"error":{"message":"m","code":80002}})", attempt_end::later, "80002"},
      {400, R"({"error":{"message":"m","code":80006}})", attempt_end::later, "80006"},
      {500, R"({"error":{"message":"m","code":2}})", attempt_end::later, "2"},
      {500, R"({"error":{"message":"m","code":1}})", attempt_end::unknown, "1"},
      {500, R"({"error":{"message":"m","code":1,"is_transient":true}})", attempt_end::later, "1"},
      {500, "<html>", attempt_end::unknown, "http-500"},
      {502, "", attempt_end::unknown, "http-502"},
      {504, "", attempt_end::unknown, "http-504"},
      {503, "", attempt_end::later, "http-503"},
      {429, "", attempt_end::later, "http-429"},
      {401, "", attempt_end::no_access, "http-401"},
      {413, "", attempt_end::refused, "http-413"},
  }};
  expect_answers(platform::facebook, sent, cases);
  EXPECT_EQ(outcome_of(platform::facebook, sent, 200, R"({"message_id":"m_1"})").platform_message_id, "m_1");
}

TEST(FacebookAnswers, TellHowMuchIsUsedAndWhenItIsRegained) {
  const call sent = messenger(said("a")).rendered();
  const std::vector<field> headers = {
      {"X-App-Usage", R"({"call_count":12,"total_cputime":3,"total_time":40})"},
      {"x-business-use-case-usage",
       R"({"1":[{"type":"messenger","call_count":100,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":7}]})"}};
  const auto out =
      outcome_of(platform::facebook, sent, 400, R"({"error":{"message":"m","code":80006}})", headers);
  EXPECT_EQ(out.end, attempt_end::later);
  EXPECT_EQ(out.retry_after, std::chrono::minutes{7});
  ASSERT_EQ(out.quotas.size(), 1u);
  EXPECT_DOUBLE_EQ(*out.quotas[0].used, 1.0);
  EXPECT_EQ(out.quotas[0].full_again_in, std::chrono::minutes{7});
  const auto sent_well = outcome_of(platform::facebook, sent, 200, R"({"message_id":"m"})", {headers[0]});
  EXPECT_EQ(sent_well.end, attempt_end::sent);
  EXPECT_DOUBLE_EQ(*sent_well.quotas.at(0).used, 0.4);
  EXPECT_FALSE(sent_well.quotas[0].whole_application);
}

TEST(FacebookAnswers, TellWhatIsOfTheWholeApp) {
  const call sent = messenger(said("a")).rendered();
  const std::vector<field> full = {
      {"X-App-Usage", R"({"call_count":100,"total_cputime":3,"total_time":40})"}};
  const auto well = outcome_of(platform::facebook, sent, 200, R"({"message_id":"m"})", full);
  EXPECT_TRUE(well.quotas.at(0).whole_application);
  struct row {
    int code;
    bool whole;
  };
  for (const auto& [code, whole] : {row{4, true}, row{341, true}, row{32, false}, row{80006, false}}) {
    const auto out = outcome_of(platform::facebook, sent, 400,
                                R"({"error":{"message":"m","code":)" + std::to_string(code) + "}}", {});
    EXPECT_EQ(out.end, attempt_end::later) << code;
    EXPECT_EQ(out.whole_application, whole) << code;
  }
}

TEST(FacebookAnswers, SayWhenToComeBack) {
  const call sent = messenger(said("a")).rendered();
  const auto after = [&](std::string_view value) {
    return outcome_of(platform::facebook, sent, 429, "", {{"retry-after", value}}).retry_after;
  };
  EXPECT_EQ(after("120"), std::chrono::seconds{120});
  EXPECT_EQ(after("Sat, 21 Nov 2026 08:00:30 GMT"), std::chrono::seconds{30});
  EXPECT_EQ(after("Saturday, 21-Nov-26 08:00:30 GMT"), std::chrono::seconds{30});
  EXPECT_EQ(after("Sat Nov 21 08:00:30 2026"), std::chrono::seconds{30});
  EXPECT_EQ(after("Sat, 21 Nov 2020 08:00:30 GMT"), std::chrono::seconds{0});
  EXPECT_EQ(after("99999999999999999999"), std::chrono::hours{24});
  EXPECT_FALSE(after("soon"));
  EXPECT_FALSE(after("-5"));
  EXPECT_FALSE(after("Sat, 31 Feb 2026 08:00:30 GMT"));
}

TEST(FacebookLookup, FindsTheMessageByTextSenderAndTime) {
  const auto s = messenger(said("Hello there"));
  const auto r = s.request();
  const lookup_request question{.sent = r, .handed_over = now};
  const auto c = lookup(question);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->method, "GET");
  EXPECT_EQ(c->url,
            "http://fake/v24.0/page1/conversations?platform=messenger&user_id=4100&fields="
            "messages.limit%2850%29%7Bid%2Cmessage%2Cfrom%2Ccreated_time%7D");
  EXPECT_EQ(draws_of(*c), strings{"facebook.conversations"});

  const auto find = [&](std::string_view rows, std::span<const std::string> known = {}) {
    const std::string body = R"({"data":[{"messages":{"data":[)" + std::string{rows} + "]}}]}";
    return find_in({.sent = r, .handed_over = now, .known_ids = known}, {200, {}, body});
  };
  constexpr std::string_view ours =
      R"({"id":"m_9","message":"Hello there","from":{"id":"page1"},"created_time":"2026-11-21T08:00:01+0000"})";
  EXPECT_EQ(find(ours).platform_message_id, "m_9");
  const std::vector<std::string> known = {"m_9"};
  EXPECT_EQ(find(ours, known).what, finding::end::not_there);
  EXPECT_EQ(
      find(
          R"({"id":"m_9","message":"Hello there","from":{"id":"4100"},"created_time":"2026-11-21T08:00:01+0000"})")
          .what,
      finding::end::not_there);
  EXPECT_EQ(
      find(
          R"({"id":"m_9","message":"Hello there","from":{"id":"page1"},"created_time":"2026-11-21T07:50:01+0000"})")
          .what,
      finding::end::not_there);
  EXPECT_EQ(
      find(
          R"({"id":"m_9","message":"Other","from":{"id":"page1"},"created_time":"2026-11-21T08:00:01+0000"})")
          .what,
      finding::end::not_there);
  EXPECT_EQ(
      find(
          R"({"id":"m_9","message":"Hello there","from":{"id":"other-id-of-ours"},"created_time":"2026-11-21T08:00:01+0000"})")
          .what,
      finding::end::found)
      << "whoever is not the customer is we";
  EXPECT_EQ(find(R"({"id":"m_9","message":"Hello there","created_time":"2026-11-21T08:00:01+0000"})").what,
            finding::end::cannot_tell)
      << "without a permission nobody is named";
  EXPECT_EQ(find(R"({"id":"m_9","message":"Other","created_time":"2026-11-21T08:00:01+0000"})").what,
            finding::end::not_there);
  EXPECT_EQ(find_in(question, {500, {}, ""}).what, finding::end::cannot_tell);
  EXPECT_EQ(find_in(question, {200, {}, "{}"}).what, finding::end::cannot_tell);
  EXPECT_EQ(find_in(question, {200, {}, R"({"data":[]})"}).what, finding::end::not_there);
}

TEST(FacebookLookup, DoesNotTellWhereTheListIsNotLongEnough) {
  const auto s = messenger(said("Hello"));
  const auto r = s.request();
  std::string rows;
  for (int i = 0; i < 50; ++i) {
    rows += (i == 0 ? "" : ",") +
            std::string{
                R"({"id":"x","message":"b","from":{"id":"4100"},"created_time":"2026-11-21T08:00:05+0000"})"};
  }
  const std::string body = R"({"data":[{"messages":{"data":[)" + rows + "]}}]}";
  EXPECT_EQ(find_in({.sent = r, .handed_over = now}, {200, {}, body}).what, finding::end::cannot_tell);
}

TEST(FacebookLookup, OfAPictureOnlyItsAbsenceCanBeTold) {
  auto s = messenger({});
  s.what.attachments = {attached("image", "https://a.example/i")};
  const auto r = s.request();
  const auto find = [&](std::string_view rows) {
    const std::string body = R"({"data":[{"messages":{"data":[)" + std::string{rows} + "]}}]}";
    return find_in({.sent = r, .handed_over = now}, {200, {}, body}).what;
  };
  EXPECT_EQ(
      find(R"({"id":"m_9","message":"","from":{"id":"page1"},"created_time":"2026-11-21T08:00:01+0000"})"),
      finding::end::cannot_tell);
  EXPECT_EQ(find(""), finding::end::not_there);
}

TEST(FacebookLookup, OfCommentsAsksBelowWhatWasAnswered) {
  const auto s = comment(said("Thanks"));
  const auto r = s.request();
  const auto c = lookup({.sent = r, .handed_over = now});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->url,
            "http://fake/v24.0/77_1/"
            "comments?fields=id,message,from,created_time&order=reverse_chronological&limit=50");
  EXPECT_EQ(
      find_in(
          {.sent = r, .handed_over = now},
          {200,
           {},
           R"({"data":[{"id":"77_9","message":"Thanks","from":{"id":"page1"},"created_time":"2026-11-21T08:00:01+0000"}]})"})
          .platform_message_id,
      "77_9");
  auto privately = comment(said("Thanks"));
  privately.what.privately = true;
  const auto pr = privately.request();
  EXPECT_NE(lookup({.sent = pr, .handed_over = now})->url.find("private_reply_conversation"),
            std::string::npos);
  EXPECT_EQ(find_in({.sent = pr, .handed_over = now}, {200, {}, R"({"id":"77_1"})"}).what,
            finding::end::not_there);
}

}  // namespace
}  // namespace switchboard::net::platforms::testing
