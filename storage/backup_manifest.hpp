#pragma once
// The file that makes a directory a backup: which files belong to it, with the checksum of each, and what the
// journal among them holds. It is written last. Grammar at the top of backup_manifest.cpp.

#include "domain/expected.hpp"
#include "domain/time.hpp"
#include "storage/journal.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

inline constexpr std::uint32_t backup_format = 1;

struct backup_file {
  std::string path;  ///< below the backup: "identity", "journal/000012.sst"
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;  ///< XXH3-64 of all its bytes
};

struct backup_manifest {
  std::uint32_t format = backup_format;
  domain::timestamp at;  ///< when it was begun
  log_sequence first = 1;
  log_sequence last = 0;  ///< everything up to here had been acknowledged, and is in it
  std::vector<backup_file> files;

  [[nodiscard]] std::uint64_t bytes() const;  ///< of all files
};

[[nodiscard]] std::string manifest_path(const std::string& backup);

[[nodiscard]] std::string manifest_text(const backup_manifest& m);
/// `path` is only for the message. Exit code 74: damaged, or of a newer format. Paths that lead out of the
/// backup are damage.
[[nodiscard]] expected<backup_manifest, open_error> parse_manifest(std::string_view text,
                                                                   const std::string& path);
/// 74 also where there is none: then it is no backup, or one that was never finished.
[[nodiscard]] expected<backup_manifest, open_error> load_manifest(const std::string& backup);
[[nodiscard]] expected<void, open_error> store_manifest(const std::string& backup, const backup_manifest& m);

}  // namespace switchboard::storage
