#pragma once
// Moving the bytes of a backup: each file is read once, and what was read is what its checksum says.

#include "domain/expected.hpp"
#include "storage/files.hpp"
#include "storage/pinned_files.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace switchboard::storage {

/// What a long copy asks now and then. All may be left out.
struct copy_watch {
  std::function<void(std::uint64_t bytes, std::uint64_t all)> progress;  ///< from the copying thread
  const std::atomic<bool>* stop = nullptr;                               ///< true: give up
  std::uint64_t free_bytes_min = 0;  ///< give up before the target's file system has less
};

/// Counts on over many files, and says when to give up. One thread.
class copy_progress {
 public:
  copy_progress(const copy_watch& watch, std::uint64_t all, std::string target)
      : watch_(watch), all_(all), target_(std::move(target)) {}
  /// `bytes` more are done.
  [[nodiscard]] expected<void, file_error> advance(std::uint64_t bytes);

 private:
  const copy_watch& watch_;
  const std::uint64_t all_;
  const std::string target_;  ///< whose file system must keep room; empty: nothing is written
  std::uint64_t done_ = 0;
  std::uint64_t looked_at_ = 0;
};

/// XXH3-64 of the file, which must have exactly `size` bytes.
[[nodiscard]] expected<std::uint64_t, file_error> checksum_of_file(const std::string& path,
                                                                   std::uint64_t size,
                                                                   copy_progress& progress);

/// The first `size` bytes of `from` as the new file `to`, durable. Its checksum.
[[nodiscard]] expected<std::uint64_t, file_error> copy_file(const std::string& from, const std::string& to,
                                                            std::uint64_t size, copy_progress& progress);

/// A second name for a final file; false where the file systems are two, or this one has no links.
[[nodiscard]] bool link_file(const pinned_files& of, const database_file& file, const std::string& to);
/// Of a linked file, which is made durable as a copy would be (but for its name).
[[nodiscard]] expected<std::uint64_t, file_error> checksum_of_linked(const std::string& path,
                                                                     std::uint64_t size,
                                                                     copy_progress& progress);
/// A copy of a pinned file as it was at its moment.
[[nodiscard]] expected<std::uint64_t, file_error> take_file(const pinned_files& of, const database_file& file,
                                                            const std::string& to, copy_progress& progress);

}  // namespace switchboard::storage
