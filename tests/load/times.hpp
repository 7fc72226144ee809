#pragma once
// What of these tests is asserted where.

#include "tests/full.hpp"

namespace switchboard::load {

/// Whether times and rates are held against their promises: in the long form alone, which wants a machine that has
/// nothing else to do (docs/reliability.md). The short form prints them, and asserts what holds on any machine: nothing
/// lost, doubled or out of order, every refusal with its Retry-After, memory under its cap.
[[nodiscard]] inline bool times_count() {
  return full();
}

}  // namespace switchboard::load
