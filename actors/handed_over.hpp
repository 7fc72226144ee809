#pragma once
// The replies that may be with their platform: from the moment before the attempt is made durable until the platform says that it
// has not got the reply, or its thread has settled it. The owners of accounts tell, the owners of threads ask. Any thread.

#include "domain/ids.hpp"

#include <mutex>
#include <set>

namespace switchboard::actors {

/// As large as what is under way and in doubt (limits.sending_max bounds it).
class handed_over {
 public:
  void add(const domain::message_id& reply) {
    const std::lock_guard lock{mutex_};
    replies_.insert(reply);
  }
  void remove(const domain::message_id& reply) {
    const std::lock_guard lock{mutex_};
    replies_.erase(reply);
  }
  [[nodiscard]] bool has(const domain::message_id& reply) const {
    const std::lock_guard lock{mutex_};
    return replies_.contains(reply);
  }

 private:
  mutable std::mutex mutex_;
  std::set<domain::message_id> replies_;
};

}  // namespace switchboard::actors
