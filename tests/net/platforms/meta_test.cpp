#include "net/platforms/meta.hpp"

#include "net/platforms/unpacker.hpp"
#include "tests/net/platforms/meta_support.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

namespace switchboard::net::platforms {
namespace {

using domain::inbound_kind;

const std::vector<std::string> secrets = {"app-secret", "instagram-secret"};

std::string signature(std::string_view body, std::string_view secret = "app-secret") {
  return meta_functions().sign(body, secret).second;
}
bool verifies(std::string_view body, std::string_view header, std::span<const std::string> with = secrets,
              std::string_view name = "X-Hub-Signature-256") {
  const std::vector<field> headers = {{"Host", "example"}, {name, header}};
  return meta_functions().verify(headers, body, with);
}
handshake_answer shake(std::string_view mode, std::string_view token, std::string_view challenge,
                       std::string_view expected = "verify-me") {
  const std::vector<field> query = {
      {"hub.mode", mode}, {"hub.verify_token", token}, {"hub.challenge", challenge}};
  return meta_functions().handshake(query, expected);
}

// --- handshake -------------------------------------------------------------------------------------------

TEST(meta_handshake, echoes_the_challenge_as_plain_text) {
  const handshake_answer answer = shake("subscribe", "verify-me", "1158201444");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/plain");
  EXPECT_EQ(answer.body, "1158201444");
}

TEST(meta_handshake, refuses_wrong_tokens_and_what_is_no_handshake) {  // trap 5, H119
  EXPECT_EQ(shake("subscribe", "verify-mf", "1").status, 403);
  EXPECT_EQ(shake("subscribe", "verify-m", "1").status, 403);
  EXPECT_EQ(shake("subscribe", "", "1").status, 403);
  EXPECT_EQ(shake("subscribe", "", "1", "").status, 403) << "no token configured: nobody is let in";
  EXPECT_EQ(shake("unsubscribe", "verify-me", "1").status, 400);
  EXPECT_EQ(meta_functions().handshake({}, "verify-me").status, 400);
  const std::vector<field> twice = {{"hub.mode", "subscribe"},
                                    {"hub.verify_token", "verify-me"},
                                    {"hub.challenge", "1"},
                                    {"hub.challenge", "2"}};
  EXPECT_EQ(meta_functions().handshake(twice, "verify-me").status, 400);
}

TEST(meta_handshake, echoes_nothing_but_tokens) {
  const std::vector<std::string> hostile = {
      "",         "<script>alert(1)</script>", "a b", "1\r\nX: y",
      "1%3Cb%3E", std::string("1\0", 2),       "é",   std::string(257, '1')};
  for (const std::string& challenge : hostile) {
    const handshake_answer answer = shake("subscribe", "verify-me", challenge);
    EXPECT_EQ(answer.status, 400) << challenge;
    EXPECT_EQ(answer.content_type, "text/plain");
    EXPECT_TRUE(challenge.empty() || answer.body.find(challenge) == std::string::npos);
  }
  EXPECT_EQ(shake("subscribe", "verify-me", std::string(256, 'a')).status, 200);
  EXPECT_EQ(shake("subscribe", "verify-me", "aZ09_-").status, 200);
}

// --- signature -------------------------------------------------------------------------------------------

TEST(meta_signature, any_live_secret_verifies) {  // trap 4, H115
  EXPECT_TRUE(verifies("body", signature("body")));
  EXPECT_TRUE(verifies("body", signature("body", "instagram-secret")));
  EXPECT_FALSE(verifies("body", signature("body", "gone-secret")));
  EXPECT_TRUE(verifies("body", signature("body"), secrets, "x-hub-signature-256"));
  EXPECT_TRUE(verifies("", signature(""))) << "H114: the signature is right; what it signs is refused later";
}

TEST(meta_signature, an_empty_secret_never_verifies) {
  const std::vector<std::string> empty = {""};
  EXPECT_FALSE(verifies("body", signature("body", ""), empty));
  // HMAC-SHA256 of "" under the empty key.
  EXPECT_FALSE(
      verifies("", "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", empty));
  EXPECT_FALSE(verifies("body", signature("body"), {}));
  const std::vector<std::string> mixed = {"", "app-secret"};
  EXPECT_TRUE(verifies("body", signature("body"), mixed)) << "the others still count";
}

TEST(meta_signature, has_one_spelling) {  // trap 2, trap 3, H105-H111
  const std::string good = signature("body");
  const std::string hex = good.substr(7);
  std::string upper = good;
  for (char& c : upper) {
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  const std::vector<std::string> bad = {"",
                                        hex,
                                        "sha256=",
                                        "sha256=" + hex.substr(1),
                                        good + "0",
                                        "sha256=" + std::string(100'000, 'a'),
                                        "sha256=sha256=" + hex,
                                        "sha1=" + hex,
                                        "SHA256=" + hex,
                                        " " + good,
                                        good + " ",
                                        good + "," + good,
                                        upper,
                                        "sha256=" + std::string(64, 'z')};
  for (const std::string& header : bad) {
    EXPECT_FALSE(verifies("body", header)) << header.substr(0, 100);
  }
  EXPECT_FALSE(verifies("body", "sha1=d3486ae9136e7856bc42212385ea797094475802", secrets, "X-Hub-Signature"));
  EXPECT_FALSE(verifies("body", good, secrets, "X-Hub-Signature"));
}

TEST(meta_signature, stands_exactly_once) {
  const std::string good = signature("body");
  const auto with = [&](std::vector<field> headers) {
    return meta_functions().verify(headers, "body", secrets);
  };
  EXPECT_FALSE(with({}));
  EXPECT_TRUE(with({{"X-Hub-Signature-256", good}}));
  EXPECT_TRUE(with({{"X-Hub-Signature", "sha1=whatever"}, {"X-Hub-Signature-256", good}}));
  EXPECT_FALSE(with({{"X-Hub-Signature-256", good}, {"x-hub-signature-256", good}}));
  EXPECT_FALSE(with({{"X-Hub-Signature-256", "junk"}, {"X-Hub-Signature-256", good}}));
}

TEST(meta_signature, covers_the_raw_bytes) {  // trap 1, H112, H113
  const std::string escaped = R"({"text":"caf\u00e9 \/"})";
  EXPECT_FALSE(verifies(R"({"text":"café /"})", signature(escaped)));
  EXPECT_TRUE(verifies(escaped, signature(escaped)));
  std::string body = escaped;
  for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
    body[bit / 8] = static_cast<char>(body[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verifies(body, signature(escaped))) << bit;
    body[bit / 8] = escaped[bit / 8];
  }
  std::string header = signature(escaped);
  for (std::size_t bit = 0; bit < header.size() * 8; ++bit) {
    const char was = header[bit / 8];
    header[bit / 8] = static_cast<char>(was ^ (1 << (bit % 8)));
    EXPECT_FALSE(verifies(escaped, header)) << bit;
    header[bit / 8] = was;
  }
}

// --- the body as a whole ---------------------------------------------------------------------------------

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

// --- properties ------------------------------------------------------------------------------------------

const std::vector<std::string>& seeds() {
  static const std::vector<std::string> bodies = {
      messenger_body(
          {dm(R"("message":{"mid":"m1","text":"hi","attachments":[{"type":"image","payload":{"url":"u"}}]})"),
           dm(R"("reaction":{"mid":"m1","action":"react","emoji":"\ud83d\ude22"})")}),
      messenger_body({dm(R"("delivery":{"mids":["m1"],"watermark":1699999999000})"),
                      dm(R"("postback":{"title":"t","payload":"p"})"), dm(R"("unknown_thing":{"a":[1,2]})")}),
      change_body(
          "page", "feed",
          R"({"item":"comment","verb":"add","comment_id":"9_1","post_id":"1000_9","parent_id":"1000_9",)"
          R"("from":{"id":"5","name":"N"},"created_time":1700000000,"message":"c"})"),
      change_body(
          "page", "ratings",
          R"({"item":"rating","verb":"add","open_graph_story_id":904801129604590,"reviewer_id":7,"rating":5})"),
      change_body("instagram", "comments",
                  R"({"id":"55","text":"t","from":{"id":"8","username":"u"},"media":{"id":"66"}})"),
      instagram_dm_body(
          {dm(R"("message":{"mid":"m","text":"t","reply_to":{"story":{"id":"1","url":"u"}}})")}),
  };
  return bodies;
}

TEST(meta_property, mutated_bodies_give_well_formed_results) {
  std::mt19937 random{20261121};
  const std::string_view tokens[] = {"null", "{}", "[]",     "\"\"",          "7", "1.5", "true",
                                     ",",    ":",  "\"id\"", "\"mid\":\"z\","};
  for (int round = 0; round < 6'000; ++round) {
    std::string body = seeds()[random() % seeds().size()];
    for (auto n = 1 + random() % 3; n > 0; --n) {
      const std::size_t where = random() % body.size();
      switch (random() % 4) {
        case 0:
          body[where] = static_cast<char>(random());
          break;
        case 1:
          body.erase(where, 1 + random() % 6);
          break;
        default:
          // At the start of a value or a member, so that many stay valid JSON.
          if (const auto place = body.find_first_of(":[{,", where); place != std::string::npos) {
            const std::string_view token = tokens[random() % std::size(tokens)];
            const auto end = body.find_first_of(",}]", place + 1);
            body.replace(place + 1, random() % 2 == 0 && end != std::string::npos ? end - place - 1 : 0,
                         token);
          }
      }
      if (body.empty()) {
        body = "x";
      }
    }
    const auto result = normalise_meta(body);
    expect_well_formed(result, body);
    const auto again = normalise_meta(body);
    ASSERT_EQ(result.events.size(), again.events.size());
    ASSERT_EQ(result.rejected.size(), again.rejected.size());
    if (HasFailure()) {
      return;
    }
  }
}

TEST(meta_property, elements_are_conserved) {
  std::mt19937 random{7};
  const std::vector<std::string> pool = {dm(R"("message":{"mid":"m1","text":"hi"})"),
                                         dm(R"("message":{"mid":"m1","is_deleted":true})"),
                                         dm(R"("message":{})"),
                                         dm(R"("read":{"watermark":5})"),
                                         dm(R"("read":{})"),
                                         dm(R"("who_knows":{})"),
                                         R"({"policy-enforcement":{"action":"block"}})",
                                         "{}",
                                         "[]",
                                         "null",
                                         dm(R"("message":{"mid":"a","mid":"b"})")};
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> elements(1 + random() % 40);
    for (std::string& each : elements) {
      each = pool[random() % pool.size()];
    }
    const auto result = normalise_meta(envelope(random() % 2 == 0 ? "page" : "instagram",
                                                random() % 2 == 0 ? "messaging" : "standby", elements));
    ASSERT_EQ(result.events.size() + result.rejected.size(), elements.size());
  }
}

TEST(meta_property, two_threads_never_share_a_key) {
  std::mt19937 random{3};
  const std::string alphabet = "/%2Fa";
  std::map<std::string, std::string> seen;
  const auto word = [&] {
    std::string text;
    for (auto n = 1 + random() % 4; n > 0; --n) {
      text += alphabet[random() % alphabet.size()];
    }
    return text;
  };
  for (int i = 0; i < 5'000; ++i) {
    const std::string post = word();
    const std::string who = word();
    const auto event = only_event(
        normalise_meta(change_body("page", "feed",
                                   R"({"item":"comment","verb":"add","comment_id":"c","post_id":")" + post +
                                       R"(","from":{"id":")" + who + "\"}}")));
    const auto [known, fresh] = seen.emplace(event.thread_key, post + "\n" + who);
    ASSERT_EQ(known->second, post + "\n" + who) << event.thread_key;
  }
}

TEST(meta_property, every_corpus_file_gives_something) {
  const std::filesystem::path corpus = std::filesystem::path{SWITCHBOARD_SOURCE_DIR} / "../shared/corpus";
  if (!std::filesystem::exists(corpus)) {
    GTEST_SKIP() << "no corpus beside the repository";
  }
  for (const std::string_view folder : {"messenger", "facebook_page", "instagram", "whatsapp"}) {
    if (!std::filesystem::exists(corpus / folder)) {
      continue;
    }
    for (const auto& file : std::filesystem::directory_iterator{corpus / folder}) {
      if (file.path().extension() != ".json") {
        continue;
      }
      std::ostringstream text;
      text << std::ifstream{file.path(), std::ios::binary}.rdbuf();
      SCOPED_TRACE(file.path().filename().string());
      const auto result = normalise_meta(text.str());
      expect_well_formed(result, text.str());
      const auto again = normalise_meta(text.str());
      ASSERT_EQ(result.events.size(), again.events.size());
      for (std::size_t i = 0; i < result.events.size(); ++i) {
        EXPECT_EQ(result.events[i].platform_message_id, again.events[i].platform_message_id);
        EXPECT_EQ(result.events[i].version, again.events[i].version);
      }
    }
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
