#pragma once
// RocksDB's LOG, the diary beside its tables, written by us: its own logger takes a second line behind one that could
// not be written for a fault in the program and aborts. Nothing depends on the diary; what can't be written is left out.

#include <rocksdb/env.h>

#include <memory>
#include <string>

namespace switchboard::storage {

/// Appends to the file, which is made; keeps nothing where it can't be. Never null. Thread-safe: one write(2) a line, of
/// at most 1 KiB.
[[nodiscard]] std::shared_ptr<rocksdb::Logger> open_diary(const std::string& path);

}  // namespace switchboard::storage
