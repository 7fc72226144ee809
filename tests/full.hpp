#pragma once
// Which form of a long test runs.

#include <cstdlib>
#include <string_view>

namespace switchboard {

/// `./test --full` sets SWITCHBOARD_FULL=1: the long forms.
[[nodiscard]] inline bool full() {
  const char* const set = std::getenv("SWITCHBOARD_FULL");
  return set != nullptr && std::string_view{set} == "1";
}

}  // namespace switchboard
