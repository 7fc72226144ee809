#include "domain/routing/following.hpp"

#include "domain/sla/clocks.hpp"
#include "domain/sla/note.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace switchboard::domain::routing {
namespace {

bool is_by_customer(const followed& e) {
  return e.type == event_type::message_received && e.message != nullptr &&
         e.message->direction == direction::inbound && e.message->sender_type == sender_type::customer;
}

bool is_by_agent(const followed& e) {
  return e.type == event_type::message_queued && e.message != nullptr &&
         e.message->sender_type == sender_type::agent;
}

bool waits_for_customer(const domain::conversation& c) {
  return c.status == conversation_status::pending || c.status == conversation_status::snoozed;
}

bool is_over(const followed& e) {
  return e.type == event_type::customer_erased || e.conversation.status == conversation_status::resolved ||
         e.conversation.status == conversation_status::closed;
}

/// A queue by deadlines goes by the earliest that runs; another need not hear of them.
timestamp due_of(const router_state& s, queue_index queue, const domain::conversation& c) {
  if (s.rules(queue).order != queue_order::edf || !c.sla) return {};
  return c.sla->next_due().value_or(timestamp{});
}

/// Where a warning or a breach moves it; no_queue: nowhere, or it is there already.
queue_index moved_to(const router_state& s, const followed& e, queue_index from) {
  if (e.clock == nullptr) return no_queue;
  for (const auto& a : e.clock->actions) {
    if (a.kind != sla::action_kind::move_queue) continue;
    const auto& queues = s.config->queues;
    const auto found =
        std::find_if(queues.begin(), queues.end(), [&](const auto& q) { return q.id.value == a.what; });
    const auto to = static_cast<queue_index>(found - queues.begin());
    if (found != queues.end() && !s.rules(to).removed && to != from) return to;
  }
  return no_queue;
}

router_command told(conversation_facts f) {
  return tell_conversation{std::make_shared<const conversation_facts>(std::move(f))};
}

std::map<std::string, std::string> attributes_of(const domain::conversation& c) {
  std::map<std::string, std::string> all;
  for (const auto& a : c.customer_attributes) all.emplace(a.name, a.value);
  return all;
}

/// As rules have it.
conversation_facts facts_of(const router_state& s, const followed& e, const following_rules& rules) {
  const auto& c = e.conversation;
  auto found = first_match(rules.rules, subject_of(e), rules.otherwise);
  conversation_facts f{.id = c.id,
                       .version = c.version,
                       .queue = found.queue,
                       .channel = channel_of(*s.config, c.platform, c.kind),
                       .priority = found.priority,
                       .required = std::move(found.required),
                       .preferred = std::move(found.preferred),
                       .due = due_of(s, found.queue, c)};
  if (found.rule) f.rule = rules.rules[*found.rule].place;
  return f;
}

/// It wants a person, and nobody has told the router yet.
std::optional<router_command> begin(const router_state& s, const followed& e, const following_rules& rules) {
  const auto& c = e.conversation;
  // What is ours alone, nobody waits for, whatever is noted about it.
  const bool reopened = e.type == event_type::conversation_reopened ||
                        (e.type == event_type::conversation_updated && c.last_inbound_at);
  const bool asks = is_by_customer(e) || (reopened && !e.text_follows);
  if (!asks || is_over(e) || c.status != conversation_status::open) return std::nullopt;
  auto f = facts_of(s, e, rules);
  if (f.priority != c.priority) f.had = c.priority;
  if (c.last_agent_at) {
    f.last_agent = find_agent(s, c.last_agent);
    if (f.last_agent != no_agent) f.last_agent_at = *c.last_agent_at;
  }
  return told(std::move(f));
}

/// Since when it is on the customer; zero: it is on us. Our first word counts, not the last: what is asked is how long he has been
/// silent.
timestamp waiting_since(const router_state& s, const item& i, const followed& e) {
  if (s.config->idle_after.count() == 0 || is_by_customer(e)) return {};
  if (i.waiting_since != timestamp{}) return i.waiting_since;
  return is_by_agent(e) || waits_for_customer(e.conversation) ? e.at : timestamp{};
}

/// Has its owner written to the customer since he got it, and since the customer wrote?
bool is_answered(const router_state& s, const item& i, const followed& e) {
  if (i.owner == no_agent || is_by_customer(e)) return false;
  return i.answered || (is_by_agent(e) && e.message->sender_id == s.config->agents[i.owner].id.value);
}

std::optional<router_command> go_on(const router_state& s, slot_index slot, const followed& e) {
  const auto& c = e.conversation;
  const auto& i = s.items[slot];
  if (e.type == event_type::customer_erased) return tell_left{c.id, std::max(c.version, i.version + 1)};
  if (c.version <= i.version) return std::nullopt;  // it was told of later ones
  if (is_over(e) || (waits_for_customer(c) && i.owner == no_agent)) return tell_left{c.id, c.version};
  if (const auto to = moved_to(s, e, i.queue); to != no_queue) return transfer{.id = c.id, .queue = to};
  const auto& needs = s.needs[i.needs];
  // What a rule made of the priority is in the conversation only when the router's own event has come to it.
  const bool knows_rule = !i.ruled || c.routed >= i.sequence;
  conversation_facts f{.id = c.id,
                       .version = c.version,
                       .queue = i.queue,
                       .channel = i.channel,
                       .priority = knows_rule ? c.priority : i.priority,
                       .required = needs.required,
                       .preferred = needs.preferred,
                       .due = due_of(s, i.queue, c),
                       .waiting_since = waiting_since(s, i, e),
                       .answered = is_answered(s, i, e)};
  if (same_facts(s, slot, f)) return std::nullopt;
  return told(std::move(f));
}

}  // namespace

bool is_by_router(event_type t) {
  return t == event_type::conversation_queued || t == event_type::conversation_assigned ||
         t == event_type::conversation_unassigned || t == event_type::conversation_transferred;
}

subject subject_of(const followed& e) {
  const auto& c = e.conversation;
  return {.brand = c.brand,
          .platform = c.platform,
          .account = c.account,
          .source = e.source,
          .kind = c.kind,
          .language = c.language,
          .tags = c.tags,
          .priority = c.priority,
          .attributes = attributes_of(c),
          .text = e.message != nullptr ? e.message->content : std::string()};
}

std::optional<router_command> follow(const router_state& s, const followed& e, const following_rules& rules) {
  if (is_by_router(e.type)) return std::nullopt;
  const auto slot = s.items.find(e.conversation.id);
  return slot == no_slot ? begin(s, e, rules) : go_on(s, slot, e);
}

conversation_facts facts_by_hand(const router_state& s, const followed& e, const following_rules& rules) {
  auto f = facts_of(s, e, rules);
  f.priority = e.conversation.priority;
  if (s.config->idle_after.count() > 0 && waits_for_customer(e.conversation)) f.waiting_since = e.at;
  return f;
}

bool same_facts(const router_state& s, slot_index slot, const conversation_facts& f) {
  const auto& i = s.items[slot];
  const auto& needs = s.needs[i.needs];
  return i.priority == f.priority && needs.required == f.required && needs.preferred == f.preferred &&
         i.due == f.due && i.waiting_since == f.waiting_since && bool{i.answered} == f.answered;
}

agent_index find_agent(const router_state& s, const agent_id& id) {
  const auto& agents = s.config->agents;
  const auto at =
      std::lower_bound(s.by_id.begin(), s.by_id.end(), id,
                       [&](agent_index a, const agent_id& wanted) { return agents[a].id < wanted; });
  if (at == s.by_id.end() || agents[*at].id != id || agents[*at].removed) return no_agent;
  return *at;
}

std::vector<routing_rule> align_rules(std::vector<routing_rule> rules, const router_config& as_written,
                                      const router_config& aligned) {
  std::map<std::string, std::size_t> queues, skills, names;
  for (std::size_t q = 0; q < aligned.queues.size(); ++q) queues.emplace(aligned.queues[q].id.value, q);
  for (std::size_t k = 0; k < aligned.skills.size(); ++k) skills.emplace(aligned.skills[k], k);
  for (std::size_t n = 0; n < aligned.rules.size(); ++n) names.emplace(aligned.rules[n], n);
  const auto skill = [&](skill_index k) { return static_cast<skill_index>(skills.at(as_written.skills[k])); };
  for (auto& r : rules) {
    const auto name = names.find(r.name);
    r.place = name == names.end() ? no_rule : static_cast<rule_index>(name->second);
    if (r.queue) r.queue = static_cast<queue_index>(queues.at(as_written.queues[*r.queue].id.value));
    for (auto& k : r.required) k.skill = skill(k.skill);
    for (auto& k : r.preferred) k.skill = skill(k.skill);
  }
  return rules;
}

}  // namespace switchboard::domain::routing
