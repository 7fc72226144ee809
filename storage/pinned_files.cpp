#include "storage/pinned_files.hpp"

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>

namespace switchboard::storage {
namespace {

namespace fs = std::filesystem;

std::string_view without_slash(std::string_view name) {
  return name.starts_with('/') ? name.substr(1) : name;
}

/// What of a closed database's folder belongs to the database. The rest is its lock, its diary and what a crash
/// left half-written.
bool belongs(const std::string& name) {
  return name == "CURRENT" || name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-") ||
         name.ends_with(".sst") || name.ends_with(".blob") || name.ends_with(".log");
}

bool is_table(const std::string& name) {
  return name.ends_with(".sst") || name.ends_with(".blob");
}

}  // namespace

expected<pinned_files, std::string> pin_files(rocksdb::DB& database) {
  const std::string directory = database.GetName();
  if (const auto held = database.DisableFileDeletions(); !held.ok())
    return unexpected(directory + ": cannot keep its files: " + held.ToString());
  const auto release = [&database] { database.EnableFileDeletions(false).PermitUncheckedError(); };
  rocksdb::LiveFilesStorageInfoOptions without_flush;
  without_flush.wal_size_for_flush = std::numeric_limits<std::uint64_t>::max();
  std::vector<rocksdb::LiveFileStorageInfo> live;
  if (const auto listed = database.GetLiveFilesStorageInfo(without_flush, &live); !listed.ok()) {
    release();
    return unexpected(directory + ": cannot list its files: " + listed.ToString());
  }
  std::vector<database_file> files;
  for (const auto& file : live) {
    database_file one;
    one.name = without_slash(file.relative_filename);
    one.size = file.size;
    one.is_final = is_table(one.name);
    one.contents = file.replacement_contents;
    files.push_back(std::move(one));
  }
  return pinned_files(directory, std::move(files), release);
}

expected<pinned_files, std::string> pin_files(const std::string& directory) {
  std::vector<database_file> files;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!belongs(name)) continue;
    database_file one;
    one.name = name;
    one.size = at->file_size(error);
    one.is_final = is_table(name);
    if (error) break;
    files.push_back(std::move(one));
  }
  if (error) return unexpected(directory + ": cannot list its files: " + error.message());
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return pinned_files(directory, std::move(files), {});
}

}  // namespace switchboard::storage
