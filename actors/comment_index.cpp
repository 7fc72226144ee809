#include "actors/comment_index.hpp"

namespace switchboard::actors {

void comment_index::remember(std::uint64_t key, domain::thread_id t) {
  auto& s = stripes_[key % stripes];
  const std::lock_guard lock{s.mutex};
  s.remember(key, t);
}

domain::thread_id comment_index::remember_first(std::uint64_t key, domain::thread_id t) {
  auto& s = stripes_[key % stripes];
  const std::lock_guard lock{s.mutex};
  if (const auto known = s.find(key)) return *known;
  s.remember(key, t);
  return t;
}

std::optional<domain::thread_id> comment_index::find(std::uint64_t key) const {
  const auto& s = stripes_[key % stripes];
  const std::lock_guard lock{s.mutex};
  return s.find(key);
}

void comment_index::stripe::remember(std::uint64_t key, domain::thread_id t) {
  young[key] = t;
  if (young.size() < stripe_max) return;
  old = std::move(young);
  young = {};
}

std::optional<domain::thread_id> comment_index::stripe::find(std::uint64_t key) const {
  if (const auto found = young.find(key); found != young.end()) return found->second;
  if (const auto found = old.find(key); found != old.end()) return found->second;
  return std::nullopt;
}

}  // namespace switchboard::actors
