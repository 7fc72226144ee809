#pragma once
// A router's side of its shadow (shadow_owner): what the shadow is told, and when it is left out. A router never waits for it: where
// too much is on its way already the shadow is told no more, and begins anew from the router's state once it has taken the rest.

#include "actors/shadow_owner.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace switchboard::actors {

struct router_figures;

class shadow_feed {
 public:
  using send = std::function<void(shadow_task_ptr)>;

  explicit shadow_feed(std::string brand) : board_(std::make_shared<shadow_board>(std::move(brand))) {}

  /// Behind the router's own turn about a config. `to`: to the thread of all shadows; empty: there is none.
  void configure(const config::settings_ptr& s, send to, const domain::routing::router_state& live,
                 domain::timestamp now);
  /// The live config is another: the next configure() begins anew.
  void forget() { seen_version_.clear(); }
  /// Does anybody want to be told?
  [[nodiscard]] bool is_on() const { return settings_ != nullptr; }
  /// Behind a turn that said something.
  void tell(domain::routing::live_turn&& t, node& of);
  /// All that was due by `now` is done. Once a second.
  void tick(const domain::routing::router_state& live, domain::timestamp now);

  /// The Shadow of openapi. Precondition: is_on().
  [[nodiscard]] std::string row() const;
  void add_to(router_figures& f) const;

 private:
  void begin(const domain::routing::router_state& live, domain::timestamp now);
  [[nodiscard]] bool hand_over(std::uint64_t cost, std::function<void(shadow_owner&)> run);

  shadow_board_ptr board_;
  config::settings_ptr settings_;  ///< by which it was begun; nullptr: it is off
  send to_;
  std::string seen_version_;  ///< of the settings
  bool lost_ = false;
  domain::timestamp begun_at_ = {};
  domain::timestamp since_ = {};      ///< these two configs are compared
  std::uint64_t skipped_ = 0;         ///< turns that it was not told of …
  std::uint64_t skipped_before_ = 0;  ///< … before these two were
};

}  // namespace switchboard::actors
