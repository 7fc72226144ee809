#pragma once
// Gets rows that were deleted off the disk without rewriting their whole column. RocksDB's own CompactRange would: of a
// column of the universal style it rewrites every table, whatever the range.

#include "storage/views_store.hpp"

#include <atomic>
#include <span>
#include <string>
#include <utility>

namespace switchboard::storage {

/// From the first key to before the second.
using key_range = std::pair<std::string, std::string>;

/// Merges the tables of `c` that hold keys of these ranges level by level with those below, so that what was deleted
/// before the call meets its deletion at the deepest level, and both are gone. What was deleted must be in tables already.
/// In the calling thread, so that RocksDB's own compactions go on beside it. False: nothing was settled, since there is
/// but one level, or others kept working on these tables, or it was cancelled (looked at between two levels).
/// Throws views_failure.
[[nodiscard]] bool rewrite_tables(const views_store& store, column c, std::span<const key_range> ranges,
                                  const std::atomic<bool>& cancelled);

}  // namespace switchboard::storage
