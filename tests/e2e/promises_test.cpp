// What is promised to customers, over the real binary: clocks start with what comes in, warn and run out on time, wait and end with
// what agents do, survive a kill -9, and follow a reload; and a snooze ends by itself.

#include "awaited_events.hpp"
#include "domain/time.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;
using testing::HasSubstr;

constexpr std::string_view promised = R"(
[[sla]]
id = "quick"
brands = ["acme"]
[[sla.clock]]
clock = "first_response"
target = "FIRST"
warn = { "50%" = ["add_tag:late"] }
on_breach = ["raise_priority:urgent"]
[[sla.clock]]
clock = "requester_wait"
target = "8h"
)";

class promises : public testing::Test {
 protected:
  static std::string config(const std::string& first) {
    auto text = std::string(promised);
    return text.replace(text.find("FIRST"), 5, first);
  }
  void start(const std::string& first) {
    configure(config(first));
    engine_.start();
  }
  void configure(const std::string& more) {
    setup s;
    s.more = more;
    engine_.configure(s.toml(engine_.data()));
  }
  std::string writes(const std::string& who, const std::string& id) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch());
    const auto body =
        whatsapp_text(acme_number, who, "wamid." + id, "hello", static_cast<std::uint64_t>(now.count()));
    EXPECT_EQ(deliver(engine_, "meta", body).status, 200);
    const auto e = event("message.received", [&](const std::string& m) {
      return text_at(m, "/data/message/platformMessageId") == "wamid." + id;
    });
    return text_at(e, "/data/conversation/id").value_or("");
  }
  [[nodiscard]] static domain::timestamp machine_time() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(system_clock::now());
  }
  std::string event(const std::string& type, const awaited_events::condition& wanted) {
    return events_.next(type, wanted);
  }
  std::string clock_event(const std::string& type, const std::string& conversation,
                          const std::string& clock) {
    return event(type, [&](const std::string& e) {
      return text_at(e, "/data/conversation/id") == conversation && text_at(e, "/data/sla/clock") == clock;
    });
  }
  answer patch(const std::string& conversation, const std::string& body) {
    http_connection c(engine_.port());
    return c.ask("PATCH", "/v1/conversations/" + conversation, bearer(agent_token), body);
  }
  [[nodiscard]] std::string sla_of(const std::string& conversation) {
    const auto a = get(engine_, "/v1/conversations/" + conversation + "/sla");
    EXPECT_EQ(a.status, 200) << a.body;
    return a.body;
  }

  scratch scratch_;
  engine_process engine_{scratch_.path()};
  awaited_events events_{engine_};
};

TEST_F(promises, warn_and_run_out_on_time_and_do_what_is_to_be_done) {
  start("2s");
  const auto id = writes("491701", "1");
  const auto armed = clock_event("sla.armed", id, "firstResponse");
  const auto due = text_at(armed, "/data/sla/dueAt").value_or("");
  EXPECT_EQ(text_at(armed, "/data/conversation/sla/dueAt"), due);
  const auto warned = clock_event("sla.warning", id, "firstResponse");
  EXPECT_EQ(text_at(warned, "/data/sla/actions/0/what"), "late");
  const auto tagged = event("conversation.updated", [&](const std::string& e) {
    return text_at(e, "/data/conversation/id") == id && text_at(e, "/data/conversation/tags/0") == "late";
  });
  EXPECT_FALSE(tagged.empty());
  const auto missed = clock_event("sla.breached", id, "firstResponse");
  EXPECT_EQ(text_at(missed, "/data/sla/at"), due) << "stamped at the deadline, whenever it was found";
  EXPECT_GT(text_at(missed, "/time").value_or(""), due);
  const auto raised = event("conversation.updated", [&](const std::string& e) {
    return text_at(e, "/data/conversation/id") == id && text_at(e, "/data/conversation/priority") == "urgent";
  });
  EXPECT_FALSE(raised.empty());
  EXPECT_THAT(sla_of(id),
              HasSubstr(R"("clock":"firstResponse","instance":1,"state":"running","breached":true)"));
  const auto text = run_command({"explain", id, "--url", engine_.url(), "--token", std::string(admin_token)},
                                scratch_.path());
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("promised by quick"));
  EXPECT_THAT(text.out, HasSubstr("firstResponse #1: was due "));
  EXPECT_THAT(text.out, HasSubstr("requesterWait #1: due "));
}

TEST_F(promises, wait_while_it_is_on_the_customer_and_end_with_the_conversation) {
  start("8h");
  const auto id = writes("491702", "1");
  EXPECT_EQ(patch(id, R"({"status":"pending"})").status, 200);
  EXPECT_EQ(text_at(clock_event("sla.paused", id, "requesterWait"), "/data/sla/state"), "paused");
  (void)writes("491702", "2");
  EXPECT_EQ(text_at(clock_event("sla.resumed", id, "requesterWait"), "/data/sla/state"), "running");
  EXPECT_EQ(patch(id, R"({"status":"resolved"})").status, 200);
  EXPECT_EQ(text_at(clock_event("sla.cancelled", id, "firstResponse"), "/data/sla/reason"), "unreplied");
  EXPECT_EQ(text_at(clock_event("sla.met", id, "requesterWait"), "/data/sla/state"), "met");
}

TEST_F(promises, survive_a_kill_and_what_fell_due_meanwhile_is_said_late_and_once) {
  start("3s");
  const auto id = writes("491703", "1");
  const auto due = text_at(clock_event("sla.armed", id, "firstResponse"), "/data/sla/dueAt").value_or("");
  engine_.kill();
  // The deadline passes while nobody is there.
  EXPECT_TRUE(eventually([&] { return domain::to_rfc3339(machine_time()) > due; }));
  engine_.start();
  const auto missed = clock_event("sla.breached", id, "firstResponse");
  EXPECT_EQ(text_at(missed, "/data/sla/at"), due);
  EXPECT_THAT(missed, HasSubstr(R"("firedLate":true)"));
  engine_.kill();
  engine_.start();
  (void)writes("491703", "2");
  std::string from = "earliest";
  const auto all = read_log(engine_, from);
  EXPECT_EQ(std::count_if(all.begin(), all.end(),
                          [](const auto& e) { return text_at(e, "/type") == "sla.breached"; }),
            1);
}

TEST_F(promises, follow_a_reload) {
  start("8h");
  const auto id = writes("491704", "1");
  const auto before = text_at(clock_event("sla.armed", id, "firstResponse"), "/data/sla/dueAt");
  configure(config("1h"));
  http_connection admin(engine_.admin_port());
  EXPECT_EQ(admin.ask("POST", "/reload", {}).status, 200);
  const auto again = clock_event("sla.armed", id, "firstResponse");
  EXPECT_EQ(text_at(again, "/data/sla/reason"), "policy_change");
  EXPECT_LT(text_at(again, "/data/sla/dueAt"), before);
}

TEST_F(promises, a_snooze_ends_by_itself_also_behind_a_kill) {
  start("8h");
  for (const bool killed : {false, true}) {
    const auto who = std::string(killed ? "491706" : "491705");
    const auto id = writes(who, who);
    const auto until = domain::to_rfc3339(machine_time() + 2s);
    EXPECT_EQ(patch(id, R"({"snoozeUntil":")" + until + "\"}").status, 200);
    if (killed) {
      engine_.kill();
      engine_.start();
    }
    const auto e = event("conversation.updated", [&](const std::string& u) {
      return text_at(u, "/data/conversation/id") == id && text_at(u, "/data/previous/status") == "snoozed";
    });
    EXPECT_EQ(text_at(e, "/data/conversation/status"), "open");
    EXPECT_GE(text_at(e, "/time").value_or(""), until);
  }
}

}  // namespace
}  // namespace switchboard::e2e
