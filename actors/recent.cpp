#include "actors/recent.hpp"

#include <algorithm>

namespace switchboard::actors {

namespace {

/// Keys are fingerprints: any of their bits will do.
std::uint16_t tag_of(std::uint64_t key) {
  return static_cast<std::uint16_t>(key >> 48);
}

}  // namespace

std::optional<storage::log_sequence> recent::find(std::uint64_t key) const {
  const auto found =
      std::find_if(entries_.rbegin(), entries_.rend(), [&](const entry& e) { return e.key == key; });
  if (found == entries_.rend()) return std::nullopt;
  return found->where;
}

bool recent::is_new(std::uint64_t key) const {
  return complete_ && std::find(forgotten_.begin(), forgotten_.end(), tag_of(key)) == forgotten_.end();
}

void recent::forget_oldest(std::size_t n) {
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(n);
  for (auto e = entries_.begin(); complete_ && e != end; ++e) keep_tag(e->key);
  entries_.erase(entries_.begin(), end);
}

void recent::keep_tag(std::uint64_t key) {
  // A message that moved on (a receipt, a reaction) has its tag already.
  if (!is_new(key)) return;
  complete_ = forgotten_.size() < tags_;
  if (!complete_) {
    forgotten_ = {};
    return;
  }
  // Step by step: doubled, half of it would lie empty in every quiet conversation.
  if (forgotten_.size() == forgotten_.capacity()) forgotten_.reserve(forgotten_.size() + kept_);
  forgotten_.push_back(tag_of(key));
}

void recent::learn(std::span<const std::uint64_t> keys) {
  complete_ = true;
  for (auto k = keys.begin(); complete_ && k != keys.end(); ++k) keep_tag(*k);
}

void recent::remember(std::uint64_t key, storage::log_sequence where, storage::log_sequence applied) {
  if (entries_.size() >= kept_) {
    // Half at a time, so that a busy thread does not shift its entries at every event.
    std::size_t over = std::max<std::size_t>(1, kept_ / 2);
    std::size_t n = 0;
    while (n < over && n < entries_.size() && entries_[n].where <= applied) ++n;
    if (n > 0) forget_oldest(n);
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
