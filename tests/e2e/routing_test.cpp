// Who gets what, over the real binary: agents come, offers are made, taken, declined and late, work moves, and a kill -9 in between
// changes nothing that was said.

#include "awaited_events.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view queues = R"(
[routing]
grace = "1s"
lease = "60s"
cooldown = "60s"
[[queue]]
id = "support"
brand = "acme"
offer_timeout = "60s"
[[queue]]
id = "billing"
brand = "acme"
mode = "auto_accept"
[[agent]]
id = "ada"
brand = "acme"
queues = ["support"]
skills = { german = 3 }
[[agent]]
id = "bob"
brand = "acme"
queues = ["support", "billing"]
[[routing.rule]]
name = "money"
keywords = ["invoice"]
queue = "billing"
set_priority = "high"
[[token]]
value = "ada-token"
brand = "acme"
role = "agent"
agent = "ada"
[[token]]
value = "bob-token"
brand = "acme"
role = "agent"
agent = "bob"
[[token]]
value = "boss-token"
brand = "acme"
role = "supervisor"
)";

class routing : public testing::Test {
 protected:
  routing() {
    configure(std::string(queues));
    engine_.start();
  }
  void configure(const std::string& more) {
    setup s;
    s.more = more;
    engine_.configure(s.toml(engine_.data()));
  }
  void reload(const std::string& more) {
    configure(more);
    http_connection c(engine_.admin_port());
    const auto a = c.ask("POST", "/reload", {});
    ASSERT_EQ(a.status, 200) << a.body;
  }
  answer ask(std::string_view method, const std::string& path, std::string_view token,
             const std::string& body = {}) {
    http_connection c(engine_.port());
    return c.ask(method, path, bearer(token), body);
  }
  void comes(const std::string& agent) {
    const auto a = ask("POST", "/v1/agents/" + agent + "/sessions", agent + "-token", "{}");
    ASSERT_EQ(a.status, 201) << a.body;
    sessions_[agent] = text_at(a.body, "/sessionId").value_or("");
  }
  void goes(const std::string& agent) {
    const auto a = ask("DELETE", "/v1/agents/" + agent + "/sessions/" + sessions_[agent], agent + "-token");
    ASSERT_EQ(a.status, 204) << a.body;
  }
  std::string writes(const std::string& who, const std::string& text = "help") {
    EXPECT_EQ(deliver(engine_, "meta", whatsapp_text(acme_number, who, "wamid." + who + text, text)).status,
              200);
    for (const auto& row : read_list(engine_, "/v1/conversations?platform=whatsapp", "conversations")) {
      if (text_at(row, "/customerHandle").value_or("").find(who) != std::string::npos ||
          text_at(row, "/metadata/customerPlatformId") == who)
        return text_at(row, "/id").value_or("");
    }
    ADD_FAILURE() << "no conversation with " << who;
    return {};
  }
  std::string event(
      const std::string& type,
      const awaited_events::condition& wanted = [](const std::string&) { return true; }) {
    return events_.next(type, wanted);
  }
  static std::function<bool(const std::string&)> of(const std::string& conversation) {
    return [=](const std::string& e) {
      return text_at(e, "/data/conversation/id") == conversation ||
             text_at(e, "/data/offer/conversationId") == conversation;
    };
  }
  answer answers(const std::string& offer_event, const std::string& how) {
    const auto id = text_at(offer_event, "/data/offer/id").value_or("");
    const auto agent = text_at(offer_event, "/data/offer/agentId").value_or("");
    return ask("POST", "/v1/offers/" + id + "/" + how, agent + "-token",
               "{\"epoch\":" + number_at(offer_event, "/data/offer/epoch") + "}");
  }
  static std::string number_at(const std::string& json, const std::string& where) {
    return json_at(json, where).value_or("");
  }
  std::string conversation(const std::string& id) { return get(engine_, "/v1/conversations/" + id).body; }

  scratch dir_;
  engine_process engine_{dir_.path()};
  std::map<std::string, std::string> sessions_;
  awaited_events events_{engine_};
};

TEST_F(routing, who_comes_is_offered_what_waits_and_has_it_when_he_accepts) {
  const auto c = writes("491700000001");
  EXPECT_EQ(text_at(event("conversation.queued", of(c)), "/data/conversation/queue"), "support");
  comes("ada");
  const auto offer = event("offer.made", of(c));
  EXPECT_EQ(text_at(offer, "/data/offer/agentId"), "ada");
  EXPECT_THAT(ask("GET", "/v1/agents/ada/offers", "ada-token").body, HasSubstr(c));
  EXPECT_THAT(ask("GET", "/v1/queues/support", "ada-token").body, Not(HasSubstr(R"("oldestWaitMs":0)")))
      << "it still waits";
  const auto taken = answers(offer, "accept");
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(text_at(taken.body, "/assignedTo"), "ada");
  EXPECT_EQ(text_at(conversation(c), "/assignedTo"), "ada");
  EXPECT_EQ(text_at(event("conversation.assigned", of(c)), "/data/conversation/assignedTo"), "ada");
  const auto again = answers(offer, "accept");
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(text_at(again.body, "/type").value_or(""), HasSubstr("offer-gone"));
}

TEST_F(routing, what_is_declined_goes_to_the_next_and_the_reasons_say_so) {
  comes("ada");
  comes("bob");
  const auto c = writes("491700000002");
  const auto first = event("offer.made", of(c));
  ASSERT_EQ(answers(first, "decline").status, 204);
  (void)event("offer.declined", of(c));
  const auto second = event("offer.made", of(c));
  EXPECT_NE(text_at(second, "/data/offer/agentId"), text_at(first, "/data/offer/agentId"));
  ASSERT_EQ(answers(second, "accept").status, 200);
  const auto why = ask("GET", "/v1/conversations/" + c + "/decisions", "boss-token").body;
  EXPECT_THAT(why, HasSubstr("excluded"));
  EXPECT_THAT(why, HasSubstr(text_at(second, "/data/offer/agentId").value_or("?")));
}

TEST_F(routing, a_rule_sends_words_about_money_to_their_queue_with_priority) {
  comes("bob");
  const auto c = writes("491700000003", "my invoice is wrong");
  EXPECT_EQ(text_at(event("conversation.assigned", of(c)), "/data/conversation/assignedTo"), "bob");
  const auto now = conversation(c);
  EXPECT_EQ(text_at(now, "/queue"), "billing");
  EXPECT_EQ(text_at(now, "/priority"), "high");
}

TEST_F(routing, what_is_known_of_a_customer_routes_his_next_words) {
  reload(std::string(queues) + R"(
[[routing.rule]]
languages = ["pt"]
attributes = { plan = "gold" }
queue = "billing"
)");
  comes("bob");
  const auto c = writes("491700000013");
  const auto known = ask("PATCH", "/v1/conversations/" + c, "boss-token",
                         R"({"status":"resolved","language":"pt_BR","customerAttributes":{"plan":"gold"}})");
  ASSERT_EQ(known.status, 200) << known.body;
  EXPECT_EQ(text_at(known.body, "/metadata/language"), "pt-BR");
  writes("491700000013", "again");
  EXPECT_EQ(text_at(event("conversation.assigned", of(c)), "/data/conversation/queue"), "billing");
  EXPECT_EQ(text_at(conversation(c), "/metadata/customerAttributes/plan"), "gold");
}

TEST_F(routing, who_is_not_on_shift_gets_nothing_until_the_calendar_says_so) {
  constexpr std::array days{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  const auto with_shifts = [](std::string_view on, std::string_view window) {
    auto more = std::string(queues);
    more.insert(more.find("queues = [\"support\"]"), "calendar = \"hours\"\n");
    return more + "[[calendar]]\nid = \"hours\"\nzone = \"UTC\"\n[[calendar.hours]]\ndays = [" +
           std::string(on) + "]\nwindows = [\"" + std::string(window) + "\"]\n";
  };
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto not_now = (std::chrono::weekday{today} + std::chrono::days{3}).c_encoding();
  reload(with_shifts("\"" + std::string(days.at(not_now)) + "\"", "09:00-10:00"));
  comes("ada");
  EXPECT_EQ(json_at(ask("GET", "/v1/agents/ada", "boss-token").body, "/onShift"), "false");
  const auto c = writes("491700000014");
  (void)event("conversation.queued", of(c));
  EXPECT_THAT(ask("GET", "/v1/conversations/" + c + "/decisions", "boss-token").body, HasSubstr("presence"));
  reload(with_shifts(R"("sun", "mon", "tue", "wed", "thu", "fri", "sat")", "00:00-24:00"));
  EXPECT_EQ(text_at(event("offer.made", of(c)), "/data/offer/agentId"), "ada");
  EXPECT_EQ(json_at(ask("GET", "/v1/agents/ada", "boss-token").body, "/onShift"), "true");
}

TEST_F(routing, work_is_given_moved_and_taken_back_by_hand) {
  const auto c = writes("491700000004");
  const auto given = ask("PUT", "/v1/conversations/" + c + "/assignment", "boss-token", R"({"agent":"ada"})");
  ASSERT_EQ(given.status, 200) << given.body;
  EXPECT_EQ(text_at(given.body, "/assignedTo"), "ada");
  const auto moved =
      ask("POST", "/v1/conversations/" + c + "/transfer", "boss-token", R"({"queue":"billing"})");
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(text_at(moved.body, "/queue"), "billing");
  EXPECT_FALSE(text_at(moved.body, "/assignedTo"));
  EXPECT_THAT(ask("GET", "/v1/queues/billing", "boss-token").body, HasSubstr("\"waiting\":1"));
  EXPECT_EQ(ask("DELETE", "/v1/conversations/" + c + "/assignment", "boss-token").status, 409);
}

TEST_F(routing, all_that_an_agent_has_goes_behind_what_waits_already) {
  std::vector<std::string> his;
  for (const auto* who : {"491700000031", "491700000032"}) {
    his.push_back(writes(who));
    const auto given =
        ask("PUT", "/v1/conversations/" + his.back() + "/assignment", "boss-token", R"({"agent":"ada"})");
    ASSERT_EQ(given.status, 200) << given.body;
  }
  const auto live = writes("491700000033");
  const auto moved = ask("POST", "/v1/agents/ada/reassign", "boss-token", "{}");
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(json_at(moved.body, "/moved"), "2");
  for (const auto& c : his) {
    const auto told = event("conversation.transferred", of(c));
    EXPECT_FALSE(text_at(told, "/data/conversation/assignedTo"));
  }
  comes("bob");
  std::vector<std::string> asked;
  for (int n = 0; n < 3; ++n)
    asked.push_back(text_at(event("offer.made"), "/data/offer/conversationId").value_or(""));
  EXPECT_EQ(asked, (std::vector{live, his[0], his[1]}));
}

TEST_F(routing, what_is_snoozed_and_nobodys_can_be_given_to_somebody) {
  const auto c = writes("491700000024");
  ASSERT_EQ(ask("PATCH", "/v1/conversations/" + c, "boss-token", R"({"status":"pending"})").status, 200);
  const auto given = ask("PUT", "/v1/conversations/" + c + "/assignment", "boss-token", R"({"agent":"bob"})");
  EXPECT_EQ(given.status, 200) << given.body;
  EXPECT_EQ(text_at(given.body, "/assignedTo"), "bob");
  EXPECT_EQ(text_at(given.body, "/status"), "pending");
  writes("491700000024", "so?");
  const auto asked = event("conversation.updated", [&](const std::string& e) {
    return of(c)(e) && text_at(e, "/data/conversation/status") == "open";
  });
  EXPECT_EQ(text_at(asked, "/data/conversation/assignedTo"), "bob") << "he is asked nothing: it is his";
  ASSERT_EQ(ask("PATCH", "/v1/conversations/" + c, "boss-token", R"({"status":"resolved"})").status, 200);
  const auto over = ask("PUT", "/v1/conversations/" + c + "/assignment", "boss-token", R"({"agent":"ada"})");
  EXPECT_EQ(over.status, 409) << over.body;
  EXPECT_THAT(text_at(over.body, "/type").value_or(""), HasSubstr("not-routed"));
}

TEST_F(routing, why_it_waits_is_said_as_of_now) {
  const auto c = writes("491700000025");
  const auto place = ask("GET", "/v1/conversations/" + c + "/position", "boss-token");
  ASSERT_EQ(place.status, 200) << place.body;
  EXPECT_EQ(json_at(place.body, "/eligible"), "0");
  EXPECT_EQ(json_at(place.body, "/rejected/presence"), "2");
  EXPECT_FALSE(json_at(place.body, "/p50Ms")) << "nobody is here";
  EXPECT_FALSE(json_at(ask("GET", "/v1/queues/support", "boss-token").body, "/eta"));
  const auto said = run_command({"explain", c, "--url", engine_.url(), "--token", "boss-token"}, dir_.path());
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("at position 1: nobody can say for how long\n"));
  EXPECT_THAT(said.out, HasSubstr("0 eligible, 2 not: presence 2\n"));
  comes("ada");
  answers(event("offer.made", of(c)), "accept");
  EXPECT_EQ(ask("GET", "/v1/conversations/" + c + "/position", "boss-token").status, 409);
  EXPECT_TRUE(json_at(ask("GET", "/v1/queues/support", "boss-token").body, "/eta/p50Ms"));
}

TEST_F(routing, a_kill_changes_nothing_that_was_said_and_the_offer_still_holds) {
  comes("ada");
  const auto mine = writes("491700000005");
  const auto offer = event("offer.made", of(mine));
  ASSERT_EQ(answers(offer, "accept").status, 200);
  const auto other = writes("491700000006");
  const auto open = event("offer.made", of(other));
  engine_.kill();
  engine_.start();
  EXPECT_EQ(text_at(conversation(mine), "/assignedTo"), "ada");
  const auto taken = answers(open, "accept");
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(text_at(taken.body, "/assignedTo"), "ada");
  EXPECT_THAT(ask("GET", "/v1/agents/ada", "boss-token").body, HasSubstr("\"active\":2"));
}

TEST_F(routing, who_is_gone_longer_than_his_grace_loses_what_he_has_not_answered) {
  comes("ada");
  const auto c = writes("491700000007");
  ASSERT_EQ(answers(event("offer.made", of(c)), "accept").status, 200);
  goes("ada");
  (void)event("conversation.unassigned", of(c));
  comes("bob");
  EXPECT_EQ(text_at(event("offer.made", of(c)), "/data/offer/agentId"), "bob");
}

TEST_F(routing, what_is_resolved_leaves_and_makes_room) {
  comes("ada");
  const auto c = writes("491700000008");
  ASSERT_EQ(answers(event("offer.made", of(c)), "accept").status, 200);
  ASSERT_EQ(ask("PATCH", "/v1/conversations/" + c, "ada-token", R"({"status":"resolved"})").status, 200);
  const auto ada = ask("GET", "/v1/agents/ada", "boss-token").body;
  EXPECT_THAT(ada, HasSubstr("\"active\":0"));
  EXPECT_EQ(text_at(conversation(c), "/assignedTo"), "ada") << "who solved it";
}

constexpr std::string_view statuses_before = R"(
[[routing.status]]
name = "here"
[[routing.status]]
name = "writing"
kinds = ["dm"]
[[routing.status]]
name = "gone"
platforms = []
)";
constexpr std::string_view statuses_after = R"(
[[routing.status]]
name = "here"
[[routing.status]]
name = "lunch"
platforms = []
[[routing.status]]
name = "writing"
kinds = ["dm"]
[[routing.status]]
name = "gone"
platforms = []
)";

TEST_F(routing, a_status_is_its_name_whatever_a_reload_puts_before_it) {
  reload(std::string(queues) + std::string(statuses_before));
  comes("ada");
  ASSERT_EQ(ask("PUT", "/v1/agents/ada/presence", "ada-token", R"({"status":"writing"})").status, 200);
  reload(std::string(queues) + std::string(statuses_after));
  EXPECT_THAT(ask("GET", "/v1/agents/ada", "boss-token").body, HasSubstr(R"("status":"writing")"));
  EXPECT_EQ(ask("PUT", "/v1/agents/ada/presence", "ada-token", R"({"status":"lunch"})").status, 200);
  engine_.kill();
  configure(std::string(queues) + std::string(statuses_before));
  engine_.start();
  EXPECT_THAT(ask("GET", "/v1/agents/ada", "boss-token").body, HasSubstr(R"("status":"gone")"))
      << "a status that there is no more offers him nothing";
}

TEST_F(routing, a_reload_gives_agents_and_queues_to_who_is_there_already) {
  const auto c = writes("491700000009");
  comes("ada");
  const auto offer = event("offer.made", of(c));
  reload(std::string(queues) + R"(
[[queue]]
id = "third"
brand = "acme"
mode = "auto_accept"
[[agent]]
id = "cy"
brand = "acme"
queues = ["third"]
)");
  ASSERT_EQ(answers(offer, "accept").status, 200) << "nothing of hers has changed";
  ASSERT_EQ(ask("POST", "/v1/agents/cy/sessions", "boss-token", "{}").status, 201);
  ASSERT_EQ(ask("POST", "/v1/conversations/" + c + "/transfer", "boss-token", R"({"queue":"third"})").status,
            200);
  EXPECT_EQ(text_at(event("conversation.assigned",
                          [&](const std::string& e) {
                            return of(c)(e) && text_at(e, "/data/conversation/assignedTo") == "cy";
                          }),
                    "/data/conversation/queue"),
            "third");
}

/// Its tokens stay; it has no queues.
TEST_F(routing, a_brand_that_gets_its_first_queue_has_all_that_is_open_in_it) {
  engine_.kill();
  const auto tokens = std::string(queues.substr(queues.find("[[token]]")));
  configure(tokens);
  engine_.start();
  const auto waits = writes("491700000010");
  const auto given = writes("491700000011");
  const auto by_hand =
      ask("PUT", "/v1/conversations/" + given + "/assignment", "boss-token", R"({"agent":"bob"})");
  ASSERT_EQ(by_hand.status, 200) << by_hand.body;
  EXPECT_EQ(text_at(by_hand.body, "/assignedTo"), "bob");
  EXPECT_EQ(
      ask("POST", "/v1/conversations/" + given + "/transfer", "boss-token", R"({"queue":"support"})").status,
      409);
  reload(std::string(queues));
  (void)event("conversation.queued", of(waits));
  EXPECT_EQ(text_at(event("conversation.assigned",
                          [&](const std::string& e) {
                            return of(given)(e) &&
                                   !text_at(e, "/data/conversation/queue").value_or("").empty();
                          }),
                    "/data/conversation/assignedTo"),
            "bob")
      << "who had it has it";
  comes("ada");
  EXPECT_EQ(text_at(event("offer.made", of(waits)), "/data/offer/agentId"), "ada");
}

}  // namespace
}  // namespace switchboard::e2e
