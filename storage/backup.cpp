#include "storage/backup.hpp"

#include "domain/kill_point.hpp"
#include "storage/hash.hpp"
#include "storage/journal_identity.hpp"
#include "storage/journal_watermark.hpp"
#include "storage/landing.hpp"

#include <rocksdb/env.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <vector>

namespace switchboard::storage {
namespace {

namespace fs = std::filesystem;

/// More than any small file of ours.
constexpr std::size_t small_file_bytes_max = 64u << 10;

unexpected<open_error> fail(std::string what) {
  return unexpected(open_error{.what = std::move(what)});
}
unexpected<open_error> damaged(std::string what) {
  return unexpected(open_error{.damaged = true, .what = std::move(what)});
}

domain::timestamp now() {
  return std::chrono::time_point_cast<domain::timestamp::duration>(
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

bool same_file_system(const std::string& a, const std::string& b) {
  struct stat of_a {
  }, of_b{};
  return ::stat(a.c_str(), &of_a) == 0 && ::stat(b.c_str(), &of_b) == 0 && of_a.st_dev == of_b.st_dev;
}

/// How much of it will be written, and of everything.
struct amount {
  std::uint64_t copied = 0, all = 0;
};
amount amount_of(const pinned_files& database, const std::string& to) {
  const bool links = same_file_system(database.directory(), to);
  amount a;
  for (const auto& f : database.files()) {
    a.all += f.size;
    if (!links || !f.is_final) a.copied += f.size;
  }
  return a;
}

expected<void, open_error> check_room(const std::string& to, std::uint64_t needed, std::uint64_t must_stay) {
  const auto left = free_disk_bytes(to);
  if (left >= needed && left - needed >= must_stay) return {};
  return fail(to + ": needs " + std::to_string(needed) + " bytes, " + std::to_string(left) + " are free" +
              (must_stay > 0 ? " of which " + std::to_string(must_stay) + " must stay so" : "") +
              "; free some, or name a directory elsewhere");
}

/// A file of the backup that shares its bytes with the database's own; its checksum is still to be taken.
struct linked_file {
  std::string path;
  std::uint64_t size = 0;
};

/// A database's files into `folder` of the backup: links, and copies with their checksums.
expected<void, open_error> take(const pinned_files& database, const std::string& to,
                                const std::string& folder, copy_progress& progress, backup_manifest& m,
                                std::vector<linked_file>& linked) {
  std::error_code error;
  fs::create_directory(to + "/" + folder, error);
  if (error) return fail(to + "/" + folder + ": cannot create: " + error.message());
  for (const auto& file : database.files()) {
    const std::string path = folder + "/" + file.name;
    if (file.is_final && link_file(database, file, to + "/" + path)) {
      linked.push_back({path, file.size});
      continue;
    }
    const auto sum = take_file(database, file, to + "/" + path, progress);
    if (!sum) return fail(sum.error().what);
    m.files.push_back({path, file.contents.empty() ? file.size : file.contents.size(), *sum});
  }
  return {};
}

/// A file that was just written, into the manifest.
expected<void, open_error> note(const std::string& to, const std::string& path, backup_manifest& m) {
  const auto bytes = read_small_file(to + "/" + path, small_file_bytes_max);
  if (!bytes) return fail(bytes.error().what);
  m.files.push_back({path, bytes->size(), checksum(*bytes)});
  return {};
}

/// What both kinds of backup do once it is clear which files they are.
expected<backup_manifest, open_error> write_backup(pinned_files&& journal_files, pinned_files&& views_files,
                                                   const identity& who, watermark mark, backup_manifest m,
                                                   landing&& at, const copy_watch& watch) {
  const std::string to = at.directory();
  const amount j = amount_of(journal_files, to), v = amount_of(views_files, to);
  if (auto room = check_room(to, j.copied + v.copied, watch.free_bytes_min); !room)
    return unexpected(std::move(room).error());
  copy_progress progress(watch, j.all + v.all, to);
  std::vector<linked_file> linked;
  for (pinned_files* const database : {&journal_files, &views_files}) {
    const char* const folder = database == &journal_files ? "journal" : "views";
    if (auto done = take(*database, to, folder, progress, m, linked); !done)
      return unexpected(std::move(done).error());
  }
  // Reading what was linked takes long, and needs nothing of the databases any more.
  journal_files.release();
  views_files.release();
  for (const auto& file : linked) {
    const auto sum = checksum_of_linked(to + "/" + file.path, file.size, progress);
    if (!sum) return fail(sum.error().what);
    m.files.push_back({file.path, file.size, *sum});
  }
  if (auto stored = store_identity(to, who); !stored) return unexpected(std::move(stored).error());
  if (auto marked = watermark_file::open(to, mark); !marked) return fail(marked.error().what);
  for (const char* const path : {"identity", "watermark"})
    if (auto noted = note(to, path, m); !noted) return unexpected(std::move(noted).error());
  std::sort(m.files.begin(), m.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  SWITCHBOARD_KILL_POINT("backup-copied");
  if (auto stored = store_manifest(to, m); !stored) return unexpected(std::move(stored).error());
  if (auto finished = at.finish(); !finished) return unexpected(std::move(finished).error());
  return m;
}

/// RocksDB's own lock of a database's folder, so that no engine starts on it.
class database_lock {
 public:
  static expected<database_lock, open_error> take(const std::string& directory) {
    rocksdb::FileLock* lock = nullptr;
    const auto locked = rocksdb::Env::Default()->LockFile(directory + "/LOCK", &lock);
    if (locked.ok()) return database_lock(lock);
    std::error_code error;
    if (!fs::exists(directory, error)) return damaged(directory + ": missing");
    return fail(
        directory +
        ": in use by another process, or not writable; ask the running engine with --url, or stop it");
  }
  database_lock(database_lock&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
  database_lock& operator=(database_lock&&) = delete;
  ~database_lock() {
    if (lock_ != nullptr) rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError();
  }

 private:
  explicit database_lock(rocksdb::FileLock* lock) : lock_(lock) {}
  rocksdb::FileLock* lock_;
};

expected<void, open_error> check_files(const std::string& backup, const backup_manifest& m,
                                       const copy_watch& watch) {
  copy_progress progress(watch, m.bytes(), {});
  for (const auto& f : m.files) {
    const std::string path = backup + "/" + f.path;
    const auto sum = checksum_of_file(path, f.size, progress);
    if (!sum) {
      const bool machine = sum.error().number == EACCES || sum.error().number == EMFILE ||
                           (watch.stop != nullptr && watch.stop->load());
      return machine ? fail(sum.error().what) : damaged(sum.error().what + "; use another backup");
    }
    if (*sum != f.checksum)
      return damaged(path + ": its bytes are not those that were backed up (checksum over all " +
                     std::to_string(f.size) + "); use another backup");
  }
  return {};
}

}  // namespace

expected<backup_manifest, open_error> back_up(const journal& log, const views& rows, const std::string& to,
                                              const copy_watch& watch) {
  auto at = landing::begin(to);
  if (!at) return unexpected(std::move(at).error());
  backup_manifest m;
  m.at = now();
  // Between the two listings nothing may be trimmed: these views may need what the journal has now. And the
  // views come first: what they show, the journal must have.
  auto hold = log.hold_trims();
  auto views_files = rows.pin();
  if (!views_files) return fail(views_files.error().what);
  m.first = log.earliest();
  m.last = log.last();
  auto journal_files = log.pin();
  if (!journal_files) return unexpected(std::move(journal_files).error());
  hold.unlock();
  const watermark mark{m.last, log.epoch()};
  return write_backup(*std::move(journal_files), *std::move(views_files), log.identity(), mark, std::move(m),
                      *std::move(at), watch);
}

expected<backup_manifest, open_error> back_up_stopped(const std::string& data_dir, const std::string& to,
                                                      const copy_watch& watch) {
  std::error_code error;
  const bool has_views = fs::exists(data_dir + "/views/CURRENT", error);
  auto journal_lock = database_lock::take(data_dir + "/journal");
  if (!journal_lock) return unexpected(std::move(journal_lock).error());
  journal_options reading;
  reading.data_dir = data_dir;
  reading.read_only = true;
  backup_manifest m;
  m.at = now();
  identity who;
  watermark mark;
  {
    const auto opened = journal::open(reading);
    if (!opened) return unexpected(open_error(opened.error()));
    who = (*opened)->identity();
    m.first = (*opened)->earliest();
    m.last = (*opened)->last();
    mark = {m.last, (*opened)->epoch()};
  }
  if (!has_views && m.first > 1)
    return damaged(data_dir + "/views: missing, and the journal no longer has what they held");
  auto at = landing::begin(to);
  if (!at) return unexpected(std::move(at).error());
  auto journal_files = pin_files(data_dir + "/journal");
  if (!journal_files) return fail(std::move(journal_files).error());
  // Views that were never written are none: they are folded at the next start.
  auto views_files = has_views
                         ? pin_files(data_dir + "/views")
                         : expected<pinned_files, std::string>(pinned_files(data_dir + "/views", {}, {}));
  if (!views_files) return fail(std::move(views_files).error());
  return write_backup(*std::move(journal_files), *std::move(views_files), who, mark, std::move(m),
                      *std::move(at), watch);
}

expected<backup_manifest, open_error> check_backup(const std::string& backup, const copy_watch& watch) {
  auto m = load_manifest(backup);
  if (!m) return m;
  std::error_code error;
  if (fs::exists(unfinished_path(backup), error))
    return damaged(unfinished_path(backup) + ": this backup was interrupted; use another, or make it again");
  if (auto whole = check_files(backup, *m, watch); !whole) return unexpected(std::move(whole).error());
  journal_options reading;
  reading.data_dir = backup;
  reading.read_only = true;
  const auto opened = journal::open(reading);
  if (!opened) return unexpected(open_error(opened.error()));
  if ((*opened)->last() < m->last)
    return damaged(backup + "/journal: ends at sequence " + std::to_string((*opened)->last()) + ", but " +
                   manifest_path(backup) + " says " + std::to_string(m->last) + "; use another backup");
  return m;
}

expected<backup_manifest, open_error> restore(const std::string& backup, const std::string& data_dir,
                                              const copy_watch& watch) {
  auto m = check_backup(backup, watch);
  if (!m) return m;
  auto at = landing::begin(data_dir);
  if (!at) return unexpected(std::move(at).error());
  if (auto room = check_room(data_dir, m->bytes(), watch.free_bytes_min); !room)
    return unexpected(std::move(room).error());
  std::error_code error;
  for (const char* const folder : {"/journal", "/views"}) {
    fs::create_directory(data_dir + folder, error);
    if (error) return fail(data_dir + folder + ": cannot create: " + error.message());
  }
  copy_progress progress(watch, m->bytes(), data_dir);
  for (const auto& f : m->files) {
    const std::string from = backup + "/" + f.path;
    const auto sum = copy_file(from, data_dir + "/" + f.path, f.size, progress);
    if (!sum) return fail(sum.error().what);
    if (*sum != f.checksum) return damaged(from + ": changed while it was restored");
  }
  if (auto finished = at->finish(); !finished) return unexpected(std::move(finished).error());
  return m;
}

}  // namespace switchboard::storage
