// Private replies to comments over a real engine: what the platform would refuse is never sent, whenever the engine was
// started. The platform counts what it had to refuse.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/fake_platform/platform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view page = "888001";
constexpr std::string_view post = "888001_5";

class private_replies : public testing::Test {
 protected:
  explicit private_replies(const std::string& program = engine_binary()) : engine_(dir_.path(), program) {
    setup s;
    s.limits = "send_backoff = \"50ms\"\n";
    s.more = '\n' + account_toml("sender", "acme", "meta", "facebook", page) +
             "access_token = \"secret-token\"\napi_url = \"" + platform_.url() + "\"\n";
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  /// Somebody comments below the post, so long ago; gives the conversation's id.
  std::string comments(const std::string& id, std::chrono::seconds ago = 0s) {
    const auto made = std::to_string(std::time(nullptr) - ago.count());
    const auto body = R"({"object":"page","entry":[{"id":")" + std::string(page) + R"(","time":)" + made +
                      R"(,"changes":[{"field":"feed","value":{"item":"comment","verb":"add","comment_id":")" +
                      id + R"(","post_id":")" + std::string(post) + R"(","parent_id":")" + std::string(post) +
                      R"(","from":{"id":"31","name":"Ada"},"message":"how much?","created_time":)" + made +
                      "}}]}]}";
    EXPECT_EQ(deliver(engine_, "meta", body).status, 200);
    return text_at(wait_event("message.received", ++comments_), "/subject").value_or("");
  }
  answer reply(const std::string& conversation, const std::string& text, const std::string& more) {
    http_connection c(engine_.port());
    return c.ask("POST", "/v1/conversations/" + conversation + "/messages", bearer(agent_token),
                 "{\"content\":" + json_string(text) + more + "}");
  }
  answer privately(const std::string& conversation, const std::string& text, const std::string& to = {}) {
    return reply(conversation, text, (to.empty() ? "" : ",\"replyTo\":\"" + to + "\"") + ",\"private\":true");
  }
  /// The last of the events of this type, once there are so many.
  std::string wait_event(const std::string& type, std::size_t many) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::string cursor = "earliest";
    std::vector<std::string> found;
    while (found.size() < many && std::chrono::steady_clock::now() < until) {
      const auto some = get(engine_, "/v1/events?wait=5&type=" + type + "&from=" + cursor);
      for (auto& e : elements_at(some.body, "/events")) found.push_back(std::move(e));
      cursor = text_at(some.body, "/cursor").value_or(cursor);
    }
    EXPECT_EQ(found.size(), many) << type;
    return found.empty() ? std::string() : found.back();
  }
  static void expect_replied(const answer& a) {
    EXPECT_EQ(a.status, 409) << a.body;
    EXPECT_THAT(text_at(a.body, "/type").value_or(""), HasSubstr("replied-privately"));
    EXPECT_NE(text_at(a.body, "/closedAt"), std::nullopt);
    EXPECT_EQ(json_at(a.body, "/allowed"), "[\"comment\"]");
  }
  [[nodiscard]] std::vector<std::string> taken() const {
    std::vector<std::string> texts;
    for (const auto& t : platform_.book()) texts.push_back(t.text);
    return texts;
  }

  fake_platform::platform platform_{{.accounts = {{.id = "sender",
                                                   .platform = domain::platform::facebook,
                                                   .platform_id = std::string(page),
                                                   .access_token = "secret-token"}}}};
  std::size_t comments_ = 0;
  scratch dir_;
  engine_process engine_;
};

TEST_F(private_replies, to_a_comment_there_is_one_also_after_a_restart) {
  const auto conversation = comments("5_1");
  EXPECT_EQ(privately(conversation, "psst").status, 202);
  expect_replied(privately(conversation, "again"));
  wait_event("message.sent", 1);
  expect_replied(privately(conversation, "and again"));
  engine_.kill();
  engine_.start();
  expect_replied(privately(conversation, "after the crash"));
  EXPECT_EQ(engine_.terminate().code, 0);
  engine_.start();
  expect_replied(privately(conversation, "after the restart", "5_1"));
  EXPECT_EQ(reply(conversation, "in public", "").status, 202);
  wait_event("message.sent", 2);
  comments("5_2");
  expect_replied(privately(conversation, "the old one", "5_1"));
  EXPECT_EQ(privately(conversation, "to the next").status, 202);
  wait_event("message.sent", 3);
  EXPECT_THAT(taken(), ElementsAre("psst", "in public", "to the next"));
  EXPECT_EQ(platform_.count().refused, 0u);
}

TEST_F(private_replies, that_failed_do_not_count) {
  const auto conversation = comments("5_1");
  platform_.commented("5_1", std::chrono::system_clock::now() - 8 * 24h);  // by the platform's clock
  EXPECT_EQ(privately(conversation, "psst").status, 202);
  EXPECT_EQ(text_at(wait_event("message.failed", 1), "/data/message/error/code"), "10903");
  platform_.commented("5_1", std::chrono::system_clock::now());
  EXPECT_EQ(privately(conversation, "psst, again").status, 202);
  wait_event("message.sent", 1);
  expect_replied(privately(conversation, "and again"));
  EXPECT_THAT(taken(), ElementsAre("psst, again"));
}

TEST_F(private_replies, are_refused_seven_days_after_their_comment) {
  const auto conversation = comments("5_1", 7 * 24h + 1s);
  comments("5_2", 7 * 24h - 10min);
  const auto late = privately(conversation, "psst", "5_1");
  EXPECT_EQ(late.status, 409) << late.body;
  EXPECT_THAT(text_at(late.body, "/type").value_or(""), HasSubstr("window-closed"));
  EXPECT_EQ(json_at(late.body, "/allowed"), "[\"comment\"]");
  const auto closed = domain::parse_rfc3339(text_at(late.body, "/closedAt").value_or(""));
  ASSERT_TRUE(closed) << late.body;
  const auto since = std::chrono::system_clock::now() - *closed;
  EXPECT_GE(since, 0s);
  EXPECT_LT(since, 5min);
  const auto unknown = privately(conversation, "psst", "5_99");
  EXPECT_EQ(unknown.status, 422) << "nobody's here: " << unknown.body;
  EXPECT_EQ(text_at(unknown.body, "/errors/0/pointer"), "/replyTo");
  EXPECT_EQ(privately(conversation, "psst").status, 202);
  wait_event("message.sent", 1);
  EXPECT_THAT(taken(), ElementsAre("psst"));
  EXPECT_EQ(platform_.count().refused, 0u);
}

/// The check is worth something: an engine without the rule is caught by the platform.
class private_replies_without_the_rule : public private_replies {
 protected:
  private_replies_without_the_rule() : private_replies(SWITCHBOARD_REPLIES_TWICE) {}
};

TEST_F(private_replies_without_the_rule, are_refused_by_the_platform) {
  const auto conversation = comments("5_1");
  EXPECT_EQ(privately(conversation, "psst").status, 202);
  EXPECT_EQ(privately(conversation, "again").status, 202);
  EXPECT_EQ(text_at(wait_event("message.failed", 1), "/data/message/error/code"), "10900");
  EXPECT_EQ(platform_.count().refused, 1u);
}

}  // namespace
}  // namespace switchboard::e2e
