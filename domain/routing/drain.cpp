#include "domain/routing/choosing.hpp"
#include "domain/routing/eligibility.hpp"
#include "domain/routing/heap_orders.hpp"
#include "domain/routing/placing.hpp"
#include "domain/routing/turning.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain::routing {
namespace {

/// Who became free may take what waits in any signature that he fits.
void mark_signatures_of(router_state& s, const std::vector<agent_index>& freed) {
  for (const auto a : freed) {
    s.agents[a].dirty = false;
    for (const auto& m : s.config->agents[a].queues) {
      for_each_signature_of(s, m.queue, a, [&](std::uint32_t sig) {
        if (s.signatures[sig].match.test(a)) mark_signature(s, sig);
      });
    }
    for (const auto sig : s.agents[a].only_signatures) mark_signature(s, sig);
  }
}

/// Has one of those who became free still room for it? Nobody else could take it before, and nobody else can now.
bool fits_any(const router_state& s, const signature& sig, const std::vector<agent_index>& freed) {
  return std::any_of(freed.begin(), freed.end(), [&](agent_index a) {
    return s.available[sig.key.channel].test(a) &&
           (sig.key.only == a || (sig.key.only == no_agent && sig.match.test(a)));
  });
}

bool has_anybody_room(const router_state& s, const std::vector<agent_index>& freed) {
  for (channel_index ch = 0; ch < s.config->channels.size(); ++ch) {
    if (std::any_of(freed.begin(), freed.end(), [&](agent_index a) { return s.available[ch].test(a); }))
      return true;
  }
  return false;
}

bool is_served(const router_state& s, const signature& sig) {
  const auto& rules = s.rules(sig.key.queue);
  return s.queues[sig.key.queue].open && !rules.removed && rules.mode != offer_mode::pull &&
         !sig.items.empty();
}

struct pair_found {
  slot_index slot = no_slot;
  agent_index agent = no_agent;
};

/// The first of a signature that has an agent, and the best one for it. Only those that somebody declined are passed over.
pair_found first_pair(router_state& s, const signature& sig) {
  pair_found found;
  if (!is_served(s, sig) || !has_candidates(s, sig)) return found;
  if (wants_tree(s, sig)) make_tree(s, sig.key.queue, sig.key.channel);
  sig.items.walk(item_reading{s.items}, [&](slot_index slot) {
    found = {slot, best_agent(s, sig, slot)};
    return found.agent != no_agent;
  });
  return found.agent == no_agent ? pair_found{} : found;
}

void offer(turning& t, const signature& sig, const pair_found& p) {
  const auto& i = t.s.items[p.slot];
  const auto& rules = t.s.rules(i.queue);
  if (rules.mode == offer_mode::auto_accept) return give_to(t, p.slot, p.agent, decider::strategy);
  std::vector<agent_index> asked{p.agent};
  while (asked.size() < rules.offers_at_once) {
    const auto next = best_agent(t.s, sig, p.slot, asked);
    if (next == no_agent) break;
    asked.push_back(next);
  }
  for (const auto a : asked) {
    t.explain_choice(event_kind::offer_made, p.slot, a, decider::strategy);
    t.emit({.kind = event_kind::offer_made,
            .conversation = i.id,
            .agent = a,
            .queue = i.queue,
            .ring = i.ring,
            .epoch = t.s.sequence + 1,
            .until = t.now + rules.offer_timeout,
            .key = i.key});
  }
}

/// What was not taken and nobody else can take: those who refused it are who it waits for.
void tell_cooldowns(turning& t) {
  for (const auto& id : t.sought_again) {
    const auto slot = t.s.items.find(id);
    if (slot == no_slot || t.s.items[slot].state != item_state::queued) continue;
    const auto& i = t.s.items[slot];
    timestamp until = timestamp::max();
    for (const auto& e : t.s.more_of(slot).excluded) {
      if (why_not(t.s, slot, e.agent) == reject::excluded && i.owner != e.agent)
        until = std::min(until, e.until);
    }
    if (until == timestamp::max() || i.hold != hold::none) continue;
    t.emit({.kind = event_kind::held,
            .conversation = id,
            .queue = i.queue,
            .hold = hold::cooldown,
            .until = until});
  }
  t.sought_again.clear();
}

}  // namespace

void drain(turning& t) {
  auto& s = t.s;
  const auto freed = std::exchange(s.dirty_agents, {});
  const auto by_themselves = s.dirty_signatures.size();
  mark_signatures_of(s, freed);
  // The first of a signature goes before all of it, so firsts are all that is compared. Where it turns out that nobody can take
  // the first (those who could declined it), the signature stands by the next that somebody can.
  struct entry {
    std::uint32_t index;
    std::uint32_t priority;  ///< of its queue
    slot_index slot;
    bool for_freed;  ///< it is looked at because of them alone
    std::int64_t key;
    std::uint64_t sequence;
  };
  const auto entry_of = [&](std::uint32_t index, slot_index slot, bool for_freed) {
    const auto& i = s.items[slot];
    return entry{index, s.rules(i.queue).priority, slot, for_freed, i.key, i.sequence};
  };
  const auto later = [](const entry& a, const entry& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    return a.key != b.key ? a.key > b.key : a.sequence > b.sequence;
  };
  std::vector<entry> open;
  for (std::size_t i = 0; i < s.dirty_signatures.size(); ++i) {
    auto& sig = s.signatures[s.dirty_signatures[i]];
    sig.dirty = false;
    if (is_served(s, sig))
      open.push_back(entry_of(s.dirty_signatures[i], sig.items.front(), i >= by_themselves));
  }
  s.dirty_signatures.clear();
  std::make_heap(open.begin(), open.end(), later);
  while (!open.empty()) {
    std::pop_heap(open.begin(), open.end(), later);
    auto next = open.back();
    open.pop_back();
    const auto& sig = s.signatures[next.index];
    if (next.for_freed && !fits_any(s, sig, freed)) continue;
    const auto found = first_pair(s, sig);
    if (found.slot == no_slot) continue;
    if (found.slot == next.slot) {
      offer(t, sig, found);
      if (!s.dirty_agents
               .empty()) {  // a warm transfer freed who had it, and he may be the better one for the rest
        for (const auto& e : open) mark_signature(s, e.index);
        mark_signature(s, next.index);
        return;
      }
      if (!has_anybody_room(s, freed)) {  // which is the end of what was looked at for them
        std::erase_if(open, [](const entry& e) { return e.for_freed; });
        std::make_heap(open.begin(), open.end(), later);
        if (next.for_freed) continue;
      }
      if (sig.items.empty()) continue;
      next.slot = sig.items.front();
    } else {
      next.slot = found.slot;
    }
    open.push_back(entry_of(next.index, next.slot, next.for_freed));
    std::push_heap(open.begin(), open.end(), later);
  }
  tell_cooldowns(t);
}

}  // namespace switchboard::domain::routing
