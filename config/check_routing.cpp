// What no single key of routing can tell: names that lead nowhere, or to another brand; and what loads but can hardly be meant.

#include "config/known_names.hpp"
#include "config/reader.hpp"
#include "config/routing.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace switchboard::config {
namespace {

namespace routing = domain::routing;

// Of one brand: an agent's levels are a byte for each skill of the brand.
constexpr std::size_t skills_max = 1'000;

std::string said(std::string_view key, std::string_view value) {
  return std::string(key) + " = " + in_quotes(value);
}

struct checking {
  reader& r;
  const record_tables& at;
  const settings& s;
  known_names brands, sources, accounts, calendars, queues, agents;
};

void check_overflow(checking& c, const queue_settings& q, const toml::table& table) {
  const toml::node* node = table.get("overflow");
  const toml::table* overflow = node == nullptr ? nullptr : node->as_table();
  if (overflow == nullptr) return;
  using to = routing::overflow_target::to;
  for (std::size_t i = 0; i < q.overflow_targets.size(); ++i) {
    const auto& t = q.overflow_targets[i];
    const auto place = item_of(*overflow, "targets", i);
    if (t.kind == to::queue)
      check_name(c.r, c.queues, t.id, {place, in_quotes("queue:" + t.id), q.brand.value});
    if (t.kind == to::agent)
      check_name(c.r, c.agents, t.id, {place, in_quotes("agent:" + t.id), q.brand.value});
    if (t.kind == to::queue && t.id == q.id.value && !t.id.empty())
      c.r.report(place, in_quotes("queue:" + t.id) + " is the queue itself; what overflows goes elsewhere");
  }
  const auto& o = q.rules.overflow;
  const bool bounded = o.length_max > 0 || o.wait_max.count() > 0 || o.eta_max.count() > 0 || o.when_closed;
  if (!bounded) {
    c.r.warn(overflow->source().begin,
             "nothing overflows from queue " + in_quotes(q.id.value) +
                 "; set length_max, wait_max, eta_max or when_closed, or remove [queue.overflow]");
  }
  if (o.when_closed && q.calendar.empty()) {
    c.r.warn(position_of(*overflow, "when_closed"),
             "queue " + in_quotes(q.id.value) + " has no calendar, so it is never closed");
  }
}

void check_strategies(checking& c, const queue_settings& q, const toml::table& table) {
  const auto& all = q.rules.strategies;
  const auto turns = std::find(all.begin(), all.end(), routing::strategy::round_robin);
  if (turns == all.end() || turns + 1 == all.end()) return;
  c.r.warn(item_of(table, "strategies", static_cast<std::size_t>(turns - all.begin()) + 1),
           in_quotes(routing::to_word(*(turns + 1))) +
               " stands behind \"round_robin\", which finds no two alike, and never decides; put "
               "\"round_robin\" last");
}

void check_queues(checking& c) {
  for (std::size_t i = 0; i < c.s.queues.size(); ++i) {
    const auto& q = c.s.queues[i];
    const auto& table = *c.at.queues[i];
    const auto& brand = q.brand.value;
    const auto& calendar = q.calendar.value;
    check_name(c.r, c.brands, brand, {position_of(table, "brand"), said("brand", brand), {}});
    check_name(c.r, c.calendars, calendar, {position_of(table, "calendar"), said("calendar", calendar), {}});
    check_strategies(c, q, table);
    check_overflow(c, q, table);
  }
  for (std::size_t i = 0; i < c.at.brands.size(); ++i) {  // those of a shadow stand in another file
    const auto& b = c.s.brands[i];
    const auto place = position_of(*c.at.brands[i], "queue");
    check_name(c.r, c.queues, b.queue.value, {place, said("queue", b.queue.value), b.id.value});
  }
}

void check_pool(checking& c, const agent_settings& a, const named_membership& m,
                const toml::source_position& at) {
  const auto* queue = c.s.find_queue(m.queue.value);
  if (queue == nullptr || m.pool <= queue->rules.rings.back().pool)
    return;  // pools only grow: the last has most
  const std::string pool = std::to_string(m.pool);
  c.r.warn(at, "agent " + in_quotes(a.id.value) + " is never asked: no [[queue.ring]] of queue " +
                   in_quotes(m.queue.value) + " opens pool " + pool + "; add one with pool = " + pool);
}

void check_agents(checking& c) {
  const auto& channels = c.s.routing.router.channels;
  const auto least = std::min_element(channels.begin(), channels.end(), [](const auto& a, const auto& b) {
                       return a.units < b.units;
                     })->units;
  for (std::size_t i = 0; i < c.s.agents.size(); ++i) {
    const auto& a = c.s.agents[i];
    const auto& table = *c.at.agents[i];
    check_name(c.r, c.brands, a.brand.value, {position_of(table, "brand"), said("brand", a.brand.value), {}});
    const auto& calendar = a.calendar.value;
    check_name(c.r, c.calendars, calendar, {position_of(table, "calendar"), said("calendar", calendar), {}});
    std::set<std::string_view> seen;
    for (std::size_t q = 0; q < a.queues.size(); ++q) {
      const auto& id = a.queues[q].queue.value;
      const auto place = item_of(table, "queues", q);
      check_name(c.r, c.queues, id, {place, in_quotes(id), a.brand.value});
      check_pool(c, a, a.queues[q], place);
      if (!id.empty() && !seen.insert(id).second)
        c.r.report(place, "queue " + in_quotes(id) + " stands here twice; an agent is in one of its pools");
    }
    if (a.units < least) {
      c.r.warn(position_of(table, "units"),
               "agent " + in_quotes(a.id.value) +
                   " is never offered anything: units = " + std::to_string(a.units) +
                   ", and the least that a [[routing.channel]] takes is " + std::to_string(least));
    }
  }
}

/// Bits that no channel of a status can show, and statuses that can't be what their place makes of them.
void check_statuses(checking& c) {
  const auto& all = c.s.routing.statuses;
  if (all.empty()) return;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto torn = channels_of(all[i], c.s.routing.router).torn;
    const auto& table = *c.at.statuses[i];
    for (std::size_t ch = 0; ch < c.s.routing.router.channels.size(); ++ch) {
      if ((torn >> ch & 1) == 0) continue;
      c.r.report(position_of(table, table.contains("platforms") ? "platforms" : "kinds"),
                 "status " + in_quotes(all[i].name) + " would take a part of what the " +
                     std::to_string(ch + 1) +
                     ". channel is about; a channel is taken whole or not at all, so give that part a "
                     "[[routing.channel]] of its own before it");
    }
  }
  const auto last = channels_of(all.back(), c.s.routing.router);
  const auto& table = *c.at.statuses.back();
  if (all.size() == 1) {
    c.r.report(
        position_of(table, "name"),
        "one [[routing.status]] is too few: agents come with the first, and the last is set for who is away");
  } else if (last.whole != 0) {
    c.r.report(position_of(table, "name"),
               "status " + in_quotes(all.back().name) +
                   " is the last, which is set for who is away, so it must take nothing; "
                   "write platforms = []");
  }
}

/// A channel of which nothing is left by those before it.
void check_channels(checking& c) {
  const status_settings everything{"", {}, {}};
  const auto used = channels_of(everything, c.s.routing.router).whole;
  for (std::size_t i = 0; i < c.at.channels.size(); ++i) {
    if ((used >> i & 1) != 0) continue;
    c.r.warn(c.at.channels[i]->source().begin,
             "this channel is never used: what it is about fits one before it already");
  }
}

// -- rules ---------------------------------------------------------------------------------------------------

template <class Ids>
void check_ids(checking& c, const known_names& known, const Ids& ids, const toml::table& table,
               std::string_view key, const std::string& brand) {
  for (std::size_t i = 0; i < ids.size(); ++i)
    check_name(c.r, known, ids[i].value, {item_of(table, key, i), in_quotes(ids[i].value), brand});
}

/// Of a rule that is about one brand only: that; else empty.
std::string brand_of(const rule_settings& rule, const settings& s) {
  const auto brands = brands_of(s, rule);
  return brands.size() == 1 ? brands[0].value : std::string{};
}

void check_rule(checking& c, const rule_settings& rule, const toml::table& table) {
  const auto& tests = rule.rule;
  const auto& queue = rule.queue.value;
  const std::string named = tests.brands.size() == 1 ? tests.brands[0].value : std::string{};
  check_ids(c, c.brands, tests.brands, table, "brands", {});
  check_ids(c, c.sources, tests.sources, table, "sources", {});
  check_ids(c, c.accounts, tests.accounts, table, "accounts", brand_of(rule, c.s));
  check_name(c.r, c.queues, queue, {position_of(table, "queue"), said("queue", queue), named});
  const auto* found = c.s.find_queue(queue);
  if (found == nullptr || tests.brands.size() < 2) return;
  for (std::size_t i = 0; i < tests.brands.size(); ++i) {
    if (tests.brands[i] == found->brand || tests.brands[i].empty()) continue;
    c.r.report(item_of(table, "brands", i), in_quotes(tests.brands[i].value) + " has no queue " +
                                                in_quotes(queue) + ", which is of brand " +
                                                in_quotes(found->brand.value) + "; write a rule for each");
  }
}

/// The skills that somebody of a brand has.
using skills_by_brand = std::map<std::string_view, std::set<std::string_view>>;

template <class Skills>
void check_skills(checking& c, const skills_by_brand& had, const rule_settings& rule, const Skills& skills,
                  const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  const toml::table* named = node == nullptr ? nullptr : node->as_table();
  const auto brand = brand_of(rule, c.s);
  const auto any_brand = [&](auto&& f) {
    return std::any_of(had.begin(), had.end(),
                       [&](const auto& of) { return (brand.empty() || brand == of.first) && f(of.second); });
  };
  for (const auto& k : skills) {
    if (named == nullptr || any_brand([&](const auto& theirs) { return theirs.contains(k.skill); })) continue;
    std::set<std::string_view> known;
    (void)any_brand([&](const auto& theirs) {
      known.insert(theirs.begin(), theirs.end());
      return false;
    });
    const std::vector<std::string_view> all(known.begin(), known.end());
    const std::string whose = brand.empty() ? "no [[agent]]" : "no [[agent]] of brand " + in_quotes(brand);
    c.r.warn(
        position_of(*named, k.skill),
        whose + " has skill " + in_quotes(k.skill) +
            c.r.suggest(k.skill, all, key == "required" ? "; what this rule fits waits for nobody" : ""));
  }
}

skills_by_brand check_skill_count(checking& c) {
  skills_by_brand had;
  for (std::size_t i = 0; i < c.s.agents.size(); ++i) {
    auto& of_brand = had[c.s.agents[i].brand.value];
    const bool fits = of_brand.size() <= skills_max;
    for (const auto& k : c.s.agents[i].skills) of_brand.insert(k.skill);
    if (!fits || of_brand.size() <= skills_max) continue;
    c.r.report(
        position_of(*c.at.agents[i], "skills"),
        "the agents of a brand may have " + std::to_string(skills_max) + " different skills; here are more");
  }
  return had;
}

void check_rules(checking& c) {
  const auto had = check_skill_count(c);
  std::vector<routing::routing_rule> before;
  for (std::size_t i = 0; i < c.s.routing.rules.size(); ++i) {
    const auto& rule = c.s.routing.rules[i];
    const auto& table = *c.at.rules[i];
    check_rule(c, rule, table);
    check_skills(c, had, rule, rule.required, table, "required");
    check_skills(c, had, rule, rule.preferred, table, "preferred");
    auto tests = rule.rule;
    tests.brands = brands_of(c.s, rule);
    const auto hides = std::find_if(before.begin(), before.end(),
                                    [&](const auto& earlier) { return covers(earlier, tests); });
    if (hides != before.end()) {
      const auto which = static_cast<std::size_t>(hides - before.begin());
      c.r.warn(table.source().begin, "rule " + in_quotes(tests.name) +
                                         " is never reached: all that it fits, rule " +
                                         in_quotes(hides->name) + " on " +
                                         c.r.place(c.at.rules[which]->source().begin) + " fits before it");
    }
    before.push_back(std::move(tests));
  }
}

}  // namespace

void check_routing(reader& r, const record_tables& at, const settings& s) {
  checking c{r,
             at,
             s,
             names_without_brand("[[brand]]", s.brands),
             names_without_brand("[[source]]", s.sources),
             names_of("[[account]]", s.accounts),
             names_without_brand("[[calendar]]", s.calendars),
             names_of("[[queue]]", s.queues),
             names_of("[[agent]]", s.agents)};
  const auto id = [](const auto& item) -> const std::string& { return item.id.value; };
  check_twice(r, at.queues, s.queues, "id", id);
  check_twice(r, at.agents, s.agents, "id", id);
  check_twice(r, at.statuses, s.routing.statuses, "name",
              [](const status_settings& one) -> const std::string& { return one.name; });
  check_twice(r, at.rules, s.routing.rules, "name",
              [](const rule_settings& one) -> const std::string& { return one.rule.name; });
  check_queues(c);
  check_agents(c);
  check_statuses(c);
  check_channels(c);
  check_rules(c);
}

}  // namespace switchboard::config
