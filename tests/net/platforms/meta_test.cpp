// The body as a whole: what is kept of one that is no document, or has a bad element among good ones.
#include "net/platforms/meta.hpp"

#include "net/platforms/unpacker.hpp"
#include "tests/net/platforms/meta_support.hpp"

namespace switchboard::net::platforms {
namespace {

TEST(meta_body, what_is_no_document_is_kept_whole) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "invalid-json"},
      {"null", "malformed"},
      {"[]", "malformed"},
      {"7", "malformed"},
      {"{}", "malformed"},
      {R"({"entry":[]})", "malformed"},
      {R"({"object":"page"})", "malformed"},
      {R"({"object":"page","entry":{}})", "malformed"},
      {R"({"object":"user","entry":[]})", "unsupported"},
      {R"({"object":"page","entry":[]})", "empty"},
      {R"({"object":"page","object":"instagram","entry":[]})", "duplicate-field"},
      {R"({"object":"page","entry":[],"entry":[]})", "duplicate-field"},
      {"{\"object\":\"page\",\"entry\":[]", "invalid-json"},
      {R"({"object":"page","entry":)" + std::string(70, '[') + "1" + std::string(70, ']') + "}", "too-deep"},
  };
  for (const auto& [body, reason] : cases) {
    const auto part = only_reject(normalise_meta(body));
    EXPECT_EQ(part.reason, reason) << body;
    EXPECT_EQ(part.raw, body);
    EXPECT_FALSE(part.detail.empty()) << body;
  }
}

TEST(meta_body, nothing_is_believed_before_all_is_valid) {  // H100
  const std::string good = messenger_body({dm(R"("message":{"mid":"m1","text":"hi"})")});
  EXPECT_EQ(normalise_meta(good).events.size(), 1U);
  std::string broken = good;
  broken.insert(broken.size() - 1, R"(,"x":tru)");
  EXPECT_EQ(only_reject(normalise_meta(broken)).reason, "invalid-json");
  EXPECT_EQ(only_reject(normalise_meta(good + good)).reason, "invalid-json");
}

TEST(meta_body, too_many_events_reject_it_whole) {
  const parse_limits limits{.events_max = 3};
  std::vector<std::string> elements(3, dm(R"("message":{"mid":"m","text":"hi"})"));
  EXPECT_EQ(normalise_meta(messenger_body(elements), limits).events.size(), 3U);
  elements.push_back("7");
  const std::string body = messenger_body(elements);
  const auto part = only_reject(normalise_meta(body, limits));
  EXPECT_EQ(part.reason, "too-many-events");
  EXPECT_EQ(part.raw, body);
  const std::string mids = messenger_body({dm(R"("delivery":{"mids":["a","b","c","d"],"watermark":1})")});
  EXPECT_EQ(only_reject(normalise_meta(mids, limits)).reason, "too-many-events");
}

TEST(meta_body, elements_without_end_are_one_rejected_part) {  // H101
  std::string body = R"({"object":"page","entry":[)";
  for (int i = 0; i < 200'000; ++i) {
    body += i == 0 ? "0" : ",0";
  }
  EXPECT_EQ(only_reject(normalise_meta(body + "]}")).reason, "too-many-events");
}

TEST(meta_body, a_bad_element_spoils_no_neighbour) {  // trap 7, trap 8, P: 1,000 with #500 broken
  std::vector<std::string> elements;
  for (int i = 0; i < 1'000; ++i) {
    elements.push_back(i == 500 ? std::string{R"({"message":7})"}
                                : dm(R"("message":{"mid":"m)" + std::to_string(i) + R"(","text":"hi"})"));
  }
  const std::string body = messenger_body(elements);
  ASSERT_GT(body.size(), unpacker::whole_body_bytes_max);
  const auto result = normalise_meta(body);
  ASSERT_EQ(result.events.size(), 999U);
  EXPECT_EQ(result.events[500].platform_message_id, "m501") << "the platform's order";
  ASSERT_EQ(result.rejected.size(), 1U);
  EXPECT_EQ(result.rejected[0].raw,
            R"({"object":"page","entry":[{"id":"1000","time":1700000000123,"messaging":[{"message":7}]}]})");
  EXPECT_NE(result.rejected[0].detail.find("/entry/0/messaging/500"), std::string::npos)
      << result.rejected[0].detail;
  EXPECT_EQ(result.rejected[0].account_platform_id, "1000");
}

TEST(meta_body, entries_hold_anything_or_nothing) {  // trap 8, trap 9
  const std::string body = R"({"object":"page","entry":[
    {"id":"1","time":1,"messaging":[)" +
                           dm(R"("message":{"mid":"a","text":"x"})") + R"(],"standby":[)" +
                           dm(R"("message":{"mid":"b","text":"x"})") +
                           R"(],"changes":[{"field":"feed","value":
      {"item":"comment","verb":"add","comment_id":"9_1","post_id":"1_9","from":{"id":"5","name":"N"},"message":"c"}}]},
    {"id":2,"time":1},
    7,
    {"time":1,"messaging":[]},
    {"id":"3","time":1,"messaging":{}},
    {"id":"4","id":"5","messaging":[]},
    {"id":"6","changed_fields":["name"]},
    {"id":"7","messaging":[)" +
                           dm(R"("message":{"mid":"c","text":"y"})") + "]}]}";
  const auto result = normalise_meta(body);
  ASSERT_EQ(result.events.size(), 4U);
  EXPECT_EQ(result.events[0].account_platform_id, "1");
  EXPECT_EQ(result.events[2].thread, domain::thread_kind::comment);
  EXPECT_EQ(result.events[3].account_platform_id, "7");
  std::vector<std::string> reasons;
  for (const auto& part : result.rejected) {
    reasons.push_back(part.reason + " " + part.detail.substr(0, part.detail.find(':')));
    EXPECT_EQ(part.raw, body);
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"empty /entry/1", "malformed /entry/2", "malformed /entry/3",
                                               "malformed /entry/4/messaging", "duplicate-field /entry/5",
                                               "account-notice /entry/6"}));
}

TEST(meta_body, unknown_fields_are_dead_letters) {
  EXPECT_EQ(only_reject(normalise_meta(change_body("page", "leadgen", "{}"))).reason, "unsupported");
  EXPECT_EQ(only_reject(normalise_meta(change_body("page", "name", R"("New name")"))).reason,
            "account-notice");
  EXPECT_EQ(only_reject(normalise_meta(change_body("page", "feed", "7"))).reason, "malformed");
  EXPECT_EQ(only_reject(normalise_meta(envelope("page", "changes", {"{}"}))).reason, "malformed");
  EXPECT_EQ(only_reject(normalise_meta(envelope("page", "changes", {"[]"}))).reason, "malformed");
  EXPECT_EQ(
      only_reject(normalise_meta(envelope("page", "changes", {R"({"field":"a","field":"feed"})"}))).reason,
      "duplicate-field");
  const auto part = only_reject(normalise_meta(change_body("page", std::string(100'000, 'f'), "{}")));
  EXPECT_LT(part.detail.size(), 200U) << "a stranger's text doesn't fill the log";
}

TEST(meta_body, rejected_parts_of_one_body_stay_bounded) {
  const std::vector<std::string> elements(9'000, "{}");
  const std::string body = messenger_body(elements);
  ASSERT_LE(body.size(), unpacker::whole_body_bytes_max);
  const auto result = normalise_meta(body);
  ASSERT_EQ(result.rejected.size(), elements.size());
  std::size_t bytes = 0;
  for (const auto& part : result.rejected) {
    bytes += part.raw.size();
  }
  EXPECT_LT(bytes, 3U * 1024 * 1024);
  EXPECT_EQ(result.rejected.front().raw, body);
  EXPECT_EQ(result.rejected.back().raw,
            R"({"object":"page","entry":[{"id":"1000","time":1700000000123,"messaging":[{}]}]})");
}

TEST(meta_body, what_is_rejected_can_be_replayed) {
  std::vector<std::string> elements = {dm(R"("message":{"text":"no mid \u00e9 \/"})"),
                                       R"( { "sender" : { "id" : 1.5 } , "message":{} } )",
                                       R"({"sender":{"id":"1","id":"2"},"message":{"mid":"x"}})",
                                       "null",
                                       "\"text\"",
                                       "-12.50e0"};
  const std::size_t bad = elements.size();
  while (messenger_body(elements).size() <= unpacker::whole_body_bytes_max) {
    elements.push_back(dm(R"("message":{"mid":"m","text":")" + std::string(500, 'x') + "\"}"));
  }
  const auto result = normalise_meta(messenger_body(elements));
  ASSERT_EQ(result.rejected.size(), bad);
  for (std::size_t i = 0; i < bad; ++i) {
    const auto& part = result.rejected[i];
    EXPECT_LT(part.raw.size(), 300U);
    const auto trimmed = elements[i].find_first_not_of(' ');
    const std::string exact = elements[i].substr(trimmed, elements[i].find_last_not_of(' ') + 1 - trimmed);
    EXPECT_NE(part.raw.find(exact), std::string::npos) << part.raw << " holds the bytes of " << exact;
    const auto again = only_reject(normalise_meta(part.raw));
    EXPECT_EQ(again.reason, part.reason);
    EXPECT_EQ(again.raw, part.raw);
    EXPECT_EQ(again.account_platform_id, part.account_platform_id);
  }
}

TEST(meta_body, big_members_beside_the_path_are_left_out_of_narrowed_parts) {
  const std::string body = R"({"object":"page","note":")" + std::string(70'000, 'n') +
                           R"(","entry":[{"id":"1","time":5,"messaging":[{}],"standby":[{}]}]})";
  const auto result = normalise_meta(body);
  ASSERT_EQ(result.rejected.size(), 2U);
  EXPECT_EQ(result.rejected[0].raw, R"({"object":"page","entry":[{"id":"1","time":5,"messaging":[{}]}]})");
  EXPECT_EQ(result.rejected[1].raw, R"({"object":"page","entry":[{"id":"1","time":5,"standby":[{}]}]})");
}

TEST(meta_body, the_table_serves_meta) {
  EXPECT_EQ(&functions_of(kind::meta), &meta_functions());
  EXPECT_EQ(functions_of(kind::meta).which, kind::meta);
  EXPECT_EQ(functions_of(kind::telegram).which, kind::telegram);
}

}  // namespace
}  // namespace switchboard::net::platforms
