#pragma once
// How many replies of each brand are on their way. Any thread.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace switchboard::actors {

class waiting_replies {
 public:
  /// Lives as long as this.
  [[nodiscard]] std::atomic<std::int64_t>& of(std::string_view brand) {
    const std::lock_guard lock{mutex_};
    const auto known = of_.find(brand);
    return known == of_.end() ? of_[std::string(brand)] : known->second;
  }
  [[nodiscard]] std::int64_t count(std::string_view brand) const {
    const std::lock_guard lock{mutex_};
    const auto known = of_.find(brand);
    return known == of_.end() ? 0 : known->second.load(std::memory_order_relaxed);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::atomic<std::int64_t>, std::less<>> of_;
};

}  // namespace switchboard::actors
