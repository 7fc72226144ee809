// Replies from a real engine to a platform over real sockets, with everything that goes wrong on the way. What the platform
// took in is counted there: whatever happened, it has each reply once, or the stream says why not.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"
#include "tests/fake_platform/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <map>
#include <mutex>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using fake_platform::fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view number = "777001";
constexpr std::string_view customer = "491701234567";

/// WhatsApp as far as these tests go: gives ids, counts what it took, and does what it is told to next.
class whatsapp {
 public:
  struct taken {
    std::string text, reference, token;
    std::chrono::steady_clock::time_point at;
  };
  explicit whatsapp(fake_platform::server_options o = {})
      : server_(std::move(o), [this](const fake_platform::asked& a) { return answer(a); }) {}

  /// Of the next calls, one after the other; then all is well again.
  void next(std::vector<fake_platform::told> answers) {
    const std::lock_guard lock(mutex_);
    next_.assign(answers.begin(), answers.end());
  }
  [[nodiscard]] std::string url() const { return server_.url(); }
  /// What it has, in order, once there is so much.
  [[nodiscard]] std::vector<taken> wait(std::size_t many) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, patience, [&] { return taken_.size() >= many; }));
    return taken_;
  }
  [[nodiscard]] std::vector<std::string> texts() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const auto& t : taken_) all.push_back(t.text);
    return all;
  }
  [[nodiscard]] std::size_t asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  fake_platform::told answer(const fake_platform::asked& a) {
    const std::lock_guard lock(mutex_);
    ++asked_;
    fake_platform::told t;
    if (!next_.empty()) {
      t = next_.front();
      next_.pop_front();
    }
    const bool refused = t.status >= 400;
    if (!refused) {
      taken_.push_back({text_at(a.body, "/text/body").value_or(""),
                        text_at(a.body, "/biz_opaque_callback_data").value_or(""),
                        a.headers.contains("authorization") ? a.headers.at("authorization") : "",
                        std::chrono::steady_clock::now()});
      t.body = R"({"messaging_product":"whatsapp","messages":[{"id":"wamid.out)" +
               std::to_string(taken_.size()) + "\"}]}";
    }
    changed_.notify_all();
    return t;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<fake_platform::told> next_;
  std::vector<taken> taken_;
  std::size_t asked_ = 0;
  fake_platform::server server_;
};

class replies : public testing::Test {
 protected:
  /// Starts, with an account that sends to `to`.
  void start(const whatsapp& to, const std::string& limits = {}, const std::string& more = {}) {
    setup s;
    s.limits = "send_backoff = \"50ms\"\n" + limits;
    s.more =
        "\n[[account]]\nid = \"sender\"\nbrand = \"acme\"\nsource = \"meta\"\nplatform = \"whatsapp\"\n"
        "platform_id = \"" +
        std::string(number) + "\"\naccess_token = \"secret-token\"\napi_url = \"" + to.url() + "\"\n" + more;
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  /// The customer says something; gives the conversation's id.
  std::string customer_writes(const std::string& id) {
    const auto now = static_cast<std::uint64_t>(std::time(nullptr));
    EXPECT_EQ(deliver(engine_, "meta", whatsapp_text(number, customer, id, "hello?", now)).status, 200);
    return wait_event("message.received", 1).conversation;
  }
  answer post(const std::string& conversation, const std::string& text, headers more = {},
              std::string_view token = agent_token) {
    return post_json(conversation, "{\"content\":" + json_string(text) + "}", std::move(more), token);
  }
  answer post_json(const std::string& conversation, const std::string& body, headers more = {},
                   std::string_view token = agent_token) {
    http_connection c(engine_.port());
    more.emplace_back("Authorization", "Bearer " + std::string(token));
    return c.ask("POST", "/v1/conversations/" + conversation + "/messages", more, body);
  }

  struct seen {
    std::string conversation, json;
  };
  /// The last of the events of this type, once there are so many.
  seen wait_event(const std::string& type, std::size_t many) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::string cursor = "earliest";
    std::vector<std::string> found;
    while (found.size() < many && std::chrono::steady_clock::now() < until) {
      const auto page = get(engine_, "/v1/events?wait=5&type=" + type + "&from=" + cursor);
      for (auto& e : elements_at(page.body, "/events")) found.push_back(std::move(e));
      cursor = text_at(page.body, "/cursor").value_or(cursor);
    }
    EXPECT_EQ(found.size(), many) << type;
    if (found.empty()) return {};
    return {text_at(found.back(), "/subject").value_or(""), found.back()};
  }
  /// The types of the events about replies, in order.
  std::vector<std::string> life() {
    std::string cursor = "earliest";
    std::vector<std::string> types;
    for (const auto& e : read_log(engine_, cursor)) {
      const auto type = text_at(e, "/type").value_or("");
      if (type.starts_with("message.") && type != "message.received") types.push_back(type.substr(8));
    }
    return types;
  }

  /// A metric's value; of one without labels.
  int counted(const std::string& name) {
    http_connection c(engine_.admin_port());
    const auto page = "\n" + c.ask("GET", "/metrics").body;
    const auto at = page.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stoi(page.substr(at + name.size() + 2));
  }

  scratch dir_;
  engine_process engine_{dir_.path()};
};

TEST_F(replies, leave_and_their_life_is_on_the_stream) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  const auto queued = post(conversation, "on its way");
  ASSERT_EQ(queued.status, 202) << queued.body;
  EXPECT_EQ(text_at(queued.body, "/deliveryStatus"), "queued");
  const auto id = text_at(queued.body, "/id").value_or("");
  const auto sent = wait_event("message.sent", 1);
  EXPECT_EQ(text_at(sent.json, "/data/message/id"), id);
  EXPECT_EQ(text_at(sent.json, "/data/message/platformMessageId"), "wamid.out1");
  const auto taken = platform.wait(1);
  EXPECT_EQ(taken[0].text, "on its way");
  EXPECT_EQ(taken[0].reference, id);
  EXPECT_EQ(taken[0].token, "Bearer secret-token");

  const auto status =
      R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":")" +
      std::string(number) + R"("},"statuses":[{"id":"wamid.out1","status":"delivered","timestamp":")" +
      std::to_string(std::time(nullptr)) + R"(","recipient_id":")" + std::string(customer) +
      R"(","biz_opaque_callback_data":")" + id + R"("}]}}]}]})";
  EXPECT_EQ(deliver(engine_, "meta", status).status, 200);
  EXPECT_EQ(text_at(wait_event("message.delivered", 1).json, "/data/message/id"), id);
  EXPECT_THAT(life(), ElementsAre("queued", "sent", "delivered"));
  EXPECT_EQ(engine_.said().find("secret-token"), std::string::npos);
}

TEST_F(replies, with_one_key_are_one_message) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  const auto first = post(conversation, "yes", {{"Idempotency-Key", "k-1"}});
  const auto again = post(conversation, "yes", {{"Idempotency-Key", "k-1"}});
  ASSERT_EQ(first.status, 202);
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(text_at(first.body, "/id"), text_at(again.body, "/id"));
  EXPECT_EQ(post(conversation, "no", {{"Idempotency-Key", "k-1"}}).status, 422);
  wait_event("message.sent", 1);
  EXPECT_THAT(platform.texts(), ElementsAre("yes"));
}

TEST_F(replies, that_can_not_be_sent_are_refused_with_the_reason) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  EXPECT_EQ(post("c_00000000000000000000000000-1", "x").status, 404);
  const auto empty = post(conversation, "");
  EXPECT_EQ(empty.status, 422) << empty.body;
  const auto before = static_cast<std::uint64_t>(std::time(nullptr)) - 25 * 3600;
  EXPECT_EQ(deliver(engine_, "meta", whatsapp_text(number, "4915", "wamid.old", "hello?", before)).status,
            200);
  const auto old = wait_event("message.received", 2).conversation;
  const auto closed = post(old, "x");
  EXPECT_EQ(closed.status, 409) << closed.body;
  EXPECT_THAT(text_at(closed.body, "/type").value_or(""), HasSubstr("window-closed"));
  EXPECT_EQ(json_at(closed.body, "/allowed"), "[\"template\"]");
  EXPECT_NE(text_at(closed.body, "/closedAt"), std::nullopt);
  EXPECT_THAT(platform.texts(), IsEmpty());
}

TEST_F(replies, answer_a_message_of_their_own_conversation) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  const auto stray = post_json(conversation, R"({"content":"x","replyTo":"wamid.2"})");
  EXPECT_EQ(stray.status, 422) << stray.body;
  EXPECT_EQ(text_at(stray.body, "/errors/0/pointer"), "/replyTo");
  EXPECT_EQ(text_at(stray.body, "/reason"), "unknown-message");
  EXPECT_EQ(post_json(conversation, R"({"content":"yes","replyTo":"wamid.1"})").status, 202);
  EXPECT_EQ(platform.wait(1)[0].text, "yes");
}

// By their lanes bots and campaigns stand behind people (domain/send_queue); who may use them is the token's role.
TEST_F(replies, of_bots_and_campaigns_say_so) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  const auto refused = post_json(conversation, R"({"content":"x","lane":"bulk"})");
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_EQ(text_at(refused.body, "/reason"), "lane-not-allowed");
  for (const auto& [lane, sender] :
       {std::pair{"bot", "bot"}, std::pair{"bulk", "system"}, std::pair{"agent", "agent"}}) {
    const auto a =
        post_json(conversation, R"({"content":"x","lane":")" + std::string(lane) + "\"}", {}, admin_token);
    EXPECT_EQ(a.status, 202) << a.body;
    EXPECT_EQ(text_at(a.body, "/senderType"), sender);
  }
  EXPECT_EQ(platform.wait(3).size(), 3u);
}

TEST_F(replies, wait_as_long_as_the_platform_says) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  platform.next({{.status = 429,
                  .body = R"({"error":{"message":"Too many","type":"OAuthException","code":130429}})",
                  .headers = {{"Retry-After", "2"}}}});
  const auto from = std::chrono::steady_clock::now();
  EXPECT_EQ(post(conversation, "yes").status, 202);
  const auto taken = platform.wait(1);
  EXPECT_GE(taken[0].at - from, 2s);
  wait_event("message.sent", 1);
  EXPECT_EQ(platform.asked(), 2u);
}

TEST_F(replies, wait_as_long_as_the_platform_says_though_the_engine_is_killed) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  platform.next({{.status = 429,
                  .body = R"({"error":{"message":"Too many","type":"OAuthException","code":130429}})",
                  .headers = {{"Retry-After", "5"}}}});
  const auto from = std::chrono::steady_clock::now();
  EXPECT_EQ(post(conversation, "yes").status, 202);
  // That it was put off is counted as it is handed to the log; what is durable behind it, it is durable before.
  EXPECT_TRUE(eventually([&] { return counted("switchboard_outbox_retries_total") == 1; }));
  EXPECT_EQ(deliver(engine_, "meta", whatsapp_text(number, customer, "wamid.2", "well?")).status, 200);
  engine_.kill();
  engine_.start();
  const auto taken = platform.wait(1);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_GE(taken[0].at - from, 5s);
  wait_event("message.sent", 1);
  EXPECT_EQ(platform.asked(), 2u);
}

TEST_F(replies, of_one_brand_leave_room_for_those_of_another) {
  whatsapp platform;
  start(platform, "sending_max = 6\nsend_timeout = \"60s\"\n",
        '\n' + account_toml("globex-sender", "globex", "meta", "whatsapp", "777002") +
            "access_token = \"t\"\napi_url = \"" + platform.url() + "\"\n");
  const auto conversation = customer_writes("wamid.1");
  platform.next({{.with = fault::hang}});
  const auto first = post(conversation, "1", {{"Idempotency-Key", "k-1"}});
  EXPECT_EQ(first.status, 202);
  for (const auto* text : {"2", "3"}) EXPECT_EQ(post(conversation, text).status, 202);
  EXPECT_TRUE(eventually([&] { return counted("switchboard_outbox_replies") == 3; }));
  const auto full = post(conversation, "4", {{"Idempotency-Key", "k-4"}});
  EXPECT_EQ(full.status, 429) << full.body;
  EXPECT_THAT(text_at(full.body, "/type").value_or(""), HasSubstr("brand-over-share"));
  EXPECT_EQ(post(conversation, "5").status, 429) << "without a key, too";
  const auto again = post(conversation, "1", {{"Idempotency-Key", "k-1"}});
  EXPECT_EQ(again.status, 202) << "what was accepted is answered: " << again.body;
  EXPECT_EQ(text_at(again.body, "/id"), text_at(first.body, "/id"));

  const auto now = static_cast<std::uint64_t>(std::time(nullptr));
  EXPECT_EQ(deliver(engine_, "meta", whatsapp_text("777002", customer, "wamid.g", "hello?", now)).status,
            200);
  const auto of_globex = wait_event("message.received", 2).conversation;
  for (const auto* text : {"a", "b", "c"}) {
    EXPECT_EQ(post(of_globex, text, {}, admin_token).status, 202) << "another brand's share is its own";
  }
  EXPECT_EQ(platform.wait(4).size(), 4u);
}

TEST_F(replies, that_the_platform_refuses_fail_with_its_reason) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  platform.next(
      {{.status = 400, .body = R"({"error":{"message":"(#131026) Message undeliverable","code":131026}})"}});
  EXPECT_EQ(post(conversation, "yes").status, 202);
  const auto failed = wait_event("message.failed", 1);
  EXPECT_EQ(text_at(failed.json, "/data/message/error/code"), "131026");
  EXPECT_THAT(platform.texts(), IsEmpty());
}

TEST_F(replies, whose_answer_is_lost_are_unknown_and_not_sent_again) {
  for (const auto how : {fault::reset, fault::half, fault::hang}) {
    SCOPED_TRACE(static_cast<int>(how));
    whatsapp platform;
    start(platform, "send_timeout = \"1s\"\nsend_unknown_wait = \"2s\"\n");
    const auto conversation = customer_writes("wamid." + std::to_string(static_cast<int>(how)));
    platform.next({{.with = how}});
    EXPECT_EQ(post(conversation, "yes").status, 202);
    const auto unknown = wait_event("message.unknown", 1);
    EXPECT_EQ(text_at(unknown.json, "/data/message/deliveryStatus"), "unknown");
    EXPECT_EQ(post(conversation, "more").status, 202);
    const auto over = wait_event("message.unknown", 2);  // nobody can say: so it stays, and the next one goes
    EXPECT_EQ(text_at(over.json, "/data/message/error/code"), "no-answer");
    wait_event("message.sent", 1);
    EXPECT_THAT(platform.texts(), ElementsAre("yes", "more"));
    EXPECT_EQ(engine_.terminate().code, 0);
    std::filesystem::remove_all(engine_.data());
  }
}

TEST_F(replies, under_way_when_the_engine_is_killed_are_settled_by_the_platforms_word) {
  whatsapp platform;
  start(platform);
  const auto conversation = customer_writes("wamid.1");
  platform.next({{.with = fault::hang}});
  const auto first = post(conversation, "one");
  const auto second = post(conversation, "two");
  ASSERT_EQ(second.status, 202);
  const auto taken = platform.wait(1);
  engine_.kill();
  engine_.start();
  wait_event("message.unknown", 1);
  EXPECT_THAT(platform.texts(), ElementsAre("one"));
  // WhatsApp can't be asked; its status says whose message it is.
  const auto status =
      R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":")" +
      std::string(number) + R"("},"statuses":[{"id":"wamid.out1","status":"sent","timestamp":")" +
      std::to_string(std::time(nullptr)) + R"(","recipient_id":")" + std::string(customer) +
      R"(","biz_opaque_callback_data":")" + taken[0].reference + R"("}]}}]}]})";
  EXPECT_EQ(deliver(engine_, "meta", status).status, 200);
  wait_event("message.sent", 2);
  EXPECT_THAT(platform.texts(), ElementsAre("one", "two"));
  EXPECT_THAT(life(), ElementsAre("queued", "queued", "unknown", "sent", "sent"));
}

}  // namespace
}  // namespace switchboard::e2e
