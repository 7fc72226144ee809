#include "storage/views_options.hpp"

#include "domain/kill_point.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_reports.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <utility>

namespace switchboard::storage {
namespace {

/// Drops dedup keys whose redelivery window is over. Time is the log's own (fold_state), so that a
/// clock that jumps forgets nothing.
class forget_seen : public rocksdb::CompactionFilter {
 public:
  forget_seen(std::uint64_t latest_ms, std::uint64_t window_ms)
      : latest_ms_(latest_ms), window_ms_(window_ms) {}
  [[nodiscard]] const char* Name() const override { return "switchboard.forget_seen"; }
  bool Filter(int /*level*/, const rocksdb::Slice& /*key*/, const rocksdb::Slice& value,
              std::string* /*new_value*/, bool* /*changed*/) const override {
    return seen_value_expired(value.ToStringView(), latest_ms_, window_ms_);
  }

 private:
  std::uint64_t latest_ms_;
  std::uint64_t window_ms_;
};

class forget_seen_factory : public rocksdb::CompactionFilterFactory {
 public:
  forget_seen_factory(std::shared_ptr<std::atomic<std::uint64_t>> latest_ms, std::uint64_t window_ms)
      : latest_ms_(std::move(latest_ms)), window_ms_(window_ms) {}
  [[nodiscard]] const char* Name() const override { return "switchboard.forget_seen_factory"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    SWITCHBOARD_KILL_POINT("forgetting-seen");
    return std::make_unique<forget_seen>(latest_ms_->load(std::memory_order_relaxed), window_ms_);
  }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> latest_ms_;
  std::uint64_t window_ms_;
};

/// Drops the figures of half hours that are long over, by the same time.
class forget_reports : public rocksdb::CompactionFilter {
 public:
  explicit forget_reports(std::uint64_t latest_ms) : latest_ms_(latest_ms) {}
  [[nodiscard]] const char* Name() const override { return "switchboard.forget_reports"; }
  bool Filter(int /*level*/, const rocksdb::Slice& key, const rocksdb::Slice& /*value*/,
              std::string* /*new_value*/, bool* /*changed*/) const override {
    return report_expired(key.ToStringView(), latest_ms_);
  }

 private:
  std::uint64_t latest_ms_;
};

class forget_reports_factory : public rocksdb::CompactionFilterFactory {
 public:
  explicit forget_reports_factory(std::shared_ptr<std::atomic<std::uint64_t>> latest_ms)
      : latest_ms_(std::move(latest_ms)) {}
  [[nodiscard]] const char* Name() const override { return "switchboard.forget_reports_factory"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    return std::make_unique<forget_reports>(latest_ms_->load(std::memory_order_relaxed));
  }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> latest_ms_;
};

std::uint64_t window_ms(const views_options& o) {
  return static_cast<std::uint64_t>(std::chrono::milliseconds(o.seen_window).count());
}

rocksdb::ColumnFamilyOptions base_column(const views_options& o,
                                         const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions c;
  // The write buffer manager alone says when memory is full: all columns are flushed together anyway.
  c.write_buffer_size = o.memtable_bytes;
  c.max_write_buffer_number = 6;
  // Every column holds at least one block, used or not; nine of the default size would be a small budget.
  c.arena_block_size = 128 << 10;
  // Reads of rows that are not there (a new thread, an unseen id) are the usual case: keep them off the disk
  // and off the skip list.
  c.memtable_prefix_bloom_size_ratio = 0.02;
  c.memtable_whole_key_filtering = true;
  c.compression = rocksdb::kLZ4Compression;
  // Bursts fill level 0 faster than compactions empty it; a stalled apply would hold every read back, a few
  // more files cost a bloom probe each.
  c.level0_file_num_compaction_trigger = 8;
  c.level0_slowdown_writes_trigger = 60;
  c.level0_stop_writes_trigger = 120;
  c.soft_pending_compaction_bytes_limit = 256ull << 30;
  c.hard_pending_compaction_bytes_limit = 512ull << 30;
  c.target_file_size_base = 32ull << 20;
  c.max_bytes_for_level_base = 256ull << 20;  // about eight files of level 0: one round moves it down whole
  // From the first compaction on there is a deepest level: sorted_tables::ingest() needs that.
  c.level_compaction_dynamic_level_bytes = true;

  rocksdb::BlockBasedTableOptions t;
  t.block_cache = cache;
  t.cache_index_and_filter_blocks = true;
  t.pin_l0_filter_and_index_blocks_in_cache = true;
  t.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // In pieces: a filter for all ids of a big table is larger than a shard of the cache, so that it would be read
  // from the file, and checked, at every look-up.
  t.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  t.partition_filters = true;
  t.pin_top_level_index_and_filter = true;
  t.format_version = 5;
  t.block_size = 8 << 10;
  c.table_factory.reset(rocksdb::NewBlockBasedTableFactory(t));
  return c;
}

}  // namespace

bool seen_value_expired(std::string_view value, std::uint64_t latest_ms, std::uint64_t window) {
  if (value.empty() || value.front() != seen_origin) return false;
  value.remove_prefix(1);
  std::uint64_t at = 0;
  if (!keys::take_number(value, at)) return false;
  return latest_ms > window && at < latest_ms - window;
}

rocksdb::DBOptions views_db_options(const views_options& o) {
  rocksdb::DBOptions d;
  d.create_if_missing = true;
  d.create_missing_column_families = true;
  // Without WAL a crash drops the memtables; flushed together, what is left is one prefix of the log.
  d.atomic_flush = true;
  d.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(o.memtable_bytes);
  d.max_background_jobs = 2;
  d.allow_concurrent_memtable_write = false;  // one writer
  d.enable_pipelined_write = false;
  d.avoid_flush_during_shutdown = true;  // flush() is asked for, or it was a crash
  d.skip_stats_update_on_db_open = true;
  d.info_log_level = rocksdb::WARN_LEVEL;
  d.keep_log_file_num = 4;
  d.max_log_file_size = 4 << 20;
  d.stats_dump_period_sec = 0;
  d.stats_persist_period_sec = 0;
  d.bytes_per_sync = 1 << 20;  // no bursts of write-back beside the journal's fsync
  return d;
}

std::vector<rocksdb::ColumnFamilyDescriptor> views_columns(
    const views_options& o, std::shared_ptr<std::atomic<std::uint64_t>> latest_ms) {
  const auto cache = rocksdb::NewLRUCache(o.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> columns;
  for (std::size_t i = 0; i < column_count; ++i) {
    const auto c = static_cast<column>(i);
    auto options = base_column(o, cache);
    if (c == column::seen) {
      options.compression = rocksdb::kNoCompression;  // hashes
      options.compaction_filter_factory = std::make_shared<forget_seen_factory>(latest_ms, window_ms(o));
    }
    if (c == column::reports) {
      options.compaction_filter_factory = std::make_shared<forget_reports_factory>(latest_ms);
    }
    // The bulk: written once, seldom read. Tiered compaction writes each byte a few times only.
    if (c == column::messages || c == column::seen) {
      options.compaction_style = rocksdb::kCompactionStyleUniversal;
      options.compaction_options_universal.size_ratio = 20;
      // More runs, fewer rewritings. Not of `seen`, which is asked for ids that are in none of them.
      if (c == column::messages) options.level0_file_num_compaction_trigger = 16;
    }
    columns.emplace_back(std::string(to_word(c)), options);
  }
  columns.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  return columns;
}

}  // namespace switchboard::storage
