#pragma once
// A brand of the size that is promised, in memory: agents, skills, queues, and conversations that come and go. What one decision
// of its router costs is what `bench routing` and the benchmarks of the parts measure.

#include "domain/routing/reason.hpp"
#include "domain/routing/router.hpp"

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace switchboard::cli {

struct world_size {
  std::size_t agents = 10'000;
  std::size_t skills = 200;
  std::size_t queues = 100;
};

/// Everybody is here, in three queues and with eight skills each, and has units for five conversations. Half of these need a
/// skill that somebody in their queue has, so that whoever waits can be served, however small the brand; those of arrival()
/// prefer one of any as well. The same each time. Each turn is taken with its reasons, as routers take it; what they name, and
/// every other setting, is the default.
class routing_world {
 public:
  routing_world(const world_size& size, std::vector<domain::routing::strategy> chain);
  /// How many conversations may wait in a brand of this size, whose router takes no more than it does by default.
  [[nodiscard]] static std::uint64_t room(std::uint64_t agents);

  /// Conversations come until agents are half busy. Then arrival().
  void half_busy();
  /// One comes, and somebody gets it: how long its turn took. The oldest goes, untimed.
  [[nodiscard]] std::chrono::nanoseconds arrival();

  /// Conversations come until everybody is full and so many wait; `unmatchable` that nobody can take stand before them. Then
  /// release(). Both together at most room().
  void queue_up(std::size_t waiting, std::size_t unmatchable);
  /// A conversation ends, and its agent gets the next: how long that turn took. Another comes, untimed.
  [[nodiscard]] std::chrono::nanoseconds release();

  [[nodiscard]] const domain::routing::router_state& state() const { return state_; }

 private:
  domain::routing::turn_result say(const domain::routing::router_command& c);
  domain::routing::conversation_facts next(bool prefers);
  void come(const domain::routing::conversation_facts& f);

  world_size size_;
  domain::routing::router_state state_;
  domain::timestamp now_{std::chrono::hours{24 * 365 * 55}};
  std::vector<domain::routing::reason> why_;
  std::vector<std::vector<domain::routing::skill_index>> skills_;  ///< of each queue's members
  std::vector<domain::conversation_id> live_;                      ///< of half_busy()
  std::size_t oldest_ = 0;
  std::uint64_t count_ = 0;
  std::mt19937_64 random_{7};
};

}  // namespace switchboard::cli
