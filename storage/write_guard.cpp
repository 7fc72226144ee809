#include "storage/write_guard.hpp"

namespace switchboard::storage {

void write_guard::also_tell(handler other) {
  const std::lock_guard lock(mutex_);
  other_ = std::move(other);
  if (failed() && other_) other_(why_);
}

void write_guard::fail(const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (failed()) return;
  why_ = what;
  failed_.store(true, std::memory_order_release);
  if (other_) other_(why_);
  on_failure_(why_);
}

}  // namespace switchboard::storage
