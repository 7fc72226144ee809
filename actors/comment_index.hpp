#pragma once
// Which thread a comment belongs to, for answers that name only the comment (our own reply, a removal without
// author). The newest in memory, since the views may not show them yet; older ones are in the views.

#include "domain/ids.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace switchboard::actors {

/// Thread-safe; bounded: the oldest half of a stripe leaves when it is full (by then the views show it).
class comment_index {
 public:
  void remember(std::uint64_t key, domain::thread_id t);
  /// Unless it is known already; gives what is known then.
  domain::thread_id remember_first(std::uint64_t key, domain::thread_id t);
  [[nodiscard]] std::optional<domain::thread_id> find(std::uint64_t key) const;

 private:
  static constexpr std::size_t stripes = 16;
  static constexpr std::size_t stripe_max = 16'384;
  struct stripe {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, domain::thread_id> young, old;  ///< old is dropped when young is full

    void remember(std::uint64_t key, domain::thread_id t);  ///< both: under the mutex
    [[nodiscard]] std::optional<domain::thread_id> find(std::uint64_t key) const;
  };
  std::array<stripe, stripes> stripes_;
};

}  // namespace switchboard::actors
