// The body of POST …/messages, what is kept of it, and the way back.

#include "net/platforms/outgoing_json.hpp"

#include "net/platforms/json.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace switchboard::net::platforms {
namespace {

TEST(ReadOutgoing, TakesEveryMember) {
  const auto what = read_outgoing(
      R"({"content":"Which?","attachments":[{"type":"image","url":"https://a.example/i","mime":"image/png","name":"i"},)"
      R"({"type":"document","platformMediaId":"5"}],"buttons":[{"title":"Yes","payload":"y"},{"title":"Site","url":"https://a.example"}],)"
      R"("replyTo":"m1","private":true,"lane":"bulk","contentType":"interactive"})");
  ASSERT_TRUE(what) << what.error().detail;
  EXPECT_EQ(what->text, "Which?");
  ASSERT_EQ(what->attachments.size(), 2u);
  EXPECT_EQ(what->attachments[0].mime, "image/png");
  EXPECT_EQ(what->attachments[1].platform_media_id, "5");
  EXPECT_EQ(what->buttons[1].url, "https://a.example");
  EXPECT_EQ(what->reply_to, "m1");
  EXPECT_TRUE(what->privately);
  EXPECT_EQ(what->lane, domain::lane::bulk);

  const auto list = read_outgoing(
      R"({"content":"a","list":{"button":"Open","sections":[{"title":"S","rows":[{"title":"R","payload":"r","description":"d"}]}]}})");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->list->sections.at(0).rows.at(0).description, "d");
  const auto approved =
      read_outgoing(R"({"template":{"name":"t","language":"en","components":[ {"a" : 1} ]}})");
  ASSERT_TRUE(approved);
  EXPECT_EQ(approved->approved->components, R"([{"a":1}])");
  const auto flow =
      read_outgoing(R"({"content":"a","flow":{"id":"f","button":"Go","screen":"S","data":{"b":[1,2]}}})");
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->flow->data, R"({"b":[1,2]})");
  EXPECT_TRUE(read_outgoing(R"({"content":"a","list":null,"buttons":[],"replyTo":null})"));
}

struct refusal_case {
  std::string json;
  std::string_view code;
  std::string_view field;
};
std::vector<refusal_case> refusals() {
  return {
      {"", "invalid-json", ""},
      {"[]", "wrong-type", ""},
      {R"({"content":"a"} x)", "invalid-json", ""},
      {"{\"content\":\"\xff\"}", "invalid-json", ""},
      {R"({"content":"\ud800"})", "invalid-json", ""},
      {R"({})", "empty", ""},
      {R"({"content":" \n"})", "empty", ""},
      {R"({"content":"a","colour":1})", "unknown-member", "colour"},
      {R"({"content":"a","content":"b"})", "duplicate-member", "content"},
      {R"({"content":5})", "wrong-type", "content"},
      {R"({"content":"a","private":"yes"})", "wrong-type", "private"},
      {R"({"content":"a","lane":"fast"})", "unknown-lane", "lane"},
      {R"({"content":"a","lane":1})", "wrong-type", "lane"},
      {R"({"content":")" + std::string(content_bytes_max + 1, 'a') + R"("})", "too-long", "content"},
      {R"({"content":"a","contentType":"image"})", "content-type", "contentType"},
      {R"({"attachments":{}})", "wrong-type", "attachments"},
      {R"({"attachments":["a"]})", "wrong-type", "attachments[0]"},
      {R"({"attachments":[{"url":"https://a.example"}]})", "missing", "attachments[0].type"},
      {R"({"attachments":[{"type":"image"}]})", "attachment-source", "attachments[0].url"},
      {R"({"attachments":[{"type":"image","url":"https://a.example","platformMediaId":"1"}]})",
       "attachment-source", "attachments[0].url"},
      {R"({"attachments":[{"type":"gif","url":"https://a.example"}]})", "unknown-type",
       "attachments[0].type"},
      {R"({"attachments":[{"type":"image","url":"file:///etc/passwd"}]})", "not-an-address",
       "attachments[0].url"},
      {R"({"attachments":[{"type":"image","url":"https://a.example/\r\nX: y"}]})", "not-an-address",
       "attachments[0].url"},
      {R"({"content":"a","buttons":[{"payload":"p"}]})", "missing", "buttons[0].title"},
      {R"({"content":"a","buttons":[{"title":"t","payload":"p","url":"https://a.example"}]})",
       "payload-and-url", "buttons[0].url"},
      {R"({"content":"a","quickReplies":[{"title":"t","colour":"red"}]})", "unknown-member",
       "quickReplies[0].colour"},
      {R"({"content":"a","list":{"button":"b","sections":[{"rows":[{"title":""}]}]}})", "missing",
       "list.sections[0].rows[0].title"},
      {R"({"content":"a","list":[]})", "wrong-type", "list"},
      {R"({"template":{"name":"t"}})", "missing", "template.language"},
      {R"({"template":{"name":"t","language":"en","components":{}}})", "wrong-type", "template.components"},
      {R"({"content":"a","flow":{"id":"f","button":"Go","data":{}}})", "missing", "flow.screen"},
      {R"({"content":"a","flow":{"id":"f","button":"Go","screen":"S","data":[]}})", "wrong-type",
       "flow.data"},
  };
}
TEST(ReadOutgoing, RefusesByName) {
  for (const auto& c : refusals()) {
    const auto what = read_outgoing(c.json);
    ASSERT_FALSE(what) << c.json.substr(0, 200);
    EXPECT_EQ(what.error().code, c.code) << c.json.substr(0, 200);
    EXPECT_EQ(what.error().field, c.field) << c.json.substr(0, 200);
    EXPECT_FALSE(what.error().detail.empty());
  }
}

TEST(ReadOutgoing, BoundsEveryList) {
  const auto many = [](std::string_view name, std::string_view each, std::size_t count) {
    std::string json = R"({"content":"a",")" + std::string{name} + "\":[";
    for (std::size_t i = 0; i < count; ++i) json.append(i == 0 ? "" : ",").append(each);
    return json + "]}";
  };
  EXPECT_TRUE(read_outgoing(many("buttons", R"({"title":"t"})", choices_max)));
  EXPECT_EQ(read_outgoing(many("buttons", R"({"title":"t"})", choices_max + 1)).error().code, "too-many");
  EXPECT_EQ(
      read_outgoing(many("attachments", R"({"type":"image","platformMediaId":"1"})", attachments_max + 1))
          .error()
          .code,
      "too-many");
  std::string deep = R"({"template":{"name":"t","language":"en","components":)" +
                     std::string(json_depth_max, '[') + std::string(json_depth_max, ']') + "}}";
  EXPECT_EQ(read_outgoing(deep).error().code, "too-deep");
}

std::string word(std::mt19937_64& random, bool may_be_empty) {
  constexpr std::string_view pieces[] = {"a", "\"", "\\", "\u00e9", "\U0001f600", "\n", "{", "x y"};
  std::string text;
  for (std::size_t n = random() % 5 + (may_be_empty ? 0 : 1); n > 0; --n) text += pieces[random() % 8];
  return text;
}

domain::outgoing random_outgoing(std::mt19937_64& random) {
  domain::outgoing what;
  what.text = word(random, true);
  what.reply_to = word(random, true);
  what.privately = random() % 4 == 0;
  const auto buttons = [&] {
    std::vector<domain::outgoing_button> all;
    for (std::size_t n = random() % 3; n > 0; --n) {
      const bool link = random() % 3 == 0;
      all.push_back({word(random, false), link ? "" : word(random, true), link ? "https://a.example/" : ""});
    }
    return all;
  };
  what.buttons = buttons();
  what.quick_replies = buttons();
  for (std::size_t n = random() % 3; n > 0; --n) {
    auto& each = what.attachments.emplace_back();
    each.type = "image";
    each.url = "https://a.example/" + std::to_string(n);
    each.name = word(random, true);
    if (random() % 2 == 0) each.size = random() % 1000;
  }
  if (random() % 3 == 0) {
    what.list = domain::outgoing_list{word(random, false), {}};
    for (std::size_t n = random() % 3; n > 0; --n) {
      auto& section = what.list->sections.emplace_back();
      section.title = word(random, true);
      for (std::size_t r = random() % 3; r > 0; --r) {
        section.rows.push_back({word(random, false), word(random, true), word(random, true)});
      }
    }
  }
  if (random() % 4 == 0) {
    what.approved = domain::outgoing_template{word(random, false), "en",
                                              random() % 2 == 0 ? "" : R"([{"a":[1,2.5,-3,true,null]}])"};
  }
  if (random() % 4 == 0) {
    const bool data = random() % 2 == 0;
    what.flow = domain::outgoing_flow{word(random, false), word(random, true), word(random, false),
                                      word(random, !data), data ? R"({"a":{"b":"c"},"private":true})" : ""};
  }
  return what;
}

TEST(OutgoingProperty, ComesBackFromWhatIsStoredAsItWas) {
  std::mt19937_64 random(20261122);
  for (int round = 0; round < 2000; ++round) {
    const auto what = random_outgoing(random);
    domain::message stored;
    stored.content = what.text;
    stored.attachments = what.attachments;
    stored.reply_to = what.reply_to;
    stored.payload = payload_of(what);
    const auto back = outgoing_of(stored);
    ASSERT_TRUE(back) << stored.payload << back.error().field << back.error().detail;
    ASSERT_EQ(*back, what) << stored.payload;
    stored.direction = domain::direction::outbound;
    ASSERT_EQ(was_said_privately(stored), what.privately) << stored.payload;
    if (stored.payload.empty()) continue;
    ASSERT_TRUE(nested_object(stored.payload, {})) << stored.payload;
  }
}

TEST(OutgoingPayload, IsEmptyWhereThereIsNothingToKeepAndLetsOthersBe) {
  domain::outgoing what;
  what.text = "a";
  EXPECT_EQ(payload_of(what), "");
  domain::message stored;
  stored.content = "a";
  stored.payload = R"({"wamid":"x","buttons":[{"title":"t"}]})";
  const auto back = outgoing_of(stored);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->buttons.size(), 1u);
  stored.payload = R"({"buttons":5})";
  EXPECT_EQ(outgoing_of(stored).error().code, "wrong-type");
}

TEST(OutgoingContentType, IsThatOfWhatStandsFirst) {
  domain::outgoing what;
  EXPECT_EQ(content_type_of(what), domain::content_type::text);
  what.attachments.emplace_back().type = "video";
  EXPECT_EQ(content_type_of(what), domain::content_type::video);
  what.approved.emplace();
  EXPECT_EQ(content_type_of(what), domain::content_type::interactive);
}

}  // namespace
}  // namespace switchboard::net::platforms
