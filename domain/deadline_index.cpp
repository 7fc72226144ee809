#include "domain/deadline_index.hpp"

#include <algorithm>

namespace switchboard::domain {

std::uint32_t deadline_index::brand_number(std::string_view brand) {
  const auto found = std::find(brands_.begin(), brands_.end(), brand);
  if (found != brands_.end()) return static_cast<std::uint32_t>(found - brands_.begin());
  brands_.emplace_back(brand);
  return static_cast<std::uint32_t>(brands_.size() - 1);
}

void deadline_index::remove(slot_index s) {
  by_time_.erase(s, order{entries_});
  slots_.erase(entries_[s].id);
  free_.push_back(s);
}

void deadline_index::set(const conversation_id& id, std::string_view brand, std::uint64_t version,
                         std::optional<timestamp> at) {
  const auto known = slots_.find(id);
  if (known != slots_.end()) {
    const auto s = known->second;
    if (version < entries_[s].version) return;
    if (!at) return remove(s);
    by_time_.erase(s, order{entries_});
    entries_[s].at = *at;
    entries_[s].version = version;
    return by_time_.push(s, order{entries_});
  }
  if (!at) return;
  slot_index s = 0;
  if (free_.empty()) {
    s = static_cast<slot_index>(entries_.size());
    entries_.emplace_back();
  } else {
    s = free_.back();
    free_.pop_back();
  }
  entries_[s] = {.id = id, .at = *at, .version = version, .brand = brand_number(brand)};
  slots_.emplace(id, s);
  by_time_.push(s, order{entries_});
}

/// Looked for by number: a thread has few conversations, and none but the newest is due.
void deadline_index::forget(thread_id t, std::uint32_t up_to) {
  constexpr std::uint32_t looked_at_max = 1'000;
  const auto first = up_to > looked_at_max ? up_to - looked_at_max : 0;
  for (auto n = up_to; n > first; --n) {
    const auto known = slots_.find({t, n});
    if (known != slots_.end()) remove(known->second);
  }
}

std::optional<timestamp> deadline_index::next() const {
  if (by_time_.empty()) return std::nullopt;
  return entries_[by_time_.front()].at;
}

std::optional<due_conversation> deadline_index::take(timestamp by, timestamp again_at) {
  if (by_time_.empty()) return std::nullopt;
  const auto s = by_time_.front();
  auto& e = entries_[s];
  if (e.at > by) return std::nullopt;
  due_conversation due{.id = e.id, .brand = brands_[e.brand], .at = e.at};
  by_time_.erase(s, order{entries_});
  e.at = std::max(again_at, e.at + std::chrono::microseconds{1});
  by_time_.push(s, order{entries_});
  return due;
}

}  // namespace switchboard::domain
