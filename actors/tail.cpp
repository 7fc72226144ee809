#include "actors/tail.hpp"

#include <algorithm>
#include <cassert>

namespace switchboard::actors {

namespace {
/// What a record costs in memory beside its bytes.
constexpr std::uint64_t record_overhead = sizeof(storage::record) + 64;
/// replace() lets others in between so many records.
constexpr std::size_t replaced_at_once = 512;
}  // namespace

tail::tail(storage::log_sequence last, std::uint64_t bytes_max)
    : first_(last + 1), bytes_max_(bytes_max), applied_(last), committed_(last), submitted_(last) {}

storage::record_ptr tail::find(storage::log_sequence s) const {
  const std::lock_guard lock{mutex_};
  if (s < first_ || s - first_ >= records_.size()) return nullptr;
  return records_[s - first_];
}

bool tail::holds_after(storage::log_sequence after) const {
  const std::lock_guard lock{mutex_};
  return after + 1 >= first_;
}

bool tail::committed_after(storage::log_sequence after, std::size_t limit,
                           std::vector<storage::record_ptr>& out) const {
  const std::lock_guard lock{mutex_};
  if (after + 1 < first_) return false;
  const auto last = committed_.load(std::memory_order_relaxed);
  if (after >= last) return true;
  const auto begin = after + 1 - first_;
  const auto count = std::min<std::uint64_t>(last - after, limit);
  out.insert(out.end(), records_.begin() + static_cast<std::ptrdiff_t>(begin),
             records_.begin() + static_cast<std::ptrdiff_t>(begin + count));
  return true;
}

void tail::append(std::span<const std::shared_ptr<storage::record>> records) {
  if (records.empty()) return;
  const std::lock_guard lock{mutex_};
  auto next = submitted_.load(std::memory_order_relaxed);
  for (const auto& r : records) {
    r->sequence = ++next;
    bytes_ += r->bytes.size() + record_overhead;
    records_.push_back(r);
  }
  assert(first_ + records_.size() == next + 1);  // the deque ends where the numbers end
  submitted_.store(next, std::memory_order_release);
}

void tail::uncommitted(std::size_t limit, std::vector<std::shared_ptr<storage::record>>& out) const {
  const std::lock_guard lock{mutex_};
  const auto begin = committed_.load(std::memory_order_relaxed) + 1 - first_;
  const auto end = std::min<std::uint64_t>(records_.size(), begin + limit);
  out.insert(out.end(), records_.begin() + static_cast<std::ptrdiff_t>(begin),
             records_.begin() + static_cast<std::ptrdiff_t>(end));
}

void tail::replace(storage::log_sequence up_to,
                   const std::function<std::shared_ptr<storage::record>(const storage::record&)>& other) {
  assert(up_to <= applied());
  for (storage::log_sequence next = 0; next <= up_to;) {
    const std::lock_guard lock{mutex_};
    next = std::max(next, first_);
    for (std::size_t n = 0; n < replaced_at_once && next <= up_to; ++n, ++next) {
      auto& here = records_[next - first_];
      auto instead = other(*here);
      if (!instead) continue;
      bytes_ = bytes_ - here->bytes.size() + instead->bytes.size();
      here = std::move(instead);
    }
  }
}

void tail::mark_applied(storage::log_sequence s) {
  std::vector<std::shared_ptr<storage::record>> gone;  // freed outside the lock
  const std::lock_guard lock{mutex_};
  assert(s >= applied() && s <= committed());
  applied_.store(s, std::memory_order_release);
  while (!records_.empty() && bytes_ > bytes_max_ && first_ <= s) {
    bytes_ -= records_.front()->bytes.size() + record_overhead;
    gone.push_back(std::move(records_.front()));
    records_.pop_front();
    ++first_;
  }
}

}  // namespace switchboard::actors
