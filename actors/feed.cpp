#include "actors/feed.hpp"

#include <algorithm>

namespace switchboard::actors {

namespace {

template <class T, class U>
bool any_of(const std::vector<T>& wanted, const U& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

bool stream_filter::may_show(const storage::record& r) const {
  using domain::event_type;
  if (!is_public(r.type)) return hidden;
  if (r.type == event_type::deadletter_added || r.type == event_type::deadletter_replayed) {
    if (!dead_letters) return false;
  }
  if (all_brands || (config && r.type == event_type::config_applied)) return true;
  return !r.brand.empty() &&
         std::find(allowed_brands.begin(), allowed_brands.end(), r.brand) != allowed_brands.end();
}

bool stream_filter::matches(const storage::record& r) const {
  if (!may_show(r)) return false;
  if (!any_of(types, r.type) || !any_of(brands, r.brand) || !any_of(accounts, r.account) ||
      !any_of(assignees, r.assignee) || !any_of(queues, r.queue)) {
    return false;
  }
  return conversations.empty() || (r.conversation.ordinal != 0 && any_of(conversations, r.conversation));
}

}  // namespace switchboard::actors
