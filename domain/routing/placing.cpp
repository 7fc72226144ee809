#include "domain/routing/placing.hpp"

#include "domain/routing/choosing.hpp"
#include "domain/routing/eligibility.hpp"
#include "domain/routing/heap_orders.hpp"
#include "domain/routing/strategies.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

std::vector<std::uint32_t>& list_of(router_state& s, const signature& sig) {
  if (sig.key.only != no_agent) return s.agents[sig.key.only].only_signatures;
  auto& lists = s.queues[sig.key.queue].signatures;
  const auto& required = s.needs[sig.key.needs].required;
  const std::size_t list = required.empty() ? 0 : required.front().skill + std::size_t{1};
  if (lists.size() <= list) lists.resize(list + 1);
  return lists[list];
}

void list_signature(router_state& s, std::uint32_t index) {
  auto& sig = s.signatures[index];
  auto& list = list_of(s, sig);
  sig.place = static_cast<std::uint32_t>(list.size());
  list.push_back(index);
}

void unlist_signature(router_state& s, std::uint32_t index) {
  auto& sig = s.signatures[index];
  auto& list = list_of(s, sig);
  list[sig.place] = list.back();
  s.signatures[list.back()].place = sig.place;
  list.pop_back();
  sig.place = no_place;
}

/// Signatures without items are kept, for the same come again; but not without bound. To go through them all pays only where
/// as many are new as were in use the last time.
void forget_idle_signatures(router_state& s) {
  if (s.signature_of.size() <= std::max<std::size_t>(s.config->signatures_max, s.forget_signatures_at))
    return;
  for (auto i = s.signature_of.begin(); i != s.signature_of.end();) {
    auto& sig = s.signatures[i->second];
    if (sig.items.empty() && !sig.dirty) {
      s.free_signatures.push_back(i->second);
      give_back_needs(s, sig.key.needs);
      sig = {};
      i = s.signature_of.erase(i);
    } else {
      ++i;
    }
  }
  s.forget_signatures_at = s.signature_of.size() * 2;
}

std::uint32_t signature_index(router_state& s, const signature_key& key) {
  if (const auto known = s.signature_of.find(key); known != s.signature_of.end()) return known->second;
  forget_idle_signatures(s);
  std::uint32_t index;
  if (s.free_signatures.empty()) {
    index = static_cast<std::uint32_t>(s.signatures.size());
    s.signatures.emplace_back();
  } else {
    index = s.free_signatures.back();
    s.free_signatures.pop_back();
  }
  s.signatures[index].key = key;
  if (key.needs != 0) ++s.needs_users[key.needs];
  match_signature(s, s.signatures[index]);
  s.signature_of.emplace(key, index);
  return index;
}

signature_key key_of(const item& i) {
  return {.queue = i.queue,
          .ring = i.ring,
          .channel = i.channel,
          .pressing = i.pressing,
          .only = i.hold == hold::sticky ? i.only : no_agent,
          .needs = i.needs};
}

template <class Order>
void arm(slot_heap& timers, std::uint32_t slot, std::uint32_t place, timestamp& at,
         std::optional<timestamp> due, Order order) {
  if (place != no_place) {
    if (due == at) return;
    timers.erase(slot, order);
  }
  if (!due) return;
  at = *due;
  timers.push(slot, order);
}

}  // namespace

void place_item(router_state& s, slot_index slot) {
  auto& i = s.items[slot];
  const bool stands = i.state == item_state::queued;
  const auto now = stands ? signature_index(s, key_of(i)) : no_signature;
  if (i.signature != no_signature) {
    auto& old = s.signatures[i.signature];
    old.items.erase(slot, item_order{s.items});
    if (old.items.empty()) unlist_signature(s, i.signature);
  }
  i.signature = now;
  if (!stands) return;
  auto& sig = s.signatures[now];
  if (sig.items.empty()) list_signature(s, now);
  sig.items.push(slot, item_order{s.items});
  mark_signature(s, now);
}

void mark_signature(router_state& s, std::uint32_t index) {
  auto& sig = s.signatures[index];
  if (sig.dirty || sig.items.empty()) return;
  sig.dirty = true;
  s.dirty_signatures.push_back(index);
}

void mark_agent(router_state& s, agent_index a) {
  if (s.agents[a].dirty) return;
  s.agents[a].dirty = true;
  s.dirty_agents.push_back(a);
}

void clear_marks(router_state& s) {
  for (const auto sig : s.dirty_signatures) s.signatures[sig].dirty = false;
  for (const auto a : s.dirty_agents) s.agents[a].dirty = false;
  s.dirty_signatures.clear();
  s.dirty_agents.clear();
}

std::optional<timestamp> next_due(const router_state& s, slot_index slot) {
  const auto& i = s.items[slot];
  const auto& q = s.rules(i.queue);
  std::optional<timestamp> at;
  const auto sooner = [&](timestamp t) { at = std::min(at.value_or(t), t); };
  const auto& more = s.more_of(slot);
  for (const auto& e : more.excluded) sooner(e.until);
  if (i.state == item_state::offered) {
    for (const auto& o : more.offers) sooner(o.expires_at);
  } else if (i.state != item_state::resting) {
    if (i.hold == hold::sticky || i.hold == hold::delay) sooner(i.hold_until);
    if (i.ring + std::size_t{1} < q.rings.size()) sooner(i.enqueued_at + q.rings[i.ring + 1].opens_after);
    if (s.config->ramp_window.count() > 0 && i.due != timestamp{} && !i.pressing) {
      sooner(i.due - s.config->ramp_window);
    }
    if (q.overflow.wait_max.count() > 0 && !i.exhausted) sooner(i.since + q.overflow.wait_max);
    if (i.fresh && tells(s, slot)) sooner(i.since + q.tell.after);
  }
  if (i.owner != no_agent && !i.idle && i.waiting_since != timestamp{} && s.config->idle_after.count() > 0) {
    sooner(i.waiting_since + s.config->idle_after);
  }
  return at;
}

void arm_item(router_state& s, slot_index slot) {
  auto& i = s.items[slot];
  arm(s.item_timers, slot, i.timer_place, i.timer_at, next_due(s, slot), item_timer_order{s.items});
}

std::optional<timestamp> next_due_of(const agent_state& a) {
  if (!a.ramping) return std::nullopt;
  if (a.ramp_until != timestamp{}) return a.ramp_until;
  return a.ramp_next == timestamp{} ? std::nullopt : std::optional(a.ramp_next);
}

void arm_agent(router_state& s, agent_index a) {
  auto& agent = s.agents[a];
  arm(s.agent_timers, a, agent.timer_place, agent.timer_at, next_due_of(agent), agent_timer_order{s.agents});
}

void arm_queue(router_state& s, queue_index q) {
  auto& queue = s.queues[q];
  const bool looks = queue.look_at != timestamp{} && s.rules(q).tell.channels != 0;
  arm(s.queue_timers, q, queue.timer_place, queue.timer_at,
      looks ? std::optional(queue.look_at) : std::nullopt, queue_timer_order{s.queues});
}

void refresh_presence(router_state& s, agent_index a) {
  for (channel_index ch = 0; ch < s.config->channels.size(); ++ch) {
    const bool is = !s.config->agents[a].removed && is_present(s.agents[a], ch);
    if (s.present[ch].test(a) == is) continue;
    s.present[ch].set(a, is);
    s.present_count[ch] += is ? 1 : -1;
  }
}

void refresh_agent(router_state& s, agent_index a) {
  auto& agent = s.agents[a];
  bool freed = false;
  for (channel_index ch = 0; ch < s.config->channels.size(); ++ch) {
    const auto& rules = s.config->channels[ch];
    const bool can = is_present(agent, ch) && has_room(*s.config, s.loads[a], ch) &&
                     (rules.at_once_max == 0 || agent.at_once[ch] < rules.at_once_max);
    freed = freed || (can && !s.available[ch].test(a));
    s.available[ch].set(a, can);
  }
  const bool held_up = agent.ramping && (agent.ramp_until != timestamp{} ? agent.ramp_left == 0
                                                                         : agent.ramp_next != timestamp{});
  freed = freed || (s.ramped.test(a) && !held_up);
  s.ramped.set(a, held_up);
  update_trees(s, a);
  if (freed) mark_agent(s, a);
}

namespace {}  // namespace

void match_signature(const router_state& s, signature& sig) {
  const auto& k = sig.key;
  const auto& r = s.ring_of(k.queue, k.ring);
  const auto& needs = s.needs[k.needs];
  if (k.only != no_agent) {
    sig.only_fits =
        (s.config->sticky_ignore_queue || pool_of(s, k.only, k.queue)) && has_skills(s, k.only, needs, r);
    return;
  }
  const auto& members = within_pool(s, k.queue, r.pool);
  const bool asks_levels = std::any_of(needs.required.begin(), needs.required.end(),
                                       [&](const auto& n) { return n.level - r.levels_lower > 1; });
  sig.match.clear();
  sig.matches = 0;
  for (const auto w : s.queues[k.queue].words) {
    auto found = members.word(w);
    for (const auto& n : needs.required) found &= s.with_skill[n.skill].word(w);
    if (r.preferred_required) {
      for (const auto& p : needs.preferred) found &= s.with_skill[p.skill].word(w);
    }
    if (asks_levels) {
      for_each_bit(found, w, [&](agent_index a) {
        if (!has_skills(s, a, needs, r)) found &= ~(std::uint64_t{1} << a % agent_bits::word_bits);
      });
    }
    sig.match.add(w, found);
    sig.matches += static_cast<std::uint32_t>(count_bits(found));
  }
}

std::uint32_t take_needs(router_state& s, item_needs needs) {
  if (needs == item_needs{}) return 0;
  const auto [place, is_new] = s.needs_of.try_emplace(std::move(needs), 0);
  if (is_new) {
    if (s.free_needs.empty()) {
      s.free_needs.push_back(static_cast<std::uint32_t>(s.needs.size()));
      s.needs.emplace_back();
      s.needs_users.push_back(0);
    }
    place->second = s.free_needs.back();
    s.free_needs.pop_back();
    s.needs[place->second] = place->first;
  }
  ++s.needs_users[place->second];
  return place->second;
}

void give_back_needs(router_state& s, std::uint32_t index) {
  if (index == 0 || --s.needs_users[index] > 0) return;
  s.needs_of.erase(s.needs[index]);
  s.needs[index] = {};
  s.free_needs.push_back(index);
}

item_more& more_for(router_state& s, slot_index slot) {
  s.items[slot].more = true;
  return s.more[slot];
}

void drop_empty_more(router_state& s, slot_index slot) {
  if (!s.items[slot].more) return;
  const auto m = s.more.find(slot);
  if (!m->second.empty()) return;
  s.more.erase(m);
  s.items[slot].more = false;
}

namespace {

void take_agents(router_state& s) {
  const auto& rules = s.config->agents;
  const auto skills = s.config->skills.size();
  s.agents.resize(rules.size());
  s.loads.resize(rules.size());
  s.levels.assign(rules.size() * skills, 0);
  for (auto& bits : s.present) bits.resize(rules.size());
  for (auto& bits : s.available) bits.resize(rules.size());
  s.ramped.resize(rules.size());
  s.with_skill.assign(skills, {});
  for (auto& bits : s.with_skill) bits.resize(rules.size());
  auto& by_id = s.by_id;
  by_id.resize(rules.size());
  s.staff = 0;
  for (agent_index a = 0; a < rules.size(); ++a) {
    by_id[a] = a;
    s.staff += !rules[a].removed;
    s.loads[a].units = rules[a].removed ? 0 : rules[a].units;
    for (const auto& k : rules[a].skills) {
      s.levels[k.skill * rules.size() + a] = k.level;
      s.with_skill[k.skill].set(a, k.level > 0);
    }
  }
  std::sort(by_id.begin(), by_id.end(),
            [&](auto a, auto b) { return rules[a].id.value < rules[b].id.value; });
  for (std::uint32_t r = 0; r < by_id.size(); ++r) s.loads[by_id[r]].rank = r;
}

void take_queues(router_state& s) {
  s.queues.resize(s.config->queues.size());
  for (auto& q : s.queues) {
    q.members.clear();
    q.within.clear();
    q.words.clear();
    q.online.clear();
    q.trees = {};
  }
  for (agent_index a = 0; a < s.agents.size(); ++a) {
    for (const auto& m : s.config->agents[a].queues) {
      auto& q = s.queues[m.queue];
      q.members.push_back(a);
      if (q.online.size() <= m.pool) q.online.resize(m.pool + std::size_t{1});
      if (s.agents[a].presence.online && !s.agents[a].presence.grace) ++q.online[m.pool];
    }
  }
  for (auto& q : s.queues) {
    q.within.resize(std::max<std::size_t>(q.online.size(), 1));
    for (auto& bits : q.within) bits.resize(s.agents.size());
  }
  for (agent_index a = 0; a < s.agents.size(); ++a) {
    for (const auto& m : s.config->agents[a].queues) {
      auto& q = s.queues[m.queue];
      for (std::size_t pool = m.pool; pool < q.within.size(); ++pool) q.within[pool].set(a);
      const auto word = static_cast<std::uint32_t>(a / agent_bits::word_bits);
      if (q.words.empty() || q.words.back() != word) q.words.push_back(word);  // agents come in order
    }
  }
}

}  // namespace

namespace {

/// Keys of one order say nothing beside those of another: what waits stands where it would have come to. What else moved it (a
/// transfer) stays where only minutes changed.
void take_keys(router_state& s, const router_config& before) {
  for (slot_index slot = 0; slot < s.items.slots(); ++slot) {
    auto& i = s.items[slot];
    if (i.id == conversation_id{} || i.queue >= before.queues.size()) continue;
    const auto order = s.rules(i.queue).order, was = before.queues[i.queue].order;
    const auto key = queue_key(*s.config, order, i.priority, i.enqueued_at, i.due);
    const auto old = queue_key(before, was, i.priority, i.enqueued_at, i.due);
    const auto moved = order != was ? key : i.key + (key - old);
    if (moved == i.key) continue;
    i.key = moved;
    place_item(s, slot);
  }
}

}  // namespace

void take_config(router_state& s, const config_ptr& config) {
  const auto before = s.config;
  s.config = config;
  take_agents(s);
  take_queues(s);
  take_keys(s, *before);
  for (const auto& [key, index] : s.signature_of) match_signature(s, s.signatures[index]);
  for (agent_index a = 0; a < s.agents.size(); ++a) {
    refresh_presence(s, a);
    refresh_agent(s, a);
    arm_agent(s, a);
  }
  for (queue_index q = 0; q < s.queues.size(); ++q) arm_queue(s, q);
  for (slot_index i = 0; i < s.items.slots(); ++i) {
    if (s.items[i].id == conversation_id{}) continue;
    arm_item(s, i);
    if (s.items[i].signature != no_signature) mark_signature(s, s.items[i].signature);
  }
}

}  // namespace switchboard::domain::routing
