// How long a customer of Messenger may be answered, over a real engine and a platform that knows the same rule.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/fake_platform/platform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view page = "888001";

class windows : public testing::Test {
 protected:
  windows() {
    setup s;
    s.more = '\n' + account_toml("sender", "acme", "meta", "facebook", page) +
             "access_token = \"secret-token\"\napi_url = \"" + platform_.url() + "\"\n";
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  /// Somebody wrote so long ago; gives the conversation's id.
  std::string wrote(const std::string& who, std::chrono::seconds ago, const std::string& referral) {
    const auto at = std::chrono::system_clock::now() - ago;
    const auto ms =
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
    const auto body = R"({"object":"page","entry":[{"id":")" + std::string(page) + R"(","time":)" + ms +
                      R"(,"messaging":[{"sender":{"id":")" + who + R"("},"recipient":{"id":")" +
                      std::string(page) + R"("},"timestamp":)" + ms + R"(,"message":{"mid":"m_)" + who +
                      R"(","text":"how much?")" + referral + "}}]}]}";
    EXPECT_EQ(deliver(engine_, "meta", body).status, 200);
    if (referral.find("ADS") == std::string::npos) {
      platform_.heard("sender", who, at);
    } else {
      platform_.came_by_ad("sender", who, at);
    }
    for (const auto& row : read_list(engine_, "/v1/conversations?account=sender", "conversations")) {
      if (text_at(row, "/metadata/customerPlatformId") == who) return text_at(row, "/id").value_or("");
    }
    ADD_FAILURE() << "no conversation with " << who;
    return {};
  }
  answer reply(const std::string& conversation, const std::string& text) {
    http_connection c(engine_.port());
    return c.ask("POST", "/v1/conversations/" + conversation + "/messages", bearer(agent_token),
                 "{\"content\":" + json_string(text) + "}");
  }
  /// Closed, and that so long ago.
  static void expect_closed(const answer& a, std::chrono::seconds ago) {
    EXPECT_EQ(a.status, 409) << a.body;
    EXPECT_THAT(text_at(a.body, "/type").value_or(""), HasSubstr("window-closed"));
    const auto closed = domain::parse_rfc3339(text_at(a.body, "/closedAt").value_or(""));
    ASSERT_TRUE(closed) << a.body;
    const auto since = std::chrono::system_clock::now() - *closed;
    EXPECT_GE(since, ago);
    EXPECT_LT(since, ago + 5min);
  }

  fake_platform::platform platform_{{.accounts = {{.id = "sender",
                                                   .platform = domain::platform::facebook,
                                                   .platform_id = std::string(page),
                                                   .access_token = "secret-token"}}}};
  scratch dir_;
  engine_process engine_{dir_.path()};
};

TEST_F(windows, are_seven_days_behind_a_click_on_an_ad_and_one_otherwise) {
  const std::string by_ad = R"(,"referral":{"source":"ADS","type":"OPEN_THREAD","ad_id":"6"})";
  const std::string by_link = R"(,"referral":{"source":"SHORTLINK","type":"OPEN_THREAD","ref":"a"})";
  const auto fresh = wrote("31", 6 * 24h, by_ad);
  expect_closed(reply(wrote("32", 6 * 24h, ""), "too late"), 5 * 24h);
  expect_closed(reply(wrote("33", 6 * 24h, by_link), "too late"), 5 * 24h);
  expect_closed(reply(wrote("34", 8 * 24h, by_ad), "too late"), 24h);
  EXPECT_EQ(reply(fresh, "as one likes").status, 202);
  EXPECT_EQ(platform_.wait(1, 60s).size(), 1u);
  engine_.kill();
  engine_.start();
  EXPECT_EQ(reply(fresh, "and again").status, 202) << "the journal knows it";
  std::vector<std::string> texts;
  for (const auto& t : platform_.wait(2, 60s)) texts.push_back(t.text);
  EXPECT_THAT(texts, ElementsAre("as one likes", "and again"));
  EXPECT_EQ(platform_.count().refused, 0u);
}

}  // namespace
}  // namespace switchboard::e2e
