#include "actors/settled_versions.hpp"

namespace switchboard::actors {

void settled_versions::note(const domain::conversation_id& id, std::uint64_t version, time now) {
  while (!noted_.empty() && noted_.front().first + known_for < now) {
    const auto old = by_thread_.find(noted_.front().second);
    if (old != by_thread_.end() && old->second.at == noted_.front().first) by_thread_.erase(old);
    noted_.pop_front();
  }
  by_thread_.insert_or_assign(id.thread, settled{.id = id, .version = version, .at = now});
  noted_.emplace_back(now, id.thread);
}

bool settled_versions::is_behind(const domain::conversation_id& id, std::uint64_t version) const {
  const auto found = by_thread_.find(id.thread);
  return found != by_thread_.end() && found->second.id == id && found->second.version > version;
}

}  // namespace switchboard::actors
