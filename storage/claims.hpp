#pragma once
// Which partitions a process may write, and by which right.

#include <atomic>
#include <cstdint>
#include <vector>

namespace switchboard::storage {

using partition_number = std::uint16_t;
/// To read or trim without regard to partitions; there are never as many.
inline constexpr partition_number every_partition = 0xffff;

/// The right to write one partition: of all that was ever claimed for it, the one with the highest epoch.
struct claim {
  partition_number partition = 0;
  std::uint64_t epoch = 0;  ///< from 1
  bool operator==(const claim&) const = default;
};

/// What a process holds. Any thread.
class claims {
 public:
  /// Holds none yet.
  explicit claims(partition_number partitions) : epochs_(partitions) {}
  /// Holds all, by one epoch.
  explicit claims(partition_number partitions, std::uint64_t epoch) : claims(partitions) {
    for (auto& e : epochs_) e.store(epoch, std::memory_order_relaxed);
  }

  void gained(claim c) { epochs_.at(c.partition).store(c.epoch, std::memory_order_release); }
  /// False: another one is held, or none.
  bool lost(claim c) { return epochs_.at(c.partition).compare_exchange_strong(c.epoch, 0); }
  /// 0: not held.
  [[nodiscard]] std::uint64_t epoch_of(partition_number p) const noexcept {
    return p < epochs_.size() ? epochs_[p].load(std::memory_order_acquire) : 0;
  }

 private:
  std::vector<std::atomic<std::uint64_t>> epochs_;
};

}  // namespace switchboard::storage
