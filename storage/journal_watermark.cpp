// watermark := slot, zeros up to 4096, slot, zeros up to 8192
// slot      := "SWBDMARK" sequence: u64 epoch: u64 checksum: u64 (XXH3-64 of the 24 bytes before it)
// Numbers are little-endian. The slots are written in turn, each in its own page, so that a torn write leaves
// the one before it.

#include "storage/journal_watermark.hpp"

#include "domain/kill_point.hpp"
#include "storage/bytes.hpp"
#include "storage/hash.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>

namespace switchboard::storage {
namespace {

constexpr std::string_view magic = "SWBDMARK";
constexpr std::size_t slot_size = 32;
constexpr std::size_t slot_distance = 4096;
constexpr std::size_t file_size = 2 * slot_distance;
constexpr std::chrono::milliseconds sync_interval{100};

std::array<char, slot_size> slot_of(watermark mark) {
  std::array<char, slot_size> slot;
  std::memcpy(slot.data(), magic.data(), magic.size());
  put_u64(slot.data() + 8, mark.sequence);
  put_u64(slot.data() + 16, mark.epoch);
  put_u64(slot.data() + 24, checksum(std::string_view(slot.data(), 24)));
  return slot;
}

std::optional<watermark> parse_slot(std::string_view slot) {
  if (slot.size() < slot_size || !slot.starts_with(magic)) return std::nullopt;
  if (get_u64(slot.data() + 24) != checksum(slot.substr(0, 24))) return std::nullopt;
  return watermark{get_u64(slot.data() + 8), get_u64(slot.data() + 16)};
}

std::string file_of(watermark mark) {
  const auto slot = slot_of(mark);
  std::string bytes(file_size, '\0');
  for (std::size_t at = 0; at < file_size; at += slot_distance)
    bytes.replace(at, slot_size, slot.data(), slot_size);
  return bytes;
}

/// In as many calls as it takes: until it is whole, the other slot is the mark.
bool write_slot(int fd, unsigned index, watermark mark) {
  const auto slot = slot_of(mark);
  for (std::size_t done = 0; done < slot.size();) {
    const ssize_t n = ::pwrite(fd, slot.data() + done, slot.size() - done,
                               static_cast<off_t>(index * slot_distance + done));
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = ENOSPC;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

std::string watermark_path(const std::string& data_dir) {
  return data_dir + "/watermark";
}

expected<std::optional<watermark>, file_error> load_watermark(const std::string& data_dir) {
  const std::string path = watermark_path(data_dir);
  auto bytes = read_small_file(path, file_size);
  if (!bytes) {
    if (bytes.error().number == ENOENT) return std::optional<watermark>();
    return unexpected(std::move(bytes).error());
  }
  std::optional<watermark> best;
  for (std::size_t at = 0; at < file_size && at < bytes->size(); at += slot_distance) {
    const auto mark = parse_slot(std::string_view(*bytes).substr(at));
    if (mark && (!best || mark->sequence >= best->sequence)) best = mark;
  }
  if (!best) return unexpected(file_error{0, path + ": damaged: no whole slot at byte 0 or 4096"});
  return best;
}

watermark_file::watermark_file(file_descriptor file, std::string path, std::shared_ptr<write_guard> guard)
    : file_(std::move(file)),
      path_(std::move(path)),
      guard_(std::move(guard)),
      syncer_([this] { sync_loop(); }) {}

expected<std::unique_ptr<watermark_file>, file_error> watermark_file::open(
    const std::string& data_dir, watermark now, std::shared_ptr<write_guard> guard) {
  const std::string path = watermark_path(data_dir);
  file_descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file && errno == ENOENT) {
    // Whole or not at all: a new directory whose mark has no slot yet would look like one whose mark is damaged.
    if (auto made = write_file_durably(path, file_of(now)); !made)
      return unexpected(file_error(made.error()));
    file = file_descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  }
  if (!file) return unexpected(last_file_error(path, "open"));
  // Blocks are allocated now: a later advance never needs space, and its sync no metadata.
  if (const int error = ::posix_fallocate(file.get(), 0, file_size); error != 0) {
    errno = error;
    return unexpected(last_file_error(path, "allocate"));
  }
  if (!write_slot(file.get(), 0, now) || !sync_file(file.get()) || !write_slot(file.get(), 1, now) ||
      !sync_file(file.get()))
    return unexpected(last_file_error(path, "write"));
  if (auto synced = sync_directory(data_dir); !synced) return unexpected(file_error(synced.error()));
  return std::unique_ptr<watermark_file>(new watermark_file(std::move(file), path, std::move(guard)));
}

watermark_file::~watermark_file() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  syncer_.join();
}

expected<void, file_error> watermark_file::advance(watermark to) {
  if (const int failed = sync_errno_.load(std::memory_order_relaxed); failed != 0) {
    errno = failed;
    return unexpected(last_file_error(path_, "sync"));
  }
  SWITCHBOARD_KILL_POINT("watermark");
  if (!write_slot(file_.get(), next_slot_, to)) return unexpected(last_file_error(path_, "write"));
  next_slot_ ^= 1u;
  if (!dirty_.exchange(true, std::memory_order_acq_rel)) {
    const std::lock_guard lock(mutex_);  // the syncer is either waiting or will see dirty_
    wake_.notify_one();
  }
  return {};
}

void watermark_file::sync_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || dirty_.load(std::memory_order_acquire); });
    if (!dirty_.exchange(false, std::memory_order_acq_rel)) return;  // stopping, and nothing left
    lock.unlock();
    if (!sync_file_data(file_.get())) {
      sync_errno_.store(errno, std::memory_order_relaxed);
      if (guard_) guard_->fail(last_file_error(path_, "sync").what);
    }
    SWITCHBOARD_KILL_POINT("watermark-synced");
    lock.lock();
    wake_.wait_for(lock, sync_interval, [this] { return stopping_; });
  }
}

}  // namespace switchboard::storage
