#pragma once
// The embedded log: RocksDB under <data_dir>/journal, one value per group commit, fsynced; a watermark of the
// last acknowledged sequence beside it, outside the WAL. The watermark is exact after kill -9 and at most
// 100 ms behind after a power cut (the events themselves never are); a start that recovers less than it says
// is refused as damaged. See journal_recovery.cpp for the steps of a start.

#include "domain/expected.hpp"
#include "domain/histogram.hpp"
#include "storage/cursor.hpp"
#include "storage/erasing.hpp"
#include "storage/log.hpp"
#include "storage/pinned_files.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace switchboard::storage {

class write_guard;

struct journal_options {
  std::string data_dir;
  std::uint16_t partitions = 64;  ///< only used when the directory is created
  std::uint64_t memtable_bytes = 32ull << 20;
  bool sync = true;     ///< false only for the planted fault of the crash tests
  bool reclaim = true;  ///< false only for the planted fault of the erasure tests: files stay as they are
  bool accept_loss = false;  ///< serve although less than the watermark was recovered (explicit opt-in)
  bool read_only = false;    ///< verify, events --data-dir
  /// Of a process that ends with the first failed write (write_guard.hpp); null: errors are returned.
  std::shared_ptr<write_guard> guard = nullptr;
};

/// What was fixed when the data directory was created (file <data_dir>/identity).
struct identity {
  std::uint32_t format = 1;
  std::uint16_t partitions = 64;
  std::uint64_t hash_seed = 0;  ///< keys thread ids, drawn at random
  std::uint32_t journal_tag = 0;
};

struct open_error {
  /// What is stored must not be served, now or after any restart (it is not what was written, or of a format that this
  /// program does not know). Else trouble of the machine: permissions, a lock, a full disk.
  bool damaged = false;
  std::string what;  ///< names the file and, where known, the place
};

/// What a rewriting of the log came upon.
struct rewritten {
  std::uint64_t records = 0;  ///< emptied by this call
  log_sequence first = 0;     ///< the batches with such records, emptied now or before; 0: there are none
  log_sequence last = 0;
};

/// commit() and watch() from one thread; erase(), reclaim() and mark_erased() from one, which may be another; all else
/// from any thread. After the first failed write commit()
/// answers unavailable for ever, with the reason: that write may or may not be there after the restart that
/// must follow.
class journal : public event_log {
 public:
  /// Blocks for the recovery, well below a second for the 64 MiB of WAL that there are at most by default.
  [[nodiscard]] static expected<std::unique_ptr<journal>, open_error> open(const journal_options& options);
  [[nodiscard]] virtual const storage::identity& identity() const = 0;
  /// Bytes of the files on disk; for metrics and retention by size.
  [[nodiscard]] virtual std::uint64_t disk_bytes() const = 0;
  /// Why nothing is written any more; nullopt: it is.
  [[nodiscard]] virtual std::optional<open_error> failure() const = 0;
  /// How long each fsync of the log took since the opening, its own share of a commit; for metrics.
  [[nodiscard]] virtual domain::histogram_reading sync_durations() const = 0;

  // -- erasing, beside the commits ----------------------------------------------------------------------
  /// Empties the records up to `up_to` that `what` covers (storage/erasing.hpp), batch by batch in their places. Before
  /// reclaim() their bytes are still in files. Ends early once `cancelled` is set; may be repeated.
  [[nodiscard]] virtual expected<rewritten, open_error> erase(const erased_things& what, log_sequence up_to,
                                                              const std::atomic<bool>& cancelled) = 0;
  /// Rewrites the files that hold these batches, so that nothing is on the disk that is not in the log. False: not
  /// yet, for a reader still holds a file open, or cancelled; repeat it.
  [[nodiscard]] virtual expected<bool, open_error> reclaim(const rewritten& range,
                                                           std::atomic<bool>& cancelled) = 0;
  /// Gives back the disk of what was trimmed, also where little is written. False as above.
  [[nodiscard]] virtual expected<bool, open_error> reclaim_trimmed(std::atomic<bool>& cancelled) = 0;
  /// How far the erasures that the log asks for were carried out; kept in the journal itself.
  [[nodiscard]] virtual log_sequence erased_up_to() const = 0;
  [[nodiscard]] virtual expected<void, open_error> mark_erased(log_sequence up_to) = 0;

  /// The first sequence decided at or after `t` (retention by time); last() + 1 if none.
  [[nodiscard]] virtual log_sequence first_at_or_after(domain::timestamp t) const = 0;
  /// The files that hold everything up to last() as it was before the call. Nothing is flushed: commits go on.
  [[nodiscard]] virtual expected<pinned_files, open_error> pin() const = 0;
  /// While this lock is held nothing is trimmed: trim() waits for it. For moments.
  [[nodiscard]] virtual std::unique_lock<std::mutex> hold_trims() const = 0;
};

/// Free bytes of the file system that holds `path`.
[[nodiscard]] std::uint64_t free_disk_bytes(const std::string& path);

}  // namespace switchboard::storage
