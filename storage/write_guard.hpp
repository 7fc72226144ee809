#pragma once
// The first write that fails ends the node, and RocksDB is not to live on after it: what a failed write left is
// unknown, and RocksDB as Debian builds it ends the process by an assertion when it comes upon a file that had an
// error before. So whoever owns the process is told at once, from the thread to which it happened; and that thread
// then waits for the process to end, as does each that would write later (guarded_files.hpp).

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace switchboard::storage {

/// Thread-safe.
class write_guard {
 public:
  /// Gets a sentence that names the file, from any thread. Must not call RocksDB.
  using handler = std::function<void(const std::string& what)>;

  /// `on_failure` must see to it that the process ends.
  explicit write_guard(handler on_failure) : on_failure_(std::move(on_failure)) {}

  /// Is told too, and first, until the next call; of what failed before, at once. Null: nobody.
  void also_tell(handler other);
  /// Tells of the first; later ones change nothing.
  void fail(const std::string& what);
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }

 private:
  const handler on_failure_;
  std::mutex mutex_;
  handler other_;    // guarded by mutex_
  std::string why_;  // likewise
  std::atomic<bool> failed_ = false;
};

}  // namespace switchboard::storage
