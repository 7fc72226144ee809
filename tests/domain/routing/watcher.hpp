#pragma once
// Watches a router by its events alone: folds them into a state of its own, and holds each against the invariants and against
// the reference.

#include "domain/routing/router.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {

class watcher {
 public:
  watcher() = default;
  /// Of a router that was there before: it goes on from this state, as its own.
  explicit watcher(router_state begun);
  /// What one turn said. Not asked any more once it complained.
  void see(const std::vector<router_event>& events);
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  [[nodiscard]] const router_state& state() const { return state_; }
  [[nodiscard]] std::size_t offers() const { return offers_; }
  [[nodiscard]] std::size_t tellings() const { return tellings_; }

 private:
  void see_one(const std::vector<router_event>& events, std::size_t at);
  void check_choice(const router_event& e);
  void check_told(const router_event& e);
  void check_owner(const router_event& e);
  void check_caps(const router_event& e);
  void check_deadlines();
  void complain(const router_event& e, const std::string& what);

  router_state state_;
  std::map<conversation_id, agent_index> owners_;
  std::map<agent_index, std::uint32_t> allowed_;  ///< above his hard cap, since a config made that smaller
  conversation_id asked_for_ = {};  ///< the conversation of the last offer, if nothing came since
  /// What customers heard last, and when.
  std::map<conversation_id, std::pair<milliseconds, timestamp>> told_;
  std::size_t offers_ = 0, tellings_ = 0;
  std::string complaint_;
};

/// Everything of a state that is not an index, as text: two that were folded from the same log have the same.
[[nodiscard]] std::string contents(const router_state& s);

}  // namespace switchboard::domain::routing
