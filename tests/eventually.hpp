#pragma once
// What a test can't be told of (another process, a counter) it looks at again and again: only here, and never
// for longer than it takes. Whatever can be waited for by an event is waited for by that.

#include <chrono>
#include <thread>

namespace switchboard {

/// True once `holds()`; false if it did not within the time, which is for a machine that is busy: nothing is
/// slower for its being long. What `holds` throws ends the wait.
template <class Condition>
[[nodiscard]] bool eventually(Condition&& holds,
                              std::chrono::milliseconds within = std::chrono::seconds{60}) {
  constexpr std::chrono::milliseconds look_again{2};
  const auto until = std::chrono::steady_clock::now() + within;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

}  // namespace switchboard
