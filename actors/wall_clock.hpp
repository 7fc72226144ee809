#pragma once
// The wall clock, as events and rows have it.

#include "domain/time.hpp"

#include <chrono>

namespace switchboard::actors {

/// Any thread. It may go back, and forth.
[[nodiscard]] inline domain::timestamp wall_clock() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace switchboard::actors
