// Outgoing webhooks over the real binary, against a receiver that checks each signature by itself: at least once, whatever fails or
// is killed, in a conversation's order, and once more when asked.

#include "awaited_events.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"
#include "tests/fake_platform/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace switchboard::e2e {
namespace {

using fake_platform::asked;
using fake_platform::told;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

constexpr std::string_view key = "abcdefghijklmnopqrstuvwx";
constexpr std::string_view secret = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4";
constexpr std::string_view older_key = "ABCDEFGHIJKLMNOPQRSTUVWX";
constexpr std::string_view older_secret = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY";

std::string signed_by(std::string_view with, const asked& a) {
  const auto text = a.headers.at("webhook-id") + "." + a.headers.at("webhook-timestamp") + "." + a.body;
  unsigned char mac[32];
  unsigned length = 0;
  HMAC(EVP_sha256(), with.data(), static_cast<int>(with.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &length);
  unsigned char base64[64];
  const auto many = EVP_EncodeBlock(base64, mac, static_cast<int>(length));
  return "v1," + std::string(reinterpret_cast<const char*>(base64), static_cast<std::size_t>(many));
}

/// Whoever the events are for. Any thread.
class receiver {
 public:
  using rule = std::function<told(const asked&)>;
  explicit receiver(rule r = [](const asked&) { return told{.status = 204}; }) : rule_(std::move(r)) {}

  [[nodiscard]] std::string url() const { return server_.url() + "/in"; }
  void answers(rule r) {
    const std::lock_guard lock{mutex_};
    rule_ = std::move(r);
  }
  [[nodiscard]] std::vector<asked> all() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }
  /// Of each that it took: the text of its message.
  [[nodiscard]] std::vector<std::string> took() const {
    const std::lock_guard lock{mutex_};
    return took_;
  }
  [[nodiscard]] bool took_all(const std::vector<std::string>& texts) const {
    const auto these = took();
    return std::ranges::all_of(texts,
                               [&](const auto& t) { return std::ranges::find(these, t) != these.end(); });
  }

 private:
  told take(const asked& a) {
    const std::lock_guard lock{mutex_};
    all_.push_back(a);
    auto answer = rule_(a);
    if (answer.status < 300) took_.push_back(text_at(a.body, "/data/message/content").value_or(""));
    return answer;
  }

  mutable std::mutex mutex_;
  rule rule_;
  std::vector<asked> all_;
  std::vector<std::string> took_;
  fake_platform::server server_{{}, [this](const asked& a) { return take(a); }};
};

class webhooks : public testing::Test {
 protected:
  void configure(const std::string& more = "", const std::string& beside = "",
                 const std::string& events = "\"message.received\"") {
    setup s;
    s.more = "\n[[webhook]]\nid = \"crm\"\nbrand = \"acme\"\nurl = \"" + receiver_.url() + "\"\nsecret = \"" +
             std::string(secret) + "\"\nevents = [" + events + "]\n" + more + beside;
    engine_.configure(s.toml(engine_.data()));
  }
  void start(const std::string& more = "", const std::string& beside = "",
             const std::string& events = "\"message.received\"") {
    configure(more, beside, events);
    engine_.start();
  }
  void reload() {
    http_connection admin(engine_.admin_port());
    const auto a = admin.ask("POST", "/reload", {});
    EXPECT_EQ(a.status, 200) << a.body;
  }
  void writes(const std::string& who, const std::string& text, std::string_view number = acme_number) {
    EXPECT_EQ(deliver(engine_, "meta", whatsapp_text(number, who, "wamid." + who + text, text)).status, 200);
  }
  /// The texts in the order in which they were taken, without what was sent again.
  [[nodiscard]] std::vector<std::string> first_times() const {
    std::vector<std::string> each;
    for (auto& t : receiver_.took()) {
      if (std::ranges::find(each, t) == each.end()) each.push_back(std::move(t));
    }
    return each;
  }
  [[nodiscard]] std::vector<std::string> deliveries(const std::string& query = "") const {
    return read_list(engine_, "/v1/webhooks/crm/deliveries" + query, "deliveries");
  }
  answer replay(const std::string& body) {
    http_connection c(engine_.port());
    return c.ask("POST", "/v1/webhooks/crm/replay", bearer(admin_token), body);
  }

  receiver receiver_;
  scratch scratch_;
  engine_process engine_{scratch_.path()};
};

TEST_F(webhooks, hear_their_brands_events_signed) {
  start("secret_previous = \"" + std::string(older_secret) + "\"\n");
  writes("491701", "hello");
  writes("491702", "not yours", globex_number);
  writes("491703", "again");
  ASSERT_TRUE(eventually([&] { return receiver_.took_all({"hello", "again"}); }));
  const auto all = receiver_.all();
  ASSERT_EQ(all.size(), 2u) << "of its types, and of no other brand";
  for (const auto& a : all) {
    EXPECT_EQ(a.headers.at("webhook-signature"), signed_by(key, a) + " " + signed_by(older_key, a));
    EXPECT_EQ(a.headers.at("content-type"), "application/json");
    EXPECT_EQ(text_at(a.body, "/type"), "message.received");
    EXPECT_EQ(text_at(a.body, "/timestamp"), text_at(a.body, "/time"));
    EXPECT_EQ(text_at(a.body, "/brand"), "acme");
  }
  // The log of what came of it, without what it said.
  ASSERT_TRUE(eventually([&] { return deliveries("?status=delivered").size() == 2; }));
  const auto one = deliveries().front();
  EXPECT_EQ(text_at(one, "/id"), all.back().headers.at("webhook-id"));
  EXPECT_THAT(one, HasSubstr(R"("status":"delivered","attempts":1,"httpStatus":204)"));
  EXPECT_EQ(one.find("again"), std::string::npos);
  EXPECT_THAT(get(engine_, "/v1/webhooks").body, HasSubstr(R"("state":"delivering","waiting":0)"));
  http_connection admin(engine_.admin_port());
  EXPECT_THAT(admin.ask("GET", "/metrics", {}).body,
              HasSubstr("switchboard_webhook_attempts_total{brand=\"acme\",webhook=\"crm\",outcome="
                        "\"delivered\"} 2"));
}

TEST_F(webhooks, try_again_what_was_not_taken_and_keep_a_conversations_order) {
  bool refused = false;
  receiver_.answers([&](const asked& a) {
    const bool first = text_at(a.body, "/data/message/content") == "first" && !refused;
    refused |= first;
    return told{.status = first ? 500 : 200};
  });
  start("ordered = true\n");
  writes("491701", "first");
  writes("491701", "second");
  writes("491702", "another's");
  ASSERT_TRUE(eventually([&] { return receiver_.took_all({"first", "second", "another's"}); }));
  EXPECT_THAT(receiver_.took(), ElementsAre("another's", "first", "second"))
      << "who is behind it waits for it, and nobody else";
  std::vector<std::string> ids;
  for (const auto& a : receiver_.all()) {
    EXPECT_EQ(a.headers.at("webhook-signature"), signed_by(key, a)) << "also of the second attempt";
    if (text_at(a.body, "/data/message/content") == "first") ids.push_back(a.headers.at("webhook-id"));
  }
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[0], ids[1]) << "by which the receiver knows it again";
}

TEST_F(webhooks, lose_nothing_over_kills_while_the_receiver_is_away) {
  receiver_.answers([](const asked&) { return told{.status = 503}; });
  start("ordered = true\n");
  std::vector<std::string> texts;
  for (int n = 0; n < 30; ++n) {
    texts.push_back("text " + std::to_string(n));
    writes("49170" + std::to_string(n % 3), texts.back());
    if (n == 10 || n == 20) {
      engine_.kill();
      engine_.start();
    }
  }
  ASSERT_TRUE(eventually([&] { return !deliveries("?status=failed").empty(); }))
      << "a start finds some that wait, and others that were never tried";
  engine_.kill();
  receiver_.answers([](const asked&) { return told{.status = 200}; });
  engine_.start();
  ASSERT_TRUE(eventually([&] { return receiver_.took_all(texts); }));
  const auto seen = first_times();
  for (int who = 0; who < 3; ++who) {
    std::vector<std::string> mine, expected;
    for (const auto& t : seen) {
      if (std::stoi(t.substr(5)) % 3 == who) mine.push_back(t);
    }
    for (int n = who; n < 30; n += 3) expected.push_back(texts[static_cast<std::size_t>(n)]);
    EXPECT_EQ(mine, expected) << "each conversation in its order";
  }
}

TEST_F(webhooks, are_not_asked_again_where_they_are_gone_until_somebody_replays) {
  receiver_.answers([](const asked&) { return told{.status = 410}; });
  start();
  writes("491701", "one");
  ASSERT_TRUE(eventually(
      [&] { return get(engine_, "/v1/webhooks/crm").body.find(R"("state":"gone")") != std::string::npos; }));
  writes("491701", "two");
  writes("491701", "three");
  EXPECT_EQ(receiver_.all().size(), 1u);
  receiver_.answers([](const asked&) { return told{.status = 200}; });
  const auto from = R"({"from":"2026-01-01T00:00:00Z","status":"all"})";
  const auto a = replay(from);
  EXPECT_EQ(a.status, 202) << a.body;
  EXPECT_EQ(a.body, R"({"queued":3})") << "also what waits: it is tried now";
  ASSERT_TRUE(eventually([&] { return receiver_.took_all({"two", "three"}); }));
  ASSERT_TRUE(eventually([&] { return receiver_.took_all({"one"}); }));
  ASSERT_TRUE(eventually([&] { return deliveries("?status=delivered").size() == 3; }));
  // What was delivered is delivered once more where it is asked for, with the id that it had.
  const auto again = replay(from);
  EXPECT_EQ(again.body, R"({"queued":3})");
  ASSERT_TRUE(eventually([&] { return receiver_.took().size() == 6; }));
  const auto id = text_at(deliveries().front(), "/id").value_or("");
  EXPECT_EQ(replay(R"({"ids":[")" + id + R"("]})").body, R"({"queued":1})");
  ASSERT_TRUE(eventually([&] { return receiver_.took().size() == 7; }));
  const auto all = receiver_.all();
  EXPECT_EQ(std::ranges::count_if(all, [&](const auto& one) { return one.headers.at("webhook-id") == id; }),
            3);
}

TEST_F(webhooks, are_called_by_what_promises_do) {
  start("",
        "\n[[sla]]\nid = \"quick\"\nbrands = [\"acme\"]\n[[sla.clock]]\nclock = \"first_response\"\ntarget = "
        "\"2s\"\non_breach = [\"webhook:crm\"]\n",
        "\"conversation.closed\"");
  writes("491701", "hello");
  ASSERT_TRUE(eventually([&] { return !receiver_.all().empty(); }));
  const auto one = receiver_.all().front();
  EXPECT_EQ(text_at(one.body, "/type"), "sla.breached");
  EXPECT_EQ(one.headers.at("webhook-signature"), signed_by(key, one));
  const auto listed = read_list(engine_, "/v1/sla/breaches", "breaches");
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(text_at(listed[0], "/conversationId"), text_at(one.body, "/data/conversation/id"));
  EXPECT_TRUE(read_list(engine_, "/v1/sla/breaches?brand=globex", "breaches").empty());
}

TEST_F(webhooks, follow_a_reload) {
  start("enabled = false\n");
  writes("491701", "while it was off");
  configure();
  reload();
  writes("491701", "while it is on");
  ASSERT_TRUE(eventually([&] {
    return receiver_.took_all({"while it was off", "while it is on"});
  })) << "what happens meanwhile waits";
}

}  // namespace
}  // namespace switchboard::e2e
