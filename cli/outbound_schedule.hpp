#pragma once
// How well a limit was used: the times at which a platform got an account's messages, held against the earliest that its
// limit allowed. Pure.

#include <chrono>
#include <cstdint>
#include <vector>

namespace switchboard::cli {

struct schedule_figures {
  std::chrono::nanoseconds ideal{0};   ///< from the first to the last, as fast as the limit allows
  std::chrono::nanoseconds actual{0};  ///< as it was
  /// The longest that a message which was due waited for its turn: behind the limit's end of those before it.
  std::chrono::nanoseconds idle_max{0};
};

/// `arrivals`: of one account, sorted, all of them due at the first. The limit: `units` in any stretch of `per`.
[[nodiscard]] schedule_figures hold_against_limit(const std::vector<std::chrono::nanoseconds>& arrivals,
                                                  std::uint32_t units, std::chrono::nanoseconds per);

}  // namespace switchboard::cli
