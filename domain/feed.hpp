#pragma once
// What is read because nobody pushes it (Bluesky): when to ask again, from where to go on, and how far one may say that
// it was read. Pure: `chance` (0 … 1) and what is known come in.
//
// A position is a text that is kept for the next start. Of Jetstream and of notifications it is a time, in microseconds
// since 1970 as digits; of the messages' log it is the platform's own cursor, which nobody but the platform reads.

#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::domain {

/// What came of asking once.
enum class fetch_end : std::uint8_t {
  more,      ///< there was something, and there may be more
  idle,      ///< nothing new
  later,     ///< not now: the platform's trouble, its limits, or no way there
  no_access  ///< the token or password is refused: only a person mends that
};

struct feed_policy {
  std::chrono::milliseconds poll_interval{10'000};
  std::chrono::milliseconds backoff{1'000};  ///< after the first failure; twice as long after each more
  std::chrono::milliseconds backoff_max{60'000};
  std::chrono::milliseconds access_retry{1'200'000};
};

/// How long to wait until the next. `failures`: in a row, this one included. `asked`: what the platform asked for, which
/// is kept to even where it is longer than any of ours. Of our own waits up to a half is left off by chance, so that
/// accounts that failed together do not come back together.
[[nodiscard]] std::chrono::milliseconds next_fetch(fetch_end end, std::uint32_t failures,
                                                   std::optional<std::chrono::milliseconds> asked,
                                                   double chance, const feed_policy& policy);

/// The time that a position of Jetstream or of notifications is; nullopt: none yet, or it is no such position.
[[nodiscard]] std::optional<timestamp> time_of_position(std::string_view position);
[[nodiscard]] std::string position_at(timestamp t);

/// From when a stream is read again: a little before its position, for what happened at about one time may come in
/// another order by another server. What comes twice is known by its ids.
[[nodiscard]] std::optional<timestamp> resume_from(std::string_view position);

/// A stream was asked for from `position` on, and began with what happened at `first`. A server that keeps less begins with its
/// oldest and says nothing; one that keeps enough begins with what the position was made of, or before. nullopt: nothing is
/// missing. What it gives is from, and to when.
struct time_span {
  timestamp from, to;
  bool operator==(const time_span&) const = default;
};
[[nodiscard]] std::optional<time_span> missing_before(std::string_view position, timestamp first);

/// How much a list is asked for at a time, where answers may be too large to be taken: half as much after each of those, down
/// to one, and twice as much again once so many in a row fitted.
class page_size {
 public:
  explicit page_size(std::uint32_t max) : max_(max), now_(max) {}
  [[nodiscard]] std::uint32_t now() const { return now_; }
  /// False: it is one already.
  bool halve();
  void fitted();

 private:
  std::uint32_t max_, now_, fitted_ = 0;
};

/// A list that begins with the newest was read back to something that happened at `oldest`: is that far enough? With no
/// position there is nothing to come back to.
[[nodiscard]] bool reaches_back(std::string_view position, timestamp oldest);

/// Of two positions that are times: how far both together have come.
[[nodiscard]] std::string later_position(std::string_view one, std::string_view other);

/// What was read and is not durable yet, in the order in which it came. Nothing behind the first of them may be noted as
/// read: after a crash it would be missing.
class under_way {
 public:
  using number = std::uint64_t;

  /// Something is to be kept that came at `t`.
  [[nodiscard]] number begin(timestamp t);
  /// What came at `t` is of no concern.
  void pass(timestamp t);
  /// It is durable. A number twice, or one that was never given, changes nothing.
  void done(number n);

  /// All up to here is durable, or of no concern; nullopt: nothing came yet.
  [[nodiscard]] std::optional<timestamp> reached() const { return reached_; }
  [[nodiscard]] std::size_t size() const { return open_.size(); }

 private:
  struct entry {
    timestamp at;  ///< the latest that came until the next one began
    bool done = false;
  };
  void settle();

  std::deque<entry> open_;
  number first_ = 0;  ///< of open_.front()
  std::optional<timestamp> reached_;
};

}  // namespace switchboard::domain
