#pragma once
// Versions to which a router's decisions have brought conversations of late. Whoever acts on a version that he saw is held against
// the views before the router hears of it, and what it decides meanwhile is not in them.

#include "domain/ids.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>

namespace switchboard::actors {

class settled_versions {
 public:
  using time = std::chrono::steady_clock::time_point;
  /// So long one is known. Who looked longer ago must look again.
  static constexpr auto known_for = std::chrono::seconds{5};

  void note(const domain::conversation_id& id, std::uint64_t version, time now);
  /// Is it known to have gone on behind this version?
  [[nodiscard]] bool is_behind(const domain::conversation_id& id, std::uint64_t version) const;

 private:
  struct settled {
    domain::conversation_id id;
    std::uint64_t version = 0;
    time at = {};
  };
  std::unordered_map<domain::thread_id, settled> by_thread_;
  std::deque<std::pair<time, domain::thread_id>> noted_;  ///< oldest first
};

}  // namespace switchboard::actors
