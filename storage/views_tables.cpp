#include "storage/views_tables.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace switchboard::storage {
namespace {

rocksdb::Slice slice(std::string_view s) {
  return {s.data(), s.size()};
}

}  // namespace

void sorted_tables::begin(column c) {
  finish();
  // Only one thread writes tables, and ingest() moves them away: the name is free again.
  tables_.push_back({c, store_.incoming() + "/" + std::string(to_word(c)) + ".sst"});
  const rocksdb::Options options(store_.db().GetDBOptions(), store_.db().GetOptions(store_.handle(c)));
  // With the options of the database: written back bit by bit, not in one burst beside the fsync of the journal.
  writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options), options, store_.handle(c));
  if (const auto s = writer_->Open(tables_.back().path); !s.ok()) {
    store_.fail(tables_.back().path, s);
  }
  rows_ = 0;
}

void sorted_tables::put(std::string_view key, std::string_view value) {
  const auto s = writer_->Put(slice(key), slice(value));
  if (!s.ok()) store_.fail(tables_.back().path, s);
  ++rows_;
}

void sorted_tables::remove(std::string_view key) {
  const auto s = writer_->Delete(slice(key));
  if (!s.ok()) store_.fail(tables_.back().path, s);
  ++rows_;
}

void sorted_tables::finish() {
  if (!writer_) return;
  if (rows_ == 0) {  // RocksDB takes no file without rows
    tables_.pop_back();
  } else if (const auto s = writer_->Finish(); !s.ok()) {
    store_.fail(tables_.back().path, s);
  }
  writer_.reset();
}

std::size_t sorted_tables::tables_at(column c, int level) const {
  std::string count;
  const auto which = rocksdb::DB::Properties::kNumFilesAtLevelPrefix + std::to_string(level);
  return store_.db().GetProperty(store_.handle(c), which, &count) ? std::stoul(count) : 0;
}

/// Whoever applies waits here, and admission sees it lag.
void sorted_tables::wait_for_compactions(column c, std::size_t level0_max) const {
  while (tables_at(c, 0) >= level0_max) {
    std::string stopped;
    if (store_.db().GetProperty(rocksdb::DB::Properties::kBackgroundErrors, &stopped) && stopped != "0") {
      // What happened, RocksDB says to whoever would write.
      rocksdb::WriteOptions unlogged;
      unlogged.disableWAL = true;
      rocksdb::WriteBatch nothing;
      store_.fail("compactions have failed (LOG beside the tables says more)",
                  store_.db().Write(unlogged, &nothing));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void sorted_tables::pause_compactions() const {
  // Flushes are held back too, and taking over a table that overlaps a memtable would wait for one for ever.
  std::vector<rocksdb::ColumnFamilyHandle*> columns;
  for (const auto& t : tables_) columns.push_back(store_.handle(t.of));
  rocksdb::FlushOptions at_once;
  at_once.allow_write_stall = true;  // nothing else writes
  if (const auto s = store_.db().Flush(at_once, columns); !s.ok()) store_.fail("flush", s);
  if (const auto s = store_.db().PauseBackgroundWork(); !s.ok()) store_.fail("pausing", s);
}

void sorted_tables::ingest(std::size_t level0_max) {
  finish();
  if (tables_.empty()) return;
  for (const auto& t : tables_) wait_for_compactions(t.of, level0_max);
  // RocksDB 7.8 asserts (and Debian's build keeps its assertions) when a compaction makes a column deeper while tables
  // are being taken over. Where the deepest level holds something already, none can.
  const bool may_deepen = std::any_of(tables_.begin(), tables_.end(), [&](const table& t) {
    return tables_at(t.of, store_.db().NumberLevels(store_.handle(t.of)) - 1) == 0;
  });
  if (may_deepen) pause_compactions();
  std::vector<rocksdb::IngestExternalFileArg> all;
  for (const auto& t : tables_) {
    auto& one = all.emplace_back();
    one.column_family = store_.handle(t.of);
    one.external_files = {t.path};
    one.options.move_files = true;
    one.options.write_global_seqno = false;  // it is in the manifest; the file stays as it was synced
  }
  const auto s = store_.db().IngestExternalFiles(all);
  if (may_deepen)
    store_.db().ContinueBackgroundWork().PermitUncheckedError();  // fails only where none is paused
  if (!s.ok()) store_.fail("taking over tables", s);
  tables_.clear();
}

}  // namespace switchboard::storage
