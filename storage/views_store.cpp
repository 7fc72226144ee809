#include "storage/views_store.hpp"

#include "storage/damage.hpp"
#include "storage/files.hpp"
#include "storage/hash.hpp"
#include "storage/torn_manifest.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_options.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace switchboard::storage {
namespace {

constexpr std::string_view state_key = "state";
constexpr std::uint32_t layout = 5;
/// It had no columns for what is due, delivered, broken and reported.
constexpr std::uint32_t layout_without_promises = 4;
/// In it messages were deleted by ranges.
constexpr std::uint32_t layout_with_ranges = 3;
/// … and in it, besides, the platforms' own ids were keys of comment_threads.
constexpr std::uint32_t layout_with_ids = 2;
/// So many keys are changed in one write.
constexpr std::uint32_t rehashed_at_once = 10'000;

open_error refused(const std::string& path, const std::string& how) {
  return {
      .damaged = true,
      .what =
          "views are damaged: " + path + ": " + how + "; remove " + path +
          " to fold them again, if the journal still holds everything from its first event (see switchboard "
          "verify)"};
}

/// A database whose CURRENT is gone would be created anew, and nobody would miss the rows. A MANIFEST alone is no sign of
/// any: it comes before CURRENT, and a power loss in between must not leave a directory that never starts.
std::optional<std::string> missing_current(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path + "/CURRENT", ignored)) return std::nullopt;
  for (const auto& file : std::filesystem::directory_iterator(path, ignored)) {
    const auto name = file.path().filename().string();
    if (name.ends_with(".sst") || name.ends_with(".log")) return "CURRENT is missing beside " + name;
  }
  return std::nullopt;
}

open_error explain(const std::string& path, const rocksdb::Status& s) {
  const auto said = s.ToString();
  if (is_damage(s)) return refused(path, said);
  if (said.find("lock") != std::string::npos) return {.what = "views are in use by another process: " + said};
  return {.what = "views cannot be opened: " + path + ": " + said};
}

}  // namespace

std::string_view to_word(column c) {
  static constexpr std::array<std::string_view, column_count> words = {
      "meta",       "conversations",   "messages",     "inbox",     "customers", "customer_conversations",
      "seen",       "comment_threads", "dead_letters", "erasures",  "outbox",    "feeds",
      "accounts",   "limits",          "agents",       "decisions", "routers",   "wakes",
      "deliveries", "breaches",        "reports",      "deadlines"};
  return words[static_cast<std::size_t>(c)];
}

void fold_state::advance(std::uint64_t record_ms) {
  constexpr std::uint64_t step_max_ms = 3'600'000;
  if (newest_ms == 0) {
    latest_ms = std::max(latest_ms, record_ms);
  } else if (record_ms > newest_ms) {
    latest_ms += std::min(record_ms - newest_ms, step_max_ms);
  }
  newest_ms = record_ms;
}

std::string encode_state(const fold_state& s) {
  std::string value;
  keys::append_number(value, layout);
  keys::append_number(value, s.applied);
  keys::append_number(value, s.latest_ms);
  keys::append_number(value, s.conversations);
  keys::append_number(value, s.reached);
  keys::append_number(value, s.newest_ms);
  keys::append_number(value, s.since);
  return value;
}

expected<std::unique_ptr<views_store>, open_error> views_store::open(const views_options& options) {
  std::unique_ptr<views_store> store(new views_store);
  store->options_ = options;
  store->path_ = options.data_dir + "/views";
  std::error_code failed;
  std::filesystem::create_directories(store->path_, failed);
  if (failed)
    return unexpected{open_error{.what = "cannot create " + store->path_ + ": " + failed.message()}};
  if (const auto lost = missing_current(store->path_)) return unexpected{refused(store->path_, *lost)};
  // Before there is a database: once the journal is trimmed, a power loss must not take the folder by its name.
  if (!std::filesystem::exists(store->path_ + "/CURRENT", failed)) {
    if (const auto synced = sync_directory(options.data_dir); !synced)
      return unexpected{open_error{.what = synced.error().what}};
  }

  const auto columns = views_columns(options, store->latest_ms_);
  auto db_options = views_db_options(options);
  if (options.guard) {
    store->env_ = guarded_env(options.guard);
    db_options.env = store->env_.get();
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  rocksdb::Status opened = rocksdb::DB::Open(db_options, store->path_, columns, &handles, &db);
  if (opened.IsCorruption()) {
    const auto again = open_without_torn_end(store->path_, [&]() -> expected<void, rocksdb::Status> {
      handles.clear();
      opened = rocksdb::DB::Open(db_options, store->path_, columns, &handles, &db);
      if (!opened.ok()) return unexpected{opened};
      return {};
    });
    if (!again) opened = again.error();
  }
  if (!opened.ok()) return unexpected{explain(store->path_, opened)};
  store->db_.reset(db);
  std::copy_n(handles.begin(), column_count, store->handles_.begin());
  db->DestroyColumnFamilyHandle(handles.back());  // RocksDB's own, which we do not use
  if (auto error = store->read_state()) return unexpected{std::move(*error)};
  std::filesystem::remove_all(store->incoming(), failed);  // what a crash left; nobody else has the database
  if (!failed) std::filesystem::create_directory(store->incoming(), failed);
  if (failed)
    return unexpected{open_error{.what = "cannot empty " + store->incoming() + ": " + failed.message()}};
  return store;
}

std::optional<open_error> views_store::read_state() {
  rocksdb::PinnableSlice value;
  const auto s = db_->Get({}, handle(column::meta), rocksdb::Slice(state_key), &value);
  if (s.IsNotFound()) return std::nullopt;
  if (!s.ok()) return explain(path_, s);
  auto from = value.ToStringView();
  std::uint32_t found = 0;
  if (!keys::take_number(from, found)) return refused(path_, "its state is cut");
  if (found < layout_with_ids || found > layout) {
    return open_error{.damaged = true,
                      .what = "views in " + path_ + " have layout " + std::to_string(found) +
                              ", this program reads " + std::to_string(layout)};
  }
  if (!keys::take_number(from, opened_with_.applied) || !keys::take_number(from, opened_with_.latest_ms) ||
      !keys::take_number(from, opened_with_.conversations) ||
      !keys::take_number(from, opened_with_.reached)) {
    return refused(path_, "its state is cut");
  }
  // Before there was such a number, the log's own time was that of its latest record.
  opened_with_.newest_ms = opened_with_.latest_ms;
  if (!from.empty() && !keys::take_number(from, opened_with_.newest_ms))
    return refused(path_, "its state is cut");
  if (!from.empty() && !keys::take_number(from, opened_with_.since))
    return refused(path_, "its state is cut");
  if (found <= layout_without_promises) opened_with_.since = opened_with_.applied;
  set_latest(opened_with_.latest_ms);
  if (found == layout) return std::nullopt;
  if (const auto done = bring_up_to_date(found); !done.ok()) return explain(path_, done);
  return std::nullopt;
}

/// Each step may be interrupted and come again: the state names the new layout only behind them.
rocksdb::Status views_store::bring_up_to_date(std::uint32_t found) {
  rocksdb::Status done;
  if (found <= layout_with_ids) done = hash_comment_ids();
  if (done.ok() && found <= layout_with_ranges) done = drop_deleted_ranges();
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  if (!done.ok()) return done;
  return db_->Put(unlogged, handle(column::meta), rocksdb::Slice(state_key), encode_state(opened_with_));
}

/// From layout 2: platforms' ids do not lie open in keys any more, since RocksDB repeats keys in its manifest, where
/// nothing is ever erased. May be interrupted: the old keys are told from the new by their first byte.
rocksdb::Status views_store::hash_comment_ids() {
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  rocksdb::WriteBatch batch;
  const auto old = rows(column::comment_threads);
  for (old->SeekToFirst(); old->Valid() && old->key()[0] != keys::hashed; old->Next()) {
    auto from = old->key().ToStringView();
    std::string_view account, id;
    if (!keys::take_name(from, account) || !keys::take_name(from, id)) {
      return rocksdb::Status::Corruption("comment_threads: a key that is none");
    }
    const auto key = keys::comment_thread(account, fingerprint(options_.hash_seed, "ref", id, ""));
    auto done = batch.Put(handle(column::comment_threads), key, old->value());
    if (done.ok()) done = batch.Delete(handle(column::comment_threads), old->key());
    if (done.ok() && batch.Count() >= rehashed_at_once) {
      done = db_->Write(unlogged, &batch);
      batch.Clear();
    }
    if (!done.ok()) return done;
  }
  if (!old->status().ok()) return old->status();
  const auto done = db_->Write(unlogged, &batch);
  return done.ok() ? compact_all(column::comment_threads) : done;
}

views_store::~views_store() {
  for (auto* h : handles_) {
    if (h != nullptr) db_->DestroyColumnFamilyHandle(h);
  }
}

bool views_store::get(column c, std::string_view key, rocksdb::PinnableSlice& value) const {
  const auto s = db_->Get({}, handle(c), rocksdb::Slice(key), &value);
  if (s.ok()) return true;
  if (!s.IsNotFound()) fail(std::string(to_word(c)), s);
  return false;
}

std::optional<std::string> views_store::row(column c, std::string_view key) const {
  rocksdb::PinnableSlice value;
  if (!get(c, key, value)) return std::nullopt;
  const auto bytes = value.ToStringView();
  if (bytes.empty() || bytes.front() != row_version) {
    damaged(std::string(to_word(c)) + ": a row of unknown version at key " + keys::to_hex(key));
  }
  return std::string(bytes.substr(1));
}

/// From layout 3: what was deleted by a range is gone, and so is the range, since rows() does not look for any.
rocksdb::Status views_store::drop_deleted_ranges() {
  const auto erased = rows(column::erasures);
  erased->SeekToFirst();
  if (!erased->status().ok()) return erased->status();
  return erased->Valid() ? compact_all(column::messages) : rocksdb::Status::OK();
}

rocksdb::Status views_store::compact_all(column c) {
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  return db_->CompactRange(all, handle(c), nullptr, nullptr);
}

std::unique_ptr<rocksdb::Iterator> views_store::rows(column c) const {
  rocksdb::ReadOptions how;
  // Nothing is deleted by range. Where RocksDB 7.8 looks for deleted ranges it takes a table that it can't read for one without
  // rows, and says nothing.
  how.ignore_range_deletions = true;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(how, handle(c)));
}

void views_store::check(const rocksdb::Iterator& i, column c) const {
  if (!i.status().ok()) fail(std::string(to_word(c)), i.status());
}

bool views_store::expired(std::string_view seen_value) const {
  const auto window = static_cast<std::uint64_t>(std::chrono::milliseconds(options_.seen_window).count());
  return seen_value_expired(seen_value, latest_ms_->load(std::memory_order_relaxed), window);
}

void views_store::fail(const std::string& doing, const rocksdb::Status& why) const {
  end({path_ + ": " + doing + ": " + why.ToString(), is_damage(why)});
}

void views_store::damaged(const std::string& how) const {
  end({path_ + ": " + how, true});
}

void views_store::end(views_error why) const {
  {
    const std::lock_guard lock(failure_mutex_);
    if (!failed_.exchange(true)) failure_ = why;
  }
  throw views_failure(why);
}

std::optional<views_error> views_store::failure() const {
  if (!failed_.load(std::memory_order_acquire)) return std::nullopt;
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

}  // namespace switchboard::storage
