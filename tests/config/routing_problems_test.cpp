// [[queue]], [[agent]] and [routing]: what is wrong is said where it stands; what can hardly be meant is a warning.

#include "config/routing.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

using testing::expect_problems;
using testing::lines;
using testing::loaded;
using testing::problems_of;

constexpr std::string_view world = R"([[brand]]
id = "acme"
[[brand]]
id = "globex"
[[queue]]
id = "support"
brand = "acme"
[[queue]]
id = "billing"
brand = "acme"
[[queue]]
id = "desk"
brand = "globex"
[[agent]]
id = "ada"
brand = "acme"
queues = ["support"]
skills = { billing = 4 }
[[agent]]
id = "gil"
brand = "globex"
skills = { spanish = 2 }
)";  // 22 lines: what follows begins on line 23

std::string with(std::string_view more) {
  return std::string(world) + std::string(more);
}
std::string queue_with(std::string_view more) {
  return with("[[queue]]\nid = \"q\"\nbrand = \"acme\"\n" + std::string(more));  // from line 26
}
std::string agent_with(std::string_view more) {
  return with("[[agent]]\nid = \"a\"\nbrand = \"acme\"\n" + std::string(more));  // from line 26
}
std::string rule_with(std::string_view more) {
  return with("[[routing.rule]]\n" + std::string(more));  // from line 24
}

TEST(RoutingProblems, of_queues) {
  expect_problems({
      {"[[queue]]\n",
       {"1:1: error: [[queue]] needs id, like id = \"support\"",
        "1:1: error: [[queue]] needs brand, like brand = \"acme\""}},
      {with("[[queue]]\nid = \"support\"\nbrand = \"globex\"\n"),
       {"24:6: error: id \"support\" is already taken on line 6"}},
      {with("[[queue]]\nid = \"q\"\nbrand = \"glubex\"\n"),
       {"25:9: error: brand = \"glubex\": no [[brand]] has this id; did you mean \"globex\"?"}},
      {queue_with("order = \"agd\"\n"), {"26:9: error: order = \"agd\"; did you mean \"aged\"?"}},
      {queue_with("order = \"random\"\n"),
       {"26:9: error: order = \"random\" is none of \"aged\", \"strict\" or \"edf\""}},
      {queue_with("strategies = [\"skill_bets\"]\n"),
       {"26:15: error: strategies = \"skill_bets\"; did you mean \"skill_best\"?"}},
      {queue_with("strategies = []\n"),
       {"26:14: error: strategies must be a list of 1 to 4, like [\"skill_best\", \"load_balanced\"]"}},
      {queue_with("strategies = \"round_robin\"\n"),
       {"26:14: error: strategies must be a list of 1 to 4, like [\"skill_best\", \"load_balanced\"], not "
        "\"round_robin\""}},
      {queue_with("strategies = [\"round_robin\", \"round_robin\"]\n"),
       {"26:30: error: \"round_robin\" stands in strategies twice; remove one"}},
      {queue_with("mode = 1\n"), {"26:8: error: mode must be a string, so write \"1\""}},
      {queue_with("offer_timeout = 20\n"),
       {"26:17: error: offer_timeout must be a duration with its unit, like \"20s\" (ms, s, m, h, d), not "
        "20"}},
      {queue_with("offer_timeout = \"2h\"\n"),
       {"26:17: error: offer_timeout = \"2h\" is above the maximum of \"1h\""}},
      {queue_with("offers_at_once = 0\n"), {"26:18: error: offers_at_once = 0 is below the minimum of 1"}},
      {queue_with("calendar = \"berlin\"\n[[calendar]]\nid = \"berlim\"\nzone = \"UTC\"\n[[calendar.hours]]\n"
                  "days = [\"mon\"]\nwindows = [\"09:00-17:00\"]\n"),
       {"26:12: error: calendar = \"berlin\": no [[calendar]] has this id; did you mean \"berlim\"?"}},
      {queue_with("prioritty = 1\n"), {"26:1: error: unknown key \"prioritty\"; did you mean \"priority\"?"}},
      {queue_with("overlow = 1\n"), {"26:1: error: unknown key \"overlow\"; did you mean \"overflow\"?"}},
      {with("[routing]\nqueue = \"x\"\n"),
       {"24:1: error: unknown key \"queue\" in [routing]; it belongs in [[brand]]"}},
  });
}

TEST(RoutingProblems, of_rings_that_do_not_grow) {
  const auto rings = [](std::string_view first, std::string_view second) {
    return queue_with("[[queue.ring]]\n" + std::string(first) + "[[queue.ring]]\n" + std::string(second));
  };
  EXPECT_EQ(problems_of(rings("", "opens_after = \"1s\"\n")), lines{});
  EXPECT_EQ(problems_of(rings("opens_after = \"0s\"\npool = 2\n", "opens_after = \"1ms\"\npool = 2\n")),
            lines{});
  expect_problems({
      {rings("opens_after = \"5s\"\n", "opens_after = \"9s\"\n"),
       {"27:15: error: the first ring opens at once; leave opens_after out, or write \"0s\" (for nobody to "
        "be asked "
        "before, queue.delay)"}},
      {rings("", ""), {"27:1: error: [[queue.ring]] needs opens_after, like opens_after = \"0s\""}},
      {rings("", "opens_after = \"0s\"\n"),
       {"28:15: error: opens_after = \"0s\" is not later than the ring before, which opens after \"0s\"; all "
        "are "
        "counted from when a conversation was queued"}},
      {queue_with(
           "[[queue.ring]]\n[[queue.ring]]\nopens_after = \"1m\"\n[[queue.ring]]\nopens_after = \"30s\"\n"),
       {"30:15: error: opens_after = \"30s\" is not later than the ring before, which opens after \"1m\"; "
        "all are "
        "counted from when a conversation was queued"}},
      {rings("pool = 2\n", "opens_after = \"1s\"\npool = 1\n"),
       {"30:8: error: pool = 1 is less than the 2 of the ring before; rings only add agents"}},
      {rings("levels_lower = 2\n", "opens_after = \"1s\"\nlevels_lower = 1\n"),
       {"30:16: error: levels_lower = 1 is less than the 2 of the ring before; rings only add agents"}},
      {rings("", "opens_after = \"1s\"\npreferred_required = true\n"),
       {"29:22: error: preferred_required = true asks for more than the ring before; rings only add agents"}},
      {queue_with("ring = 1\n"),
       {"26:8: error: ring is a list of tables; write [[queue.ring]] behind the [[queue]]"}},
      {queue_with("[queue.ring]\npool = 1\n"),
       {"26:1: error: ring is a list of tables; write [[queue.ring]] behind the [[queue]]"}},
      {rings("pol = 1\n", "opens_after = \"1s\"\n"),
       {"27:1: error: unknown key \"pol\"; did you mean \"pool\"?"}},
  });
}

TEST(RoutingProblems, of_overflow) {
  const auto overflow = [](std::string_view more) {
    return queue_with("[queue.overflow]\nlength_max = 5\n" + std::string(more));
  };
  const std::string in_circles = overflow(
      "targets = [\"queue:r\"]\n[[queue]]\nid = \"r\"\nbrand = \"acme\"\n[queue.overflow]\n"
      "length_max = 1\ntargets = [\"queue:q\"]\n");
  EXPECT_EQ(problems_of(in_circles), lines{}) << "a conversation goes to no queue twice";
  expect_problems({
      {overflow(""),
       {"26:1: error: [queue.overflow] needs targets, like targets = [\"agent:ada\", \"leave-message\"]"}},
      {overflow("targets = []\n"),
       {"28:11: error: targets must be a list of 1 to 16, like [\"agent:ada\", \"leave-message\"]"}},
      {overflow("targets = [\"biling\", \"queue:\", 5]\n"),
       {"28:12: error: \"biling\" is no target; write \"queue:ID\", \"agent:ID\" or \"leave-message\"",
        "28:22: error: \"queue:\" is no target; write \"queue:ID\", \"agent:ID\" or \"leave-message\"",
        "28:32: error: 5 is no target; write \"queue:ID\", \"agent:ID\" or \"leave-message\""}},
      {overflow("targets = [\"queue:biling\", \"agent:adda\"]\n"),
       {"28:12: error: \"queue:biling\": no [[queue]] has this id; did you mean \"billing\"?",
        "28:28: error: \"agent:adda\": no [[agent]] has this id; did you mean \"ada\"?"}},
      {overflow("targets = [\"bot\", \"agent:ada\"]\n"),
       {"28:12: error: \"bot\": this version has none of its own; one of yours is an [[agent]] whose token "
        "it "
        "uses: write \"agent:ID\", and it hands back by POST …/transfer"}},
      {overflow("targets = [\"leave-message\"]\n"),
       {"26:1: error: [queue.overflow] needs leave_message_text, like leave_message_text = \"Nobody is here "
        "right "
        "now. Write what it is about; we answer in the morning.\""}},
      {overflow("targets = [\"queue:desk\", \"agent:gil\"]\n"),
       {"28:12: error: \"queue:desk\": this [[queue]] is of brand \"globex\", not \"acme\"; name one of the "
        "same brand",
        "28:26: error: \"agent:gil\": this [[agent]] is of brand \"globex\", not \"acme\"; name one of the "
        "same "
        "brand"}},
      {overflow("targets = [\"queue:q\"]\n"),
       {"28:12: error: \"queue:q\" is the queue itself; what overflows goes elsewhere"}},
      {queue_with("[[queue.overflow]]\ntargets = [\"agent:ada\"]\n"),
       {"26:1: error: overflow is one table; write [queue.overflow] behind the [[queue]], not "
        "[[queue.overflow]]"}},
      {overflow("targets = [\"agent:ada\"]\nwait = \"5s\"\n"),
       {"29:1: error: unknown key \"wait\" in [queue.overflow]; config/reference.toml lists them all"}},
  });
}

TEST(RoutingProblems, of_what_customers_are_told) {
  const auto told = [](std::string_view more) {
    return queue_with("[queue.tell_wait]\n" + std::string(more));
  };
  EXPECT_EQ(problems_of(told("text = \"" + std::string(900, 'x') + "\"\n")), lines{});
  expect_problems({
      {told(""),
       {"26:1: error: [queue.tell_wait] needs text, like text = \"You are number {position}; about {minutes} "
        "min.\""}},
      {told("text = \"{positon} {minutes}\"\nclosed_text = \"{when}\"\n"),
       {"27:8: error: text: {positon} stands for nothing; there are {position} and {minutes}",
        "28:15: error: closed_text: {when} stands for nothing; there are {position} and {minutes}"}},
      {told("text = \"x\"\nahead_max = 0\n"), {"28:13: error: ahead_max = 0 is below the minimum of 1"}},
      {told("text = \"x\"\nnotify_gap = \"1s\"\n"),
       {"28:14: error: notify_gap = \"1s\" is below the minimum of \"10s\""}},
      {told("text = \"x\"\nkinds = []\n"), {"28:9: error: kinds must be a list of 1 to 4, like [\"dm\"]"}},
      {queue_with("tell_wait = \"x\"\n"),
       {"26:13: error: tell_wait is one table; write [queue.tell_wait] behind the [[queue]], not a string"}},
  });
  const auto in_public =
      problems_of(told("text = \"" + std::string(281, 'x') + "\"\nkinds = [\"dm\", \"comment\"]\n"));
  ASSERT_EQ(in_public.size(), 1u);
  EXPECT_NE(in_public[0].find("must have 1 to 280 bytes"), std::string::npos) << in_public[0];
}

TEST(RoutingProblems, of_agents) {
  expect_problems({
      {with("[[agent]]\nid = \"ada\"\nbrand = \"globex\"\n"),
       {"24:6: error: id \"ada\" is already taken on line 15"}},
      {with("[[agent]]\nid = \"a\"\nbrand = \"initech\"\n"),
       {"25:9: error: brand = \"initech\": no [[brand]] has this id; add one, or name one that there is"}},
      {agent_with("queues = [\"suport\", \"desk\"]\n"),
       {"26:11: error: \"suport\": no [[queue]] has this id; did you mean \"support\"?",
        "26:21: error: \"desk\": this [[queue]] is of brand \"globex\", not \"acme\"; name one of the same "
        "brand"}},
      {agent_with("queues = [\"support:\", \":1\", \"support:256\", \"support:1a\", 7]\n"),
       {"26:11: error: \"support:\" is no queue; write its id, like \"support\", or with a pool from 0 to "
        "255, like "
        "\"support:1\"",
        "26:23: error: \":1\" is no queue; write its id, like \"support\", or with a pool from 0 to 255, "
        "like "
        "\"support:1\"",
        "26:29: error: \"support:256\" is no queue; write its id, like \"support\", or with a pool from 0 to "
        "255, like "
        "\"support:1\"",
        "26:44: error: \"support:1a\" is no queue; write its id, like \"support\", or with a pool from 0 to "
        "255, like "
        "\"support:1\"",
        "26:58: error: 7 is no queue; write its id, like \"support\", or with a pool from 0 to 255, like "
        "\"support:1\""}},
      {agent_with("queues = [\"support\", \"support:0\"]\n"),
       {"26:22: error: queue \"support\" stands here twice; an agent is in one of its pools"}},
      {agent_with("units = 100\nunits_hard = 99\n"),
       {"27:14: error: units_hard = 99 is less than units = 100; nothing at all goes beyond it, so make it "
        "as much at "
        "least"}},
      {agent_with("units = 200\nunits_hard = 150\n"),
       {"27:14: error: units_hard = 150 is less than units = 200; nothing at all goes beyond it, so make it "
        "as much at "
        "least"}},
      {agent_with("skills = { Billing = 1, \"a b\" = 2, \"language:\" = 1, \"language:DE\" = 1 }\n"),
       {"26:12: error: \"Billing\" is no name of a skill: 1 to 64 of a-z 0-9 _ -, a letter or digit first, "
        "or a "
        "language like \"language:pt-br\"",
        "26:25: error: \"a b\" is no name of a skill: 1 to 64 of a-z 0-9 _ -, a letter or digit first, or a "
        "language "
        "like \"language:pt-br\"",
        "26:36: error: \"language:\" is no name of a skill: 1 to 64 of a-z 0-9 _ -, a letter or digit first, "
        "or a "
        "language like \"language:pt-br\"",
        "26:53: error: \"language:DE\" is no name of a skill: 1 to 64 of a-z 0-9 _ -, a letter or digit "
        "first, or a "
        "language like \"language:pt-br\""}},
      {agent_with("skills = { billing = 0, french = 101, dutch = \"good\" }\n"),
       {"26:22: error: billing = 0 is below the minimum of 1",
        "26:34: error: french = 101 is above the maximum of 100",
        "26:47: error: dutch must be an integer, like 5, not \"good\""}},
      {agent_with("skills = [\"billing\"]\n"),
       {"26:10: error: skills must be a table of up to 1000, like { billing = 4, french = 5 }, not a list"}},
      {agent_with("languages = [\"german language\", \"d\", \"1a\", \"pt-\", 5]\n"),
       {"26:14: error: \"german language\" is no language; write it like \"de\" or \"pt-BR\"",
        "26:33: error: \"d\" is no language; write it like \"de\" or \"pt-BR\"",
        "26:38: error: \"1a\" is no language; write it like \"de\" or \"pt-BR\"",
        "26:44: error: \"pt-\" is no language; write it like \"de\" or \"pt-BR\"",
        "26:51: error: 5 is no language; write it like \"de\" or \"pt-BR\""}},
  });
}

TEST(RoutingProblems, of_a_brands_queue) {
  expect_problems({
      {with("[[brand]]\nid = \"b\"\nqueue = \"desc\"\n"),
       {"25:9: error: queue = \"desc\": no [[queue]] has this id; add one, or name one that there is"}},
      {with("[[brand]]\nid = \"b\"\nqueue = \"desk\"\n"),
       {"25:9: error: queue = \"desk\": this [[queue]] is of brand \"globex\", not \"b\"; name one of the "
        "same brand"}},
  });
}

TEST(RoutingProblems, of_statuses_and_channels) {
  const std::string away = "[[routing.status]]\nname = \"away\"\nplatforms = []\n";
  expect_problems({
      {"[[routing.status]]\nname = \"online\"\n",
       {"2:8: error: one [[routing.status]] is too few: agents come with the first, and the last is set for "
        "who is "
        "away"}},
      {"[[routing.status]]\nname = \"online\"\n[[routing.status]]\nname = \"busy\"\nkinds = [\"dm\"]\n",
       {"4:8: error: status \"busy\" is the last, which is set for who is away, so it must take nothing; "
        "write "
        "platforms = []"}},
      {"[[routing.status]]\nname = \"online\"\n" + away + away,
       {"7:8: error: name \"away\" is already taken on line 4"}},
      {"[[routing.status]]\nplatforms = [\"fax\"]\n" + away,
       {"1:1: error: [[routing.status]] needs name, like name = \"online\"",
        "2:14: error: platforms = \"fax\" is none of \"facebook\", \"instagram\", \"whatsapp\", "
        "\"telegram\", \"x\", "
        "\"linkedin\" or \"bluesky\""}},
      {"[[routing.status]]\nname = \"phone\"\nplatforms = [\"whatsapp\"]\n" + away,
       {"3:13: error: status \"phone\" would take a part of what the 1. channel is about; a channel is taken "
        "whole or "
        "not at all, so give that part a [[routing.channel]] of its own before it",
        "3:13: error: status \"phone\" would take a part of what the 2. channel is about; a channel is taken "
        "whole or "
        "not at all, so give that part a [[routing.channel]] of its own before it"}},
      {"[[routing.channel]]\nplatform = \"whatsap\"\n",
       {"2:12: error: platform = \"whatsap\"; did you mean \"whatsapp\"?"}},
      {"[[routing.channel]]\nunits = -1\n", {"2:9: error: units = -1 is below the minimum of 0"}},
      {"[routing]\nwhen_gone = \"requeue\"\n",
       {"2:13: error: when_gone = \"requeue\" is none of \"keep\", \"requeue_unanswered\" or "
        "\"requeue_all\""}},
      {"[routing]\nwhen_gone = \"requeue_al\"\n",
       {"2:13: error: when_gone = \"requeue_al\"; did you mean \"requeue_all\"?"}},
      {"[routing]\npriority_minutes = { urgent = 5, hihg = 3 }\n",
       {"2:34: error: unknown key \"hihg\"; did you mean \"high\"?"}},
  });
}

TEST(RoutingProblems, of_rules) {
  expect_problems({
      {rule_with("queue = \"biling\"\n"),
       {"24:9: error: queue = \"biling\": no [[queue]] has this id; did you mean \"billing\"?"}},
      {rule_with("brands = [\"globex\"]\nqueue = \"billing\"\n"),
       {"25:9: error: queue = \"billing\": this [[queue]] is of brand \"acme\", not \"globex\"; name one of "
        "the same "
        "brand"}},
      {rule_with("brands = [\"acme\", \"globex\"]\nqueue = \"billing\"\n"),
       {"24:19: error: \"globex\" has no queue \"billing\", which is of brand \"acme\"; write a rule for "
        "each"}},
      {rule_with("brands = [\"acmee\"]\nsources = [\"m\"]\naccounts = [\"w\"]\n"),
       {"24:11: error: \"acmee\": no [[brand]] has this id; did you mean \"acme\"?",
        "25:12: error: \"m\": no [[source]] has this id; add one, or name one that there is",
        "26:13: error: \"w\": no [[account]] has this id; add one, or name one that there is"}},
      {rule_with("platforms = []\n"),
       {"24:13: error: platforms must be a list of 1 to 7, like [\"whatsapp\", \"telegram\"]"}},
      {rule_with("platforms = [\"whatsapp\", \"whatsapp\"]\n"),
       {"24:26: error: \"whatsapp\" stands in platforms twice; remove one"}},
      {rule_with("kinds = [\"dms\"]\n"), {"24:10: error: kinds = \"dms\"; did you mean \"dm\"?"}},
      {rule_with("languages = [\"german!\"]\n"),
       {"24:14: error: \"german!\" is no language; write it like \"de\" or \"pt-BR\""}},
      {rule_with("tags = [\"\"]\nkeywords = [5]\n"),
       {"24:9: error: tags = \"\" must have 1 to 256 bytes and no control characters",
        "25:13: error: keywords must be a string, so write \"5\""}},
      {rule_with("attributes = [\"gold\"]\n"),
       {"24:14: error: attributes must be a table of 1 to 32, like { plan = \"gold\" }, not a list"}},
      {rule_with("attributes = { plan = 5 }\n"), {"24:23: error: plan must be a string, so write \"5\""}},
      {rule_with("set_priority = \"hihg\"\n"),
       {"24:16: error: set_priority = \"hihg\"; did you mean \"high\"?"}},
      {rule_with("preferred = { billing = 1001 }\n"),
       {"24:25: error: billing = 1001 is above the maximum of 1000"}},
      {rule_with("keyword = [\"x\"]\n"),
       {"24:1: error: unknown key \"keyword\"; did you mean \"keywords\"?"}},
      {rule_with("name = \"one\"\ntags = [\"a\"]\n[[routing.rule]]\nname = \"one\"\ntags = [\"b\"]\n"),
       {"27:8: error: name \"one\" is already taken on line 24"}},
  });
}

TEST(RoutingProblems, nothing_of_it_is_without_a_limit) {
  const auto count_of = [](const std::string& text, std::string_view what) {
    const auto problems = problems_of(text);
    ASSERT_EQ(problems.size(), 1u) << what << ": " << (problems.empty() ? "" : problems.back());
    EXPECT_NE(problems[0].find(what), std::string::npos) << problems[0];
  };
  std::string rings, channels, skills, queues, statuses;
  for (int i = 0; i < 17; ++i) rings += "[[queue.ring]]\nopens_after = \"" + std::to_string(i) + "s\"\n";
  for (int i = 0; i < 33; ++i) channels += "[[routing.channel]]\n";
  for (int i = 0; i < 33; ++i)
    statuses += "[[routing.status]]\nname = \"s" + std::to_string(i) + "\"\nplatforms = []\n";
  for (int i = 0; i < 600; ++i) skills += (i == 0 ? "s" : ", s") + std::to_string(i) + " = 1";
  for (int i = 0; i < 10'001; ++i)
    queues += "[[queue]]\nid = \"q" + std::to_string(i) + "\"\nbrand = \"b\"\n";
  std::string rules;
  for (int i = 0; i < 5'001; ++i) rules += "[[routing.rule]]\ntags = [\"" + std::to_string(i) + "\"]\n";
  std::string others = skills;
  for (std::size_t at = 0; (at = others.find('s', at)) != std::string::npos; ++at) others[at] = 'o';
  count_of(queue_with(rings), "there may be 16 [[queue.ring]] of one [[queue]]; this is one more");
  count_of(channels, "there may be 32 [[routing.channel]] of one [routing]; this is one more");
  count_of(statuses, "there may be 32 [[routing.status]] of one [routing]; this is one more");
  count_of(rules, "there may be 5000 [[routing.rule]] of one [routing]; this is one more");
  count_of("[[brand]]\nid = \"b\"\n" + queues, "there may be 10000 [[queue]]; this is one more");
  count_of(agent_with("skills = { " + skills + " }\n[[agent]]\nid = \"b\"\nbrand = \"acme\"\nskills = { " +
                      others + " }\n"),
           "the agents of a brand may have 1000 different skills; here are more");
}

// -- warnings ------------------------------------------------------------------------------------------------

void expect_warnings(const std::vector<testing::bad_config>& cases) {
  for (const auto& c : cases) {
    EXPECT_EQ(problems_of(c.toml), lines{}) << c.toml;
    const auto s = loaded(c.toml);
    ASSERT_NE(s, nullptr) << c.toml;
    lines expected;
    for (const auto& p : c.problems) expected.push_back("t.toml:" + p);
    EXPECT_EQ(s->warnings, expected) << c.toml;
  }
}

TEST(RoutingWarnings, a_skill_that_no_agent_of_the_brand_has) {
  expect_warnings({
      {rule_with("queue = \"billing\"\nrequired = { billing = 4 }\n"), {}},
      {rule_with("queue = \"billing\"\nrequired = { biling = 4 }\n"),
       {"25:23: warning: no [[agent]] of brand \"acme\" has skill \"biling\"; did you mean \"billing\"?"}},
      {rule_with("queue = \"billing\"\nrequired = { spanish = 1 }\n"),
       {"25:24: warning: no [[agent]] of brand \"acme\" has skill \"spanish\"; what this rule fits waits for "
        "nobody"}},
      {rule_with("required = { spanish = 1 }\n"), {}},
      {rule_with("tags = [\"a\"]\npreferred = { chess = 1 }\n"),
       {"25:23: warning: no [[agent]] has skill \"chess\""}},
  });
}

TEST(RoutingWarnings, a_rule_behind_one_that_fits_all_that_it_fits) {
  expect_warnings({
      {rule_with("name = \"all\"\n[[routing.rule]]\nname = \"late\"\ntags = [\"vip\"]\n"),
       {"25:1: warning: rule \"late\" is never reached: all that it fits, rule \"all\" on line 23 fits "
        "before it"}},
      {rule_with(
           "platforms = [\"x\", \"telegram\"]\n[[routing.rule]]\nplatforms = [\"x\"]\ntags = [\"vip\"]\n"),
       {"25:1: warning: rule \"rule-2\" is never reached: all that it fits, rule \"rule-1\" on line 23 fits "
        "before it"}},
      {rule_with("platforms = [\"x\"]\n[[routing.rule]]\nplatforms = [\"x\", \"telegram\"]\n"), {}},
      {rule_with("queue = \"support\"\n[[routing.rule]]\nqueue = \"desk\"\n"), {}},
      {rule_with("queue = \"support\"\n[[routing.rule]]\nqueue = \"billing\"\n"),
       {"25:1: warning: rule \"rule-2\" is never reached: all that it fits, rule \"rule-1\" on line 23 fits "
        "before it"}},
  });
}

TEST(RoutingWarnings, what_is_there_and_has_no_effect) {
  expect_warnings({
      {queue_with("strategies = [\"skill_best\", \"round_robin\"]\n"), {}},
      {queue_with("strategies = [\"round_robin\", \"skill_best\", \"least_active\"]\n"),
       {"26:30: warning: \"skill_best\" stands behind \"round_robin\", which finds no two alike, and never "
        "decides; put \"round_robin\" last"}},
      {queue_with("[queue.overflow]\ntargets = [\"agent:ada\"]\n"),
       {"26:1: warning: nothing overflows from queue \"q\"; set length_max, wait_max, eta_max or "
        "when_closed, or remove "
        "[queue.overflow]"}},
      {queue_with("[queue.overflow]\nwhen_closed = true\ntargets = [\"agent:ada\"]\n"),
       {"27:15: warning: queue \"q\" has no calendar, so it is never closed"}},
      {agent_with("queues = [\"support:1\"]\n"),
       {"26:11: warning: agent \"a\" is never asked: no [[queue.ring]] of queue \"support\" opens pool 1; "
        "add one with "
        "pool = 1"}},
      {agent_with("units = 5\n"),
       {"26:9: warning: agent \"a\" is never offered anything: units = 5, and the least that a "
        "[[routing.channel]] takes "
        "is 10"}},
      {"[[routing.channel]]\n[[routing.channel]]\nkind = \"dm\"\n",
       {"2:1: warning: this channel is never used: what it is about fits one before it already"}},
  });
}

}  // namespace
}  // namespace switchboard::config
