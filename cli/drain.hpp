#pragma once
// How server.drain_timeout is divided.

#include <algorithm>
#include <chrono>

namespace switchboard::cli {

/// What streams take to be told where they end, and the views to be written out: seconds, however long requests
/// may take.
inline constexpr std::chrono::milliseconds storage_drain_max{5'000};

/// How much of the time for draining requests under way get: all but the end of it, and never less than half.
[[nodiscard]] constexpr std::chrono::milliseconds time_for_requests(std::chrono::milliseconds all) {
  return all - std::min(all / 2, storage_drain_max);
}

}  // namespace switchboard::cli
