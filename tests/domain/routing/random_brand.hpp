#pragma once
// A brand with everything going on at once: conversations and agents that come, go and flap, answers that come late, configs that
// change. The same seed gives the same, as long as the router answers the same.

#include "domain/routing/router.hpp"

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {

inline constexpr timestamp brand_start{std::chrono::hours{24 * 365 * 55}};

class random_brand {
 public:
  explicit random_brand(unsigned seed) : random_(seed) { configure(); }

  /// What happens next, and after how long.
  std::pair<router_command, milliseconds> next(const router_state& s);
  router_command configure();

  timestamp now = brand_start;

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(unsigned percent) { return below(100) < percent; }
  agent_index agent() { return static_cast<agent_index>(below(current_.agents.size())); }
  queue_index queue() { return static_cast<queue_index>(below(current_.queues.size())); }
  conversation_id any(const router_state& s);
  conversation_facts facts(const conversation_id& id, std::uint64_t version, const router_state* s);
  router_command arrival();
  router_command by_hand(const router_state& s);
  router_command changed(const router_state& s);
  router_command left(const router_state& s);
  router_command presence();
  router_command answer(const router_state& s);
  router_command moved(const router_state& s);
  router_config draw_config();
  queue_rules draw_queue(std::string id, std::uint64_t queues);

  std::mt19937_64 random_;
  std::mt19937_64 costs_{
      random_};  ///< of its own, so that what costs what changes nothing else that is drawn
  router_config current_;
  std::uint64_t conversations_ = 0, versions_ = 10, epoch_ = 0;
  std::vector<accept_offer> answers_;
  agent_index no_one_ = 0;
};

}  // namespace switchboard::domain::routing
