#pragma once
// A small brand by hand: agents and queues by their indexes, one clock, and what the router said.

#include "domain/routing/applying.hpp"
#include "domain/routing/eligibility.hpp"
#include "domain/routing/router.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {

using namespace std::chrono_literals;

inline constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};

class router_test : public testing::Test {
 protected:
  router_test() {
    config.channels = {{.units = 1}};
    config.queues = {{.id = {"support"}, .mode = offer_mode::auto_accept}};
  }

  agent_index add_agent(std::string id, std::uint32_t units = 10, std::uint8_t pool = 0) {
    config.agents.push_back({.id = {std::move(id)},
                             .units = units,
                             .units_hard = units + units / 5,
                             .queues = {{.queue = 0, .pool = pool}}});
    return static_cast<agent_index>(config.agents.size() - 1);
  }
  /// Takes the config; everybody comes online.
  void open() {
    configure();
    for (agent_index a = 0; a < config.agents.size(); ++a) online(a);
  }
  void configure() {
    config = align(config, *state.config);
    ++config.version;
    tell(tell_config{std::make_shared<const router_config>(config)});
  }
  void presence(agent_index a, presence_facts p) {
    p.agent = a;
    p.epoch = ++epoch;
    tell(tell_presence{p});
  }
  void online(agent_index a) { presence(a, {.online = true, .scheduled = true, .channels = all_channels}); }
  void away(agent_index a) { presence(a, {.online = true, .scheduled = true, .channels = 0}); }
  void offline(agent_index a) { presence(a, {}); }

  /// A new conversation; what is named of it.
  conversation_id arrive(conversation_facts f = {}) {
    f.id = {{7, ++conversations}, 1};
    f.version = 1;
    tell(tell_conversation{std::make_shared<const conversation_facts>(f)});
    return f.id;
  }
  void leave(const conversation_id& id) { tell(tell_left{id, 1'000'000}); }
  void wait(milliseconds by) {
    now += by;
    tell(tick{});
  }
  std::optional<refusal> tell(const router_command& c) {
    auto r = turn(state, c, now);
    said = r.events;
    log.insert(log.end(), said.begin(), said.end());
    return r.refused;
  }

  const item& at(const conversation_id& id) const { return state.items[state.items.find(id)]; }
  agent_index owner(const conversation_id& id) const { return at(id).owner; }
  /// Who is offered it, the first of them; no_agent: nobody.
  agent_index offered(const conversation_id& id) const {
    const auto& offers = state.more_of(state.items.find(id)).offers;
    return offers.empty() ? no_agent : offers.front().agent;
  }
  std::uint64_t offer_epoch(const conversation_id& id) const {
    return state.more_of(state.items.find(id)).offers.front().epoch;
  }
  std::vector<event_kind> kinds() const {
    std::vector<event_kind> k;
    for (const auto& e : said) k.push_back(e.kind);
    return k;
  }

  router_config config;
  router_state state;
  timestamp now = start;
  std::vector<router_event> said;  ///< of the last turn
  std::vector<router_event> log;   ///< of all
  std::uint64_t epoch = 0;
  std::uint64_t conversations = 0;
};

}  // namespace switchboard::domain::routing
