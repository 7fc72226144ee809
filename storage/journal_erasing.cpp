#include "storage/journal_erasing.hpp"

#include "storage/codec.hpp"

#include <rocksdb/convenience.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace switchboard::storage {
namespace {

/// A walk keeps the files that it began with on the disk: it begins anew after so many batches.
constexpr int batches_a_walk = 1024;
/// RocksDB would begin to hold up writers, the commits among them, at 20 files and 3 memtables.
constexpr std::uint64_t level0_files_max = 10;
constexpr std::uint64_t memtables_waiting_max = 0;
/// Readers are done with a file in milliseconds.
constexpr auto leftovers_wait_max = std::chrono::seconds(5);
constexpr auto look_again = std::chrono::milliseconds(2);

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

}  // namespace

// -- batches
// ---------------------------------------------------------------------------------------------------

expected<rewritten, database_error> journal_rewriter::run(const erased_things& what, log_sequence from,
                                                          log_sequence up_to,
                                                          const std::atomic<bool>& cancelled) {
  done_ = {};
  const auto subjects = what.subjects();
  while (from <= up_to && !cancelled.load(std::memory_order_acquire)) {
    wait_for_commits(cancelled);
    batch_iterator walk(database_, subjects);
    auto batch = walk.seek(from);
    // What began before `from` was trimmed while we looked: on with the oldest that is left.
    if (batch && *batch == nullptr) batch = walk.seek_first();
    for (int n = 0; n < batches_a_walk; ++n) {
      if (!batch) return unexpected(std::move(batch).error());
      if (*batch == nullptr || (*batch)->first > up_to) return done_;
      const log_sequence next = (*batch)->last() + 1;
      if (auto put = rewrite(**batch, what); !put) return unexpected(std::move(put).error());
      from = std::max(from, next);
      if (cancelled.load(std::memory_order_acquire)) return done_;
      batch = walk.next();
    }
  }
  return done_;
}

expected<void, database_error> journal_rewriter::rewrite(const batch_view& batch, const erased_things& what) {
  std::vector<std::pair<std::size_t, std::string>> changed;
  bool has_any = false;
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (!what.covers(batch.records[i].bytes, batch.first + i)) continue;
    has_any = true;
    const auto r = decode_record(std::string(batch.records[i].bytes));
    if (!r)
      return unexpected(database_error{{},
                                       "the event at sequence " + std::to_string(batch.first + i) +
                                           " is not readable: " + r.error().what});
    if (auto bytes = emptied(*r, seed_)) changed.emplace_back(i, *std::move(bytes));
  }
  if (!has_any) return {};
  if (done_.first == 0) done_.first = batch.first;
  done_.last = batch.last();
  if (changed.empty()) return {};
  std::vector<record_ptr> records;
  records.reserve(batch.records.size());
  auto next = changed.begin();
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    auto r = std::make_shared<record>();
    r->sequence = batch.first + i;
    r->partition = batch.records[i].partition;
    if (next != changed.end() && next->first == i) {
      r->bytes = std::move((next++)->second);
    } else {
      r->bytes = batch.records[i].bytes;
    }
    records.push_back(std::move(r));
  }
  const auto value = writer_.lay_out(batch.epoch, batch.at, records);
  if (!value) return unexpected(database_error{rocksdb::Status::Aborted(), value.error().what});
  if (auto status = put_(batch.first, *value); !status.ok())
    return unexpected(database_error{
        status, "sequence " + std::to_string(batch.first) + " could not be put again: " + status.ToString()});
  done_.records += changed.size();
  return {};
}

/// Memtables and files that wait to be worked off would stall the commits in the end.
void journal_rewriter::wait_for_commits(const std::atomic<bool>& cancelled) const {
  while (database_.is_behind() && !cancelled.load(std::memory_order_acquire))
    std::this_thread::sleep_for(look_again);
}

// -- files
// -----------------------------------------------------------------------------------------------------

rocksdb::Status journal_database::replace_batch(log_sequence first, std::string_view value) {
  const auto key = key_of(first);
  return db_->Put(rocksdb::WriteOptions(), batches_, rocksdb::Slice(key.data(), key.size()),
                  rocksdb::Slice(value.data(), value.size()));
}

bool journal_database::is_behind() const {
  std::uint64_t waiting = 0, files = 0;
  db_->GetIntProperty(batches_, rocksdb::DB::Properties::kNumImmutableMemTable, &waiting);
  std::string count;
  if (db_->GetProperty(batches_, rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0", &count))
    files = std::stoull(count);
  return waiting > memtables_waiting_max || files > level0_files_max;
}

rocksdb::Status journal_database::reclaim(log_sequence first, log_sequence last, bool values,
                                          std::atomic<bool>& cancelled) {
  // Both families: one log file serves both, and goes when neither needs it.
  rocksdb::Status status = db_->Flush(rocksdb::FlushOptions(), {meta_, batches_});
  if (!status.ok()) return status;
  rocksdb::CompactRangeOptions how;
  how.exclusive_manual_compaction = false;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  how.canceled = &cancelled;
  if (values) {
    how.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
    how.blob_garbage_collection_age_cutoff = 1.0;
  }
  const auto lost_values = [this] {
    rocksdb::ColumnFamilyMetaData about;
    db_->GetColumnFamilyMetaData(batches_, &about);
    return std::any_of(about.blob_files.begin(), about.blob_files.end(),
                       [](const auto& file) { return file.garbage_blob_count > 0; });
  };
  const auto begin = key_of(first);
  const auto end = key_of(last);
  const rocksdb::Slice begin_slice(begin.data(), begin.size());
  const rocksdb::Slice end_slice(end.data(), end.size());
  status = db_->CompactRange(how, batches_, &begin_slice, &end_slice);
  // A file of values whose neighbours lie in other tables is kept for them: then all are rewritten.
  if (status.ok() && values && lost_values()) status = db_->CompactRange(how, batches_, nullptr, nullptr);
  return status;
}

std::vector<std::string> journal_database::files() const {
  std::vector<std::string> found;
  std::error_code error;
  std::filesystem::directory_iterator file(path_, error);
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    const auto kind = file->path().extension();
    if (kind == ".sst" || kind == ".blob" || kind == ".log")
      found.push_back(file->path().filename().string());
  }
  return found;
}

bool journal_database::has_leftovers(const std::vector<std::string>& before) const {
  rocksdb::ColumnFamilyMetaData about;
  db_->GetColumnFamilyMetaData(batches_, &about);
  std::set<std::string> live;
  for (const auto& level : about.levels)
    for (const auto& file : level.files) live.insert(name_of(file.name));
  for (const auto& file : about.blob_files) {
    live.insert(name_of(file.blob_file_name));
    if (file.garbage_blob_count > 0) return true;
  }
  db_->GetColumnFamilyMetaData(meta_, &about);
  for (const auto& level : about.levels)
    for (const auto& file : level.files) live.insert(name_of(file.name));
  rocksdb::VectorLogPtr logs;
  if (!db_->GetSortedWalFiles(logs).ok()) return true;
  // The log that is being written began with the flush.
  if (!logs.empty()) live.insert(name_of(logs.back()->PathName()));
  const auto until = std::chrono::steady_clock::now() + leftovers_wait_max;
  for (const auto& name : before) {
    if (live.contains(name)) continue;
    struct stat found {};
    while (::stat((path_ + "/" + name).c_str(), &found) == 0) {
      if (std::chrono::steady_clock::now() >= until) return true;
      std::this_thread::sleep_for(look_again);
    }
  }
  return false;
}

}  // namespace switchboard::storage
