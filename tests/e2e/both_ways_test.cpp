// The demo's two directions, as the README tells a new user to try them: the real `deliver` of the examples, an answer to
// each conversation, and what the platforms make of it.

#include "demo.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"
#include "tests/fake_platform/platform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace switchboard::e2e {
namespace {

using testing::IsSupersetOf;

constexpr std::string_view examples = SWITCHBOARD_SOURCE_DIR "/examples";
class both_ways : public testing::Test {
 protected:
  void start() {
    platform_.emplace(demo_platform());
    engine_.configure(demo_toml(engine_.data(), platform_->url()));
    engine_.start();
    platform_->tell(engine_.url());
  }
  void deliver_examples(const std::string& source) {
    const auto done = run_command({"deliver", std::string(examples) + "/" + source, "--source", source,
                                   "--now", "--url", engine_.url(), "--config", engine_.config().string()},
                                  dir_.path());
    EXPECT_EQ(done.code, 0) << done.err;
  }
  answer reply(const std::string& conversation, const std::string& text) {
    http_connection c(engine_.port());
    return c.ask("POST", "/v1/conversations/" + conversation + "/messages", bearer(demo_admin),
                 "{\"content\":" + json_string(text) + "}");
  }
  bool says_something(const std::string& conversation) {
    for (const auto& m :
         read_list(engine_, "/v1/conversations/" + conversation + "/messages", "messages", demo_admin)) {
      if (text_at(m, "/direction") == "inbound" && json_at(m, "/placeholder") != "true") return true;
    }
    return false;
  }
  /// Of each of our messages how far it came, once every one of them has come to one of `ends`.
  std::map<std::string, std::string> wait_ends(const std::set<std::string>& messages,
                                               const std::set<std::string>& ends) {
    std::map<std::string, std::string> at;
    std::string cursor = "earliest";
    const auto until = std::chrono::steady_clock::now() + patience;
    std::size_t ended = 0;
    while (ended < messages.size() && std::chrono::steady_clock::now() < until) {
      const auto page = get(engine_, "/v1/events?wait=2&from=" + cursor, demo_admin);
      for (const auto& e : elements_at(page.body, "/events")) {
        const auto type = text_at(e, "/type").value_or("");
        const auto id = text_at(e, "/data/message/id").value_or("");
        if (!type.starts_with("message.") || !messages.contains(id)) continue;
        const bool before = ends.contains(at[id]);
        at[id] = type.substr(std::string_view("message.").size());
        if (!before && ends.contains(at[id])) ++ended;
      }
      cursor = text_at(page.body, "/cursor").value_or(cursor);
    }
    return at;
  }

  scratch dir_;
  engine_process engine_{dir_.path()};
  std::optional<fake_platform::platform> platform_;
};

TEST_F(both_ways, every_example_can_be_answered_and_the_answer_arrives) {
  start();
  for (const char* source : {"meta", "telegram", "x", "linkedin", "bluesky"}) deliver_examples(source);
  std::map<std::string, std::string> platform_of;  // by message
  std::set<std::string> messages;
  for (const auto& row : read_list(engine_, "/v1/conversations", "conversations", demo_admin)) {
    const auto id = text_at(row, "/id").value_or("");
    const auto platform = text_at(row, "/platform").value_or("");
    if (!says_something(id)) continue;  // a like alone: there is nothing to answer
    const auto done = reply(id, "an answer to " + id);
    if (done.status == 422) continue;  // a review, say: the platform has no way to answer it
    ASSERT_EQ(done.status, 202) << platform << ' ' << done.body;
    const auto message = text_at(done.body, "/id").value_or("");
    platform_of[message] = platform;
    messages.insert(message);
  }
  const auto ends = wait_ends(messages, {"sent", "delivered", "read", "failed"});
  std::map<std::string, std::set<std::string>> seen;  // by platform
  for (const auto& [message, end] : ends) seen[platform_of[message]].insert(end);
  std::set<std::string> answered;
  for (const auto& [platform, how] : seen) {
    answered.insert(platform);
    EXPECT_FALSE(how.contains("failed")) << platform;
  }
  EXPECT_THAT(answered,
              IsSupersetOf({"facebook", "instagram", "whatsapp", "x", "linkedin", "telegram", "bluesky"}));
  const auto f = platform_->count();
  EXPECT_EQ(f.taken, messages.size());
  EXPECT_EQ(f.repeated, 0u);
  EXPECT_EQ(f.refused, 0u) << to_json(f);
  EXPECT_EQ(f.limited, 0u) << to_json(f);
}

TEST_F(both_ways, the_platforms_word_of_a_reply_comes_back_to_it) {
  start();
  deliver_examples("meta");
  std::set<std::string> whatsapp;
  for (const auto& row :
       read_list(engine_, "/v1/conversations?platform=whatsapp", "conversations", demo_admin)) {
    const auto done = reply(text_at(row, "/id").value_or(""), "seen?");
    ASSERT_EQ(done.status, 202) << done.body;
    whatsapp.insert(text_at(done.body, "/id").value_or(""));
  }
  ASSERT_FALSE(whatsapp.empty());
  for (const auto& [message, end] : wait_ends(whatsapp, {"read"})) EXPECT_EQ(end, "read") << message;
}

TEST_F(both_ways, the_customer_sees_that_an_agent_reads_and_types) {
  start();
  deliver_examples("meta");
  http_connection c(engine_.port());
  for (const char* platform : {"whatsapp", "instagram", "facebook"}) {
    SCOPED_TRACE(platform);
    const auto rows = read_list(engine_, "/v1/conversations?platform=" + std::string(platform),
                                "conversations", demo_admin);
    for (const auto& row : rows) {
      if (text_at(row, "/metadata/source") != "dm" || text_at(row, "/unread") == "0") continue;
      const auto before = platform_->count();
      const auto path = "/v1/conversations/" + text_at(row, "/id").value_or("");
      EXPECT_EQ(c.ask("POST", path + "/typing", bearer(demo_admin)).status, 204);
      EXPECT_TRUE(eventually([&] { return platform_->count().typings == before.typings + 1; }));
      const auto reads = platform_->count().marked_read;  // WhatsApp's typing marks as read, too
      EXPECT_EQ(c.ask("POST", path + "/read", bearer(demo_admin)).status, 200);
      EXPECT_TRUE(eventually([&] { return platform_->count().marked_read == reads + 1; }));
    }
  }
  EXPECT_GT(platform_->count().typings, 2u);
  EXPECT_EQ(platform_->count().refused, 0u);
  EXPECT_EQ(
      c.ask("POST", "/v1/conversations/c_00000000000000000000000000-1/typing", bearer(demo_admin)).status,
      404);
}

}  // namespace
}  // namespace switchboard::e2e
