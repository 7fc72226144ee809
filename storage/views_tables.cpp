#include "storage/views_tables.hpp"

#include <chrono>
#include <thread>

namespace switchboard::storage {
namespace {

constexpr unsigned long level0_tables_max = 40;

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
    store_.fail(tables_.back().path + ": " + s.ToString());
  }
  rows_ = 0;
}

void sorted_tables::put(std::string_view key, std::string_view value) {
  const auto s = writer_->Put(slice(key), slice(value));
  if (!s.ok()) store_.fail(tables_.back().path + ": " + s.ToString());
  ++rows_;
}

void sorted_tables::remove(std::string_view key) {
  const auto s = writer_->Delete(slice(key));
  if (!s.ok()) store_.fail(tables_.back().path + ": " + s.ToString());
  ++rows_;
}

void sorted_tables::finish() {
  if (!writer_) return;
  if (rows_ == 0) {  // RocksDB takes no file without rows
    tables_.pop_back();
  } else if (const auto s = writer_->Finish(); !s.ok()) {
    store_.fail(tables_.back().path + ": " + s.ToString());
  }
  writer_.reset();
}

/// Taking over a table never stalls, so a disk that is too slow would heap up tables, each of which every
/// look-up has to ask. Whoever applies waits here instead, and admission sees it lag.
void sorted_tables::wait_for_compactions(column c) const {
  const auto tables = [&] {
    std::string count;
    const auto level0 = rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0";
    return store_.db().GetProperty(store_.handle(c), level0, &count) ? std::stoul(count) : 0ul;
  };
  while (tables() >= level0_tables_max) {
    std::string stopped;
    if (store_.db().GetProperty(rocksdb::DB::Properties::kBackgroundErrors, &stopped) && stopped != "0") {
      store_.fail("compactions have failed, LOG beside the tables says why");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void sorted_tables::ingest() {
  finish();
  if (tables_.empty()) return;
  for (const auto& t : tables_) wait_for_compactions(t.of);
  std::vector<rocksdb::IngestExternalFileArg> all;
  for (const auto& t : tables_) {
    auto& one = all.emplace_back();
    one.column_family = store_.handle(t.of);
    one.external_files = {t.path};
    one.options.move_files = true;
    one.options.write_global_seqno = false;  // it is in the manifest; the file stays as it was synced
  }
  const auto s = store_.db().IngestExternalFiles(all);
  if (!s.ok()) store_.fail("taking over tables: " + s.ToString());
  tables_.clear();
}

}  // namespace switchboard::storage
