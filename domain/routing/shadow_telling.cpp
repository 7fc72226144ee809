#include "domain/routing/shadow_telling.hpp"

#include <algorithm>
#include <variant>

namespace switchboard::domain::routing {
namespace {

bool says(const live_turn& t, event_kind kind, const conversation_id& id) {
  return std::any_of(t.events.begin(), t.events.end(),
                     [&](const auto& e) { return e.kind == kind && e.conversation == id; });
}

router_command told(conversation_facts f) {
  return tell_conversation{std::make_shared<const conversation_facts>(std::move(f))};
}

/// It came: to where the shadow's rules send it. Without what they look at: to where it went.
facts_ptr arrival(const shadow& h, const facts_ptr& live, const std::optional<subject>& told) {
  if (!told) return live;
  const auto& about = *told;
  auto found = first_match(h.rules.rules, about, h.rules.otherwise);
  auto f = *live;
  f.queue = found.queue;
  f.rule = found.rule ? h.rules.rules[*found.rule].place : no_rule;
  f.channel = channel_of(*h.own.config, about.platform, about.kind);
  f.priority = found.priority;
  f.required = std::move(found.required);
  f.preferred = std::move(found.preferred);
  return std::make_shared<const conversation_facts>(std::move(f));
}

/// What of the facts is news to the live router is news to the shadow; the rest it has by its own rules.
router_command change(const shadow& h, const conversation_facts& live) {
  const auto was = h.live.items.find(live.id);
  const auto slot = h.own.items.find(live.id);
  if (was == no_slot || slot == no_slot) return tick{};
  const auto& before = h.live.items[was];
  const auto& needs_before = h.live.needs[before.needs];
  const auto& mine = h.own.items[slot];
  const auto& needs = h.own.needs[mine.needs];
  auto f = live;
  if (live.priority == before.priority) f.priority = mine.priority;
  if (live.required == needs_before.required) f.required = needs.required;
  if (live.preferred == needs_before.preferred) f.preferred = needs.preferred;
  f.queue = mine.queue;
  f.channel = mine.channel;
  return told(std::move(f));
}

std::uint32_t allowed(const shadow& h, std::uint32_t live) {
  if (h.channels.empty()) return live;
  std::uint32_t bits = 0;
  for (std::size_t c = 0; c < h.channels.size(); ++c) {
    if (h.channels[c] != 0 && (live & h.channels[c]) == h.channels[c]) bits |= std::uint32_t{1} << c;
  }
  return bits;
}

/// Offers are known by other epochs here.
const open_offer* find_own(const shadow& h, const conversation_id& id, agent_index a) {
  const auto slot = h.own.items.find(id);
  if (slot == no_slot) return nullptr;
  const auto& offers = h.own.more_of(slot).offers;
  const auto o = std::find_if(offers.begin(), offers.end(), [&](const auto& x) { return x.agent == a; });
  return o == offers.end() ? nullptr : &*o;
}

struct telling {
  const shadow& h;
  const live_turn& t;

  router_command operator()(const tell_conversation& c) const {
    const auto& f = *c.facts;
    if (says(t, event_kind::queued, f.id)) return tell_conversation{arrival(h, c.facts, t.told)};
    return says(t, event_kind::changed, f.id) ? change(h, f) : tick{};
  }
  router_command operator()(const tell_presence& c) const {
    auto p = c.presence;
    p.channels = allowed(h, p.channels);
    return tell_presence{p};
  }
  router_command operator()(const tell_calendar& c) const {
    if (h.own_hours[c.queue]) return tick{};
    return c;
  }
  router_command operator()(const accept_offer& c) const {
    const auto* const o = find_own(h, c.id, c.agent);
    if (o == nullptr) return tick{};
    return accept_offer{c.id, c.agent, o->epoch};
  }
  router_command operator()(const decline_offer& c) const {
    const auto* const o = find_own(h, c.id, c.agent);
    if (o == nullptr) return tick{};
    return decline_offer{c.id, c.agent, o->epoch};
  }
  /// What he pulled, not what he would have pulled here.
  router_command operator()(const pull& c) const {
    for (const auto& e : t.events) {
      const bool his = e.kind == event_kind::assigned && e.agent == c.agent && e.epoch == 0;
      if (his && (!c.id || *c.id == e.conversation)) return assign{e.conversation, c.agent, e.flag};
    }
    return tick{};
  }
  router_command operator()(const assign& c) const {
    if (!says(t, event_kind::queued, c.id)) return assign{c.id, c.agent, c.force};
    auto facts = *arrival(h, c.facts, t.told);
    facts.priority = c.facts->priority;  // by hand no rule sets another
    return assign{c.id, c.agent, c.force, std::make_shared<const conversation_facts>(std::move(facts))};
  }
  router_command operator()(const tell_config&) const { return tick{}; }
  template <class Command>
  router_command operator()(const Command& c) const {
    return c;
  }
};

}  // namespace

router_command command_for_shadow(const shadow& h, const live_turn& t) {
  return t.refused ? router_command{tick{}} : std::visit(telling{h, t}, t.command);
}

std::vector<std::uint32_t> channels_of_shadow(const router_config& live, const router_config& own) {
  if (live.channels == own.channels && live.channel_order == own.channel_order) return {};
  std::vector<std::uint32_t> channels(own.channels.size(), 0);
  for (auto p = 0; p <= static_cast<int>(platform::telegram); ++p) {
    for (auto k = 0; k <= static_cast<int>(thread_kind::review); ++k) {
      const auto on = static_cast<platform>(p);
      const auto kind = static_cast<thread_kind>(k);
      channels[channel_of(own, on, kind)] |= std::uint32_t{1} << channel_of(live, on, kind);
    }
  }
  return channels;
}

}  // namespace switchboard::domain::routing
