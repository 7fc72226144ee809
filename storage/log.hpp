#pragma once
// The seam to the log (architecture, "Partitions, and the seam to many machines"). One machine: RocksDB, or
// memory in tests. Batch-shaped; every implementation passes tests/storage/log_conformance.

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
  fenced,       ///< the claim's epoch is over: stop the partition's actors
  unknown,      ///< it may have been written or not: repeat the identical call, it is idempotent
  unavailable,  ///< not written; nothing more will be written by this process
  trimmed       ///< read: older than what is kept
};
[[nodiscard]] std::string_view to_word(log_result);

/// The right to write a partition. One machine owns all partitions with one epoch, one more at each start.
struct claim {
  std::uint16_t partition = 0;
  std::uint64_t epoch = 0;
};

struct commit_outcome {
  log_result result = log_result::unavailable;
  log_sequence first = 0;
  log_sequence last = 0;
  std::string detail;  ///< what failed, and where
};

struct read_outcome {
  log_result result = log_result::unavailable;
  std::vector<record_ptr> records;
  log_sequence earliest = 0;  ///< the oldest kept (trimmed: where to go on from)
  std::string detail;
  /// Unavailable since what is stored is not what was written: no restart reads it better.
  bool damaged = false;
};

/// Synchronous. commit() from one thread at a time; read(), earliest(), last() from any.
class event_log {
 public:
  virtual ~event_log() = default;

  /// Durable when it returns ok. `records` carry consecutive sequences; a batch whose sequences are already
  /// there with the same bytes is ok again (idempotent), one that leaves a gap is a programming error.
  [[nodiscard]] virtual commit_outcome commit(claim c, std::span<const record_ptr> records) = 0;

  /// Durable hand-over of commands to a partition owned elsewhere. On one machine nobody else owns any.
  [[nodiscard]] virtual log_result ingest(std::uint16_t partition, std::span<const std::string> commands) = 0;

  /// Up to `limit` records of `bytes_max` in all (at least one) behind `after`; empty at the end.
  [[nodiscard]] virtual read_outcome read(log_sequence after, std::size_t limit,
                                          std::size_t bytes_max) const = 0;
  /// `hint` is called from the committing thread with the new last sequence. One watcher.
  virtual void watch(std::function<void(log_sequence)> hint) = 0;
  /// Forgets whole batches before `before`; what is kept starts at or before it.
  [[nodiscard]] virtual log_result trim(log_sequence before) = 0;

  [[nodiscard]] virtual log_sequence earliest() const = 0;  ///< oldest kept; last() + 1 when empty
  [[nodiscard]] virtual log_sequence last() const = 0;      ///< 0 when nothing was ever written
  [[nodiscard]] virtual std::uint64_t epoch() const = 0;
  [[nodiscard]] virtual const struct cursor_codec& cursors() const = 0;
};

}  // namespace switchboard::storage
