#include "config/routing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

namespace switchboard::config {
namespace {

namespace routing = domain::routing;

constexpr std::array platforms{
    domain::platform::facebook, domain::platform::instagram, domain::platform::whatsapp, domain::platform::x,
    domain::platform::linkedin, domain::platform::bluesky,   domain::platform::telegram};
constexpr std::array kinds{domain::thread_kind::dm, domain::thread_kind::comment,
                           domain::thread_kind::mention, domain::thread_kind::review};

/// Where each name stands in a table of the router's config.
using places = std::unordered_map<std::string, std::size_t>;

template <class Index>
Index place_of(places& known, const std::string& name) {
  return static_cast<Index>(known.at(name));
}

/// A skill that only rules name has a place, too: nobody has it.
routing::skill_index skill_of(places& skills, std::vector<std::string>& names, const std::string& name) {
  const auto [place, is_new] = skills.emplace(name, names.size());
  if (is_new) names.push_back(name);
  return static_cast<routing::skill_index>(place->second);
}

struct building {
  const settings& s;
  const domain::brand_id& brand;
  routing_settings out;
  places queues = {}, agents = {}, skills = {};
};

/// Those that a conversation of these kinds may have come by. Of a channel that has others as well the conversation's owner, who
/// knows its kind, says the rest.
std::uint32_t channels_with(const building& b, const std::vector<domain::thread_kind>& some) {
  const auto of = channels_of({.name = {}, .kinds = some}, b.s.routing.router);
  return of.whole | of.torn;
}

void add_queues(building& b) {
  for (const auto& q : b.s.queues) {
    if (q.brand != b.brand) continue;
    b.queues.emplace(q.id.value, b.out.router.queues.size());
    auto rules = q.rules;
    rules.id = q.id;
    rules.overflow.message_channels = channels_with(b, {domain::thread_kind::dm});
    if (!q.wait_text.empty()) rules.tell.channels = channels_with(b, q.told_kinds);
    rules.tell.when_closed = !q.closed_text.empty();
    b.out.router.queues.push_back(std::move(rules));
  }
}

void add_agents(building& b) {
  auto& all = b.out.router;
  for (const auto& a : b.s.agents) {
    if (a.brand != b.brand) continue;
    b.agents.emplace(a.id.value, all.agents.size());
    routing::agent_rules rules{.id = a.id, .units = a.units, .units_hard = a.units_hard};
    for (const auto& m : a.queues)
      rules.queues.push_back({place_of<routing::queue_index>(b.queues, m.queue.value), m.pool});
    for (const auto& k : a.skills) rules.skills.push_back({skill_of(b.skills, all.skills, k.skill), k.level});
    std::sort(rules.skills.begin(), rules.skills.end());
    all.agents.push_back(std::move(rules));
  }
}

/// Behind the agents, whom it may name.
void add_overflow(building& b) {
  for (const auto& q : b.s.queues) {
    if (q.brand != b.brand) continue;
    auto& rules = b.out.router.queues[b.queues.at(q.id.value)];
    for (const auto& t : q.overflow_targets) {
      routing::overflow_target target{.kind = t.kind};
      using to = routing::overflow_target::to;
      if (t.kind == to::queue) target.index = place_of<std::uint32_t>(b.queues, t.id);
      if (t.kind == to::agent) target.index = place_of<std::uint32_t>(b.agents, t.id);
      rules.overflow.targets.push_back(target);
    }
  }
}

void add_rules(building& b) {
  for (const auto& from : b.s.routing.rules) {
    auto rule = from.rule;
    rule.brands = brands_of(b.s, from);
    if (!rule.brands.empty() &&
        std::find(rule.brands.begin(), rule.brands.end(), b.brand) == rule.brands.end())
      continue;
    if (!from.queue.empty()) rule.queue = place_of<routing::queue_index>(b.queues, from.queue.value);
    auto& names = b.out.router.skills;
    for (const auto& k : from.required)
      rule.required.push_back({skill_of(b.skills, names, k.skill), k.level});
    for (const auto& k : from.preferred)
      rule.preferred.push_back({skill_of(b.skills, names, k.skill), k.weight});
    rule.place = static_cast<routing::rule_index>(b.out.router.rules.size());
    b.out.router.rules.push_back(rule.name);
    b.out.rules.push_back(std::move(rule));
  }
}

void add_default_queue(building& b) {
  if (b.out.router.queues.empty()) return;
  const auto* brand = b.s.find_brand(b.brand.value);
  const bool named = brand != nullptr && !brand->queue.empty();
  b.out.default_queue = b.out.router.default_queue =
      named ? place_of<routing::queue_index>(b.queues, brand->queue.value) : 0;
}

}  // namespace

status_channels channels_of(const status_settings& status, const routing::router_config& c) {
  const auto takes = [](const auto& some, auto one) {
    return !some || std::find(some->begin(), some->end(), one) != some->end();
  };
  std::uint32_t some = 0, not_all = 0;
  for (const auto p : platforms) {
    for (const auto k : kinds) {
      const auto bit = std::uint32_t{1} << routing::channel_of(c, p, k);
      (takes(status.platforms, p) && takes(status.kinds, k) ? some : not_all) |= bit;
    }
  }
  return {.whole = some & ~not_all, .torn = some & not_all};
}

std::vector<domain::brand_id> brands_of(const settings& s, const rule_settings& rule) {
  const auto* queue = rule.queue.empty() ? nullptr : s.find_queue(rule.queue.value);
  return queue == nullptr ? rule.rule.brands : std::vector{queue->brand};
}

std::uint64_t version_number(const settings& s) {
  constexpr int hex = 16;
  std::uint64_t number = 0;
  std::from_chars(s.version.data(), s.version.data() + s.version.size(), number, hex);
  return number;
}

routing_settings routing_of(const settings& s, const domain::brand_id& brand) {
  building b{s, brand, {.router = s.routing.router, .presence = s.routing.presence}};
  b.out.router.version = version_number(s);
  add_queues(b);
  add_agents(b);
  add_overflow(b);
  add_rules(b);
  add_default_queue(b);
  if (s.routing.statuses.empty()) return std::move(b.out);
  b.out.presence.statuses.clear();
  for (const auto& status : s.routing.statuses)
    b.out.presence.statuses.push_back({status.name, channels_of(status, s.routing.router).whole});
  return std::move(b.out);
}

}  // namespace switchboard::config
