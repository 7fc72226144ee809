// What holds for every body: mutated ones, random ones, and the recorded ones where they are at hand.
#include "support.hpp"
#include "tests/net/platforms/meta_support.hpp"

#include <map>
#include <random>

namespace switchboard::net::platforms {
namespace {

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
  bool any = false;
  for (const std::string_view folder : {"messenger", "facebook_page", "instagram", "whatsapp"}) {
    for (const auto& file : testing::corpus(folder)) {
      any = true;
      const auto text = testing::contents(file);
      SCOPED_TRACE(file.filename().string());
      const auto result = normalise_meta(text);
      expect_well_formed(result, text);
      const auto again = normalise_meta(text);
      ASSERT_EQ(result.events.size(), again.events.size());
      for (std::size_t i = 0; i < result.events.size(); ++i) {
        EXPECT_EQ(result.events[i].platform_message_id, again.events[i].platform_message_id);
        EXPECT_EQ(result.events[i].version, again.events[i].version);
      }
    }
  }
  if (!any) GTEST_SKIP() << "no corpus beside the repository";
}

}  // namespace
}  // namespace switchboard::net::platforms
