#include "domain/routing/router_config.hpp"

#include "domain/words.hpp"

#include <algorithm>
#include <unordered_map>

namespace switchboard::domain::routing {
namespace {

constexpr word_table<4> strategy_words{"round_robin", "least_active", "load_balanced", "skill_best"};
constexpr word_table<3> order_words{"aged", "strict", "edf"};
constexpr word_table<3> mode_words{"auto_accept", "offer", "pull"};
constexpr word_table<3> requeue_words{"keep", "requeue_unanswered", "requeue_all"};
static_assert(distinct(strategy_words) &&
              static_cast<std::size_t>(strategy::skill_best) + 1 == strategy_words.size());
static_assert(distinct(order_words) && static_cast<std::size_t>(queue_order::edf) + 1 == order_words.size());
static_assert(distinct(mode_words) && static_cast<std::size_t>(offer_mode::pull) + 1 == mode_words.size());
static_assert(distinct(requeue_words) &&
              static_cast<std::size_t>(requeue_policy::requeue_all) + 1 == requeue_words.size());

const std::string& name_of(const std::string& s) {
  return s;
}
const std::string& name_of(const queue_rules& q) {
  return q.id.value;
}
const std::string& name_of(const agent_rules& a) {
  return a.id.value;
}
void remove(std::string&) {}  // a skill that nobody has, a rule that nothing fits
void remove(queue_rules& q) {
  q.removed = true;
}
void remove(agent_rules& a) {
  a.removed = true;
  a.queues.clear();
  a.skills.clear();
}

/// Where each of `next` has gone.
template <class T>
std::vector<std::size_t> keep_places(std::vector<T>& next, const std::vector<T>& before) {
  std::unordered_map<std::string, std::size_t> places;
  std::vector<T> aligned = before;
  for (std::size_t i = 0; i < aligned.size(); ++i) {
    places.emplace(name_of(aligned[i]), i);
    remove(aligned[i]);
  }
  std::vector<std::size_t> moved;
  for (auto& one : next) {
    const auto [place, is_new] = places.emplace(name_of(one), aligned.size());
    moved.push_back(place->second);
    if (is_new) {
      aligned.push_back(std::move(one));
    } else {
      aligned[place->second] = std::move(one);
    }
  }
  next = std::move(aligned);
  return moved;
}

/// Where an agent is named twice for a queue the first counts.
void name_once(std::vector<membership>& queues) {
  std::vector<membership> once;
  for (const auto& m : queues) {
    const bool known =
        std::any_of(once.begin(), once.end(), [&](const auto& o) { return o.queue == m.queue; });
    if (!known) once.push_back(m);
  }
  queues = std::move(once);
}

/// … and the higher of two levels.
void name_once(std::vector<skill_level>& skills) {
  std::sort(skills.begin(), skills.end(), [](const auto& x, const auto& y) {
    return x.skill != y.skill ? x.skill < y.skill : x.level > y.level;
  });
  const auto end = std::unique(skills.begin(), skills.end(),
                               [](const auto& x, const auto& y) { return x.skill == y.skill; });
  skills.erase(end, skills.end());
}

bool is_same(const channel& a, const channel& b) {
  return a.platform == b.platform && a.kind == b.kind;
}

/// A channel is what it is about. What came by one that is gone is still counted by it, as long as there is a place for it.
void keep_channels(router_config& next, const router_config& before) {
  if (before.queues.empty()) return;  // nothing came by those that it begins with
  std::vector<channel> all = before.channels;
  std::vector<channel_index> order;
  std::vector<bool> taken(all.size(), false);
  for (const auto& c : next.channels) {
    std::size_t at = 0;
    while (at < taken.size() && (taken[at] || !is_same(all[at], c))) ++at;
    if (at == taken.size() && all.size() >= channels_max) {
      // No place is left: that of one that is gone.
      at = static_cast<std::size_t>(std::find_if(all.begin(), all.end(),
                                                 [&](const channel& old) {
                                                   return std::none_of(
                                                       next.channels.begin(), next.channels.end(),
                                                       [&](const channel& n) { return is_same(n, old); });
                                                 }) -
                                    all.begin());
    }
    if (at >= all.size()) {
      at = all.size();
      all.emplace_back();
    }
    if (at >= taken.size()) taken.resize(at + 1, false);
    taken[at] = true;
    all[at] = c;
    order.push_back(static_cast<channel_index>(at));
  }
  next.channels = std::move(all);
  const bool as_they_stand =
      order.size() == next.channels.size() && std::is_sorted(order.begin(), order.end());
  next.channel_order = as_they_stand ? std::vector<channel_index>{} : std::move(order);
}

/// A bit for each of `from` as bits of `to`. What stands only there has its bit, unless none had.
std::uint32_t moved(std::uint32_t bits, const std::vector<channel>& from, const std::vector<channel>& to) {
  if (bits == 0 || bits == all_channels) return bits;
  std::uint32_t out = 0;
  for (std::size_t at = 0; at < to.size(); ++at) {
    const auto was =
        std::find_if(from.begin(), from.end(), [&](const channel& c) { return is_same(c, to[at]); });
    if (was == from.end() || (bits >> (was - from.begin()) & 1) != 0) out |= std::uint32_t{1} << at;
  }
  return out;
}

void make_grow(std::vector<ring>& rings) {
  if (rings.empty()) rings.emplace_back();
  rings.front().opens_after = milliseconds{0};
  for (std::size_t i = 1; i < rings.size(); ++i) {
    auto& r = rings[i];
    const auto& inner = rings[i - 1];
    r.opens_after = std::max(r.opens_after, inner.opens_after + milliseconds{1});
    r.pool = std::max(r.pool, inner.pool);
    r.levels_lower = std::max(r.levels_lower, inner.levels_lower);
    r.preferred_required = r.preferred_required && inner.preferred_required;
  }
}

}  // namespace

std::string_view to_word(strategy s) {
  return word_of(strategy_words, s);
}
std::string_view to_word(queue_order o) {
  return word_of(order_words, o);
}
std::string_view to_word(offer_mode m) {
  return word_of(mode_words, m);
}
std::string_view to_word(requeue_policy p) {
  return word_of(requeue_words, p);
}
std::optional<requeue_policy> requeue_policy_of(std::string_view word) {
  return value_of<requeue_policy>(requeue_words, word);
}

router_config align(router_config next, const router_config& before) {
  const auto skills = keep_places(next.skills, before.skills);
  (void)keep_places(next.rules, before.rules);
  if (next.rules.size() > no_rule) next.rules.resize(no_rule);
  // References are by the places that `next` came with, so they move before what holds them does.
  const auto agents_now = [&] {
    auto copy = next.agents;
    return keep_places(copy, before.agents);
  }();
  const auto queues_now = [&] {
    auto copy = next.queues;
    return keep_places(copy, before.queues);
  }();
  const auto written = next.channels;
  keep_channels(next, before);
  if (next.default_queue != no_queue) {
    next.default_queue = static_cast<queue_index>(queues_now[next.default_queue]);
  }
  for (auto& a : next.agents) {
    for (auto& m : a.queues) m.queue = static_cast<queue_index>(queues_now[m.queue]);
    for (auto& s : a.skills) s.skill = static_cast<skill_index>(skills[s.skill]);
    name_once(a.queues);
    name_once(a.skills);
  }
  for (auto& q : next.queues) {
    make_grow(q.rings);
    if (q.strategies.empty()) q.strategies.push_back(strategy::load_balanced);
    q.offers_at_once = std::max<std::uint8_t>(q.offers_at_once, 1);
    for (auto* const bits : {&q.overflow.message_channels, &q.tell.channels}) {
      *bits = moved(*bits, written, next.channels);
    }
    for (auto& t : q.overflow.targets) {
      if (t.kind == overflow_target::to::queue) t.index = static_cast<std::uint32_t>(queues_now[t.index]);
      if (t.kind == overflow_target::to::agent) t.index = static_cast<std::uint32_t>(agents_now[t.index]);
    }
  }
  for (auto& a : next.agents) a.units_hard = std::max(a.units_hard, a.units);
  keep_places(next.agents, before.agents);
  keep_places(next.queues, before.queues);
  return next;
}

std::uint32_t align_channels(std::uint32_t bits, const router_config& as_written,
                             const router_config& aligned) {
  return moved(bits, as_written.channels, aligned.channels);
}

channel_index channel_of(const router_config& c, domain::platform on, thread_kind kind) {
  const auto count = c.channel_order.empty() ? c.channels.size() : c.channel_order.size();
  channel_index at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    at = c.channel_order.empty() ? static_cast<channel_index>(i) : c.channel_order[i];
    const auto& ch = c.channels[at];
    if (ch.platform.value_or(on) == on && ch.kind.value_or(kind) == kind) return at;
  }
  return at;
}

}  // namespace switchboard::domain::routing
