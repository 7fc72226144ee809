#pragma once
// The newest end of the log, in memory. Three marks move over one deque of records:
//
//   trimmed … | applied (in the views) | committed (durable) | submitted (decided)
//
// Actors append at the right, the journal's writer moves `committed`, the views' keeper moves `applied`, and
// what is applied leaves at the left once more than `bytes_max` is held. So an actor finds each of its
// records that the views don't show yet, and subscribers read recent records without touching the disk.

#include "storage/record.hpp"

#include <atomic>
#include <cassert>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace switchboard::actors {

/// Thread-safe.
class tail {
 public:
  /// `last`: the last sequence of the log on disk, which the views show already.
  tail(storage::log_sequence last, std::uint64_t bytes_max);

  /// The record, if it is still here; submitted ones too.
  [[nodiscard]] storage::record_ptr find(storage::log_sequence s) const;
  /// Committed records behind `after`, at most `limit`. False: `after` lies before what is held.
  [[nodiscard]] bool committed_after(storage::log_sequence after, std::size_t limit,
                                     std::vector<storage::record_ptr>& out) const;
  [[nodiscard]] bool holds_after(storage::log_sequence after) const;

  [[nodiscard]] storage::log_sequence applied() const { return applied_.load(std::memory_order_acquire); }
  [[nodiscard]] storage::log_sequence committed() const { return committed_.load(std::memory_order_acquire); }
  [[nodiscard]] storage::log_sequence submitted() const { return submitted_.load(std::memory_order_acquire); }

  // -- for the journal's writer -------------------------------------------------------------------------
  /// Numbers the records and appends them.
  void append(std::span<const std::shared_ptr<storage::record>> records);
  /// Submitted, not committed, at most `limit`.
  void uncommitted(std::size_t limit, std::vector<std::shared_ptr<storage::record>>& out) const;
  void mark_committed(storage::log_sequence s) {
    assert(s >= committed() && s <= submitted());
    committed_.store(s, std::memory_order_release);
  }

  // -- for the eraser -----------------------------------------------------------------------------------
  /// Puts what `other` makes of a record in its place, null: it stays. Of those up to `up_to`, which the views show
  /// already: nobody decides by them any more.
  void replace(storage::log_sequence up_to,
               const std::function<std::shared_ptr<storage::record>(const storage::record&)>& other);

  // -- for the views' keeper ----------------------------------------------------------------------------
  void mark_applied(storage::log_sequence s);

 private:
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<storage::record>> records_;  ///< records_[i] has sequence first_ + i
  storage::log_sequence first_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_max_;
  std::atomic<storage::log_sequence> applied_, committed_, submitted_;
};

}  // namespace switchboard::actors
