#pragma once
// The RocksDB database under the views: its columns, how it is opened, and reads that never pass damage over.
// Layout of keys and values: views.cpp.

#include "storage/guarded_files.hpp"
#include "storage/views.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_buffer_manager.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::storage {

enum class column : std::uint8_t {
  meta,
  conversations,
  messages,
  inbox,
  customers,
  customer_conversations,
  seen,
  comment_threads,
  dead_letters,
  erasures,
  outbox,
  feeds,
  accounts,
  limits,
  agents,
  decisions,
  routers,
  wakes,
  deliveries,
  breaches,
  reports,
  deadlines
};
inline constexpr std::size_t column_count = 22;
[[nodiscard]] std::string_view to_word(column);

/// First byte of every value.
inline constexpr char row_version = 1;

/// The values of the seen column begin with one of these instead: they are the oldest rows that are read, and
/// the compaction filter must tell them apart.
inline constexpr char seen_origin = 1;     ///< time: forgotten after the window
inline constexpr char seen_reference = 2;  ///< time, ordinal, sequence: kept as long as the message

/// What the meta column holds. On disk `applied` says how far the rows are complete.
struct fold_state {
  log_sequence applied = 0;
  log_sequence reached = 0;     ///< conversations and their places in the inbox may show events up to here
  std::uint64_t latest_ms = 0;  ///< the log's own time, by which dedup keys age
  std::uint64_t newest_ms = 0;  ///< what the last record says that it was
  std::uint64_t conversations = 0;
  /// The columns from `wakes` on know nothing of what came before: these rows were folded by a program without them. 0: they know all.
  log_sequence since = 0;

  /// A record of this time follows. The log's own time goes on by what lies between records, back never, and by an hour
  /// at most: a clock that was years ahead for a while ages nothing by years, neither then nor once it is right. (Where
  /// nothing happens for longer, keys live longer.)
  void advance(std::uint64_t record_ms);
};

class views_store {
 public:
  [[nodiscard]] static expected<std::unique_ptr<views_store>, open_error> open(const views_options& options);
  ~views_store();
  views_store(const views_store&) = delete;
  views_store& operator=(const views_store&) = delete;

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(column c) const {
    return handles_[static_cast<std::size_t>(c)];
  }
  /// The row without its version byte. Throws views_failure on anything but found and not found.
  [[nodiscard]] std::optional<std::string> row(column c, std::string_view key) const;
  /// The value as it is; false: none.
  [[nodiscard]] bool get(column c, std::string_view key, rocksdb::PinnableSlice& value) const;
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> rows(column c) const;
  /// After a loop over an iterator: it ended, or it failed.
  void check(const rocksdb::Iterator& i, column c) const;

  /// The folder where tables are made before the database takes them over; empty on opening.
  [[nodiscard]] std::string incoming() const { return path_ + "/incoming"; }

  [[nodiscard]] const fold_state& opened_with() const { return opened_with_; }
  /// Dedup keys older than the window before this may be dropped by compactions.
  void set_latest(std::uint64_t ms) { latest_ms_->store(ms, std::memory_order_relaxed); }
  /// The log's own time (keys::milliseconds).
  [[nodiscard]] std::uint64_t latest_ms() const { return latest_ms_->load(std::memory_order_relaxed); }
  [[nodiscard]] bool expired(std::string_view seen_value) const;

  // Both throw views_failure. The first failure wins; everything after it fails too.
  [[noreturn]] void fail(const std::string& doing, const rocksdb::Status& why) const;
  /// A row is not what was written.
  [[noreturn]] void damaged(const std::string& how) const;
  [[nodiscard]] std::optional<views_error> failure() const;
  [[nodiscard]] const views_options& options() const { return options_; }

 private:
  views_store() = default;
  [[nodiscard]] std::optional<open_error> read_state();
  [[noreturn]] void end(views_error why) const;
  [[nodiscard]] rocksdb::Status bring_up_to_date(std::uint32_t found);
  [[nodiscard]] rocksdb::Status hash_comment_ids();
  [[nodiscard]] rocksdb::Status drop_deleted_ranges();
  [[nodiscard]] rocksdb::Status compact_all(column c);

  views_options options_;
  std::string path_;
  std::shared_ptr<std::atomic<std::uint64_t>> latest_ms_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::unique_ptr<rocksdb::Env> env_;  // guarded; null: the default
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, column_count> handles_{};
  fold_state opened_with_;
  mutable std::atomic<bool> failed_{false};
  mutable std::mutex failure_mutex_;
  mutable views_error failure_;
};

[[nodiscard]] std::string encode_state(const fold_state& s);

}  // namespace switchboard::storage
