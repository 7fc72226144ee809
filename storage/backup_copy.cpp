#include "storage/backup_copy.hpp"

#include "storage/hash.hpp"
#include "storage/journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

namespace switchboard::storage {
namespace {

constexpr std::size_t piece_bytes = 256u << 10;
/// Free space is asked for this often.
constexpr std::uint64_t look_after_bytes = 1u << 20;
/// Written back from time to time: one large fsync at the end would hold the journal's up.
constexpr std::uint64_t write_back_bytes = 4u << 20;

unexpected<file_error> wrong_size(const std::string& path, std::uint64_t has, std::uint64_t should) {
  return unexpected(
      file_error{0, path + ": has " + std::to_string(has) + " bytes, not " + std::to_string(should)});
}

/// Reads `size` bytes of `from` through `sink`. `exact`: there must be no more.
template <class Sink>
expected<void, file_error> pump(const std::string& from, std::uint64_t size, bool exact, Sink&& sink) {
  const file_descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return unexpected(last_file_error(from, "open"));
  struct stat about {};
  if (::fstat(in.get(), &about) != 0) return unexpected(last_file_error(from, "read"));
  const auto has = static_cast<std::uint64_t>(about.st_size);
  if (has < size || (exact && has != size)) return wrong_size(from, has, size);
  std::vector<char> piece(std::min<std::uint64_t>(piece_bytes, size));
  for (std::uint64_t at = 0; at < size;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - at));
    const ssize_t n = ::read(in.get(), piece.data(), want);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unexpected(last_file_error(from, "read"));
    if (n == 0) return wrong_size(from, at, size);
    if (auto done = sink(std::string_view(piece.data(), static_cast<std::size_t>(n))); !done) return done;
    at += static_cast<std::uint64_t>(n);
  }
  return {};
}

expected<void, file_error> sync_file(const std::string& path) {
  const file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return unexpected(last_file_error(path, "open"));
  if (::fsync(file.get()) != 0) return unexpected(last_file_error(path, "sync"));
  return {};
}

}  // namespace

expected<void, file_error> copy_progress::advance(std::uint64_t bytes) {
  done_ += bytes;
  if (watch_.stop != nullptr && watch_.stop->load(std::memory_order_relaxed))
    return unexpected(file_error{0, "interrupted"});
  if (watch_.progress) watch_.progress(done_, all_);
  if (done_ < looked_at_ + look_after_bytes) return {};
  looked_at_ = done_;
  if (target_.empty() || watch_.free_bytes_min == 0) return {};
  if (const auto left = free_disk_bytes(target_); left < watch_.free_bytes_min)
    return unexpected(file_error{ENOSPC, target_ + ": only " + std::to_string(left) +
                                             " bytes are free; free some, or name a directory elsewhere"});
  return {};
}

expected<std::uint64_t, file_error> checksum_of_file(const std::string& path, std::uint64_t size,
                                                     copy_progress& progress) {
  running_checksum sum;
  auto read = pump(path, size, true, [&](std::string_view piece) {
    sum.add(piece);
    return progress.advance(piece.size());
  });
  if (!read) return unexpected(std::move(read).error());
  return sum.value();
}

expected<std::uint64_t, file_error> copy_file(const std::string& from, const std::string& to,
                                              std::uint64_t size, copy_progress& progress) {
  const file_descriptor out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!out) return unexpected(last_file_error(to, "create"));
  running_checksum sum;
  std::uint64_t written = 0, sent = 0;
  auto copied = pump(from, size, false, [&](std::string_view piece) -> expected<void, file_error> {
    sum.add(piece);
    if (auto done = write_all(out.get(), piece, to); !done) return done;
    written += piece.size();
    if (written - sent >= write_back_bytes) {
      // Only a hint: whether it is on the disk, the fsync below says.
      (void)::sync_file_range(out.get(), static_cast<off64_t>(sent), static_cast<off64_t>(written - sent),
                              SYNC_FILE_RANGE_WRITE);
      sent = written;
    }
    return progress.advance(piece.size());
  });
  if (!copied) return unexpected(std::move(copied).error());
  if (::fsync(out.get()) != 0) return unexpected(last_file_error(to, "sync"));
  return sum.value();
}

bool link_file(const pinned_files& of, const database_file& file, const std::string& to) {
  return ::link((of.directory() + "/" + file.name).c_str(), to.c_str()) == 0;
}

expected<std::uint64_t, file_error> checksum_of_linked(const std::string& path, std::uint64_t size,
                                                       copy_progress& progress) {
  auto sum = checksum_of_file(path, size, progress);
  if (!sum) return sum;
  if (auto synced = sync_file(path); !synced) return unexpected(std::move(synced).error());
  return sum;
}

expected<std::uint64_t, file_error> take_file(const pinned_files& of, const database_file& file,
                                              const std::string& to, copy_progress& progress) {
  if (file.contents.empty()) return copy_file(of.directory() + "/" + file.name, to, file.size, progress);
  if (auto written = write_file_durably(to, file.contents); !written)
    return unexpected(std::move(written).error());
  return checksum(file.contents);
}

}  // namespace switchboard::storage
