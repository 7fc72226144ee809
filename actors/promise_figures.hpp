#pragma once
// How promises are kept, by brand and queue, as the clocks' events tell it: for metrics.

#include "domain/ids.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::actors {

/// met, breached: clocks, since the start of the process; by the queue that the conversation was in then.
struct promise_count {
  std::string brand, queue;  ///< queue empty: in none
  std::uint64_t met = 0, breached = 0;
  std::uint64_t at_risk = 0;  ///< clocks now: warned of, running, not missed yet
};

/// One thread counts; any may read().
class promise_figures {
 public:
  /// An event with its conversation: a clock's, or one by which it goes to another queue.
  void take(const storage::record& r);
  /// As a start finds it.
  void set_at_risk(const domain::conversation_id& id, std::string_view brand, std::string_view queue,
                   std::uint32_t clocks);
  /// The thread's conversations up to this one are erased.
  void forget(const domain::conversation_id& up_to);
  [[nodiscard]] std::vector<promise_count> read() const;

 private:
  struct counts {
    std::uint64_t met = 0, breached = 0, at_risk = 0;
  };
  using place = std::pair<std::string, std::string>;
  struct risk {
    place where;
    std::uint32_t clocks = 0;
  };
  void change(const domain::conversation_id& id, std::string_view brand, std::string_view queue,
              std::uint32_t clocks);

  mutable std::mutex mutex_;
  std::map<place, counts> counts_;
  std::map<domain::conversation_id, risk> at_risk_;  ///< those that have a clock at risk
};

}  // namespace switchboard::actors
