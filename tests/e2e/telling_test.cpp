// What customers hear while they wait, over the real binary and a platform that counts: how long it takes, and that they may leave a
// message. Each once, whatever ends the engine in between; and nobody who heard it is answered by it.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"
#include "tests/fake_platform/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view number = "777001";

/// WhatsApp as far as these tests go: it takes everything.
class platform {
 public:
  [[nodiscard]] std::string url() const { return server_.url(); }
  /// "491700000001: words" of each message, once there are so many.
  [[nodiscard]] std::vector<std::string> wait(std::size_t many) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, patience, [&] { return taken_.size() >= many; }));
    return taken_;
  }

 private:
  fake_platform::told answer(const fake_platform::asked& a) {
    const std::lock_guard lock(mutex_);
    taken_.push_back(text_at(a.body, "/to").value_or("") + ": " + text_at(a.body, "/text/body").value_or(""));
    fake_platform::told t;
    t.body = R"({"messaging_product":"whatsapp","messages":[{"id":"wamid.out)" +
             std::to_string(taken_.size()) + "\"}]}";
    changed_.notify_all();
    return t;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> taken_;
  fake_platform::server server_{{}, [this](const fake_platform::asked& a) { return answer(a); }};
};

class telling : public testing::Test {
 protected:
  void start(const std::string& queue) {
    setup s;
    s.more =
        "\n[[account]]\nid = \"sender\"\nbrand = \"acme\"\nsource = \"meta\"\nplatform = \"whatsapp\"\n"
        "platform_id = \"" +
        std::string(number) + "\"\naccess_token = \"secret-token\"\napi_url = \"" + to_.url() +
        "\"\n[[queue]]\nid = \"support\"\nbrand = \"acme\"\noffer_timeout = \"10m\"\n" + queue +
        "[[agent]]\nid = \"ada\"\nbrand = \"acme\"\nunits = 20\nqueues = [\"support\"]\n";
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  answer ask(std::string_view method, const std::string& path, const std::string& body = {}) {
    http_connection c(engine_.port());
    return c.ask(method, path, bearer(admin_token), body);
  }
  void ada_comes() {
    const auto a = ask("POST", "/v1/agents/ada/sessions", "{}");
    ASSERT_EQ(a.status, 201) << a.body;
  }
  void writes(const std::string& who, std::time_t at = std::time(nullptr)) {
    const auto body = whatsapp_text(number, who, "wamid." + who, "help", static_cast<std::uint64_t>(at));
    ASSERT_EQ(deliver(engine_, "meta", body).status, 200);
  }
  /// The next events of this type, so many of them.
  std::vector<std::string> events(const std::string& type, std::size_t many) {
    std::vector<std::string> found;
    EXPECT_TRUE(eventually([&] {
      for (auto& e : read_log(engine_, cursor_)) {
        if (text_at(e, "/type") == type) found.push_back(std::move(e));
      }
      return found.size() >= many;
    })) << type;
    return found;
  }
  std::string metric(const std::string& name) {
    http_connection c(engine_.admin_port());
    const auto all = c.ask("GET", "/metrics", {}).body;
    const auto at = all.find("\n" + name + "{brand=\"acme\"} ");
    if (at == std::string::npos) return {};
    const auto from = all.find("} ", at) + 2;
    return all.substr(from, all.find('\n', from) - from);
  }
  void wait_metric(const std::string& name, const std::string& value) {
    EXPECT_TRUE(eventually([&] { return metric(name) == value; })) << name << " is " << metric(name);
  }

  platform to_;
  scratch dir_;
  engine_process engine_{dir_.path()};
  std::string cursor_ = "earliest";
};

constexpr const char* tells_at_once =
    "[queue.tell_wait]\ntext = \"You are number {position}; about {minutes} min.\"\n"
    "closed_text = \"Nobody is here.\"\nafter = \"100ms\"\n";

TEST_F(telling, who_waits_hears_his_place_and_time_once_also_behind_a_kill) {
  start(tells_at_once);
  ada_comes();
  writes("491700000001");
  (void)events("offer.made", 1);
  writes("491700000002");
  EXPECT_THAT(to_.wait(1), ElementsAre("491700000002: You are number 1; about 5 min."));
  engine_.kill();
  engine_.start();
  writes("491700000003");
  EXPECT_THAT(to_.wait(2), ElementsAre("491700000002: You are number 1; about 5 min.",
                                       "491700000003: You are number 2; about 10 min."));
  wait_metric("switchboard_routing_told_total", "1");
  EXPECT_EQ(metric("switchboard_routing_unsettled"), "0");
}

TEST_F(telling, it_is_an_automatic_reply_that_answers_nobody) {
  start(tells_at_once);
  ada_comes();
  writes("491700000001");
  writes("491700000002");
  const auto said = events("message.queued", 1).front();
  EXPECT_EQ(text_at(said, "/data/message/senderType"), "system");
  EXPECT_EQ(text_at(said, "/data/message/senderId"), "router");
  EXPECT_EQ(json_at(said, "/data/conversation/unread"), "1");
  const auto sent = events("message.sent", 1).front();
  EXPECT_FALSE(text_at(sent, "/data/conversation/firstResponseAt"));
  EXPECT_FALSE(text_at(sent, "/data/conversation/assignedTo"));
  const auto id = text_at(said, "/data/conversation/id").value_or("");
  EXPECT_EQ(json_at(ask("GET", "/v1/conversations/" + id + "/position").body, "/position"), "1");
}

TEST_F(telling, where_nobody_is_here_it_is_said_so) {
  start(tells_at_once);
  writes("491700000001");
  writes("491700000002");
  EXPECT_THAT(to_.wait(2),
              UnorderedElementsAre("491700000001: Nobody is here.", "491700000002: Nobody is here."));
}

TEST_F(telling, what_the_platform_lets_nobody_say_is_counted_and_not_tried_again) {
  start(tells_at_once);
  writes("491700000001", std::time(nullptr) - 2 * 24 * 3600);
  wait_metric("switchboard_routing_not_told_total", "1");
  EXPECT_EQ(metric("switchboard_routing_unsettled"), "0");
  writes("491700000002");
  EXPECT_THAT(to_.wait(1), ElementsAre("491700000002: Nobody is here."));
}

TEST_F(telling, who_may_leave_a_message_is_asked_once_and_keeps_his_place) {
  start(
      "[queue.overflow]\nwait_max = \"100ms\"\ntargets = [\"leave-message\"]\n"
      "leave_message_text = \"Write what it is about.\"\n");
  writes("491700000001");
  EXPECT_THAT(to_.wait(1), ElementsAre("491700000001: Write what it is about."));
  engine_.kill();
  engine_.start();
  writes("491700000002");
  EXPECT_THAT(to_.wait(2),
              ElementsAre("491700000001: Write what it is about.", "491700000002: Write what it is about."));
  ada_comes();
  const auto offer = events("offer.made", 1).front();
  const auto id = text_at(offer, "/data/offer/conversationId").value_or("");
  EXPECT_THAT(ask("GET", "/v1/conversations/" + id).body, HasSubstr("491700000001")) << "who came first";
  EXPECT_EQ(to_.wait(2).size(), 2u);
}

}  // namespace
}  // namespace switchboard::e2e
