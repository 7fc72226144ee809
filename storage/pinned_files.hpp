#pragma once
// The files that make up a database at one moment. While they are pinned the database goes on, but removes none
// of them; what grows is known by the size that it had.

#include "domain/expected.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace rocksdb {
class DB;
}

namespace switchboard::storage {

struct database_file {
  std::string name;        ///< within the database's folder
  std::uint64_t size = 0;  ///< so many of its bytes are of that moment
  bool is_final = false;   ///< never written to again: a link is as good as a copy
  std::string contents =
      {};  ///< not empty: these bytes instead of the file's (RocksDB's CURRENT is replaced at will)
};

/// Owns the right to the files; gives it back when it goes. Before the database does.
class pinned_files {
 public:
  pinned_files(std::string directory, std::vector<database_file> files, std::function<void()> release)
      : directory_(std::move(directory)), files_(std::move(files)), release_(std::move(release)) {}
  pinned_files(pinned_files&& other) noexcept
      : directory_(std::move(other.directory_)),
        files_(std::move(other.files_)),
        release_(std::exchange(other.release_, {})) {}
  pinned_files& operator=(pinned_files&&) = delete;
  ~pinned_files() { release(); }

  /// Once nothing more is read from the database's own folder.
  void release() {
    if (release_) std::exchange(release_, {})();
  }

  void leave_out(const std::function<bool(const database_file&)>& unneeded) {
    std::erase_if(files_, unneeded);
  }

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::vector<database_file>& files() const { return files_; }

 private:
  std::string directory_;
  std::vector<database_file> files_;
  std::function<void()> release_;
};

/// Of an open database. Takes its lock for a moment; flushes nothing, so what lies in memory only and is not in
/// the WAL either is left out, as after a crash. The error names the folder.
[[nodiscard]] expected<pinned_files, std::string> pin_files(rocksdb::DB& database);

/// Of a closed one, whose LOCK the caller holds.
[[nodiscard]] expected<pinned_files, std::string> pin_files(const std::string& directory);

}  // namespace switchboard::storage
