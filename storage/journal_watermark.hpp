#pragma once
// The file <data_dir>/watermark: the last acknowledged sequence, kept outside RocksDB's WAL.
//
// RocksDB takes a WAL that was cut or damaged in the right place for one that ended there, opens, and has
// silently lost what it had acknowledged. So every acknowledgement is noted here too, and a start that
// recovers less is refused.
//
// advance() writes into the page cache before the commit returns: exact after kill -9. The disk is told at
// most 100 ms later, by a thread: after a power cut the mark is at most 100 ms of commits behind, and what is
// checked is a lower bound. (The events themselves are synced one by one; only this proof lags.)

#include "domain/expected.hpp"
#include "storage/files.hpp"
#include "storage/record.hpp"
#include "storage/write_guard.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace switchboard::storage {

struct watermark {
  log_sequence sequence = 0;
  std::uint64_t epoch = 0;
  bool operator==(const watermark&) const = default;
};

[[nodiscard]] std::string watermark_path(const std::string& data_dir);

/// What the file says. nullopt: there is no file. Error: neither slot is whole, or it can't be read.
[[nodiscard]] expected<std::optional<watermark>, file_error> load_watermark(const std::string& data_dir);

/// The open file. advance() from one thread.
class watermark_file {
 public:
  /// Opens or creates it, and writes both slots durably. `guard`, where there is one, hears at once what advance()
  /// reports of the syncing thread only at the next commit.
  [[nodiscard]] static expected<std::unique_ptr<watermark_file>, file_error> open(
      const std::string& data_dir, watermark now, std::shared_ptr<write_guard> guard = nullptr);
  watermark_file(const watermark_file&) = delete;
  watermark_file& operator=(const watermark_file&) = delete;
  ~watermark_file();  ///< syncs

  /// Also reports a failure of the syncing thread. After an error nothing more may be acknowledged.
  [[nodiscard]] expected<void, file_error> advance(watermark to);

 private:
  watermark_file(file_descriptor file, std::string path, std::shared_ptr<write_guard> guard);
  void sync_loop();

  file_descriptor file_;
  const std::string path_;
  const std::shared_ptr<write_guard> guard_;
  unsigned next_slot_ = 0;
  std::atomic<bool> dirty_ = false;
  std::atomic<int> sync_errno_ = 0;
  bool stopping_ = false;  // guarded by mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread syncer_;
};

}  // namespace switchboard::storage
