// [[queue]], [[agent]] and [routing]: what a router is given of them.

#include "config/routing.hpp"

#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

namespace routing = domain::routing;
using namespace std::chrono_literals;
using testing::lines;
using testing::loaded;
using testing::problems_of;

constexpr std::string_view whole = R"([[brand]]
id = "acme"
queue = "support"
[[brand]]
id = "globex"
[[brand]]
id = "quiet"

[[queue]]
id = "billing"
brand = "acme"
name = "Money"
priority = 3
order = "strict"
strategies = ["skill_best", "round_robin"]
mode = "auto_accept"
offer_timeout = "45s"
offers_at_once = 3
delay = "5s"
calendar = "office"
[[queue.ring]]
preferred_required = true
skip_if_none_online = true
[[queue.ring]]
opens_after = "30s"
pool = 1
[[queue.ring]]
opens_after = "2m"
levels_lower = 2
preferred_required = false
[queue.overflow]
length_max = 500
wait_max = "15m"
eta_max = "30m"
when_closed = true
targets = ["queue:support", "agent:bo", "leave-message"]
leave_message_text = "Tell us."
[queue.tell_wait]
text = "Number {position}, {minutes} min."
closed_text = "In the morning."
kinds = ["dm", "comment"]
after = "20s"
notify_min = "6m"
notify_gap = "90s"
ahead_max = 70

[[queue]]
id = "globex-desk"
brand = "globex"

[[queue]]
id = "support"
brand = "acme"

[[agent]]
id = "ada"
brand = "acme"
name = "Ada L."
units = 200
units_hard = 210
queues = ["support", "billing:1"]
skills = { billing = 4, "language:de" = 5 }
languages = ["de", "pt-BR"]

[[agent]]
id = "gil"
brand = "globex"
queues = ["globex-desk"]
skills = { spanish = 2 }

[[agent]]
id = "bo"
brand = "acme"
units = 50

[routing]
cooldown = "90s"
when_gone = "requeue_all"
grace = "45s"
sessions_max = 3
[routing.priority_minutes]
urgent = 120

[[routing.channel]]
platform = "whatsapp"
kind = "dm"
units = 25
at_once_max = 4
[[routing.channel]]
kind = "dm"
interruptible = true
[[routing.channel]]
units = 7

[[routing.status]]
name = "online"
[[routing.status]]
name = "public-only"
kinds = ["comment", "mention", "review"]
[[routing.status]]
name = "whatsapp-only"
platforms = ["whatsapp"]
kinds = ["dm"]
[[routing.status]]
name = "away"
platforms = []

[[routing.rule]]
name = "refunds"
brands = ["acme"]
platforms = ["whatsapp", "telegram"]
kinds = ["dm"]
languages = ["pt", "de"]
tags = ["vip"]
priorities = ["high"]
attributes = { plan = "gold" }
keywords = ["refund", "money back"]
queue = "billing"
set_priority = "urgent"
required = { billing = 3 }
preferred = { "language:de" = 10, patience = 2 }
[[routing.rule]]
queue = "globex-desk"
keywords = ["hola"]
[[routing.rule]]
set_priority = "low"
kinds = ["comment"]

[[calendar]]
id = "office"
zone = "Europe/Berlin"
[[calendar.hours]]
days = ["mon"]
windows = ["09:00-17:00"]
)";

settings_ptr good() {
  EXPECT_EQ(problems_of(whole), lines{});
  auto s = loaded(whole);
  return s ? s : std::make_shared<const settings>();
}

TEST(Routing, queues_are_of_their_brand_and_in_the_order_of_the_file) {
  const auto s = good();
  const auto r = routing_of(*s, {"acme"});
  ASSERT_EQ(r.router.queues.size(), 2u);
  const auto& q = r.router.queues[0];
  EXPECT_EQ(q.id.value, "billing");
  EXPECT_EQ(q.priority, 3u);
  EXPECT_EQ(q.order, routing::queue_order::strict);
  EXPECT_EQ(q.strategies, (std::vector{routing::strategy::skill_best, routing::strategy::round_robin}));
  EXPECT_EQ(q.mode, routing::offer_mode::auto_accept);
  EXPECT_EQ(q.offer_timeout, 45s);
  EXPECT_EQ(q.offers_at_once, 3);
  EXPECT_EQ(q.delay, 5s);
  EXPECT_EQ(s->find_queue("billing")->name, "Money");
  EXPECT_EQ(s->find_queue("billing")->calendar.value, "office");
  EXPECT_EQ(s->find_queue("support")->name, "support");
  EXPECT_EQ(s->find_queue("sales"), nullptr);

  const auto& plain = r.router.queues[1];
  const routing::queue_rules standard;
  EXPECT_EQ(plain.id.value, "support");
  EXPECT_EQ(plain.order, standard.order);
  EXPECT_EQ(plain.strategies, standard.strategies);
  EXPECT_EQ(plain.mode, standard.mode);
  EXPECT_EQ(plain.offer_timeout, standard.offer_timeout);
  EXPECT_EQ(plain.rings.size(), 1u);
  EXPECT_TRUE(plain.overflow.targets.empty());
}

TEST(Routing, a_ring_has_what_the_one_before_has_where_it_says_nothing_else) {
  const auto r = routing_of(*good(), {"acme"});
  const auto& rings = r.router.queues[0].rings;
  ASSERT_EQ(rings.size(), 3u);
  EXPECT_EQ(rings[0].opens_after, 0s);
  EXPECT_EQ(rings[1].opens_after, 30s);
  EXPECT_EQ(rings[2].opens_after, 2min);
  EXPECT_EQ((std::vector{rings[0].pool, rings[1].pool, rings[2].pool}), (std::vector<std::uint8_t>{0, 1, 1}));
  EXPECT_EQ((std::vector{rings[0].levels_lower, rings[1].levels_lower, rings[2].levels_lower}),
            (std::vector<std::uint8_t>{0, 0, 2}));
  EXPECT_TRUE(rings[0].preferred_required);
  EXPECT_TRUE(rings[1].preferred_required);
  EXPECT_FALSE(rings[2].preferred_required);
  EXPECT_TRUE(rings[0].skip_if_none_online);
  EXPECT_FALSE(rings[1].skip_if_none_online) << "what to do where nobody is here is each ring's own";
  const auto aligned = routing::align(r.router, r.router);
  for (std::size_t i = 0; i < rings.size(); ++i) {
    EXPECT_EQ(aligned.queues[0].rings[i].opens_after, rings[i].opens_after)
        << "nothing is left to be put right";
    EXPECT_EQ(aligned.queues[0].rings[i].pool, rings[i].pool);
  }
}

TEST(Routing, overflow_names_become_places) {
  const auto r = routing_of(*good(), {"acme"});
  const auto& o = r.router.queues[0].overflow;
  EXPECT_EQ(o.length_max, 500u);
  EXPECT_EQ(o.wait_max, 15min);
  EXPECT_EQ(o.eta_max, 30min);
  EXPECT_TRUE(o.when_closed);
  using to = routing::overflow_target::to;
  ASSERT_EQ(o.targets.size(), 3u);
  EXPECT_EQ(o.targets[0].kind, to::queue);
  EXPECT_EQ(o.targets[0].index, 1u) << "support";
  EXPECT_EQ(o.targets[1].kind, to::agent);
  EXPECT_EQ(o.targets[1].index, 1u) << "bo: agents of other brands have no place here";
  EXPECT_EQ(o.targets[2].kind, to::leave_message);
  EXPECT_EQ(o.message_channels, 0b011u) << "direct messages alone";
  EXPECT_EQ(good()->find_queue("billing")->leave_message_text, "Tell us.");
}

TEST(Routing, what_is_told_of_the_wait_is_for_the_channels_with_its_kinds) {
  const auto s = good();
  const auto r = routing_of(*s, {"acme"});
  const auto& tell = r.router.queues[0].tell;
  EXPECT_EQ(tell.channels, 0b111u)
      << "the last one has comments, and others which the conversation's owner knows";
  EXPECT_TRUE(tell.when_closed);
  EXPECT_EQ(tell.after, 20s);
  EXPECT_EQ(tell.notify_min, 6min);
  EXPECT_EQ(tell.notify_gap, 90s);
  EXPECT_EQ(tell.ahead_max, 70u);
  const auto* const q = s->find_queue("billing");
  EXPECT_EQ(q->wait_text, "Number {position}, {minutes} min.");
  EXPECT_EQ(q->closed_text, "In the morning.");
  EXPECT_EQ(q->told_kinds, (std::vector{domain::thread_kind::dm, domain::thread_kind::comment}));
  EXPECT_EQ(r.router.queues[1].tell.channels, 0u) << "support says nothing";
  EXPECT_EQ(s->find_queue("support")->told_kinds, std::vector{domain::thread_kind::dm});
}

TEST(Routing, agents_have_their_queues_and_skills_by_place) {
  const auto s = good();
  const auto r = routing_of(*s, {"acme"});
  ASSERT_EQ(r.router.agents.size(), 2u);
  const auto& ada = r.router.agents[0];
  EXPECT_EQ(ada.id.value, "ada");
  EXPECT_EQ(ada.units, 200u);
  EXPECT_EQ(ada.units_hard, 210u);
  ASSERT_EQ(ada.queues.size(), 2u);
  EXPECT_EQ(ada.queues[0].queue, 1u);
  EXPECT_EQ(ada.queues[0].pool, 0u);
  EXPECT_EQ(ada.queues[1].queue, 0u);
  EXPECT_EQ(ada.queues[1].pool, 1u);
  std::map<std::string, int> levels;
  for (const auto& k : ada.skills) levels[r.router.skills[k.skill]] = k.level;
  EXPECT_EQ(levels, (std::map<std::string, int>{
                        {"billing", 4}, {"language:de", 5}, {"language:pt-br", 1}, {"language:pt", 1}}));
  const auto& bo = r.router.agents[1];
  EXPECT_EQ(bo.units, 50u);
  EXPECT_EQ(bo.units_hard, 60u) << "a fifth more";
  EXPECT_TRUE(bo.queues.empty());
  EXPECT_EQ(s->find_agent("bo")->name, "bo");
  EXPECT_EQ(std::count(r.router.skills.begin(), r.router.skills.end(), "spanish"), 0) << "of another brand";
}

TEST(Routing, the_numbers_are_those_of_the_section_and_else_the_rules_own) {
  const auto s = good();
  const auto r = routing_of(*s, {"acme"});
  const routing::router_config standard;
  EXPECT_EQ(r.router.cooldown, 90s);
  EXPECT_EQ(r.router.when_gone, routing::requeue_policy::requeue_all);
  EXPECT_EQ(r.router.priority_minutes, (std::array<std::uint32_t, 4>{0, 10, 30, 120}));
  EXPECT_EQ(r.router.missed_max, standard.missed_max);
  EXPECT_EQ(r.router.conversations_max, standard.conversations_max);
  EXPECT_EQ(r.presence.grace, 45s);
  EXPECT_EQ(r.presence.sessions_max, 3u);
  EXPECT_EQ(r.presence.lease, routing::presence_rules{}.lease);
  EXPECT_EQ(r.router.version, std::stoull(s->version, nullptr, 16));
  EXPECT_EQ(r.router.version, routing_of(*s, {"globex"}).router.version);
}

TEST(Routing, channels_and_statuses_are_bits_of_one_another) {
  const auto r = routing_of(*good(), {"acme"});
  ASSERT_EQ(r.router.channels.size(), 3u);
  EXPECT_EQ(r.router.channels[0].units, 25u);
  EXPECT_EQ(r.router.channels[0].at_once_max, 4);
  EXPECT_EQ(r.router.channels[0].platform, domain::platform::whatsapp);
  EXPECT_TRUE(r.router.channels[1].interruptible);
  EXPECT_EQ(r.router.channels[1].units, 20u);
  EXPECT_EQ(r.router.channels[2].units, 7u);
  ASSERT_EQ(r.presence.statuses.size(), 4u);
  EXPECT_EQ(r.presence.statuses[0].name, "online");
  EXPECT_EQ(r.presence.statuses[0].channels, 0b111u);
  EXPECT_EQ(r.presence.statuses[1].channels, 0b100u);
  EXPECT_EQ(r.presence.statuses[2].channels, 0b001u);
  EXPECT_EQ(r.presence.statuses[3].channels, 0u);
}

TEST(Routing, rules_are_of_their_brand_and_of_the_brand_of_their_queue) {
  const auto s = good();
  const auto acme = routing_of(*s, {"acme"});
  ASSERT_EQ(acme.rules.size(), 2u);
  const auto& first = acme.rules[0];
  EXPECT_EQ(first.name, "refunds");
  EXPECT_EQ(first.platforms, (std::vector{domain::platform::whatsapp, domain::platform::telegram}));
  EXPECT_EQ(first.languages, (std::vector<std::string>{"pt", "de"}));
  EXPECT_EQ(first.tags, std::vector<std::string>{"vip"});
  EXPECT_EQ(first.priorities, std::vector{domain::priority::high});
  ASSERT_EQ(first.attributes.size(), 1u);
  EXPECT_EQ(first.attributes[0].name + "=" + first.attributes[0].value, "plan=gold");
  EXPECT_EQ(first.keywords, (std::vector<std::string>{"refund", "money back"}));
  EXPECT_EQ(first.queue, routing::queue_index{0});
  EXPECT_EQ(first.set_priority, domain::priority::urgent);
  ASSERT_EQ(first.required.size(), 1u);
  EXPECT_EQ(acme.router.skills[first.required[0].skill], "billing");
  EXPECT_EQ(first.required[0].level, 3);
  ASSERT_EQ(first.preferred.size(), 2u);
  EXPECT_EQ(acme.router.skills[first.preferred[1].skill], "patience")
      << "nobody has it; it has a place all the same";
  EXPECT_EQ(acme.rules[1].name, "rule-3");
  for (std::size_t n = 0; n < 2; ++n) {
    EXPECT_EQ(acme.rules[n].place, n);
    EXPECT_EQ(acme.router.rules.at(n), acme.rules[n].name) << "what reasons call it";
  }
  const auto globex = routing_of(*s, {"globex"});
  ASSERT_EQ(globex.rules.size(), 2u);
  EXPECT_EQ(globex.rules[0].queue, routing::queue_index{0}) << "globex-desk is the first of its brand";
  EXPECT_EQ(globex.rules[1].name, "rule-3");
}

TEST(Routing, a_conversation_that_no_rule_fits_goes_to_the_queue_of_its_brand) {
  const auto s = good();
  EXPECT_EQ(routing_of(*s, {"acme"}).default_queue, 1u) << "named";
  EXPECT_EQ(routing_of(*s, {"globex"}).default_queue, 0u) << "its first";
  const auto quiet = routing_of(*s, {"quiet"});
  EXPECT_EQ(quiet.default_queue, routing::no_queue);
  EXPECT_TRUE(quiet.router.queues.empty() && quiet.router.agents.empty());
  EXPECT_EQ(routing_of(*s, {"nobody"}).default_queue, routing::no_queue);
}

TEST(Routing, all_of_it_can_be_reloaded) {
  EXPECT_EQ(needs_restart(*loaded(""), *good()), std::vector<std::string>{});
  EXPECT_EQ(needs_restart(*good(), *loaded("")), std::vector<std::string>{});
}

TEST(Routing, every_change_of_it_is_another_version) {
  std::vector<std::string> versions{good()->version};
  const std::vector<std::pair<std::string, std::string>> changes{
      {"queue = \"support\"\n[[brand]]", "[[brand]]"},
      {"name = \"Money\"", "name = \"Cash\""},
      {"priority = 3", "priority = 4"},
      {"order = \"strict\"", "order = \"edf\""},
      {"\"skill_best\", \"round_robin\"", "\"round_robin\", \"skill_best\""},
      {"mode = \"auto_accept\"", "mode = \"pull\""},
      {"offer_timeout = \"45s\"", "offer_timeout = \"46s\""},
      {"offers_at_once = 3", "offers_at_once = 2"},
      {"delay = \"5s\"", "delay = \"6s\""},
      {"calendar = \"office\"\n", "\n"},
      {"preferred_required = true\n", "\n"},
      {"skip_if_none_online = true", ""},
      {"opens_after = \"30s\"", "opens_after = \"31s\""},
      {"pool = 1", "pool = 2"},
      {"levels_lower = 2", "levels_lower = 3"},
      {"length_max = 500", "length_max = 501"},
      {"wait_max = \"15m\"", "wait_max = \"16m\""},
      {"eta_max = \"30m\"", "eta_max = \"31m\""},
      {"when_closed = true", "when_closed = false"},
      {"\"agent:bo\", \"leave-message\"", "\"leave-message\", \"agent:bo\""},
      {"\"Tell us.\"", "\"Tell me.\""},
      {"Number {position}", "No. {position}"},
      {"In the morning.", "At nine."},
      {"[\"dm\", \"comment\"]", "[\"dm\", \"review\"]"},
      {"after = \"20s\"", "after = \"21s\""},
      {"notify_min = \"6m\"", "notify_min = \"7m\""},
      {"notify_gap = \"90s\"", "notify_gap = \"91s\""},
      {"ahead_max = 70", "ahead_max = 71"},
      {"\"agent:bo\"", "\"agent:ada\""},
      {"Ada L.", "Ada"},
      {"units = 200", "units = 201"},
      {"units_hard = 210", "units_hard = 211"},
      {"\"billing:1\"", "\"billing:2\""},
      {"billing = 4", "billing = 5"},
      {"languages = [\"de\", \"pt-BR\"]", "languages = [\"de\"]"},
      {"cooldown = \"90s\"", "cooldown = \"91s\""},
      {"requeue_all", "keep"},
      {"grace = \"45s\"", "grace = \"46s\""},
      {"urgent = 120", "urgent = 121"},
      {"units = 25", "units = 26"},
      {"at_once_max = 4", "at_once_max = 5"},
      {"interruptible = true", ""},
      {"name = \"public-only\"", "name = \"public\""},
      {"kinds = [\"comment\", \"mention\", \"review\"]", ""},
      {"name = \"refunds\"", "name = \"money\""},
      {"brands = [\"acme\"]", ""},
      {"[\"whatsapp\", \"telegram\"]", "[\"whatsapp\"]"},
      {"languages = [\"pt\", \"de\"]", "languages = [\"pt\"]"},
      {"tags = [\"vip\"]", ""},
      {"priorities = [\"high\"]", "priorities = [\"low\"]"},
      {"plan = \"gold\"", "plan = \"silver\""},
      {"\"money back\"", "\"money\""},
      {"set_priority = \"urgent\"", ""},
      {"required = { billing = 3 }", "required = { billing = 2 }"},
      {"patience = 2", "patience = 3"},
      {"keywords = [\"hola\"]", "keywords = [\"ola\"]"},
      {"set_priority = \"low\"\n", ""}};
  for (const auto& [from, to] : changes) {
    std::string text(whole);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    EXPECT_EQ(problems_of(text), lines{}) << from;
    const auto s = loaded(text);
    ASSERT_NE(s, nullptr) << from;
    EXPECT_EQ(std::count(versions.begin(), versions.end(), s->version), 0) << from << " → " << to;
    versions.push_back(s->version);
  }
}

}  // namespace
}  // namespace switchboard::config
