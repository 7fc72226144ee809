#pragma once
// Many rows at once, in the order of their keys: written as files that RocksDB takes over in one step. That
// spares the bulk of the views the way through memtables, which sort row by row what can be sorted at the end.

#include "storage/views_store.hpp"

#include <rocksdb/sst_file_writer.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

/// All functions throw views_failure. One thread.
class sorted_tables {
 public:
  explicit sorted_tables(const views_store& store) : store_(store) {}
  sorted_tables(const sorted_tables&) = delete;
  sorted_tables& operator=(const sorted_tables&) = delete;

  /// What follows goes to this column, in strictly ascending order of keys; each column once.
  void begin(column c);
  void put(std::string_view key, std::string_view value);
  void remove(std::string_view key);
  /// Everything written is in the database when this returns, and on the disk; or, after a crash, nothing.
  void ingest();

 private:
  struct table {
    column of;
    std::string path;
  };
  void finish();
  void wait_for_compactions(column c) const;
  [[nodiscard]] std::size_t tables_at(column c, int level) const;
  /// Nothing runs in the background when it returns, nor until RocksDB is told to go on.
  void pause_compactions() const;

  const views_store& store_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::vector<table> tables_;
  std::size_t rows_ = 0;
};

}  // namespace switchboard::storage
