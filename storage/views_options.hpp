#pragma once
// How the views' database is tuned; the reasons stand beside the numbers in views_options.cpp.

#include "storage/views_store.hpp"

#include <rocksdb/options.h>

#include <atomic>
#include <memory>
#include <vector>

namespace switchboard::storage {

/// True when a value of the seen column is older than `window_ms` before `latest_ms`.
[[nodiscard]] bool seen_value_expired(std::string_view value, std::uint64_t latest_ms,
                                      std::uint64_t window_ms);

[[nodiscard]] rocksdb::DBOptions views_db_options(const views_options& o);
/// In the order of `column`, the default column family (unused) behind them.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> views_columns(
    const views_options& o, std::shared_ptr<std::atomic<std::uint64_t>> latest_ms);

}  // namespace switchboard::storage
