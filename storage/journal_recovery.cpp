// A writable start:
//   1. identity and watermark are read; a directory with an identity must have a watermark and a journal.
//   2. A read-only trial recovers the WAL into memory: with kTolerateCorruptedTailRecords, which refuses
//      damage but also an unlucky torn tail; then with kPointInTimeRecovery, which accepts anything and stops
//      at the first damage. Either is believed only if it reaches the watermark: a WAL that was cut, or lost
//      a file, "opens fine" in both.
//      A MANIFEST with a torn end is tried without it (torn_manifest.hpp), and is put back if that doesn't help.
//   3. Only then is it opened for writing, in the mode that passed; the epoch grows by one.
// A new directory gets the journal, then the watermark, then the identity, so that a crash in between leaves
// something that is recognised as unfinished.

#include "storage/journal_recovery.hpp"

#include "domain/kill_point.hpp"
#include "storage/backup_manifest.hpp"
#include "storage/journal_identity.hpp"
#include "storage/landing.hpp"
#include "storage/torn_manifest.hpp"

#include <rocksdb/env.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

namespace switchboard::storage {
namespace {

using rocksdb::WALRecoveryMode;

constexpr int read_only_attempts = 3;
constexpr std::string_view opt_in =
    "; restore a backup, or accept the loss with `switchboard serve --accept-loss`";

/// Where no loss can be accepted, since nothing is left to serve.
constexpr std::string_view way_back = "; restore a backup with `switchboard restore`";

struct opened {
  std::unique_ptr<journal_database> database;
  journal_extent extent;
  WALRecoveryMode mode = WALRecoveryMode::kTolerateCorruptedTailRecords;
};

unexpected<open_error> refuse(std::string what) {
  return unexpected(open_error{.damaged = true, .what = std::move(what)});
}
unexpected<open_error> fail(std::string what) {
  return unexpected(open_error{.what = std::move(what)});
}

std::string journal_path(const std::string& data_dir) {
  return data_dir + "/journal";
}

/// Trouble of the machine, not of the data: the same directory may open tomorrow.
bool is_environment(const database_error& e) {
  const std::string text = e.status.ToString();
  return e.status.IsNoSpace() || e.status.IsBusy() || e.status.IsMemoryLimit() ||
         text.find("Permission denied") != std::string::npos ||
         // Of the lock, which holds nothing that could be lost; where something else lies in its place, that is damage.
         (text.find("while open a file for lock") != std::string::npos &&
          text.find("Input/output error") != std::string::npos) ||
         text.find("Too many open files") != std::string::npos ||
         text.find("Read-only file system") != std::string::npos;
}

unexpected<open_error> refuse(const database_error& e) {
  if (is_environment(e)) return fail(e.what);
  return refuse(e.what + std::string(way_back));
}

expected<opened, database_error> open_and_inspect(const journal_options& options, WALRecoveryMode mode,
                                                  bool read_only, bool create) {
  database_options how;
  how.path = journal_path(options.data_dir);
  how.memtable_bytes = options.memtable_bytes;
  how.read_only = read_only;
  how.create = create;
  how.wal_mode = mode;
  if (!read_only) how.guard = options.guard;
  opened result;
  result.mode = mode;
  auto database = journal_database::open(how);
  if (!database) return unexpected(std::move(database).error());
  result.database = *std::move(database);
  auto extent = result.database->inspect();
  if (!extent) return unexpected(std::move(extent).error());
  result.extent = *extent;
  return result;
}

/// The newest write-ahead log that holds anything, with a word before it; empty: there is none. Damage of a record's
/// length looks like the end of the log, and RocksDB then names no file.
std::string newest_wal(const std::string& data_dir) {
  std::error_code ignored;
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(journal_path(data_dir), ignored)) {
    const auto& file = entry.path();
    if (file.extension() == ".log" && entry.file_size(ignored) > 0) newest = std::max(newest, file);
  }
  return newest.empty() ? std::string{} : " in " + newest.filename().string();
}

std::string loss(const std::string& data_dir, log_sequence recovered, const watermark& mark) {
  return journal_path(data_dir) + ": recovered up to sequence " + std::to_string(recovered) +
         newest_wal(data_dir) + ", but " + watermark_path(data_dir) + " says that " +
         std::to_string(mark.sequence) + " was acknowledged: acknowledged events are missing" +
         std::string(opt_in);
}

/// Step 2. Changes nothing.
expected<opened, open_error> trial(const journal_options& options, const watermark& mark) {
  auto strict = open_and_inspect(options, WALRecoveryMode::kTolerateCorruptedTailRecords, true, false);
  if (strict) {
    if (strict->extent.last < mark.sequence && !options.accept_loss)
      return refuse(loss(options.data_dir, strict->extent.last, mark));
    return *std::move(strict);
  }
  if (!strict.error().status.IsCorruption()) return refuse(strict.error());
  auto lenient = open_and_inspect(options, WALRecoveryMode::kPointInTimeRecovery, true, false);
  if (!lenient) return refuse(strict.error());
  if (lenient->extent.last < mark.sequence && !options.accept_loss)
    return refuse(strict.error().what + "; " + loss(options.data_dir, lenient->extent.last, mark));
  return *std::move(lenient);
}

/// RocksDB takes the lock itself; asked before, a second process gets this sentence instead of a riddle.
expected<void, open_error> check_lock(const journal_options& options) {
  const std::string& data_dir = options.data_dir;
  const auto guarded = options.guard ? guarded_env(options.guard) : nullptr;
  rocksdb::Env* const env = guarded ? guarded.get() : rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status status = env->LockFile(journal_path(data_dir) + "/LOCK", &lock);
  if (status.ok()) {
    env->UnlockFile(lock).PermitUncheckedError();
    return {};
  }
  if (status.IsPathNotFound() || status.IsNotFound())
    return refuse(journal_path(data_dir) + ": missing" + std::string(way_back));
  return fail(data_dir + ": in use by another process, or not writable: " + status.ToString());
}

/// The mark to hold recovery against; {0, 0} where the loss of it was accepted.
expected<watermark, open_error> required_watermark(const journal_options& options) {
  auto mark = load_watermark(options.data_dir);
  if (mark && mark->has_value()) return **mark;
  if (options.accept_loss) return watermark{};
  if (mark) return refuse(watermark_path(options.data_dir) + ": missing" + std::string(opt_in));
  if (mark.error().number == EACCES) return fail(mark.error().what);
  return refuse(mark.error().what + std::string(opt_in));
}

/// The last steps of every writable start: from here on, this process is the writer.
expected<recovered_journal, open_error> take_over(const journal_options& options, const identity& who,
                                                  opened&& db, std::uint64_t epoch) {
  SWITCHBOARD_KILL_POINT("recovery-opened");
  if (const rocksdb::Status status = db.database->put_epoch(epoch); !status.ok())
    return fail(db.database->path() + ": cannot write: " + status.ToString());
  SWITCHBOARD_KILL_POINT("recovery-epoch");
  auto mark = watermark_file::open(options.data_dir, {db.extent.last, epoch}, options.guard);
  if (!mark) return fail(mark.error().what);
  recovered_journal result;
  result.identity = who;
  result.extent = db.extent;
  result.extent.epoch = epoch;
  result.database = std::move(db.database);
  result.mark = *std::move(mark);
  return result;
}

expected<recovered_journal, open_error> create_journal(const journal_options& options) {
  // Without an identity there must be nothing to lose: else the identity itself was lost, and with it the
  // seed of all ids.
  const std::string missing = identity_path(options.data_dir) + ": missing, but ";
  auto mark = load_watermark(options.data_dir);
  if (!mark || (mark->has_value() && (*mark)->sequence > 0))
    return refuse(missing + watermark_path(options.data_dir) + " shows that the directory was in use" +
                  std::string(way_back));
  if (auto made = make_directory_durably(journal_path(options.data_dir)); !made)
    return fail(made.error().what);
  if (auto locked = check_lock(options); !locked) return unexpected(open_error(locked.error()));
  auto db = open_without_torn_end(journal_path(options.data_dir), [&] {
    return open_and_inspect(options, WALRecoveryMode::kTolerateCorruptedTailRecords, false, true);
  });
  if (!db) return refuse(db.error());
  if (db->extent.last > 0)
    return refuse(missing + journal_path(options.data_dir) + " has events" + std::string(way_back));
  const identity who = draw_identity(options.partitions);
  auto result = take_over(options, who, *std::move(db), 1);
  if (!result) return result;
  if (auto stored = store_identity(options.data_dir, who); !stored)
    return unexpected(open_error(stored.error()));
  return result;
}

/// What backup and restore leave is alike, but not to be served: a half, or the original that must stay as it is.
expected<void, open_error> check_it_is_a_data_directory(const journal_options& options) {
  std::error_code unknown;
  if (std::filesystem::exists(unfinished_path(options.data_dir), unknown))
    return refuse(unfinished_path(options.data_dir) +
                  ": a restore or a backup into this directory was interrupted; run the same command again");
  if (!options.read_only && std::filesystem::exists(manifest_path(options.data_dir), unknown))
    return refuse(manifest_path(options.data_dir) +
                  ": this is a backup, and serving would spoil it; `switchboard restore --from " +
                  options.data_dir + " --data-dir NEW` makes a data directory of it");
  return {};
}

}  // namespace

expected<recovered_journal, open_error> recover_journal(const journal_options& options) {
  if (auto own = check_it_is_a_data_directory(options); !own) return unexpected(std::move(own).error());
  std::error_code error;
  const bool exists = std::filesystem::exists(identity_path(options.data_dir), error);
  if (error) return fail(identity_path(options.data_dir) + ": " + error.message());
  if (!exists) {
    if (options.read_only)
      return refuse(identity_path(options.data_dir) + ": missing, this is no data directory");
    return create_journal(options);
  }
  auto who = load_identity(options.data_dir);
  if (!who && who.error().damaged) return refuse(who.error().what + std::string(way_back));
  if (!who) return unexpected(std::move(who).error());
  auto mark = required_watermark(options);  // before the trial: beside a running engine it only grows
  if (!mark) return unexpected(std::move(mark).error());
  if (!options.read_only)
    if (auto locked = check_lock(options); !locked) return unexpected(open_error(locked.error()));
  const auto try_once = [&] { return trial(options, *mark); };
  auto tried =
      options.read_only ? try_once() : open_without_torn_end(journal_path(options.data_dir), try_once);
  // Beside a running engine a file may go away between being listed and being opened.
  for (int attempt = 1; !tried && options.read_only && attempt < read_only_attempts; ++attempt)
    tried = trial(options, *mark);
  if (!tried) return unexpected(std::move(tried).error());
  if (options.read_only) {
    recovered_journal result;
    result.identity = *who;
    result.extent = tried->extent;
    result.database = std::move(tried->database);
    return result;
  }
  SWITCHBOARD_KILL_POINT("recovery-tried");
  const log_sequence promised = tried->extent.last;
  const WALRecoveryMode mode = tried->mode;
  tried->database.reset();  // its memory, before the same is recovered again
  auto db = open_and_inspect(options, mode, false, false);
  if (!db) return refuse(db.error());
  if (db->extent.last < promised) return refuse(loss(options.data_dir, db->extent.last, {promised, 0}));
  const std::uint64_t epoch = std::max(db->extent.epoch, mark->epoch) + 1;
  return take_over(options, *who, *std::move(db), epoch);
}

}  // namespace switchboard::storage
