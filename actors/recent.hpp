#pragma once
// What a conversation's actor remembers of its newest events: enough to know a redelivery, and to find a
// message that the views may not show yet. Older keys are asked of the views.

#include "storage/record.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace switchboard::actors {

/// Not thread-safe; owned by one actor. Pure: tested without CAF.
class recent {
 public:
  /// `kept`: how many are remembered beyond those that the views don't show.
  explicit recent(std::size_t kept) : kept_(kept) {}

  /// The newest record with this key (a message's key moves on to the last record that carries it).
  [[nodiscard]] std::optional<storage::log_sequence> find(std::uint64_t key) const;
  /// Remembers; forgets the oldest that `applied` covers while there are more than `kept`.
  void remember(std::uint64_t key, storage::log_sequence where, storage::log_sequence applied);
  /// Nothing was ever forgotten and the thread began with us: a key that is not here was never seen.
  [[nodiscard]] bool complete() const { return complete_; }
  void starts_incomplete() { complete_ = false; }
  /// Records that the views do not show yet, oldest first.
  [[nodiscard]] std::vector<storage::log_sequence> behind(storage::log_sequence applied) const;

 private:
  struct entry {
    std::uint64_t key;
    storage::log_sequence where;
  };
  std::vector<entry> entries_;  ///< by `where`, rising
  std::size_t kept_;
  bool complete_ = true;
};

}  // namespace switchboard::actors
