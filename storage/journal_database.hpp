#pragma once
// The RocksDB database under <data_dir>/journal: how it is tuned, opened and walked. What a batch is, is in
// journal_batch.hpp; whether what was recovered may be served, in journal_recovery.hpp.
//
// Two column families: "batches" (key: first sequence, 8 bytes big-endian; value: the batch) and "default"
// with three keys, "epoch", "earliest" and "erased" (u64 little-endian).

#include "domain/expected.hpp"
#include "domain/histogram.hpp"
#include "storage/damage.hpp"
#include "storage/guarded_files.hpp"
#include "storage/journal_batch.hpp"
#include "storage/pinned_files.hpp"

#include <rocksdb/db.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

struct database_options {
  std::string path;
  std::uint64_t memtable_bytes = 0;
  bool read_only = false;  ///< changes nothing in the directory, not even RocksDB's own LOG
  bool create = false;
  rocksdb::WALRecoveryMode wal_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  std::shared_ptr<write_guard> guard = nullptr;
};

struct database_error {
  rocksdb::Status status;  ///< OK when it is our own check that failed
  std::string what;        ///< names the file where known

  [[nodiscard]] bool damaged() const { return status.ok() || is_damage(status); }
};

/// What a look at both ends of the journal shows.
struct journal_extent {
  log_sequence earliest = 1;  ///< oldest kept; last + 1 when empty
  log_sequence last = 0;
  domain::timestamp at;     ///< header time of the newest batch
  std::uint64_t epoch = 0;  ///< of the last writable open; 0: never
  log_sequence erased = 0;  ///< up to here it was erased what the log asks for
};

/// Of a batch.
[[nodiscard]] std::array<char, 8> key_of(log_sequence first);

class journal_database {
 public:
  [[nodiscard]] static expected<std::unique_ptr<journal_database>, database_error> open(
      const database_options& options);
  journal_database(const journal_database&) = delete;
  journal_database& operator=(const journal_database&) = delete;
  ~journal_database();

  /// Both ends, the continuity of the newest batches, and that every value file is there in its full size.
  /// Cheap: a full walk is verify_journal's.
  [[nodiscard]] expected<journal_extent, database_error> inspect() const;

  /// One batch, whole or not at all. `value` as batch_writer lays it out.
  [[nodiscard]] rocksdb::Status put_batch(log_sequence first, std::string_view value, bool sync);
  [[nodiscard]] rocksdb::Status put_epoch(std::uint64_t epoch);
  /// … from any thread, in the place of the one that is there; durable with the next synced write, or a flush.
  [[nodiscard]] rocksdb::Status replace_batch(log_sequence first, std::string_view value);
  /// May that thread go on, or would it hold up the commits? (Memtables and files wait to be worked off.)
  [[nodiscard]] bool is_behind() const;
  [[nodiscard]] rocksdb::Status put_erased(log_sequence up_to);
  /// Writes the memtables out, then rewrites the files of the batches from `first` to `last`. `values`: those that lie
  /// beside values that are no more, too. OK although nothing was done: `cancelled`.
  [[nodiscard]] rocksdb::Status reclaim(log_sequence first, log_sequence last, bool values,
                                        std::atomic<bool>& cancelled);
  /// The files that hold batches, or did; those of the write-ahead log too.
  [[nodiscard]] std::vector<std::string> files() const;
  /// Of `before`, what files() said earlier: is one still on the disk that holds a batch no more, or did it lose one?
  [[nodiscard]] bool has_leftovers(const std::vector<std::string>& before) const;
  /// Remembers the new earliest sequence, the first of a batch or last + 1, and forgets all batches before.
  [[nodiscard]] rocksdb::Status forget_before(log_sequence earliest);

  /// See journal::pin().
  [[nodiscard]] expected<pinned_files, std::string> pin() const;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// How long each fsync of the WAL took since the opening.
  [[nodiscard]] domain::histogram_reading sync_durations() const { return syncs_->read(); }

 private:
  friend class batch_iterator;
  journal_database(std::string path, std::shared_ptr<domain::histogram> syncs)
      : path_(std::move(path)), syncs_(std::move(syncs)) {}
  [[nodiscard]] expected<std::optional<std::uint64_t>, database_error> number(std::string_view key) const;
  [[nodiscard]] expected<void, database_error> check_value_files() const;
  [[nodiscard]] rocksdb::Status put_number(std::string_view key, std::uint64_t number);

  const std::string path_;
  const std::shared_ptr<domain::histogram> syncs_;  // shared with the listener, which RocksDB keeps
  std::unique_ptr<rocksdb::Env> env_;               // guarded; null: the default
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;
  rocksdb::ColumnFamilyHandle* batches_ = nullptr;
  rocksdb::WriteBatch write_;  // reused by put_batch
};

/// A walk over whole batches, over the database as it was when the walk began. One thread.
class batch_iterator {
 public:
  explicit batch_iterator(const journal_database& database);
  /// Batches that hold nothing about these subjects (subjects.hpp) come without their records. The span must outlive it.
  batch_iterator(const journal_database& database, std::span<const std::uint64_t> subjects);

  // Each moves and parses; nullptr: there is no such batch. The pointer is valid until the next move.
  [[nodiscard]] expected<const batch_view*, database_error> seek_first();
  [[nodiscard]] expected<const batch_view*, database_error> seek_last();
  /// The batch that holds `sequence`, or the nearest before it.
  [[nodiscard]] expected<const batch_view*, database_error> seek(log_sequence sequence);
  [[nodiscard]] expected<const batch_view*, database_error> next();
  [[nodiscard]] expected<const batch_view*, database_error> previous();

 private:
  [[nodiscard]] expected<const batch_view*, database_error> parsed();

  const journal_database& database_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  std::optional<std::span<const std::uint64_t>> subjects_;
  batch_reader reader_;
  batch_view batch_;
};

}  // namespace switchboard::storage
