#pragma once
// A power loss may leave zeros or noise where RocksDB was writing the last lines of a MANIFEST that it had not synced
// yet. It takes torn ends of its WAL, but refuses such a MANIFEST, though by then nothing relies on those lines. They
// are cut off here; what damage it may be instead shows itself: a line in the middle is followed by whole ones, and
// a database that lost a line it needs misses files or, held against the watermark, events.

#include "domain/expected.hpp"
#include "storage/files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::storage {

/// The size of the part that is whole, of the bytes of a MANIFEST behind which nothing whole follows; nullopt: it
/// is whole to the end, or damaged in the middle.
[[nodiscard]] std::optional<std::uint64_t> find_torn_end(std::string_view manifest);

/// Of the database in one directory, which no process has open.
class torn_manifest {
 public:
  /// nullopt: there is no such end, or the file can't be read (the database says why).
  [[nodiscard]] static std::optional<torn_manifest> find(const std::string& database);
  [[nodiscard]] expected<void, file_error> cut() const;
  [[nodiscard]] expected<void, file_error> put_back() const;

 private:
  torn_manifest(std::string path, std::uint64_t whole, std::string end)
      : path_(std::move(path)), whole_(whole), end_(std::move(end)) {}
  std::string path_;
  std::uint64_t whole_;
  std::string end_;
};

/// What `open` returns; where that is an error and the MANIFEST has a torn end, what it returns without the end. If
/// that is an error too, everything is as it was, and the first error is returned.
template <class Open>
auto open_without_torn_end(const std::string& database, Open&& open) {
  auto opened = open();
  if (opened) return opened;
  const auto torn = torn_manifest::find(database);
  if (!torn || !torn->cut()) return opened;
  auto again = open();
  if (again) return again;
  (void)torn->put_back();
  return opened;
}

}  // namespace switchboard::storage
