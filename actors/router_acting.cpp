// What people and agents ask of a router: offers answered, work taken, given, moved and taken back.
#include "actors/router_owner.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;
using domain::event_type;

}  // namespace

routing::agent_index router_owner::agent(const domain::agent_id& id) const {
  const auto a = agents_.find(id.value);
  return a == agents_.end() ? routing::no_agent : a->second;
}

routing::queue_index router_owner::queue(const domain::queue_id& id) const {
  const auto q = queues_.find(id.value);
  return q == queues_.end() ? routing::no_queue : q->second;
}

expected<routing::router_command, routing::refusal> router_owner::command_of(const routing_act& what) const {
  using routing::refusal;
  using command = routing::router_command;
  using outcome = expected<command, refusal>;
  const auto whose = [this](const domain::agent_id& id, auto&& then) -> outcome {
    const auto a = agent(id);
    if (a == routing::no_agent) return unexpected{refusal::unknown_agent};
    return then(a);
  };
  const auto of = [&](const auto& c) -> outcome {
    using act = std::decay_t<decltype(c)>;
    if constexpr (std::is_same_v<act, answer_offer>) {
      return whose(c.agent, [&](auto a) -> outcome {
        if (c.accept) return command{routing::accept_offer{c.conversation, a, c.epoch}};
        return command{routing::decline_offer{c.conversation, a, c.epoch}};
      });
    } else if constexpr (std::is_same_v<act, pull_work>) {
      return whose(c.agent, [&](auto a) -> outcome { return command{routing::pull{a, c.conversation}}; });
    } else if constexpr (std::is_same_v<act, assign_to>) {
      return whose(c.agent, [&](auto a) -> outcome {
        const bool known = state_.items.find(c.conversation) != routing::no_slot;
        if (!known && c.as != nullptr) return brought(*c.as, a, c.force);
        return command{routing::assign{c.conversation, a, c.force}};
      });
    } else if constexpr (std::is_same_v<act, assign_to_nobody>) {
      return command{routing::unassign{c.conversation}};
    } else if constexpr (std::is_same_v<act, transfer_to>) {
      if (c.queue.empty()) {
        return whose(c.agent, [&](auto a) -> outcome {
          return command{
              routing::transfer{.id = c.conversation, .agent = a, .warm = c.warm, .force = c.force}};
        });
      }
      const auto q = queue(c.queue);
      if (q == routing::no_queue) return unexpected{refusal::unknown_queue};
      return command{routing::transfer{.id = c.conversation, .queue = q, .warm = c.warm, .force = c.force}};
    } else {
      const auto q = c.queue.empty() ? routing::no_queue : queue(c.queue);
      if (!c.queue.empty() && q == routing::no_queue) return unexpected{refusal::unknown_queue};
      return whose(c.agent, [&](auto a) -> outcome { return command{routing::reassign_all{a, q}}; });
    }
  };
  return std::visit(of, what);
}

/// Has it the owner that the act is meant for?
bool router_owner::is_whose(const routing_act& what) const {
  return std::visit(
      [this](const auto& c) {
        if constexpr (requires { c.only_of; }) {
          if (c.only_of.empty()) return true;
          const auto slot = state_.items.find(c.conversation);
          return slot != routing::no_slot && state_.items[slot].owner != routing::no_agent &&
                 state_.items[slot].owner == agent(c.only_of);
        } else {
          return true;
        }
      },
      what);
}

/// Who acts on what he saw has seen it all, or is told to look again.
std::optional<routing_result> router_owner::is_stale(const routing_act& what) const {
  return std::visit(
      [this](const auto& c) -> std::optional<routing_result> {
        if constexpr (requires { c.seen; }) {
          if (!c.seen) return std::nullopt;
          if (std::chrono::steady_clock::now() - c.seen->at >= settled_versions::known_for)
            return routing_result{.busy = true};
          const bool decided = versions_.is_behind(c.conversation, c.seen->version) ||
                               std::any_of(unsettled_.begin(), unsettled_.end(),
                                           [&](const auto& u) { return u.second.what.id == c.conversation; });
          if (!decided) return std::nullopt;
          return routing_result{
              .conversation_refused = domain::refused{
                  domain::refusal::stale_version, "The conversation was routed behind version " +
                                                      std::to_string(c.seen->version) + "; read it again."}};
        } else {
          return std::nullopt;
        }
      },
      what);
}

void router_owner::act(const routing_act& what, std::function<void(routing_result&&)> reply) {
  if (off_) return reply({.no_router = true});
  if (auto stale = is_stale(what)) return reply(*std::move(stale));
  const auto command = command_of(what);
  if (!command) return reply({.refused = command.error()});
  if (!is_whose(what)) return reply({.refused = routing::refusal::not_assigned});
  const auto before = state_.sequence;
  const auto* const to = std::get_if<assign_to>(&what);
  const bool asks_rules = shadow_.is_on() && to != nullptr && to->as != nullptr;
  const auto done =
      run(*command, asks_rules ? std::optional(routing::subject_of(as_seen(*to->as))) : std::nullopt);
  if (done.refused) {
    // What was due before it was decided all the same: the refusal is as of behind that.
    return when_durable([reply = std::move(reply), why = *done.refused](bool durable) {
      reply(durable ? routing_result{.refused = why} : routing_result{.failed = true});
    });
  }
  // The answer is the last that its conversation says about it.
  routing_result result;
  const bool many = std::holds_alternative<reassign_work>(what);
  auto last = unsettled_.end();
  for (auto u = unsettled_.upper_bound(before); u != unsettled_.end(); ++u) {
    const bool its =
        !u->second.says && std::visit(
                               [&](const auto& c) {
                                 if constexpr (std::is_same_v<std::decay_t<decltype(c)>, reassign_work>) {
                                   return false;
                                 } else if constexpr (std::is_same_v<std::decay_t<decltype(c)>, pull_work>) {
                                   return u->second.what.type == event_type::conversation_assigned &&
                                          (!c.conversation || *c.conversation == u->second.what.id);
                                 } else {
                                   return u->second.what.id == c.conversation;
                                 }
                               },
                               what);
    if (its) last = u;
    result.moved += many && u->second.what.type == event_type::conversation_transferred;
  }
  if (last != unsettled_.end()) {
    last->second.reply = std::move(reply);
    return;
  }
  when_durable([reply = std::move(reply), result = std::move(result)](bool durable) mutable {
    result.failed = !durable;
    reply(std::move(result));
  });
}

void router_owner::answer(const routing_question& what, std::function<void(routing_answer&&)> reply) {
  auto found = rows(what);
  when_durable([reply = std::move(reply), found = std::move(found)](bool durable) mutable {
    reply({.failed = !durable, .rows = std::move(found)});
  });
}

}  // namespace switchboard::actors
