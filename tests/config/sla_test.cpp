// [[sla]]: what is promised, as it is written and as conversations are measured by it.

#include "config/load.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

namespace sla = domain::sla;
using namespace std::chrono_literals;
using domain::priority;
using testing::expect_problems;
using testing::lines;
using testing::loaded;
using testing::problems_of;

constexpr std::string_view whole = R"([[brand]]
id = "acme"
[[queue]]
id = "support"
brand = "acme"
[[queue]]
id = "bot"
brand = "acme"
[[calendar]]
id = "berlin"
zone = "Europe/Berlin"
[[calendar.hours]]
days = ["mon", "tue", "wed", "thu", "fri"]
windows = ["09:00-17:00"]
[[sla]]
id = "gold"
brands = ["acme"]
attributes = { plan = "gold" }
queues = ["support"]
calendar = "berlin"
start = "handoff"
bot_queues = ["bot"]
bots_fulfil = true
charge_ingest_lag = false
reopening = "new_cycle"
calendar_change = "retroactive"
resolution_pauses = ["pending", "snoozed"]
spam_tag = "junk"
no_reply_tag = "fine"
[[sla.clock]]
clock = "first_response"
target = { low = "eobd+1", urgent = "30m" }
warn = { "80%" = ["notify:assignee", "add_tag:late"], "10m" = [] }
on_breach = ["raise_priority:urgent", "move_queue:support"]
[[sla.clock]]
clock = "queue_wait"
target = "90s"
around_the_clock = true
[[sla]]
id = "plain"
[[sla.clock]]
clock = "resolution"
target = "8h"
)";

std::string sla_with(std::string_view more,
                     std::string_view clock = "clock = \"resolution\"\ntarget = \"8h\"") {
  return "[[sla]]\nid = \"a\"\n" + std::string(more) + "\n[[sla.clock]]\n" + std::string(clock) + "\n";
}

TEST(Sla, IsReadAsItStands) {
  ASSERT_EQ(problems_of(whole), lines{});
  const auto s = loaded(whole);
  const auto all = promises_of(*s, nullptr, {});
  ASSERT_EQ(all->all.size(), 2u);
  const auto& gold = all->all[0];
  EXPECT_EQ(gold.id, "gold");
  EXPECT_EQ(gold.who.brands, std::vector<domain::brand_id>{{"acme"}});
  EXPECT_EQ(gold.queues, std::vector<domain::queue_id>{{"support"}});
  EXPECT_EQ(gold.hours, s->find_calendar("berlin")->calendar);
  EXPECT_EQ(gold.zone, "Europe/Berlin");
  EXPECT_EQ(gold.start, sla::start::handoff);
  EXPECT_TRUE(gold.bots_fulfil);
  EXPECT_FALSE(gold.charge_ingest_lag);
  EXPECT_EQ(gold.reopening, sla::reopening::new_cycle);
  EXPECT_EQ(gold.recalculation, sla::recalculation::retroactive);
  EXPECT_EQ(gold.resolution_pauses, (std::array<bool, 5>{false, true, true, false, false}));
  EXPECT_EQ(gold.spam_tag, "junk");
  EXPECT_EQ(gold.no_reply_tag, "fine");
  const auto* first = gold.rule_of(sla::metric::first_response);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(gold.target_of(sla::metric::first_response, priority::low)->business_days, 1u);
  EXPECT_EQ(gold.target_of(sla::metric::first_response, priority::medium), nullptr);
  EXPECT_EQ(gold.target_of(sla::metric::first_response, priority::urgent)->time, 30min);
  ASSERT_EQ(first->warnings.size(), 2u);
  for (const auto& w : first->warnings) {
    if (w.percent) {
      EXPECT_EQ(*w.percent, 80u);
      EXPECT_EQ(w.actions, (std::vector<sla::action>{{sla::action_kind::notify, "assignee"},
                                                     {sla::action_kind::add_tag, "late"}}));
    } else {
      EXPECT_EQ(w.remaining, 10min);
      EXPECT_TRUE(w.actions.empty());
    }
  }
  EXPECT_EQ(first->on_breach, (std::vector<sla::action>{{sla::action_kind::raise_priority, "urgent"},
                                                        {sla::action_kind::move_queue, "support"}}));
  EXPECT_EQ(gold.hours_of(sla::metric::queue_wait), nullptr) << "around the clock";
  EXPECT_EQ(all->all[1].hours, nullptr);
}

TEST(Sla, AReloadThatSaysTheSameIsTheSame) {
  const auto first = promises_of(*loaded(whole), nullptr, domain::timestamp{1s});
  EXPECT_EQ(promises_of(*loaded(whole), first, domain::timestamp{2s}), first);
  auto text = std::string(whole);
  text.replace(text.find("09:00-17:00"), 11, "08:00-17:00");
  const auto next = promises_of(*loaded(text), first, domain::timestamp{3s});
  ASSERT_NE(next, first);
  EXPECT_EQ(next->since, domain::timestamp{3s});
  EXPECT_NE(next->all[0].fingerprint, first->all[0].fingerprint);
  EXPECT_NE(next->all[0].hours_fingerprint, first->all[0].hours_fingerprint);
  EXPECT_EQ(next->all[1].fingerprint, first->all[1].fingerprint);
  EXPECT_EQ(next->planned_by("gold", first->all[0].fingerprint)->hours, first->all[0].hours);
}

TEST(Sla, IsPartOfTheVersion) {
  const auto version = loaded(sla_with(""))->version;
  EXPECT_NE(loaded(sla_with("spam_tag = \"junk\""))->version, version);
  EXPECT_NE(loaded(sla_with("", "clock = \"resolution\"\ntarget = \"9h\""))->version, version);
  EXPECT_NE(loaded(sla_with("", "clock = \"update\"\ntarget = \"8h\""))->version, version);
}

TEST(Sla, SaysWhatIsWrongAndWhatToWrite) {
  EXPECT_EQ(problems_of("[[sla]]\nid = \"a\"\n"),
            lines{"t.toml:1:1: error: this [[sla]] promises nothing; add an [[sla.clock]]"});
  const auto only = [](const std::string& toml, std::string_view says) {
    const auto problems = problems_of(toml);
    ASSERT_EQ(problems.size(), 1u) << toml << (problems.empty() ? "" : problems[0]);
    EXPECT_NE(problems[0].find(says), std::string::npos) << problems[0];
  };
  only(sla_with("", "clock = \"resolution\"\ntarget = \"1d\""),
       "a day of business time has no length of its own");
  only(sla_with("", "clock = \"resolution\"\ntarget = 8"), "write it as a string");
  only(sla_with("", "clock = \"resolution\"\ntarget = { hgih = \"8h\" }"), "\"hgih\" is no priority");
  only(sla_with("", "clock = \"first_respnse\"\ntarget = \"8h\""), "\"first_response\"");
  only(sla_with("", "clock = \"update\"\ntarget = \"8h\"\nwarn = { \"100%\" = [] }"),
       "is no time to warn at");
  only(sla_with("", "clock = \"update\"\ntarget = \"8h\"\non_breach = [\"tag:x\"]"), "is no action");
  only(sla_with("", "clock = \"update\"\ntarget = \"8h\"\non_breach = [\"raise_priority:top\"]"),
       "is no action");
  only(sla_with("", "clock = \"update\"\ntarget = \"8h\"\non_breach = [\"move_queue:x\"]"),
       "no [[queue]] has this id");
  only(sla_with("calendar = \"x\""), "no [[calendar]] has this id");
  only(sla_with("start = \"handoff\""), "needs bot_queues");
  only(sla_with("reopening = \"resum\""), "\"resume\"");
  only(
      sla_with("", "clock = \"update\"\ntarget = \"8h\"\n[[sla.clock]]\nclock = \"update\"\ntarget = \"9h\""),
      "stands twice");
  only(sla_with("") + sla_with(""), "is already taken on");
}

TEST(Sla, WarnsOfWhatIsNeverReached) {
  const auto s =
      loaded(sla_with("") +
             "[[sla]]\nid = \"b\"\ntags = [\"vip\"]\n[[sla.clock]]\nclock = \"update\"\ntarget = \"1h\"\n");
  ASSERT_NE(s, nullptr);
  ASSERT_EQ(s->warnings.size(), 1u);
  EXPECT_NE(s->warnings[0].find("\"b\" is never reached"), std::string::npos) << s->warnings[0];
}

}  // namespace
}  // namespace switchboard::config
