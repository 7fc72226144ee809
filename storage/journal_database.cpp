#include "storage/journal_database.hpp"

#include "domain/kill_point.hpp"
#include "storage/bytes.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <mutex>

namespace switchboard::storage {
namespace {

constexpr std::string_view batches_family = "batches";
constexpr std::string_view epoch_key = "epoch";
constexpr std::string_view earliest_key = "earliest";
constexpr std::string_view erased_key = "erased";
constexpr std::uint64_t memtable_bytes_min = 64ull << 10;
constexpr std::size_t block_cache_bytes = 8ull << 20;  // blocks hold keys only, values lie in blob files
constexpr int continuity_batches = 16;                 // how many of the newest inspect() reads

/// RocksDB's warnings while it opens. They name the file of a damage; its status often does not.
class open_notes : public rocksdb::Logger {
 public:
  open_notes() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list values) override {
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    std::array<char, 512> line;
    std::vsnprintf(line.data(), line.size(), format, values);
    const std::lock_guard lock(mutex_);
    if (lines_++ < lines_max) text_.append("; ").append(line.data());
  }
  [[nodiscard]] std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  static constexpr int lines_max = 3;
  std::mutex mutex_;
  std::string text_;
  int lines_ = 0;
};

/// The fsync hides inside RocksDB's write. Its own statistics would count every key and block besides; being
/// told of the files' operations costs two clock readings for each of the few that a group commit has.
class sync_watch : public rocksdb::EventListener {
 public:
  explicit sync_watch(std::shared_ptr<domain::histogram> syncs) : syncs_(std::move(syncs)) {}
  bool ShouldBeNotifiedOnFileIO() override { return true; }
  void OnFileSyncFinish(const rocksdb::FileOperationInfo& info) override {
    if (info.path.ends_with(".log")) syncs_->record(info.duration);
  }
#ifdef SWITCHBOARD_KILL_POINTS
  void OnTableFileCreationStarted(const rocksdb::TableFileCreationBriefInfo& info) override {
    if (info.reason == rocksdb::TableFileCreationReason::kCompaction) SWITCHBOARD_KILL_POINT("compaction");
  }
#endif

 private:
  const std::shared_ptr<domain::histogram> syncs_;
};

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

/// One writer, big values, sequential keys, read back in order: why each option is so.
rocksdb::DBOptions database_settings(const database_options& options,
                                     std::shared_ptr<rocksdb::Logger> notes) {
  rocksdb::DBOptions o;
  o.create_if_missing = options.create;
  o.create_missing_column_families = options.create;
  o.paranoid_checks = true;
  o.wal_recovery_mode = options.wal_mode;
  o.track_and_verify_wals_in_manifest = true;  // a missing closed WAL is an error, not an early end
  // A recycled WAL cannot tell a flipped bit from the old log's bytes and calls both the end.
  o.recycle_log_file_num = 0;
  o.max_total_wal_size = std::max(2 * options.memtable_bytes, 4 * memtable_bytes_min);
  o.avoid_flush_during_shutdown = true;  // the WAL is synced: a quick stop loses nothing
  o.max_background_jobs = 2;
  // Compactions can wait, an answer cannot: with few cores they would take whole time slices from it.
  (void)rocksdb::Env::Default()->LowerThreadPoolCPUPriority(rocksdb::Env::LOW, rocksdb::CpuPriority::kLow);
  // A reader beside the writer opens all at once: what it holds open, a compaction can't take away.
  o.max_open_files = options.read_only ? -1 : 512;
  o.bytes_per_sync = 1 << 20;  // flushes trickle to the disk instead of delaying the WAL's next fsync
  o.allow_concurrent_memtable_write = false;
  o.enable_write_thread_adaptive_yield = false;
  o.stats_dump_period_sec = 0;
  o.stats_persist_period_sec = 0;
  o.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  o.max_log_file_size = 1 << 20;
  o.keep_log_file_num = 3;
  if (options.read_only) o.info_log = std::move(notes);  // RocksDB would rotate LOG, also when reading only
  return o;
}

rocksdb::ColumnFamilyOptions batches_settings(const database_options& options) {
  rocksdb::ColumnFamilyOptions o;
  o.write_buffer_size = std::max(options.memtable_bytes, memtable_bytes_min);
  o.max_write_buffer_number = 4;            // a slow flush must not stall the commits
  o.compression = rocksdb::kNoCompression;  // keys and places; the values are compressed already
  // Values go to blob files once and are never rewritten by a compaction.
  o.enable_blob_files = true;
  o.min_blob_size = 0;
  o.blob_compression_type = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}

database_error failed(const std::string& path, rocksdb::Status status, const std::string& notes = {}) {
  std::string what = path + ": " + status.ToString() + notes;
  return {std::move(status), std::move(what)};
}

/// The first value file that any table refers to; of those before it RocksDB has removed what it lists. (It forgets a
/// file by the tables that are left, and this it does not write down. When the last table is trimmed there is nothing
/// to tell by, and a reopened database lists all files that there ever were.)
std::uint64_t oldest_value_file(const rocksdb::ColumnFamilyMetaData& about) {
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& level : about.levels)
    for (const auto& table : level.files)
      if (table.oldest_blob_file_number != 0) oldest = std::min(oldest, table.oldest_blob_file_number);
  return oldest;
}

}  // namespace

std::array<char, 8> key_of(log_sequence first) {
  std::array<char, 8> key;
  put_big_u64(key.data(), first);
  return key;
}

expected<std::unique_ptr<journal_database>, database_error> journal_database::open(
    const database_options& options) {
  const auto notes = std::make_shared<open_notes>();
  const auto syncs = std::make_shared<domain::histogram>();
  rocksdb::DBOptions settings = database_settings(options, notes);
  settings.listeners.push_back(std::make_shared<sync_watch>(syncs));
  rocksdb::ColumnFamilyOptions meta;
  meta.write_buffer_size = memtable_bytes_min;
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, meta}, {std::string(batches_family), batches_settings(options)}};

  std::unique_ptr<journal_database> database(new journal_database(options.path, syncs));
  if (options.guard) {
    database->env_ = guarded_env(options.guard);
    settings.env = database->env_.get();
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      options.read_only ? rocksdb::DB::OpenForReadOnly(settings, options.path, families, &handles, &db)
                        : rocksdb::DB::Open(settings, options.path, families, &handles, &db);
  if (!status.ok()) return unexpected(failed(options.path, status, notes->text()));
  database->db_.reset(db);
  database->meta_ = handles[0];
  database->batches_ = handles[1];
  return database;
}

journal_database::~journal_database() {
  if (!db_) return;
  db_->DestroyColumnFamilyHandle(meta_).PermitUncheckedError();
  db_->DestroyColumnFamilyHandle(batches_).PermitUncheckedError();
  db_->Close().PermitUncheckedError();  // all that was acknowledged is synced already
}

expected<std::optional<std::uint64_t>, database_error> journal_database::number(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), meta_, slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::uint64_t>();
  if (!status.ok()) return unexpected(failed(path_, status));
  if (value.size() != sizeof(std::uint64_t))
    return unexpected(database_error{{}, path_ + ": the number '" + std::string(key) + "' is damaged"});
  return std::optional<std::uint64_t>(get_u64(value.data()));
}

expected<void, database_error> journal_database::check_value_files() const {
  rocksdb::ColumnFamilyMetaData about;
  db_->GetColumnFamilyMetaData(batches_, &about);
  const std::uint64_t oldest = oldest_value_file(about);
  for (const rocksdb::BlobMetaData& file : about.blob_files) {
    if (file.blob_file_number < oldest) continue;
    const std::string name = path_ + "/" + std::filesystem::path(file.blob_file_name).filename().string();
    struct stat found {};
    if (::stat(name.c_str(), &found) != 0) return unexpected(database_error{{}, name + ": missing"});
    if (static_cast<std::uint64_t>(found.st_size) != file.blob_file_size)
      return unexpected(database_error{{},
                                       name + ": has " + std::to_string(found.st_size) + " bytes, not " +
                                           std::to_string(file.blob_file_size)});
  }
  return {};
}

expected<pinned_files, std::string> journal_database::pin() const {
  auto files = pin_files(*db_);
  if (!files) return files;
  rocksdb::ColumnFamilyMetaData about;
  db_->GetColumnFamilyMetaData(batches_, &about);
  const std::uint64_t oldest = oldest_value_file(about);
  files->leave_out([&](const database_file& file) {
    std::uint64_t number = 0;
    const auto end = file.name.data() + file.name.size();
    const auto parsed = std::from_chars(file.name.data(), end, number);
    if (parsed.ec != std::errc{} || std::string_view(parsed.ptr, end) != ".blob" || number >= oldest)
      return false;
    std::error_code unknown;
    return !std::filesystem::exists(path_ + "/" + file.name, unknown);
  });
  return files;
}

expected<journal_extent, database_error> journal_database::inspect() const {
  if (auto files = check_value_files(); !files) return unexpected(database_error(files.error()));
  auto epoch = number(epoch_key);
  if (!epoch) return unexpected(std::move(epoch).error());
  auto earliest = number(earliest_key);
  if (!earliest) return unexpected(std::move(earliest).error());
  auto erased = number(erased_key);
  if (!erased) return unexpected(std::move(erased).error());
  journal_extent extent;
  extent.epoch = epoch->value_or(0);
  extent.erased = erased->value_or(0);
  extent.earliest = earliest->value_or(1);
  extent.last = extent.earliest - 1;

  batch_iterator walk(*this);
  auto batch = walk.seek_last();
  if (batch && *batch != nullptr) {
    extent.last = (*batch)->last();
    extent.at = (*batch)->at;
  }
  for (int i = 0; batch && *batch != nullptr && i < continuity_batches; ++i) {
    const log_sequence newer = (*batch)->first;
    batch = walk.previous();
    if (batch && *batch != nullptr && (*batch)->last() + 1 != newer)
      return unexpected(database_error{{},
                                       path_ + ": sequence " + std::to_string((*batch)->last() + 1) +
                                           " is missing, the next batch starts at " + std::to_string(newer)});
  }
  if (batch) batch = walk.seek_first();
  if (!batch) return unexpected(std::move(batch).error());
  if (*batch != nullptr && (*batch)->first != extent.earliest)
    return unexpected(database_error{{},
                                     path_ + ": sequence " + std::to_string(extent.earliest) +
                                         " is missing, the oldest batch starts at " +
                                         std::to_string((*batch)->first)});
  return extent;
}

rocksdb::Status journal_database::put_batch(log_sequence first, std::string_view value, bool sync) {
  const auto key = key_of(first);
  write_.Clear();
  rocksdb::Status status = write_.Put(batches_, rocksdb::Slice(key.data(), key.size()), slice(value));
  if (!status.ok()) return status;
  rocksdb::WriteOptions how;
  how.sync = sync;
  return db_->Write(how, &write_);
}

rocksdb::Status journal_database::put_number(std::string_view key, std::uint64_t number) {
  std::array<char, 8> value;
  put_u64(value.data(), number);
  rocksdb::WriteOptions how;
  how.sync = true;
  return db_->Put(how, meta_, slice(key), rocksdb::Slice(value.data(), value.size()));
}

rocksdb::Status journal_database::put_epoch(std::uint64_t epoch) {
  return put_number(epoch_key, epoch);
}

rocksdb::Status journal_database::put_erased(log_sequence up_to) {
  return put_number(erased_key, up_to);
}

rocksdb::Status journal_database::forget_before(log_sequence earliest) {
  const auto begin = key_of(0);
  const auto end = key_of(earliest);
  const rocksdb::Slice begin_slice(begin.data(), begin.size());
  const rocksdb::Slice end_slice(end.data(), end.size());
  std::array<char, 8> value;
  put_u64(value.data(), earliest);

  rocksdb::WriteBatch write;
  rocksdb::Status status = write.Put(meta_, slice(earliest_key), rocksdb::Slice(value.data(), value.size()));
  if (status.ok()) status = write.DeleteRange(batches_, begin_slice, end_slice);
  rocksdb::WriteOptions how;
  how.sync = true;
  if (status.ok()) status = db_->Write(how, &write);
  // The files wholly inside go at once; the rest when its level is compacted.
  if (status.ok()) status = rocksdb::DeleteFilesInRange(db_.get(), batches_, &begin_slice, &end_slice, false);
  return status;
}

batch_iterator::batch_iterator(const journal_database& database) : database_(database) {
  rocksdb::ReadOptions how;
  how.verify_checksums = true;
  iterator_.reset(database.db_->NewIterator(how, database.batches_));
}

batch_iterator::batch_iterator(const journal_database& database, std::span<const std::uint64_t> subjects)
    : batch_iterator(database) {
  subjects_ = subjects;
}

expected<const batch_view*, database_error> batch_iterator::parsed() {
  if (!iterator_->Valid()) {
    if (!iterator_->status().ok()) return unexpected(failed(database_.path_, iterator_->status()));
    return static_cast<const batch_view*>(nullptr);
  }
  const rocksdb::Slice key = iterator_->key();
  const rocksdb::Slice value = iterator_->value();
  if (key.size() != sizeof(log_sequence))
    return unexpected(
        database_error{{}, database_.path_ + ": a key of " + std::to_string(key.size()) + " bytes"});
  const log_sequence first = get_big_u64(key.data());
  const std::string_view bytes(value.data(), value.size());
  auto batch = subjects_ ? reader_.parse(bytes, *subjects_) : reader_.parse(bytes);
  if (!batch || batch->first != first)
    return unexpected(
        database_error{{},
                       database_.path_ + ": the batch at sequence " + std::to_string(first) +
                           " is damaged: " + (batch ? "it names another sequence" : batch.error().what)});
  batch_ = *std::move(batch);
  return static_cast<const batch_view*>(&batch_);
}

expected<const batch_view*, database_error> batch_iterator::seek_first() {
  iterator_->SeekToFirst();
  return parsed();
}

expected<const batch_view*, database_error> batch_iterator::seek_last() {
  iterator_->SeekToLast();
  return parsed();
}

expected<const batch_view*, database_error> batch_iterator::seek(log_sequence sequence) {
  const auto key = key_of(sequence);
  iterator_->SeekForPrev(rocksdb::Slice(key.data(), key.size()));
  return parsed();
}

expected<const batch_view*, database_error> batch_iterator::next() {
  iterator_->Next();
  return parsed();
}

expected<const batch_view*, database_error> batch_iterator::previous() {
  iterator_->Prev();
  return parsed();
}

}  // namespace switchboard::storage
