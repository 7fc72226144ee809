#pragma once
// When an actor that sleeps until something is due is to be woken: of the ticks that it sends itself one counts, the earliest.
// Another that was overtaken comes all the same, and must not be answered by one more: they would never end.

#include "domain/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace switchboard::actors {

class ticking {
 public:
  struct tick {
    std::chrono::milliseconds after{0};
    std::int64_t name = 0;  ///< to be sent with it
  };
  /// So long at most, for the clock may be set meanwhile; and so long at least.
  static constexpr std::chrono::milliseconds at_most{1'000};
  static constexpr std::chrono::milliseconds at_least{1};

  /// What to send, so that one comes when it is due; nullopt: one that is under way comes before.
  [[nodiscard]] std::optional<tick> sleep_until(std::optional<domain::timestamp> due, domain::timestamp now) {
    const auto left = due ? std::chrono::ceil<std::chrono::milliseconds>(*due - now) : at_most;
    const auto sleeps = std::clamp(left, at_least, at_most);
    if (now + sleeps >= next_) return std::nullopt;
    next_ = now + sleeps;
    return tick{.after = sleeps, .name = ++name_};
  }
  /// Is it the one that counts? Then none is under way any more.
  [[nodiscard]] bool heard(std::int64_t name) {
    if (name != name_) return false;
    next_ = domain::timestamp::max();
    return true;
  }

 private:
  domain::timestamp next_ = domain::timestamp::max();
  std::int64_t name_ = 0;
};

}  // namespace switchboard::actors
