#pragma once
// The seam to the log (architecture, "Partitions, and the seam to many machines"). One machine: RocksDB, or
// memory in tests. Batch-shaped; every implementation passes tests/storage/log_conformance.
//
// A partition is written by its owner only, which has a claim to it (storage/ownership.hpp). One machine's log
// carries all partitions in one sequence, so that one fsync serves them all: a commit brings records of many
// partitions, and each must be claimed.

#include "storage/claims.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

enum class log_result : std::uint8_t {
  ok,
  fenced,       ///< a claim's epoch is over: stop its partition's actors
  unknown,      ///< it may have been written or not: repeat the identical call, it is idempotent
  unavailable,  ///< nothing more will be written by this process; whether this was, its successor finds out
  trimmed       ///< read: older than what is kept
};
[[nodiscard]] std::string_view to_word(log_result);

struct commit_outcome {
  log_result result = log_result::unavailable;
  log_sequence first = 0;
  log_sequence last = 0;
  std::string detail;  ///< what failed, and where
};

/// A command that some node takes in for a partition which another one owns.
struct handover {
  partition_number partition = 0;
  std::string key;  ///< the same key again is the same command
  std::string body;
};

/// How far a partition has consumed what was handed over to it: part of the commit that shows the effect.
struct consumption {
  partition_number partition = 0;
  std::uint64_t up_to = 0;  ///< place in the partition's own line of handovers, from 1; 0: none yet
};

struct read_outcome {
  log_result result = log_result::unavailable;
  std::vector<record_ptr> records;
  log_sequence earliest = 0;  ///< the oldest kept (trimmed: where to go on from)
  std::string detail;
  /// Unavailable since what is stored is not what was written: no restart reads it better.
  bool damaged = false;
  /// Where to go on: everything that was asked for up to here is in `records`.
  log_sequence up_to = 0;
};

/// A read for one partition looks at this many records of others at most; `up_to` says how far it came.
inline constexpr std::size_t passed_over_max = 65'536;

/// Synchronous. commit() from one thread at a time; read(), earliest(), last() from any.
class event_log {
 public:
  virtual ~event_log() = default;

  /// Durable when it returns ok, all or nothing. `records` carry consecutive sequences, each of a partition that
  /// `held` has with the epoch in force (else fenced, and nothing is written). A batch whose sequences are already
  /// there with the same bytes is ok again (idempotent), one that leaves a gap is a programming error, and so is a
  /// consumption of what was never handed over.
  [[nodiscard]] virtual commit_outcome commit(const claims& held, std::span<const record_ptr> records,
                                              std::span<const consumption> consumed = {}) = 0;

  /// Durable hand-over of commands to partitions owned elsewhere. A log of one machine owns them all and answers
  /// unavailable: a command for an own partition goes to its actor, and nobody would consume what lay here.
  [[nodiscard]] virtual log_result ingest(std::span<const handover> commands) = 0;

  /// Up to `limit` records of `bytes_max` in all (at least one) behind `after`; empty at the end. Of one partition, or
  /// of every_partition.
  [[nodiscard]] virtual read_outcome read(partition_number of, log_sequence after, std::size_t limit,
                                          std::size_t bytes_max) const = 0;
  /// `hint` is called from the committing thread with the new last sequence. One watcher.
  virtual void watch(std::function<void(log_sequence)> hint) = 0;
  /// The partition (or every_partition) needs nothing before `before` any more. What no partition needs is forgotten,
  /// in whole batches; what is kept starts at or before the least that one needs. Starts anew with each opening.
  [[nodiscard]] virtual log_result trim(partition_number of, log_sequence before) = 0;

  [[nodiscard]] virtual log_sequence earliest() const = 0;  ///< oldest kept; last() + 1 when empty
  [[nodiscard]] virtual log_sequence last() const = 0;      ///< 0 when nothing was ever written
  [[nodiscard]] virtual std::uint64_t epoch() const = 0;    ///< of this opening: one more than the one before
  [[nodiscard]] virtual partition_number partitions() const = 0;
  [[nodiscard]] virtual const struct cursor_codec& cursors() const = 0;
};

}  // namespace switchboard::storage
