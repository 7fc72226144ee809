#include "domain/routing/archive.hpp"
#include "domain/routing/placing.hpp"
#include "domain/routing/state_descriptions.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

// state := version:u8 sequence:u64 now config agent* load* queue* left* needs* slots:u32 free* (item more?)*
// Items stand in the order of their slots, without those that are free; `more` where the item says so. What an agent has and
// is offered is in each agent, for its order; that it is what the items say is held against them.

namespace switchboard::domain::routing {

namespace {

constexpr std::uint8_t state_version = 2;  // 2: rules have names, conversations what they were told

// -- what would lead nowhere ---------------------------------------------------------------------------------

bool is_agent(const router_state& s, agent_index a) {
  return a < s.agents.size();
}
bool is_agent_or_none(const router_state& s, agent_index a) {
  return a == no_agent || is_agent(s, a);
}

bool leads_somewhere(const router_state& s, const item& i) {
  return i.id != conversation_id{} && s.items.find(i.id) == no_slot && i.queue < s.queues.size() &&
         i.channel < s.config->channels.size() && is_agent_or_none(s, i.owner) &&
         is_agent_or_none(s, i.only) && (i.rule == no_rule || i.rule < s.config->rules.size());
}

bool leads_somewhere(const router_state& s, const item_more& m) {
  return !m.empty() &&
         std::all_of(m.excluded.begin(), m.excluded.end(),
                     [&](const auto& x) { return is_agent(s, x.agent); }) &&
         std::all_of(m.offers.begin(), m.offers.end(), [&](const auto& o) { return is_agent(s, o.agent); }) &&
         std::all_of(m.visited.begin(), m.visited.end(), [&](auto q) { return q < s.queues.size(); });
}

bool leads_somewhere(const router_state& s, const item_needs& n) {
  const auto is_skill = [&](const auto& one) { return one.skill < s.config->skills.size(); };
  return std::all_of(n.required.begin(), n.required.end(), is_skill) &&
         std::all_of(n.preferred.begin(), n.preferred.end(), is_skill);
}

// -- reading -------------------------------------------------------------------------------------------------

void read_rest(byte_reader& in, router_state& s) {
  in(s);
  if (in.failed()) return;
  if (const auto fault = find_fault(*s.config)) return in.fail(*fault);
  if (s.agents.size() != s.config->agents.size() || s.loads.size() != s.agents.size() ||
      s.queues.size() != s.config->queues.size()) {
    return in.fail("other agents or queues than its config has");
  }
  std::vector<left_conversation> left;
  in(left);
  for (const auto& l : left) {
    if (!s.left.emplace(l.id, l.version).second) return in.fail("a conversation left twice");
    s.left_order.push_back(l.id);
  }
}

void read_item(byte_reader& in, router_state& s, slot_index slot, const std::vector<item_needs>& needs) {
  item i;
  in(i);
  if (in.failed()) return;
  if (i.needs >= needs.size() || !leads_somewhere(s, i)) {
    return in.fail("conversation " + to_text(i.id) + " is there twice, or refers to what is not there");
  }
  i.needs = take_needs(s, needs[i.needs]);
  s.items.put(slot, i);
  if (!i.more) return;
  item_more more;
  in(more);
  if (!in.failed() && !leads_somewhere(s, more)) {
    return in.fail("conversation " + to_text(i.id) + " refers to agents or queues that are not there");
  }
  s.more.emplace(slot, std::move(more));
}

void read_items(byte_reader& in, router_state& s) {
  std::vector<item_needs> needs;
  slot_index slots = 0;
  std::vector<slot_index> free;
  in(needs, slots, free);
  if (in.failed()) return;
  if (!std::all_of(needs.begin(), needs.end(), [&](const auto& n) { return leads_somewhere(s, n); })) {
    return in.fail("skills that its config has not");
  }
  auto sorted = free;
  std::sort(sorted.begin(), sorted.end());
  const bool distinct = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  if (!distinct || (!free.empty() && sorted.back() >= slots) || slots - free.size() > in.left()) {
    return in.fail("not as many conversations as it says");
  }
  s.items.restore(slots, std::move(free));
  auto next_free = sorted.begin();
  for (slot_index slot = 0; slot < slots && !in.failed(); ++slot) {
    if (next_free != sorted.end() && *next_free == slot) {
      ++next_free;
    } else {
      read_item(in, s, slot, needs);
    }
  }
}

// -- the indexes ---------------------------------------------------------------------------------------------

/// Who has or is offered what, by what the conversations say, and by what the agents say. The same, or it is no state.
bool agree_on_work(const router_state& s) {
  std::vector<std::pair<agent_index, slot_index>> of_items, of_agents;
  for (slot_index slot = 0; slot < s.items.slots(); ++slot) {
    const auto& i = s.items[slot];
    if (i.id == conversation_id{}) continue;
    if (i.owner != no_agent) of_items.emplace_back(i.owner, slot);
    for (const auto& o : s.more_of(slot).offers) of_items.emplace_back(o.agent, slot);
  }
  for (agent_index a = 0; a < s.agents.size(); ++a) {
    for (const auto slot : s.agents[a].work) of_agents.emplace_back(a, slot);
  }
  std::sort(of_items.begin(), of_items.end());
  std::sort(of_agents.begin(), of_agents.end());
  return of_items == of_agents && std::adjacent_find(of_items.begin(), of_items.end()) == of_items.end();
}

void count(router_state& s, agent_index a, slot_index slot, std::uint32_t units, bool forced) {
  s.loads[a].used += units;
  ++s.loads[a].active;
  ++s.agents[a].at_once[s.items[slot].channel];
  if (forced) s.agents[a].forced += units;
}

void build_indexes(router_state& s) {
  for (slot_index slot = 0; slot < s.items.slots(); ++slot) {
    const auto& i = s.items[slot];
    if (i.id == conversation_id{}) continue;
    if (i.owner != no_agent) count(s, i.owner, slot, i.units, i.forced);
    for (const auto& o : s.more_of(slot).offers) count(s, o.agent, slot, o.units, o.forced);
    if (i.state != item_state::resting) ++s.queues[i.queue].waiting;
  }
  take_config(s, s.config);
  for (slot_index slot = 0; slot < s.items.slots(); ++slot) {
    if (s.items[slot].id != conversation_id{}) place_item(s, slot);
  }
  clear_marks(s);
}

}  // namespace

std::string save(const router_state& s) {
  std::string out;
  out.reserve(s.items.size() * 128);
  byte_writer write(out);
  write(state_version, s);
  std::vector<left_conversation> left;
  left.reserve(s.left_order.size());
  for (const auto& id : s.left_order) left.push_back({id, s.left.at(id)});
  // In the order in which conversations name them, so that equal states have equal bytes.
  std::vector<std::uint32_t> numbers(s.needs.size(), 0);
  std::vector<item_needs> needs;
  for (slot_index slot = 0; slot < s.items.slots(); ++slot) {
    const auto& i = s.items[slot];
    if (i.id == conversation_id{} || numbers[i.needs] != 0) continue;
    needs.push_back(s.needs[i.needs]);
    numbers[i.needs] = static_cast<std::uint32_t>(needs.size());
  }
  write(left, needs, static_cast<slot_index>(s.items.slots()), s.items.free_slots());
  for (slot_index slot = 0; slot < s.items.slots(); ++slot) {
    auto i = s.items[slot];
    if (i.id == conversation_id{}) continue;
    i.needs = numbers[i.needs] - 1;
    write(i);
    if (i.more) write(s.more_of(slot));
  }
  return out;
}

expected<router_state, std::string> load(std::string_view bytes) {
  byte_reader in(bytes);
  in.version(state_version);
  router_state s;
  if (!in.failed()) read_rest(in, s);
  if (!in.failed()) read_items(in, s);
  if (!in.failed() && !agree_on_work(s)) in.fail("its agents have other conversations than are theirs");
  if (auto why = in.finish()) return unexpected("a router's state, " + *why);
  build_indexes(s);
  return s;
}

}  // namespace switchboard::domain::routing
