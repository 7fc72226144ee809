#include "domain/assigning.hpp"

#include "domain/draft.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace switchboard::domain {
namespace {

[[nodiscard]] unexpected<refused> refuse(refusal why, std::string detail) {
  return unexpected<refused>{{why, std::move(detail)}};
}

[[nodiscard]] bool is_over(const conversation& c) {
  return c.status == conversation_status::resolved || c.status == conversation_status::closed;
}

/// A command that no router says: a bug, and never to be taken for something else.
[[nodiscard]] std::optional<refused> contradiction(const route& r) {
  const auto invalid = [](std::string_view what) {
    return refused{refusal::invalid, "A router does not say " + std::string(what) + "."};
  };
  switch (r.type) {
    case event_type::conversation_queued:
    case event_type::conversation_unassigned:
      if (!r.agent.empty()) return invalid(std::string(to_word(r.type)) + " with an agent");
      break;
    case event_type::conversation_assigned:
      if (r.agent.empty()) return invalid("conversation.assigned without an agent");
      break;
    case event_type::conversation_transferred:
      break;
    default:
      return invalid(std::string(to_word(r.type)) + " of a conversation");
  }
  if (r.priority && r.type != event_type::conversation_queued)
    return invalid("a priority with " + std::string(to_word(r.type)));
  return std::nullopt;
}

}  // namespace

void hand_over(conversation& c, agent_id to, timestamp now) {
  if (!c.assigned_to.empty() && c.assigned_to != to) {
    c.last_agent = std::move(c.assigned_to);
    c.last_agent_at = now;
  }
  c.assigned_to = std::move(to);
}

void note_solver(conversation& c, timestamp now) {
  if (c.assigned_to.empty()) return;
  c.last_agent = c.assigned_to;
  c.last_agent_at = now;
}

decision decide_route(const thread_state& state, route&& what, timestamp now) {
  if (auto why = not_present(state, what.id)) return unexpected<refused>{std::move(*why)};
  if (auto why = contradiction(what)) return unexpected<refused>{std::move(*why)};
  const conversation& before = *state.current;
  // Said again, or of before it was solved: the router hears of that too, and says what follows from it.
  if (what.sequence <= before.routed || is_over(before)) return std::vector<event>{};
  draft d(state, now);
  conversation& c = *d.add(what.type).conversation;
  c.routed = what.sequence;
  c.queue = std::move(what.queue);
  hand_over(c, std::move(what.agent), now);
  // Somebody may have set another since the rule was asked.
  if (what.priority && what.instead_of.value_or(c.priority) == c.priority) c.priority = *what.priority;
  return std::move(d).take();
}

decision decide_assignment(const thread_state& state, assign_by_hand&& what, timestamp now) {
  if (auto why = not_present(state, what.id)) return unexpected<refused>{std::move(*why)};
  const conversation& before = *state.current;
  if (what.if_version && *what.if_version != before.version) {
    return refuse(refusal::stale_version, "The conversation is at version " + std::to_string(before.version) +
                                              ", not " + std::to_string(*what.if_version) + ".");
  }
  if (what.agent == before.assigned_to) return std::vector<event>{};
  if (is_over(before)) {
    return refuse(refusal::invalid, "The conversation is " + std::string(to_word(before.status)) +
                                        ": it stays whose it was. Open it first.");
  }
  draft d(state, now);
  event& e =
      d.add(what.agent.empty() ? event_type::conversation_unassigned : event_type::conversation_assigned);
  hand_over(*e.conversation, std::move(what.agent), now);
  e.origin = event_origin{"command", "", ""};
  return std::move(d).take();
}

}  // namespace switchboard::domain
