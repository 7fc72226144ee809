#pragma once
// How much of one quota is left, and when there will be more. Pure: time comes in, from a clock that never goes back.
//
// A unit is taken when a call begins, and is the platform's for `per` from when its answer came: the platform counted it
// somewhere in between, and what is counted later than it began must not meet one that began `per` later too early.

#include "domain/sending.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace switchboard::domain {

class rate_limit {
 public:
  explicit rate_limit(const quota& q) : quota_(q) {}

  /// From when `units` may be taken: `now`, or later; nullopt: not before a call that is under way has ended.
  [[nodiscard]] std::optional<timestamp> when(std::uint32_t units, timestamp now);
  /// Precondition: when() said now.
  void take(std::uint32_t units, timestamp now);
  /// A call that took `units` ended at `now`.
  void ended(std::uint32_t units, timestamp now);
  /// What the platform says of it: so much is left until a time. Believed where it is less than we thought.
  void observe(std::uint64_t remaining, timestamp full_again, timestamp now);

  [[nodiscard]] const quota& of() const { return quota_; }
  /// Nothing taken, nothing remembered: as if it were new.
  [[nodiscard]] bool is_idle(timestamp now);

 private:
  struct spent {
    std::uint64_t units;
    timestamp first;    ///< when the first of them would be free
    timestamp free_at;  ///< when all are
  };
  [[nodiscard]] bool is_window() const { return quota_.burst == 0; }
  [[nodiscard]] std::chrono::microseconds refill_time(std::uint64_t units) const;
  void hold(std::uint64_t units, timestamp free_at);
  void forget(timestamp now);

  quota quota_;
  std::deque<spent> spent_;                ///< of a window: by time
  std::uint64_t spent_units_ = 0;          ///< sum of spent_
  std::uint64_t under_way_ = 0;            ///< taken, not ended
  timestamp full_at_{};                    ///< of a bucket: when all that was taken is back
  std::optional<timestamp> closed_until_;  ///< the platform said that nothing is left
};

}  // namespace switchboard::domain
