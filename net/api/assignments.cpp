// PUT, DELETE /v1/conversations/{id}/assignment and POST …/transfer: whose a conversation is, by hand.
#include "net/api/acting.hpp"
#include "net/api/body.hpp"
#include "net/api/handlers.hpp"
#include "net/api/routing.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace switchboard::net::api {

namespace {

using if_match = std::optional<std::uint64_t>;
using time_of_look = std::chrono::steady_clock::time_point;

constexpr std::size_t agent_bytes_max = 64;  // as the config has it

/// Who has it; empty: nobody, or another conversation of the thread came after it.
domain::agent_id owner_of(const domain::conversation_id& id, const domain::conversation& at) {
  return at.id == id ? at.assigned_to : domain::agent_id{};
}

/// The version that the caller saw must be the one that everything acknowledged has led to. False: answered.
bool is_version(const call& c, const domain::conversation_id& id, const domain::conversation& at,
                const if_match& wanted) {
  if (!wanted || at.id != id || at.version == *wanted) return true;
  respond_problem(c.exchange, 409, "version-stale", "Conflict",
                  "the conversation is at version " + std::to_string(at.version) + ", not " +
                      std::to_string(*wanted) + "; read it again");
  return false;
}

/// As it is, if the router may be given it with its owner.
std::shared_ptr<const domain::conversation> if_open(const domain::conversation_id& id,
                                                    const domain::conversation& at) {
  using enum domain::conversation_status;
  if (at.id != id || at.status == resolved || at.status == closed) return nullptr;
  return std::make_shared<const domain::conversation>(at);
}

std::optional<actors::if_seen> seen_at(const if_match& version, time_of_look at) {
  return version ? std::optional(actors::if_seen{*version, at}) : std::nullopt;
}

/// An agent's token moves what its own agent has. Who that is may change until the router decides, so it is told, too. nullopt:
/// answered; empty: whoever has it.
std::optional<domain::agent_id> mover(const call& c, const domain::agent_id& owner) {
  if (c.who.role >= config::role::supervisor) return domain::agent_id{};
  if (!c.who.agent.empty() && c.who.agent == owner) return owner;
  respond_forbidden(c.exchange, "takes conversations for its own agent, and moves what its agent has");
  return std::nullopt;
}

/// Where the brand has no router nobody counts what agents have, and the conversation's owner decides alone.
void assign_by_hand(const call& c, domain::assign_by_hand what, const std::string& brand) {
  const auto& name = what.agent.value;
  const bool printable = std::all_of(name.begin(), name.end(),
                                     [](char k) { return k > ' ' && static_cast<unsigned char>(k) < 127; });
  if (name.size() > agent_bytes_max || !printable) {
    return respond_wrong_field(c.exchange, 422, "unknown-agent", "/agent",
                               "an agent's id is at most 64 printable ASCII characters without spaces");
  }
  c.ctx->engine->execute(brand, std::move(what), [ctx = c.ctx, x = c.exchange](actors::command_result&& r) {
    respond_result(*ctx, x, std::move(r), false);
  });
}

/// The router first, for only he knows whether the brand has one.
void assign(const call& c, const std::string& brand, const actors::routing_act& act,
            domain::assign_by_hand otherwise) {
  c.ctx->engine->route(brand, act,
                       [asked = c, brand, otherwise = std::move(otherwise)](actors::routing_result&& r) {
                         if (r.no_router) return assign_by_hand(asked, otherwise, brand);
                         respond_routed(asked, brand, otherwise.id, std::move(r));
                       });
}

}  // namespace

void assign_conversation(call&& c) {
  body_reader body{c.exchange->request().body, {"agent", "force"}};
  const domain::agent_id agent{body.text("agent").value_or("")};
  const bool force = body.flag("force").value_or(false);
  if (agent.empty() && body.ok()) body.wrong("agent", "is required; DELETE takes it from whoever has it");
  if (!body.ok()) return body.respond_errors(c.exchange);
  if_match version;
  if (!read_if_match(c, version)) return;
  const auto looked = std::chrono::steady_clock::now();
  with_conversation(std::move(c),
                    [=](const call& by, const domain::conversation_id& id, const domain::conversation& at) {
                      const auto owner = owner_of(id, at);
                      const bool takes_it = !by.who.agent.empty() && by.who.agent == agent;
                      const auto only_of = takes_it ? domain::agent_id{} : mover(by, owner);
                      if (!only_of || !is_version(by, id, at, version)) return;
                      // By hand there is no router to say whose it is by then: what was seen must still be so.
                      const auto seen = version || only_of->empty() ? version : if_match(at.version);
                      assign(by, at.brand.value,
                             actors::assign_to{.conversation = id,
                                               .agent = agent,
                                               .force = force,
                                               .as = if_open(id, at),
                                               .seen = seen_at(version, looked),
                                               .only_of = *only_of},
                             {.id = id, .if_version = seen, .agent = agent});
                    });
}

void unassign_conversation(call&& c) {
  if_match version;
  if (!read_if_match(c, version)) return;
  const auto looked = std::chrono::steady_clock::now();
  with_conversation(std::move(c),
                    [=](const call& by, const domain::conversation_id& id, const domain::conversation& at) {
                      const auto only_of = mover(by, owner_of(id, at));
                      if (!only_of || !is_version(by, id, at, version)) return;
                      const auto seen = version || only_of->empty() ? version : if_match(at.version);
                      assign(by, at.brand.value,
                             actors::assign_to_nobody{
                                 .conversation = id, .seen = seen_at(version, looked), .only_of = *only_of},
                             {.id = id, .if_version = seen, .agent = {}});
                    });
}

void transfer_conversation(call&& c) {
  body_reader body{c.exchange->request().body, {"queue", "agent", "warm", "force"}};
  actors::transfer_to what;
  what.queue.value = body.text("queue").value_or("");
  what.agent.value = body.text("agent").value_or("");
  what.warm = body.flag("warm").value_or(false);
  what.force = body.flag("force").value_or(false);
  if (body.ok() && what.queue.empty() == what.agent.empty())
    body.wrong("queue", "give the queue or the agent that it goes to, one of both");
  if (!body.ok()) return body.respond_errors(c.exchange);
  with_conversation(std::move(c), [what](const call& by, const domain::conversation_id& id,
                                         const domain::conversation& at) {
    const auto only_of = mover(by, owner_of(id, at));
    if (!only_of) return;
    auto act = what;
    act.conversation = id;
    act.only_of = *only_of;
    by.ctx->engine->route(at.brand.value, std::move(act),
                          [by, brand = at.brand.value, id](actors::routing_result&& r) {
                            respond_routed(by, brand, id, std::move(r));
                          });
  });
}

}  // namespace switchboard::net::api
