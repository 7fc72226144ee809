#pragma once
// Whether the long forms of tests are wanted: `./test --full` sets SWITCHBOARD_FULL=1.

#include <cstdlib>
#include <string_view>

namespace switchboard {

[[nodiscard]] inline bool full() {
  const char* const value = std::getenv("SWITCHBOARD_FULL");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace switchboard
