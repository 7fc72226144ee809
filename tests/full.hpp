#pragma once
// Whether the long forms of the tests are asked for: the one reader of SWITCHBOARD_FULL, which ./test --full sets.

#include <cstdlib>
#include <string_view>

namespace switchboard {

[[nodiscard]] inline bool full() {
  const char* const set = std::getenv("SWITCHBOARD_FULL");
  return set != nullptr && std::string_view(set) == "1";
}

}  // namespace switchboard
