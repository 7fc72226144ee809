#pragma once
// Tests that prove a promise by numbers have a short form, for every day, and a long one, for a release.

#include <cstdlib>
#include <string_view>

namespace switchboard {

/// The long form was asked for: `./test --full`, which sets SWITCHBOARD_FULL=1.
[[nodiscard]] inline bool full() {
  const char* text = std::getenv("SWITCHBOARD_FULL");
  return text != nullptr && std::string_view(text) == "1";
}

}  // namespace switchboard
