// Platforms' limits, counted by the platforms: an engine that is killed and begins again takes no more of them than one that
// lives on, and all accounts of an application take of its limits together.

#include "tests/e2e/engine_process.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"
#include "tests/eventually.hpp"
#include "tests/fake_platform/platform.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::faults {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds patience{120};
constexpr std::size_t in_a_quarter = 15;  ///< direct messages of one user of X

std::string direct_message(const std::string& to, const std::string& from, const std::string& id) {
  return R"({"for_user_id":")" + to + R"(","direct_message_events":[{"type":"message_create","id":")" + id +
         R"(","created_timestamp":")" + std::to_string(std::time(nullptr) * 1000) +
         R"(","message_create":{"target":{"recipient_id":")" + to + R"("},"sender_id":")" + from +
         R"(","message_data":{"text":"hello?"}}}],"users":{")" + from + R"(":{"id":")" + from +
         R"(","name":"Ada","screen_name":"ada"}}})";
}

std::string mention(const std::string& of, const std::string& by, const std::string& id) {
  return R"({"for_user_id":")" + of +
         R"(","tweet_create_events":[{"created_at":"Sat Nov 21 08:01:00 +0000 2026","id":7,"id_str":")" + id +
         R"(","user":{"id":7,"id_str":")" + by +
         R"(","name":"Ada","screen_name":"ada"},"text":"@acme it broke"}]})";
}

/// Accounts of one X app, and customers who wrote to them.
class x_app {
 public:
  explicit x_app(const std::string& program, std::size_t accounts = 1) : engine_(dir_.path(), program) {
    for (std::size_t i = 0; i < accounts; ++i) {
      const auto n = std::to_string(i);
      accounts_.push_back({.id = "brand-x-" + n,
                           .platform = domain::platform::x,
                           .platform_id = std::to_string(7'000'000 + i),
                           .access_token = "t-" + n,
                           .source = "x"});
    }
    platform_.emplace(fake_platform::platform_options{.accounts = accounts_});
    e2e::setup s;
    s.limits = "send_timeout = \"2s\"\nsend_unknown_wait = \"1s\"\n";
    for (const auto& a : accounts_) {
      s.more += '\n' + e2e::account_toml(a.id, "acme", "x", "x", a.platform_id) + "access_token = \"" +
                a.access_token + "\"\napi_url = \"" + platform_->url() + "\"\n";
    }
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }

  /// So many customers write to each account, and one speaks of it in public.
  void customers_write(std::size_t each) {
    for (const auto& a : accounts_) {
      for (std::size_t i = 0; i < each; ++i) {
        deliver(direct_message(a.platform_id, "8" + a.platform_id + std::to_string(i), next_id()));
      }
      deliver(mention(a.platform_id, "9" + a.platform_id, next_id()));
      const auto all = e2e::read_list(engine_, "/v1/conversations?account=" + a.id, "conversations");
      for (const auto& c : all) {
        const auto id = e2e::text_at(c, "/id").value_or("");
        (e2e::text_at(c, "/metadata/source") == "dm" ? direct_ : public_).push_back(id);
      }
    }
  }
  /// To each of those who wrote directly.
  void answer_directly() {
    for (const auto& c : direct_) post(c);
  }
  /// … and in public, of every account, behind what waits already; until the platform has it. By then each account has had its
  /// turn: what may leave has left.
  void answer_in_public() {
    const auto had = posts();
    for (const auto& c : public_) post(c);
    EXPECT_TRUE(eventually([&] { return posts() >= had + public_.size(); }));
  }
  void kill() {
    engine_.kill();
    engine_.start();
  }

  [[nodiscard]] std::uint64_t taken(std::string_view limit) const {
    const auto all = platform_->count().limits;
    const auto l = all.find(limit);
    return l == all.end() ? 0 : l->second.taken;
  }
  [[nodiscard]] std::uint64_t exceeded() const {
    std::uint64_t sum = 0;
    for (const auto& [name, l] : platform_->count().limits) sum += l.exceeded;
    return sum;
  }
  void wait_for(std::string_view limit, std::uint64_t many) const {
    const auto until = std::chrono::steady_clock::now() + patience;
    EXPECT_TRUE(eventually([&] { return taken(limit) >= many || std::chrono::steady_clock::now() > until; }));
    EXPECT_GE(taken(limit), many) << limit;
  }

 private:
  [[nodiscard]] std::uint64_t posts() const { return taken("x.posts"); }
  [[nodiscard]] std::string next_id() { return std::to_string(2'124'050'000'000'000'000u + ++ids_); }
  void deliver(const std::string& body) {
    const auto done = e2e::deliver(engine_, "x", body);
    EXPECT_EQ(done.status, 200) << done.body;
  }
  void post(const std::string& conversation) {
    e2e::http_connection c(engine_.port());
    const auto done = c.ask("POST", "/v1/conversations/" + conversation + "/messages",
                            e2e::bearer(e2e::agent_token), "{\"content\":\"reply " + next_id() + "\"}");
    EXPECT_EQ(done.status, 202) << done.body;
  }

  e2e::scratch dir_;
  e2e::engine_process engine_;
  std::vector<fake_platform::account> accounts_;
  std::optional<fake_platform::platform> platform_;
  std::vector<std::string> direct_, public_;
  std::uint64_t ids_ = 0;
};

TEST(limits_of_a_platform, are_kept_to_however_often_the_engine_is_killed) {
  x_app app(e2e::engine_binary());
  app.customers_write(10);
  app.answer_directly();
  app.wait_for("x.dm", 3);
  app.kill();  // in the middle of it
  app.answer_directly();
  app.answer_in_public();
  app.kill();
  app.answer_in_public();
  for (int i = 0; i < 3; ++i) app.kill();
  app.answer_in_public();
  EXPECT_EQ(app.exceeded(), 0u);
  EXPECT_LE(app.taken("x.dm"), in_a_quarter);
  EXPECT_GE(app.taken("x.dm"), 3u);
}

TEST(limits_of_a_platform, are_used_up_though_the_engine_was_killed) {
  x_app app(e2e::engine_binary());
  app.customers_write(10);
  app.answer_directly();
  app.wait_for("x.dm", 10);
  app.kill();
  app.answer_directly();
  app.wait_for("x.dm", in_a_quarter);
  app.kill();  // five wait
  app.answer_in_public();
  EXPECT_EQ(app.exceeded(), 0u);
  EXPECT_EQ(app.taken("x.dm"), in_a_quarter);
}

TEST(limits_of_a_platform, of_an_engine_that_forgets_them_are_seen_to_be_exceeded) {
  x_app app(SWITCHBOARD_FORGETS_LIMITS);
  app.customers_write(10);
  for (int i = 0; i < 2; ++i) app.answer_directly();
  app.wait_for("x.dm", in_a_quarter);
  EXPECT_EQ(app.exceeded(), 0u);
  app.kill();  // five wait
  EXPECT_TRUE(eventually([&] { return app.exceeded() > 0; }));
}

/// Each start buys a session for the account that it reads, of thirty in five minutes.
void begin_again_and_again(const std::string& program, std::uint64_t& exceeded) {
  constexpr std::uint64_t in_five_minutes = 30;
  const fake_platform::account sky{.id = "sky",
                                   .platform = domain::platform::bluesky,
                                   .platform_id = "did:plc:limits7a5cbsq2mtnhxuz4",
                                   .access_token = "t-1",
                                   .source = "bluesky"};
  fake_platform::platform platform{{.accounts = {sky}}};
  e2e::scratch dir;
  e2e::engine_process engine{dir.path(), program};
  e2e::setup s;
  s.more = '\n' + e2e::account_toml(sky.id, "acme", sky.source, "bluesky", sky.platform_id) +
           "access_token = \"t-1\"\napi_url = \"" + platform.url() + "\"\n";
  engine.configure(s.toml(engine.data()));
  const auto sessions = [&] { return platform.count().limits["bluesky.sessions"]; };
  for (std::uint64_t n = 1; n <= in_five_minutes; ++n) {
    engine.start();
    ASSERT_TRUE(eventually([&] { return sessions().taken >= n; })) << n;
    engine.kill();
  }
  engine.start();
  const auto could_not = [&] {
    e2e::http_connection c(engine.admin_port());
    const auto page = c.ask("GET", "/metrics").body;
    const std::string name = "\nswitchboard_feed_failures_total{";
    for (auto at = page.find(name); at != std::string::npos; at = page.find(name, at + 1)) {
      const auto line = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
      if (line.find("\"sky\"") != std::string::npos && std::stoi(line.substr(line.rfind(' ') + 1)) > 0)
        return true;
    }
    return false;
  };
  EXPECT_TRUE(eventually(could_not));
  exceeded = sessions().exceeded;
}

TEST(limits_of_a_platform, are_kept_to_by_what_is_no_message_too) {
  std::uint64_t exceeded = 0;
  begin_again_and_again(e2e::engine_binary(), exceeded);
  EXPECT_EQ(exceeded, 0u);
  begin_again_and_again(SWITCHBOARD_FORGETS_LIMITS, exceeded);
  EXPECT_GT(exceeded, 0u) << "the count catches one that forgets";
}

/// Of a hundred accounts each might send its fifteen, were there not 1,440 in a day for all of them.
TEST(limits_of_a_platform, for_an_application_are_shared_by_all_its_accounts) {
  constexpr std::size_t of_the_app = 1'440, accounts = 100;
  x_app app(e2e::engine_binary(), accounts);
  app.customers_write(in_a_quarter);
  app.answer_directly();
  app.wait_for("x.dm_app_day", of_the_app);
  app.answer_in_public();
  app.kill();
  app.answer_in_public();
  EXPECT_EQ(app.exceeded(), 0u);
  EXPECT_EQ(app.taken("x.dm_app_day"), of_the_app);
}

}  // namespace
}  // namespace switchboard::faults
