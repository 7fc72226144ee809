#include "actors/comment_index.hpp"

namespace switchboard::actors {

void comment_index::remember(std::uint64_t key, domain::thread_id t) {
  auto& s = stripes_[key % stripes];
  const std::lock_guard lock{s.mutex};
  s.young[key] = t;
  if (s.young.size() < stripe_max) return;
  s.old = std::move(s.young);
  s.young = {};
}

std::optional<domain::thread_id> comment_index::find(std::uint64_t key) const {
  const auto& s = stripes_[key % stripes];
  const std::lock_guard lock{s.mutex};
  if (const auto found = s.young.find(key); found != s.young.end()) return found->second;
  if (const auto found = s.old.find(key); found != s.old.end()) return found->second;
  return std::nullopt;
}

}  // namespace switchboard::actors
