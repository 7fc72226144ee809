#pragma once
// How much of one quota is left, and when there will be more. Pure: time comes in, from a clock that never goes back.
//
// A unit is taken when a call begins, and is the platform's for `per` from when its answer came: the platform counted it
// somewhere in between, and what is counted later than it began must not meet one that began `per` later too early.
//
// It outlives its process as a limit_level: kept when units are taken, before the call, and resumed by the next start. What
// was under way then is taken for counted as late as a call can arrive, and a window's past is kept in a few stretches, each
// free when its last unit is. So it may hold back for longer than it has to, and never gives too much.

#include "domain/limit_level.hpp"
#include "domain/sending.hpp"
#include "domain/time.hpp"

#include <chrono>
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
  /// So many were spent by others than us, the moment before. Something is always left to us (reserve()): how much there is
  /// in all is only what we think.
  void spent_by_others(std::uint64_t units, timestamp now);
  /// From now on it is of another size. A window.
  void resize(std::uint32_t units) { quota_.units = units; }
  /// What the platform says of it: so much is left until a time. Believed where it is less than we thought.
  void observe(std::uint64_t remaining, timestamp full_again, timestamp now);

  /// A call that ended with its process arrives within so long, if at all; and none takes longer than the other.
  static constexpr std::chrono::seconds arrives_within{1};
  static constexpr std::chrono::hours call_lasts_max{1};
  /// Of windows that are no longer than this the past is one stretch.
  static constexpr std::chrono::seconds short_window{10};
  /// The longest that a platform is believed to be closed.
  static constexpr std::chrono::hours closed_max{24};

  /// How full it is, by the clock of `now`.
  [[nodiscard]] limit_level level(timestamp now);
  /// Goes on from a level that another process left; in the clock of `now`. For one that nothing was taken of yet.
  void resume(const limit_level& left, timestamp now);
  /// Has the level changed since it was noted?
  [[nodiscard]] bool has_changed() const { return changed_; }
  /// … by what the platform said?
  [[nodiscard]] bool was_told() const { return told_; }
  void noted() { changed_ = told_ = false; }

  [[nodiscard]] const quota& of() const { return quota_; }
  /// So many are left to what matters more.
  [[nodiscard]] std::uint32_t reserve() const;
  [[nodiscard]] bool is_long() const { return is_window() && quota_.per > short_window; }
  [[nodiscard]] bool is_under_way() const { return under_way_ > 0; }
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
  bool changed_ = false, told_ = false;    ///< since noted()
};

}  // namespace switchboard::domain
