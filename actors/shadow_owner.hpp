#pragma once
// The shadow of a brand's router (domain/routing/shadowing) without CAF, and what it shares with that router: a board on which it
// leaves what it found. Nothing of it is in the journal: behind a start it begins with the router's state.

#include "actors/conversation.hpp"
#include "config/settings.hpp"
#include "domain/routing/shadowing.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::actors {

/// Of one brand, for as long as its router lives. Any thread.
struct shadow_board {
  explicit shadow_board(std::string of) : brand(std::move(of)) {}

  const std::string brand;
  std::atomic<std::uint64_t> behind{0};  ///< events and turns that were sent and not taken yet
  std::atomic<bool> failed{false};       ///< it follows no more until it is begun anew
  // Since the start of the node.
  std::array<std::atomic<std::uint64_t>, domain::routing::shadow_outcomes> outcomes = {};
  std::atomic<std::uint64_t> failures{0};

  std::mutex mutex;
  // Between the router's present config and the shadow's. With the mutex.
  std::string version = {};  ///< of the settings that have both
  std::array<std::uint64_t, domain::routing::shadow_outcomes> compared = {};
  std::deque<std::string> differences = {};  ///< JSON, oldest first; no more than shadow_kept
};
using shadow_board_ptr = std::shared_ptr<shadow_board>;

class shadow_owner {
 public:
  shadow_owner(node& of, shadow_board_ptr board) : of_(of), board_(std::move(board)) {}

  /// From the live router's state (save()), by `s.shadow`. Precondition: that has a queue of the brand.
  void begin(std::string_view saved, config::settings_ptr s, domain::timestamp now);
  void follow(const domain::routing::live_turn& t);
  /// The live router has done all that was due by then.
  void pass_time(domain::timestamp now);
  /// What follows is nothing to it, until it is begun anew. Counted, and said.
  void fail(const std::string& why);

 private:
  void keep(domain::routing::shadow_findings&& found);

  node& of_;
  shadow_board_ptr board_;
  config::settings_ptr settings_;
  std::optional<domain::routing::shadow> shadow_;
};

/// For a brand's shadow, on the thread of all shadows.
struct shadow_task {
  shadow_board_ptr board;
  std::uint64_t cost = 0;  ///< of board->behind, given back when it ran
  std::function<void(shadow_owner&)> run;
};
using shadow_task_ptr = std::shared_ptr<shadow_task>;

}  // namespace switchboard::actors
