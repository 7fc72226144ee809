// WhatsApp and Instagram: what the Graph API is told, to the byte, and what its answers mean.

#include "net/platforms/text_units.hpp"
#include "sending_support.hpp"

#include <array>

namespace switchboard::net::platforms::testing {
namespace {

using domain::attempt_end;
using domain::platform;
using domain::thread_kind;
using strings = std::vector<std::string>;

sender whatsapp(domain::outgoing what) {
  sender s{.conversation = conversation_on(platform::whatsapp),
           .what = std::move(what),
           .answered = {},
           .recipient_now = {}};
  s.conversation.customer_platform_id = "4917012";
  s.conversation.thread_key = "4917012";
  s.account.platform_id = "1065";
  return s;
}
constexpr std::string_view head =
    R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"4917012",)";
constexpr std::string_view callback = R"("biz_opaque_callback_data":"m_01-1-7",)";
std::string body(std::string_view rest) {
  return std::string{head}.append(callback).append(rest);
}

TEST(WhatsappSending, TellsATextWithOurReference) {
  const call c = whatsapp(said("Hi")).rendered();
  EXPECT_EQ(c.url, "http://fake/v24.0/1065/messages");
  EXPECT_EQ(c.body, body(R"("type":"text","text":{"body":"Hi","preview_url":false}})"));
  EXPECT_EQ(draws_of(c), (strings{"whatsapp.messages", "whatsapp.pair"}));
}

TEST(WhatsappSending, AddressesNumbersUserIdsAndGroups) {
  auto s = whatsapp(said("Hi"));
  s.conversation.customer_platform_id = "US.13491208655302741918";
  EXPECT_NE(s.rendered().body.find(R"("recipient_type":"individual","recipient":"US.13491208655302741918",)"),
            std::string::npos);
  s.conversation.thread_key = "group:120363/4917012";
  EXPECT_NE(s.rendered().body.find(R"("recipient_type":"group","to":"120363",)"), std::string::npos);
  s.conversation.thread_key.clear();
  s.conversation.customer_platform_id.clear();
  EXPECT_EQ(s.refusal(), "no-recipient");
}

struct body_case {
  std::string_view name;
  domain::outgoing what;
  std::string_view rest;
};
std::vector<body_case> body_cases() {
  std::vector<body_case> all;
  domain::outgoing media = said("Look");
  media.attachments = {attached("image", "https://a.example/i")};
  all.push_back(
      {"image", media, R"("type":"image","image":{"link":"https://a.example/i","caption":"Look"}})"});
  media.attachments = {attached("document", "", "55")};
  media.attachments[0].name = "a.pdf";
  all.push_back({"document", media,
                 R"("type":"document","document":{"id":"55","caption":"Look","filename":"a.pdf"}})"});
  domain::outgoing buttons = said("Which?");
  buttons.buttons = {{"One", "1", ""}, {"Two", "", ""}};
  constexpr std::string_view reply_buttons =
      R"("type":"interactive","interactive":{"type":"button","body":{"text":"Which?"},"action":{"buttons":[)"
      R"({"type":"reply","reply":{"id":"1","title":"One"}},{"type":"reply","reply":{"id":"Two","title":"Two"}}]}}})";
  all.push_back({"buttons", buttons, reply_buttons});
  domain::outgoing quick = said("Which?");
  quick.quick_replies = buttons.buttons;
  all.push_back({"quick replies", quick, reply_buttons});
  buttons.buttons = {{"Open", "", "https://a.example"}};
  all.push_back({"link", buttons,
                 R"("type":"interactive","interactive":{"type":"cta_url","body":{"text":"Which?"},"action":)"
                 R"({"name":"cta_url","parameters":{"display_text":"Open","url":"https://a.example"}}}})"});
  domain::outgoing list = said("Which?");
  list.list = domain::outgoing_list{"Choose", {{"A", {{"Row", "r1", "more"}, {"Other", "", ""}}}}};
  all.push_back(
      {"list", list,
       R"("type":"interactive","interactive":{"type":"list","body":{"text":"Which?"},"action":{"button":"Choose",)"
       R"("sections":[{"title":"A","rows":[{"id":"r1","title":"Row","description":"more"},)"
       R"({"id":"Other","title":"Other"}]}]}}})"});
  domain::outgoing flow = said("Please");
  flow.flow = domain::outgoing_flow{"f1", "t1", "Begin", "FIRST", R"({"a":1})"};
  all.push_back(
      {"flow", flow,
       R"("type":"interactive","interactive":{"type":"flow","body":{"text":"Please"},"action":{"name":"flow",)"
       R"("parameters":{"flow_message_version":"3","flow_id":"f1","flow_token":"t1","flow_cta":"Begin",)"
       R"("flow_action":"navigate","flow_action_payload":{"screen":"FIRST","data":{"a":1}}}}}})"});
  flow.flow = domain::outgoing_flow{"f1", "", "Begin", "", ""};
  all.push_back(
      {"flow of its endpoint", flow,
       R"("type":"interactive","interactive":{"type":"flow","body":{"text":"Please"},"action":{"name":"flow",)"
       R"("parameters":{"flow_message_version":"3","flow_id":"f1","flow_cta":"Begin","flow_action":"data_exchange"}}}})"});
  domain::outgoing approved;
  approved.approved = domain::outgoing_template{"hello", "en_US", R"([{"type":"body"}])"};
  all.push_back(
      {"template", approved,
       R"("type":"template","template":{"name":"hello","language":{"code":"en_US"},"components":[{"type":"body"}]}})"});
  return all;
}
TEST(WhatsappSending, TellsEachKindInItsForm) {
  for (const auto& c : body_cases()) {
    EXPECT_EQ(whatsapp(c.what).rendered().body, body(c.rest)) << c.name;
    EXPECT_EQ(unfit_code(platform::whatsapp, thread_kind::dm, c.what, split_policy::refuse), "") << c.name;
  }
}

TEST(WhatsappSending, NamesWhatItAnswers) {
  auto s = whatsapp(said("Hi"));
  s.what.reply_to = "wamid.1";
  EXPECT_EQ(s.rendered().body, std::string{head} + R"("context":{"message_id":"wamid.1"},)" +
                                   std::string{callback} +
                                   R"("type":"text","text":{"body":"Hi","preview_url":false}})");
}

TEST(WhatsappSending, MarksAsReadAndTypesThroughTheLastMessage) {
  const auto s = whatsapp({});
  const auto last = inbound("wamid.9");
  const auto c = typing({s.conversation, s.account, &last});
  ASSERT_TRUE(c);
  EXPECT_EQ(
      c->body,
      R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.9","typing_indicator":{"type":"text"}})");
  EXPECT_EQ(mark_read({s.conversation, s.account, &last})->body,
            R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.9"})");
  EXPECT_FALSE(typing({s.conversation, s.account}));
}

TEST(WhatsappSending, HasNothingToAskAfterwards) {
  const auto s = whatsapp(said("Hi"));
  const auto r = s.request();
  EXPECT_FALSE(lookup({.sent = r, .handed_over = now}));
  EXPECT_EQ(find_in({.sent = r, .handed_over = now}, {200, {}, "{}"}).what, finding::end::cannot_tell);
}

TEST(WhatsappSending, RefusesWhatIsBeyondItsLimits) {
  const auto dm = [](domain::outgoing what) {
    return unfit_code(platform::whatsapp, thread_kind::dm, std::move(what), split_policy::refuse);
  };
  EXPECT_EQ(dm(said(std::string(4096, 'a'))), "");
  EXPECT_EQ(dm(said(std::string(4097, 'a'))), "text-too-long");
  domain::outgoing what = said(std::string(1025, 'a'));
  what.attachments = {attached("image", "https://a.example/i")};
  EXPECT_EQ(dm(what), "one-message-only");
  what.text.resize(1024);
  EXPECT_EQ(dm(what), "");
  what.attachments = {attached("audio", "https://a.example/i")};
  EXPECT_EQ(dm(what), "one-message-only");  // a voice has no caption
  what = said("a");
  what.buttons.assign(4, {"b", "", ""});
  EXPECT_EQ(dm(what), "too-many-choices");
  what.buttons.assign(1, {std::string(21, 'b'), "", ""});
  EXPECT_EQ(dm(what), "title-too-long");
  what.buttons.assign(1, {"b", std::string(257, 'p'), ""});
  EXPECT_EQ(dm(what), "payload-too-long");
  what.buttons = {{"b", "", ""}, {"c", "", "https://a.example"}};
  EXPECT_EQ(dm(what), "too-many-link-buttons");
  what.buttons.assign(1, {"b", "", ""});
  what.text.assign(1025, 'a');
  EXPECT_EQ(dm(what), "text-too-long");
  what = said("a");
  what.list = domain::outgoing_list{"Open", {}};
  EXPECT_EQ(dm(what), "list-size");
  what.list->sections.push_back({"", std::vector<domain::outgoing_row>(11, {"r", "", ""})});
  EXPECT_EQ(dm(what), "list-size");
  what.list->sections[0].rows.resize(10);
  EXPECT_EQ(dm(what), "");
  what.list->sections[0].rows[9].title.assign(25, 'r');
  EXPECT_EQ(dm(what), "title-too-long");
  what = said("a");
  what.approved = domain::outgoing_template{"t", "en", ""};
  EXPECT_EQ(dm(what), "template-alone");
  EXPECT_EQ(unfit_code(platform::whatsapp, thread_kind::comment, said("a")), "unsupported-thread");
}

TEST(WhatsappAnswers, MeanWhatTheirCodesSay) {
  const call sent = whatsapp(said("a")).rendered();
  constexpr std::array<answer_case, 16> cases = {{
      {200, R"({"messaging_product":"whatsapp","contacts":[{"input":"4"}],"messages":[{"id":"wamid.1"}]})",
       attempt_end::sent, ""},
      {200, R"({"messages":[]})", attempt_end::unknown, "http-200"},
      {400, R"({"error":{"message":"m","code":131047,"error_data":{"details":"d"}}})", attempt_end::refused,
       "131047"},
      {400, R"({"error":{"message":"m","code":130429}})", attempt_end::later, "130429"},
      {400, R"({"error":{"message":"m","code":131056}})", attempt_end::later, "131056", 6000},
      {400, R"({"error":{"message":"m","code":80007}})", attempt_end::later, "80007"},
      {400, R"({"error":{"message":"m","code":131048}})", attempt_end::later, "131048"},
      {400, R"({"error":{"message":"m","code":131049}})", attempt_end::refused, "131049"},
      {400, R"({"error":{"message":"m","code":131026}})", attempt_end::refused, "131026"},
      {400, R"({"error":{"message":"m","code":130472}})", attempt_end::refused, "130472"},
      {400, R"({"error":{"message":"m","code":131051}})", attempt_end::refused, "131051"},
      {400, R"({"error":{"message":"m","code":131031}})", attempt_end::no_access, "131031"},
      {401, R"({"error":{"message":"m","code":190}})", attempt_end::no_access, "190"},
      {401, R"({"error":{"message":"m","code":0}})", attempt_end::no_access, "0"},
      {503, R"({"error":{"message":"m","code":131016}})", attempt_end::later, "131016"},
      {400, R"({"error":{"message":"m","code":132001}})", attempt_end::refused, "132001"},
  }};
  expect_answers(platform::whatsapp, sent, cases);
  const auto pair = outcome_of(platform::whatsapp, sent, 400, cases[4].body);
  EXPECT_TRUE(pair.recipient_only);
  EXPECT_FALSE(outcome_of(platform::whatsapp, sent, 400, cases[3].body).recipient_only);
  EXPECT_EQ(outcome_of(platform::whatsapp, sent, 200, cases[0].body).platform_message_id, "wamid.1");
  EXPECT_EQ(outcome_of(platform::whatsapp, sent, 400, cases[2].body).error.detail, "d");
}

sender instagram(domain::outgoing what, thread_kind kind = thread_kind::dm) {
  sender s{.conversation = conversation_on(platform::instagram, kind),
           .what = std::move(what),
           .answered = {},
           .recipient_now = {}};
  s.account.platform_id = "1784";
  s.conversation.post_id = kind == thread_kind::dm ? "" : "media1";
  return s;
}

TEST(InstagramSending, GoesToTheHostOfItsLogin) {
  auto s = instagram(said("Hi"));
  EXPECT_EQ(s.rendered().url, "http://fake/v24.0/1784/messages");
  EXPECT_EQ(s.rendered().body,
            R"({"recipient":{"id":"4100"},"messaging_type":"RESPONSE","message":{"text":"Hi"}})");
  s.account.api_url.clear();
  EXPECT_EQ(s.rendered().url, "https://graph.instagram.com/v24.0/1784/messages");
  s.account.page_id = "page1";
  EXPECT_EQ(s.rendered().url, "https://graph.facebook.com/v24.0/page1/messages");
}

TEST(InstagramSending, AnswersCommentsPrivatelyAndMentions) {
  auto s = instagram(said("Hi"), thread_kind::comment);
  s.answered = inbound("c1");
  EXPECT_EQ(s.rendered().url, "http://fake/v24.0/c1/replies");
  EXPECT_EQ(s.rendered().body, R"({"message":"Hi"})");
  s.what.privately = true;
  EXPECT_EQ(s.rendered().body,
            R"({"recipient":{"comment_id":"c1"},"messaging_type":"RESPONSE","message":{"text":"Hi"}})");
  s.what.privately = false;
  s.answered.reset();
  EXPECT_EQ(s.rendered().url, "http://fake/v24.0/media1/comments");
  auto mention = instagram(said("Hi"), thread_kind::mention);
  mention.answered = inbound("c1");
  EXPECT_EQ(mention.rendered().url, "http://fake/v24.0/1784/mentions");
  EXPECT_EQ(mention.rendered().body, R"({"media_id":"media1","comment_id":"c1","message":"Hi"})");
  EXPECT_EQ(unfit_code(platform::instagram, thread_kind::review, said("a")), "unsupported-thread");
}

TEST(InstagramSending, CountsBytes) {
  const auto code = [](std::string_view text) {
    return unfit_code(platform::instagram, thread_kind::dm, said(text), split_policy::refuse);
  };
  EXPECT_EQ(code(std::string(1000, 'a')), "");
  std::string accents;
  for (int i = 0; i < 501; ++i) accents += "\u00e9";
  EXPECT_EQ(code(accents), "text-too-long");
}

TEST(InstagramLookup, KnowsOurCommentsByWhoseTheyAreNot) {
  auto s = instagram(said("Hi"), thread_kind::comment);
  s.answered = inbound("c1");
  const auto r = s.request();
  EXPECT_EQ(lookup({.sent = r, .handed_over = now})->url,
            "http://fake/v24.0/c1/replies?fields=id,text,from,timestamp&limit=50");
  const auto find = [&](std::string_view author) {
    const std::string body = R"({"data":[{"id":"c9","text":"Hi","from":{"id":")" + std::string{author} +
                             R"("},"timestamp":"2026-11-21T08:00:01+0000"}]})";
    return find_in({.sent = r, .handed_over = now}, {200, {}, body}).what;
  };
  EXPECT_EQ(find("other id of ours"), finding::end::found);
  EXPECT_EQ(find("4100"), finding::end::not_there);
}

}  // namespace
}  // namespace switchboard::net::platforms::testing
