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

/// Taking over a table never stalls, so a disk that is too slow would heap up tables, each of which every look-up has to
/// ask: beyond so many of level 0 they are waited for.
inline constexpr std::size_t level0_tables_max = 40;
/// … where somebody waits to be forgotten. After a flood the compactions are behind for longer than he may be kept; each
/// erasure adds a table.
inline constexpr std::size_t level0_tables_of_erasures_max = 80;

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
  /// Waits before it while a column has `level0_max` tables in level 0.
  void ingest(std::size_t level0_max = level0_tables_max);

 private:
  struct table {
    column of;
    std::string path;
  };
  void finish();
  void wait_for_compactions(column c, std::size_t level0_max) const;
  [[nodiscard]] std::size_t tables_at(column c, int level) const;
  /// Nothing runs in the background when it returns, nor until RocksDB is told to go on.
  void pause_compactions() const;

  const views_store& store_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::vector<table> tables_;
  std::size_t rows_ = 0;
};

}  // namespace switchboard::storage
