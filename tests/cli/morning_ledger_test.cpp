// What a morning's stream is put together to; and that the checks catch what must never be, which is planted here.

#include "cli/morning_ledger.hpp"

#include "cli/morning_timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace switchboard::cli {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A stream, event by event, as an engine would write it.
class stream {
 public:
  morning_ledger ledger;
  std::vector<happening> said;

  void own(const std::string& id, const std::string& type, const std::string& owner = {},
           const std::string& queue = "support", std::uint64_t routed = 0) {
    morning_event e{.type = "conversation." + type, .at = now_};
    e.brand = "acme";
    e.sequence = ++sequences_[id];
    e.conversation = id;
    e.platform = "whatsapp";
    e.kind = "dm";
    e.customer_name = "Ines";
    e.queue = queue;
    e.assigned_to = owner;
    e.routed = routed;
    take(e);
  }
  void offer(const std::string& id, const std::string& type, const std::string& agent,
             std::uint64_t epoch = 1) {
    morning_event e{.type = "offer." + type, .at = now_};
    e.conversation = id;
    e.agent = agent;
    e.epoch = epoch;
    take(e);
  }
  void presence(const std::string& agent, bool online, bool grace = false) {
    morning_event e{.type = "agent.presence", .at = now_};
    e.agent = agent;
    e.online = online;
    e.grace = grace;
    take(e);
  }
  void later(milliseconds by) { now_ += by; }
  void skip_one(const std::string& id) { ++sequences_[id]; }

 private:
  void take(const morning_event& e) {
    for (const auto& t : ledger.take(e)) said.push_back(t.what);
  }
  std::map<std::string, std::uint64_t> sequences_;
  domain::timestamp now_{std::chrono::hours{24 * 365 * 55}};
};

std::vector<std::string> over(const morning_ledger& l, std::uint32_t hard) {
  return l.over_cap([](const morning_case&) { return 20u; }, [=](const std::string&) { return hard; });
}

TEST(morning_ledger, tells_the_life_of_a_conversation_in_its_order) {
  stream s;
  s.own("c_1", "created");
  s.offer("c_1", "made", "ada",
          3);  // of the same turn, but on the stream before the conversation has followed
  s.own("c_1", "queued", "", "support", 2);
  s.later(milliseconds(900));
  s.offer("c_1", "accepted", "ada", 3);
  s.own("c_1", "assigned", "ada", "support", 5);
  s.later(milliseconds(2'000));
  s.own("c_1", "resolved", "ada", "support", 5);
  EXPECT_THAT(s.said, ElementsAre(happening::came, happening::asked, happening::accepted, happening::solved));
  EXPECT_THAT(s.ledger.faults(), IsEmpty());
  EXPECT_EQ(s.ledger.unsolved(), 0u);
  ASSERT_EQ(s.ledger.assignments().size(), 1u);
  EXPECT_TRUE(s.ledger.assignments()[0].offered);
  EXPECT_EQ(s.ledger.assignments()[0].decision, 3u) << "the offer's";
  EXPECT_NEAR(static_cast<double>(s.ledger.waits().max().count()), 9e8, 1e6);
}

TEST(morning_ledger, tells_transfers_overflows_and_what_is_taken_back_apart) {
  stream s;
  for (const char* const id : {"c_full", "c_waited", "c_cold", "c_warm", "c_gone"}) s.own(id, "created");
  s.own("c_full", "queued", "", "billing", 1);
  s.own("c_full", "transferred", "", "second", 2);
  s.own("c_waited", "queued", "", "german", 3);
  s.later(milliseconds(5'000));
  s.own("c_waited", "transferred", "", "second", 4);
  s.said.clear();
  s.own("c_cold", "queued", "", "support", 5);
  s.own("c_cold", "assigned", "ada", "support", 6);
  s.own("c_cold", "unassigned", "", "support", 7);
  s.own("c_cold", "transferred", "", "billing", 8);
  EXPECT_THAT(s.said,
              ElementsAre(happening::came, happening::given, happening::lost_agent, happening::handed_over));
  s.said.clear();
  s.own("c_warm", "queued", "", "support", 9);
  s.own("c_warm", "assigned", "ada", "support", 10);
  s.own("c_warm", "transferred", "ada", "billing", 11);
  s.own("c_warm", "unassigned", "", "billing", 12);
  s.own("c_warm", "assigned", "bob", "billing", 13);
  EXPECT_THAT(s.said, ElementsAre(happening::came, happening::given, happening::handed_over_warm,
                                  happening::lost_agent, happening::given));
  s.said.clear();
  s.own("c_gone", "queued", "", "support", 14);
  s.own("c_gone", "assigned", "ada", "support", 15);
  s.own("c_gone", "unassigned", "", "support", 16);
  s.own("c_gone", "queued", "", "support", 17);
  EXPECT_THAT(s.said,
              ElementsAre(happening::came, happening::given, happening::lost_agent, happening::waits_again));
  EXPECT_EQ(s.ledger.count(happening::overflowed_full), 1u);
  EXPECT_EQ(s.ledger.count(happening::overflowed_waited), 1u);
  EXPECT_THAT(s.ledger.faults(), IsEmpty());
  EXPECT_EQ(s.ledger.owner_of("c_warm"), "bob");
}

TEST(morning_ledger, tells_who_comes_falters_and_goes) {
  stream s;
  s.presence("ada", true);
  s.presence("ada", true);  // a wrap-up: nothing to read
  s.presence("ada", false, true);
  s.presence("ada", true);
  s.presence("ada", false, true);
  s.presence("ada", false);
  EXPECT_THAT(s.said, ElementsAre(happening::agent_came, happening::agent_in_grace, happening::agent_back,
                                  happening::agent_in_grace, happening::agent_gone));
}

TEST(morning_ledger, catches_a_conversation_with_two_owners) {
  stream s;
  s.own("c_1", "created");
  s.own("c_1", "queued", "", "support", 1);
  s.own("c_1", "assigned", "ada", "support", 2);
  ASSERT_THAT(s.ledger.faults(), IsEmpty());
  s.own("c_1", "assigned", "bob", "support", 3);  // planted: nobody took it from ada
  ASSERT_EQ(s.ledger.faults().size(), 1u);
  EXPECT_THAT(s.ledger.faults()[0], HasSubstr("Ines (c_1) had two owners: ada had it when bob got it"));
}

TEST(morning_ledger, catches_an_event_that_the_stream_lacks) {
  stream s;
  s.own("c_1", "created");
  s.skip_one("c_1");
  s.own("c_1", "queued", "", "support", 1);
  ASSERT_EQ(s.ledger.faults().size(), 1u);
  EXPECT_THAT(s.ledger.faults()[0], HasSubstr("event 3 behind 1"));
}

TEST(morning_ledger, catches_who_has_more_than_his_hard_cap) {
  stream s;
  for (const char* const id : {"c_1", "c_2", "c_3"}) {
    s.own(id, "created");
    s.own(id, "queued", "", "support", 1);
  }
  s.own("c_1", "assigned", "ada", "support", 2);
  s.own("c_2", "assigned", "ada", "support", 3);
  EXPECT_THAT(over(s.ledger, 48), IsEmpty());
  s.own("c_3", "assigned", "ada", "support", 4);
  ASSERT_EQ(over(s.ledger, 48).size(), 1u);
  EXPECT_THAT(over(s.ledger, 48)[0], HasSubstr("ada had 60 units, and no more than 48 were allowed"));
}

TEST(morning_ledger, counts_by_the_routers_order_and_not_by_the_streams) {
  stream s;
  for (const char* const id : {"c_1", "c_2", "c_3"}) {
    s.own(id, "created");
    s.own(id, "queued", "", "support", 1);
  }
  s.own("c_1", "assigned", "ada", "support", 2);
  s.own("c_2", "assigned", "ada", "support", 3);
  s.own("c_3", "assigned", "ada", "support", 5);
  s.own("c_1", "unassigned", "", "support", 4);  // said before, and followed later
  EXPECT_THAT(over(s.ledger, 48), IsEmpty());
  s.own("c_2", "resolved", "ada", "support", 3);  // what is solved makes room
  s.own("c_1", "assigned", "ada", "support", 6);
  EXPECT_THAT(over(s.ledger, 48), IsEmpty());
}

const std::string decisions =
    R"({"decisions":[{"event":"queued","sequence":2,"queue":"support","rejected":{}},)"
    R"({"event":"offer_made","sequence":3,"agent":"ada","by":"strategy","queue":"support","eligible":1,"rejected":{}}]})";

TEST(morning_explaining, finds_the_decision_of_an_assignment) {
  EXPECT_EQ(unexplained({.conversation = "c_1", .agent = "ada", .offered = true, .decision = 3}, decisions),
            "");
}

TEST(morning_explaining, catches_an_assignment_without_a_reason) {
  for (const morning_assignment& a :
       {morning_assignment{.conversation = "c_1", .agent = "bob", .offered = true, .decision = 3},
        morning_assignment{.conversation = "c_1", .agent = "ada", .offered = true, .decision = 4},
        morning_assignment{.conversation = "c_1", .agent = "ada", .offered = false, .decision = 3}}) {
    EXPECT_THAT(unexplained(a, decisions), HasSubstr("has no decision"));
  }
  EXPECT_THAT(unexplained({.conversation = "c_1", .agent = "ada"}, "{}"), HasSubstr("no page of decisions"));
}

timeline_style plain_style() {
  return {.colours = false,
          .agent = [](const std::string& id) { return id == "ada" ? std::string("Ada") : id; },
          .queue = [](const std::string& id) { return id == "german" ? std::string("German") : id; },
          .customer = [](const morning_case& c) { return c.customer_name; }};
}

TEST(morning_timeline, has_names_instead_of_ids_and_one_line_each) {
  morning_case c{.id = "c_1",
                 .platform = "whatsapp",
                 .kind = "dm",
                 .customer_name = "Ines Weber",
                 .text = "Hallo?",
                 .queue = "german"};
  const auto style = plain_style();
  EXPECT_EQ(timeline_line({.what = happening::came, .about = &c}, milliseconds(3'412), style),
            "   3.41 s  + Ines Weber by whatsapp → German  “Hallo?”");
  EXPECT_EQ(
      timeline_line({.what = happening::accepted, .about = &c, .agent = "ada", .after = milliseconds(690)},
                    milliseconds(61'000), style),
      "  61.00 s  ✓ Ada takes Ines Weber, after 0.7 s");
  EXPECT_EQ(timeline_line({.what = happening::agent_gone, .agent = "ada"}, milliseconds(0), style),
            "   0.00 s  ● Ada is gone");
  for (auto what = 0; what < static_cast<int>(happening_count); ++what) {
    const auto line = timeline_line({.what = static_cast<happening>(what), .about = &c, .agent = "ada"},
                                    milliseconds(0), style);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(line.find("c_1"), std::string::npos) << line;
  }
}

TEST(morning_timeline, cuts_between_characters) {
  EXPECT_EQ(shortened("grün", 4), "grün");
  EXPECT_EQ(shortened("grüner", 4), "grü…");
  EXPECT_EQ(shortened("", 4), "");
}

}  // namespace
}  // namespace switchboard::cli
