#include "actors/recent.hpp"

#include <algorithm>

namespace switchboard::actors {

std::optional<storage::log_sequence> recent::find(std::uint64_t key) const {
  const auto found =
      std::find_if(entries_.rbegin(), entries_.rend(), [&](const entry& e) { return e.key == key; });
  if (found == entries_.rend()) return std::nullopt;
  return found->where;
}

void recent::remember(std::uint64_t key, storage::log_sequence where, storage::log_sequence applied) {
  if (entries_.size() >= kept_) {
    // Half at a time, so that a busy thread does not shift its entries at every event.
    std::size_t over = std::max<std::size_t>(1, kept_ / 2);
    std::size_t n = 0;
    while (n < over && n < entries_.size() && entries_[n].where <= applied) ++n;
    if (n > 0) {
      entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(n));
      complete_ = false;
    }
  }
  entries_.push_back({key, where});
}

std::vector<storage::log_sequence> recent::behind(storage::log_sequence applied) const {
  std::vector<storage::log_sequence> out;
  for (const auto& e : entries_) {
    if (e.where > applied && (out.empty() || out.back() != e.where)) out.push_back(e.where);
  }
  return out;
}

}  // namespace switchboard::actors
