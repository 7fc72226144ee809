#include "storage/views_rewriting.hpp"

#include <rocksdb/metadata.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

namespace switchboard::storage {
namespace {

/// A compaction that has some of the tables is waited for so long in all.
constexpr auto busy_max = std::chrono::seconds(10);
constexpr auto look_again = std::chrono::milliseconds(20);
constexpr int none = -1;

bool holds_any(const rocksdb::SstFileMetaData& table, std::span<const key_range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const key_range& r) {
    return table.largestkey >= r.first && (r.second.empty() || table.smallestkey < r.second);
  });
}

int next_level(const rocksdb::ColumnFamilyMetaData& about, int above) {
  for (const auto& level : about.levels)
    if (level.level > above && !level.files.empty()) return level.level;
  return none;
}

/// Of level 0 all or none: each is newer than those behind it, whatever it holds.
std::vector<std::string> tables_to_merge(const rocksdb::ColumnFamilyMetaData& about, int level,
                                         std::span<const key_range> ranges) {
  std::vector<std::string> names;
  bool any = false;
  for (const auto& table : about.levels[static_cast<std::size_t>(level)].files) {
    const bool holds = holds_any(table, ranges);
    any = any || holds;
    if (holds || level == 0) names.push_back(table.name);
  }
  return any ? names : std::vector<std::string>{};
}

rocksdb::CompactionOptions as_the_column(const rocksdb::Options& column) {
  rocksdb::CompactionOptions how;
  how.compression = rocksdb::kDisableCompressionOption;  // that is: the column's
  how.output_file_size_limit = column.target_file_size_base;
  return how;
}

}  // namespace

bool rewrite_tables(const views_store& store, column c, std::span<const key_range> ranges,
                    const std::atomic<bool>& cancelled) {
  auto& db = store.db();
  auto* const handle = store.handle(c);
  const auto how = as_the_column(db.GetOptions(handle));
  const auto until = std::chrono::steady_clock::now() + busy_max;
  // What others merge meanwhile goes down as well, never up: so nothing is missed on the way.
  for (int level = 0; !cancelled.load(std::memory_order_acquire);) {
    rocksdb::ColumnFamilyMetaData about;
    db.GetColumnFamilyMetaData(handle, &about);
    const int below = next_level(about, level);
    if (below == none) return level > 0;
    const auto tables = tables_to_merge(about, level, ranges);
    if (!tables.empty()) {
      const auto done = db.CompactFiles(how, handle, tables, below);
      // Somebody has one of them, or had, and it is another now.
      const bool busy = done.IsAborted() || done.IsInvalidArgument();
      if (!done.ok() && !busy) store.fail(std::string(to_word(c)) + ": compaction", done);
      if (busy && std::chrono::steady_clock::now() >= until) return false;
      if (busy) {
        std::this_thread::sleep_for(look_again);
        continue;
      }
    }
    level = below;
  }
  return false;
}

}  // namespace switchboard::storage
