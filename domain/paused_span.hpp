#pragma once
// A stretch of time in which a clock does not run.

#include "domain/time.hpp"

#include <optional>

namespace switchboard::domain {

/// [from, until); nullopt: until somebody says so.
struct paused_span {
  timestamp from;
  std::optional<timestamp> until = {};
  bool operator==(const paused_span&) const = default;
};

}  // namespace switchboard::domain
