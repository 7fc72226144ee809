// Accounts whose token dies, whose subscription lapses, whose platform stops asking: told on the stream, shown by the API, counted,
// and mended where they can be.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"
#include "tests/fake_platform/platform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

namespace switchboard::e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class accounts : public testing::Test {
 protected:
  static constexpr std::string_view number = "777001", page = "777002";

  void start(const std::string& sources = {}, bool with_tokens = true) {
    setup s;
    s.limits = "send_access_retry = \"1s\"\naccount_check_interval = \"1s\"\n";
    s.more = sources;
    if (with_tokens) {
      s.more += '\n' + account_toml("number", "acme", "meta", "whatsapp", number) +
                "access_token = \"t-1\"\nbusiness_id = \"555\"\napi_url = \"" + platform_.url() + "\"\n";
      s.more += '\n' + account_toml("page", "acme", "meta", "facebook", page) +
                "access_token = \"t-2\"\napi_url = \"" + platform_.url() + "\"\n";
    }
    config_ = s.toml(engine_.data());
    engine_.configure(config_);
    engine_.start();
  }
  /// The account's events so far, oldest first: "access subscription handshake".
  std::vector<std::string> told(const std::string& account) {
    std::string cursor = "earliest";
    std::vector<std::string> all;
    for (const auto& e : read_log(engine_, cursor, "&type=account.updated&account=" + account)) {
      all.push_back(text_at(e, "/data/account/access").value_or("") + ' ' +
                    text_at(e, "/data/account/subscription").value_or("") + ' ' +
                    text_at(e, "/data/account/handshake").value_or(""));
    }
    return all;
  }
  std::vector<std::string> wait_told(const std::string& account, std::size_t many) {
    EXPECT_TRUE(eventually([&] { return told(account).size() >= many; })) << account;
    return told(account);
  }
  static std::string x_source(const std::string& keys) {
    return "\n[[source]]\nid = \"x-own\"\nkind = \"x\"\nsecrets = [\"x-secret\"]\n" + keys + '\n';
  }
  static std::string x_account(const std::string& keys) {
    return account_toml("x-account", "acme", "x-own", "x", "99887766") + keys;
  }
  std::string telegram_bot() {
    return "\n[[source]]\nid = \"tg-own\"\nkind = \"telegram\"\nsecrets = [\"tg-secret\"]\npublic_url = "
           "\"https://hooks.example.com/webhooks/tg-own\"\n\n" +
           account_toml("bot", "acme", "tg-own", "telegram", "42") + "access_token = \"42:t\"\napi_url = \"" +
           platform_.url() + "\"\n";
  }
  std::string metrics() { return http_connection(engine_.admin_port()).ask("GET", "/metrics").body; }
  std::string shown(const std::string& account, std::string_view token = admin_token) {
    for (const auto& a : elements_at(get(engine_, "/v1/accounts", token).body, "/accounts")) {
      if (text_at(a, "/id") == account) return a;
    }
    return {};
  }

  std::string config_;
  scratch dir_;
  engine_process engine_{dir_.path()};
  fake_platform::platform platform_{{.accounts = {{.id = "x-account",
                                                   .platform = domain::platform::x,
                                                   .platform_id = "99887766",
                                                   .access_token = "t-x",
                                                   .source = "x-own"},
                                                  {.id = "bot",
                                                   .platform = domain::platform::telegram,
                                                   .platform_id = "42",
                                                   .access_token = "42:t",
                                                   .source = "tg-own"},
                                                  {.id = "org",
                                                   .platform = domain::platform::linkedin,
                                                   .platform_id = "urn:li:organization:5",
                                                   .access_token = "t-li",
                                                   .source = "li-own"},
                                                  {.id = "number",
                                                   .platform = domain::platform::whatsapp,
                                                   .platform_id = std::string(number),
                                                   .access_token = "t-1"},
                                                  {.id = "page",
                                                   .platform = domain::platform::facebook,
                                                   .platform_id = std::string(page),
                                                   .access_token = "t-2"}},
                                     .sources = {{.id = {"x-own"},
                                                  .kind = config::source_kind::x,
                                                  .secrets = {},
                                                  .verify_token = {},
                                                  .app_token = "x-app"}}}};
};

TEST_F(accounts, that_are_subscribed_no_more_are_subscribed_again) {
  platform_.unsubscribe(std::string(page));
  platform_.unsubscribe("555");
  start();
  EXPECT_THAT(wait_told("page", 1), ElementsAre("good live unknown"));
  EXPECT_THAT(wait_told("number", 1), ElementsAre("good live unknown"));
  EXPECT_TRUE(platform_.is_subscribed(std::string(page)));
  EXPECT_TRUE(platform_.is_subscribed("555"));
  EXPECT_THAT(text_at(shown("page"), "/health/detail").value_or(""), HasSubstr("is again"));
  platform_.unsubscribe(std::string(page));  // and once more, while it runs
  EXPECT_TRUE(eventually([&] { return platform_.is_subscribed(std::string(page)); }));
}

TEST_F(accounts, whose_token_dies_are_told_of_once_and_again_when_it_is_good) {
  start();
  wait_told("number", 1);
  platform_.revoke("number");
  EXPECT_THAT(wait_told("number", 2), ElementsAre("good live unknown", "refused live unknown"));
  EXPECT_EQ(text_at(shown("number"), "/health/access"), "refused");
  EXPECT_THAT(text_at(shown("number"), "/health/detail").value_or(""), HasSubstr("190"));
  // What is known outlives the engine: the next start has nothing to tell.
  EXPECT_EQ(engine_.terminate().code, 0);
  engine_.start();
  EXPECT_EQ(text_at(shown("number"), "/health/access"), "refused");
  platform_.revoke("number", false);
  EXPECT_THAT(wait_told("number", 3),
              ElementsAre("good live unknown", "refused live unknown", "good live unknown"));
}

TEST_F(accounts, are_told_of_by_a_reply_that_the_platform_refuses_for_their_token) {
  start();
  wait_told("number", 1);
  const auto now = static_cast<std::uint64_t>(std::time(nullptr));
  ASSERT_EQ(deliver(engine_, "meta", whatsapp_text(number, "4917", "wamid.1", "hello?", now)).status, 200);
  const auto rows = read_list(engine_, "/v1/conversations?account=number", "conversations");
  ASSERT_EQ(rows.size(), 1u);
  platform_.revoke("number");
  http_connection c(engine_.port());
  EXPECT_EQ(c.ask("POST", "/v1/conversations/" + text_at(rows[0], "/id").value_or("") + "/messages",
                  bearer(agent_token), R"({"content":"hi"})")
                .status,
            202);
  EXPECT_THAT(wait_told("number", 2), ElementsAre("good live unknown", "refused live unknown"));
  platform_.revoke("number", false);
  EXPECT_TRUE(eventually([&] { return platform_.book().size() == 1; })) << "what waited goes out";
}

TEST_F(accounts, whose_platform_stops_asking_have_missed_their_handshakes) {
  start(
      "\n[[source]]\nid = \"x-own\"\nkind = \"x\"\nsecrets = [\"x-secret\"]\nhandshakes_apart_max = "
      "\"1s\"\n\n" +
          account_toml("x-account", "acme", "x-own", "x", "99887766"),
      false);
  EXPECT_THAT(wait_told("x-account", 1), ElementsAre("unknown unknown missed"));
  EXPECT_THAT(text_at(shown("x-account"), "/health/detail").value_or(""), HasSubstr("x-own"));
  EXPECT_EQ(get(engine_, "/webhooks/x-own?crc_token=abc").status, 200);
  auto both = wait_told("x-account", 2);
  both.resize(2);  // it may be missed again by now
  EXPECT_THAT(both, ElementsAre("unknown unknown missed", "unknown unknown kept"));
}

TEST_F(accounts, that_only_another_app_is_subscribed_to_are_subscribed_again) {
  platform_.subscribe_other_app(std::string(page));
  platform_.unsubscribe(std::string(page));
  start();
  // Which app it is can't be told without app_id, so it passes for ours, and the health says so.
  EXPECT_THAT(wait_told("page", 1), ElementsAre("good live unknown"));
  EXPECT_FALSE(platform_.is_subscribed(std::string(page)));
  EXPECT_THAT(text_at(shown("page"), "/health/subscriptionNote").value_or(""), HasSubstr("has no app_id"));
  const std::string key = "verify_token = ";
  auto config = config_;
  config.insert(config.find(key), "app_id = \"1\"\n");
  engine_.configure(config);
  EXPECT_EQ(engine_.terminate().code, 0);
  engine_.start();
  EXPECT_TRUE(eventually([&] { return platform_.is_subscribed(std::string(page)); }));
  EXPECT_TRUE(eventually([&] {
    return text_at(shown("page"), "/health/subscriptionNote").value_or("").empty();
  })) << shown("page");
}

TEST_F(accounts, of_whom_a_part_is_subscribed_to_are_subscribed_to_the_rest) {
  platform_.subscribe_to(std::string(page), {"messages", "live_videos"});
  platform_.subscribe_to("99887766", {"dm.received", "dm.sent"});
  platform_.open_account_activity(false);
  platform_.subscribe_to("42", {"message", "poll"});
  start(x_source("app_token = \"x-app\"\npublic_url = \"https://hooks.example.com/webhooks/x-own\"\n") +
        x_account("access_token = \"t-x\"\napi_url = \"" + platform_.url() + "\"\n") + telegram_bot());
  const auto has = [&](std::string_view id, const std::string& what) {
    return eventually([&] { return platform_.subscribed_to(std::string(id)).contains(what); });
  };
  // Without app_id nobody can say whose fields the page's are.
  EXPECT_TRUE(has("99887766", "post.delete"));
  EXPECT_TRUE(has("42", "message_reaction"));
  EXPECT_TRUE(has("42", "poll")) << "who wanted that still has it";
  for (const std::string account : {"x-account", "bot"}) {
    EXPECT_THAT(wait_told(account, 1), ElementsAre("good live unknown"));
    EXPECT_EQ(text_at(shown(account), "/health/subscriptionNote").value_or(""), "") << shown(account);
  }
  EXPECT_THAT(wait_told("page", 1), ElementsAre("good live unknown"));
  EXPECT_FALSE(platform_.subscribed_to(std::string(page)).contains("feed"));
  auto config = config_;
  config.insert(config.find("verify_token = "), "app_id = \"1\"\n");
  engine_.configure(config);
  EXPECT_EQ(engine_.terminate().code, 0);
  engine_.start();
  EXPECT_TRUE(has(page, "feed"));
  EXPECT_TRUE(has(page, "live_videos")) << "another product's";
  EXPECT_TRUE(eventually([&] {
    return text_at(shown("page"), "/health/subscriptionNote").value_or("").empty();
  })) << shown("page");
}

TEST_F(accounts, of_x_whose_owner_takes_the_rights_back_are_told_of_once) {
  start(account_toml("x-account", "acme", "x", "x", "99887766"), false);
  const std::string revoked =
      R"({"user_event":{"revoke":{"date_time":"2026-11-22T09:48:12+00:00","target":{"app_id":"1"},"source":{"user_id":"99887766"}}}})";
  for (int i = 0; i < 2; ++i) {
    const auto answer = deliver(engine_, "x", revoked);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(json_at(answer.body, "/events"), "1") << answer.body;
    EXPECT_EQ(json_at(answer.body, "/quarantined"), "0") << "it is no dead letter";
  }
  EXPECT_THAT(told("x-account"), ElementsAre("refused lapsed unknown"));
  EXPECT_EQ(text_at(shown("x-account"), "/health/refusedFor"), "everything");
  EXPECT_EQ(text_at(shown("x-account"), "/health/revokedAt"), "2026-11-22T09:48:12.000Z");
  EXPECT_THAT(metrics(), HasSubstr("switchboard_accounts_without_access 1\n"));
  EXPECT_THAT(metrics(), HasSubstr("switchboard_accounts_not_subscribed 1\n"));
  // It outlives the engine, and what comes again does so, too.
  EXPECT_EQ(engine_.terminate().code, 0);
  engine_.start();
  EXPECT_EQ(deliver(engine_, "x", revoked).status, 200);
  EXPECT_EQ(told("x-account").size(), 1u);
  const std::string stranger =
      R"({"user_event":{"revoke":{"date_time":"2026-11-22T09:48:12+00:00","source":{"user_id":"5"}}}})";
  EXPECT_EQ(json_at(deliver(engine_, "x", stranger).body, "/quarantined"), "1");
}

TEST_F(accounts, of_x_are_subscribed_again_and_their_webhook_is_tried_again) {
  platform_.invalidate_webhook();
  platform_.unsubscribe("99887766");
  start(x_source("app_token = \"x-app\"\npublic_url = \"https://hooks.example.com/webhooks/x-own\"\n") +
            x_account("access_token = \"t-x\"\napi_url = \"" + platform_.url() + "\"\n"),
        false);
  EXPECT_THAT(wait_told("x-account", 1), ElementsAre("good live unknown"));
  EXPECT_TRUE(platform_.is_subscribed("99887766"));
  platform_.open_account_activity(false);  // from now on there is only its successor
  platform_.unsubscribe("99887766");
  EXPECT_TRUE(eventually([&] { return platform_.is_subscribed("99887766"); }));
}

TEST_F(accounts, of_telegram_are_given_their_webhook_again_and_tell_what_does_not_get_through) {
  platform_.unsubscribe("42");
  start(telegram_bot(), false);
  EXPECT_THAT(wait_told("bot", 1), ElementsAre("good live unknown"));
  EXPECT_TRUE(platform_.is_subscribed("42"));
  platform_.fail_deliveries("42", "Wrong response from the webhook: 502 Bad Gateway");
  EXPECT_THAT(wait_told("bot", 2), ElementsAre("good live unknown", "good failing unknown"));
  EXPECT_THAT(text_at(shown("bot"), "/health/detail").value_or(""), HasSubstr("502"));
  EXPECT_THAT(metrics(), HasSubstr("switchboard_accounts_delivery_failing 1\n"));
  platform_.fail_deliveries("42", "");
  EXPECT_EQ(wait_told("bot", 3).at(2), "good live unknown");
  platform_.deliver_to("42", "https://else.example.com/");
  EXPECT_EQ(wait_told("bot", 4).at(3), "good lapsed unknown")
      << "it is somebody else's now, and is not taken back";
}

TEST_F(accounts, of_linkedin_are_subscribed_again) {
  platform_.unsubscribe("urn:li:organization:5");
  start(
      "\n[[source]]\nid = \"li-own\"\nkind = \"linkedin\"\nsecrets = [\"li-secret\"]\napp_id = "
      "\"86\"\npublic_url "
      "= \"https://hooks.example.com/webhooks/li-own\"\n\n" +
          account_toml("org", "acme", "li-own", "linkedin", "urn:li:organization:5") +
          "access_token = \"t-li\"\nsubscriber = \"urn:li:person:a1\"\napi_url = \"" + platform_.url() +
          "\"\n",
      false);
  EXPECT_THAT(wait_told("org", 1), ElementsAre("good live unknown"));
  EXPECT_TRUE(platform_.is_subscribed("urn:li:organization:5"));
}

TEST_F(accounts, take_in_what_their_platform_still_has_once) {
  for (int i = 0; i < 5; ++i)
    platform_.remember("page", "60" + std::to_string(i), "missed " + std::to_string(i));
  start();
  http_connection c(engine_.port());
  const auto sync = [&](const std::string& account) {
    return c.ask("POST", "/v1/accounts/" + account + "/sync", bearer(admin_token));
  };
  const auto done = sync("page");
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(json_at(done.body, "/complete"), "true") << done.body;
  EXPECT_EQ(json_at(done.body, "/elements"), "5");
  EXPECT_EQ(json_at(done.body, "/events"), "5");
  EXPECT_EQ(read_list(engine_, "/v1/conversations?account=page", "conversations").size(), 5u);
  EXPECT_EQ(json_at(sync("page").body, "/complete"), "true");
  std::string cursor = "earliest";
  EXPECT_EQ(read_log(engine_, cursor, "&type=message.received&account=page").size(), 5u)
      << "twice has one effect";
  const auto none = sync("number");
  EXPECT_EQ(none.status, 409);
  EXPECT_THAT(text_at(none.body, "/type").value_or(""), HasSubstr("no-history"));
  platform_.revoke("page");  // its failure is its own, and says what to do
  const auto dead = sync("page");
  EXPECT_EQ(dead.status, 409);
  EXPECT_THAT(text_at(dead.body, "/type").value_or(""), HasSubstr("account-has-no-access"));
  EXPECT_EQ(sync("nothing").status, 404);
  EXPECT_EQ(c.ask("POST", "/v1/accounts/page/sync", bearer(agent_token)).status, 403);
}

TEST_F(accounts, take_in_a_long_conversation_page_by_page) {
  for (int i = 0; i < 60; ++i) platform_.remember("page", "600", "long " + std::to_string(i));
  platform_.remember("page", "601", "short");
  start();
  http_connection c(engine_.port());
  const auto done = c.ask("POST", "/v1/accounts/page/sync", bearer(admin_token));
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(json_at(done.body, "/complete"), "true") << done.body;
  EXPECT_EQ(json_at(done.body, "/elements"), "61");
  EXPECT_EQ(json_at(done.body, "/pages"), "4") << "a list of two pages, and twice further into one of them";
  std::string cursor = "earliest";
  EXPECT_EQ(read_log(engine_, cursor, "&type=message.received&account=page").size(), 61u);
}

TEST_F(accounts, do_not_bring_back_by_their_history_who_was_forgotten) {
  const auto now = std::chrono::system_clock::now();
  platform_.remember("page", "600", "known", now - std::chrono::hours(1));
  start();
  http_connection c(engine_.port());
  const auto sync = [&] { return c.ask("POST", "/v1/accounts/page/sync", bearer(admin_token)); };
  ASSERT_EQ(sync().status, 200);
  const auto rows = read_list(engine_, "/v1/conversations?account=page", "conversations");
  ASSERT_EQ(rows.size(), 1u);
  const auto customer = text_at(rows[0], "/customerId").value_or("");
  const auto erase = [&] { return c.ask("DELETE", "/v1/customers/" + customer, bearer(admin_token)).status; };
  ASSERT_EQ(erase(), 202);
  ASSERT_TRUE(eventually([&] { return erase() == 204; }, std::chrono::seconds(30)));
  // The platform still has what was never here, and so has no dedup key: it is from before that all the same.
  platform_.remember("page", "600", "never seen", now - std::chrono::hours(2));
  platform_.remember("page", "601", "somebody else", now - std::chrono::hours(2));
  ASSERT_EQ(sync().status, 200);
  auto left = read_list(engine_, "/v1/conversations?account=page", "conversations");
  ASSERT_EQ(left.size(), 1u);
  EXPECT_NE(text_at(left[0], "/customerId"), customer);
  // Who writes again is a customer as any other.
  platform_.remember("page", "600", "back again", std::chrono::system_clock::now() + std::chrono::seconds(1));
  ASSERT_EQ(sync().status, 200);
  left = read_list(engine_, "/v1/conversations?account=page", "conversations");
  EXPECT_EQ(left.size(), 2u);
  std::string cursor = "earliest";
  for (const auto& e : read_log(engine_, cursor, "&type=message.received&account=page")) {
    EXPECT_NE(text_at(e, "/data/message/content"), "never seen");
    EXPECT_NE(text_at(e, "/data/message/content"), "known");
  }
}

TEST_F(accounts, of_another_brand_are_not_shown) {
  start();
  EXPECT_FALSE(shown("page", acme_token).empty());
  EXPECT_TRUE(shown("page", globex_token).empty());
  EXPECT_FALSE(shown("globex-whatsapp", globex_token).empty());
  EXPECT_EQ(text_at(shown("page"), "/sends"), "true");
}

}  // namespace
}  // namespace switchboard::e2e
