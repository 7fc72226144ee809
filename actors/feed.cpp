#include "actors/feed.hpp"

#include <algorithm>

namespace switchboard::actors {

namespace {

template <class T, class U>
bool any_of(const std::vector<T>& wanted, const U& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

bool stream_filter::matches(const storage::record& r) const {
  if (!all_brands && (r.brand.empty() || std::find(allowed_brands.begin(), allowed_brands.end(), r.brand) ==
                                             allowed_brands.end())) {
    return false;
  }
  if (!any_of(types, r.type) || !any_of(brands, r.brand) || !any_of(accounts, r.account) ||
      !any_of(assignees, r.assignee) || !any_of(queues, r.queue)) {
    return false;
  }
  return conversations.empty() || (r.conversation.ordinal != 0 && any_of(conversations, r.conversation));
}

}  // namespace switchboard::actors
