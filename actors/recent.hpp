#pragma once
// What a conversation's actor remembers of its newest events: enough to know a redelivery, and to find a
// message that the views may not show yet. Older keys are asked of the views, unless it knows that there can be
// none: of every forgotten key it keeps a 16-bit tag, since nearly every message is new and asking the views
// for each costs more than deciding it.

#include "storage/record.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace switchboard::actors {

/// Not thread-safe; owned by one actor. Pure: tested without CAF.
class recent {
 public:
  /// `kept`: how many are remembered beyond those that the views don't show.
  /// `tags`: how many of the forgotten are known by a tag; beyond them the views must be asked.
  recent(std::size_t kept, std::size_t tags) : kept_(kept), tags_(tags) {}

  /// The newest record with this key (a message's key moves on to the last record that carries it).
  [[nodiscard]] std::optional<storage::log_sequence> find(std::uint64_t key) const;
  /// Remembers; forgets the oldest that `applied` covers while there are more than `kept`.
  void remember(std::uint64_t key, storage::log_sequence where, storage::log_sequence applied);
  /// For a key that find() does not know: was it surely never remembered? False, now and then, of new ones too.
  [[nodiscard]] bool is_new(std::uint64_t key) const;
  /// The thread did not begin with us: whatever find() does not know may have been.
  void starts_incomplete() { complete_ = false; }
  /// … but for these: all that were remembered before the oldest that it knows, as the views have them.
  void learn(std::span<const std::uint64_t> keys);
  [[nodiscard]] bool is_complete() const { return complete_; }
  /// Records that the views do not show yet, oldest first.
  [[nodiscard]] std::vector<storage::log_sequence> behind(storage::log_sequence applied) const;

 private:
  struct entry {
    std::uint64_t key;
    storage::log_sequence where;
  };
  void forget_oldest(std::size_t n);
  void keep_tag(std::uint64_t key);

  std::vector<entry> entries_;            ///< by `where`, rising
  std::vector<std::uint16_t> forgotten_;  ///< tags
  std::size_t kept_;
  std::size_t tags_;
  bool complete_ = true;
};

}  // namespace switchboard::actors
