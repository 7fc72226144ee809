#pragma once
// When something of a conversation is due that nobody asks for: its snooze ends, a promise warns or is broken.

#include "domain/model.hpp"

#include <optional>

namespace switchboard::domain {

/// The earliest of it; nullopt: nothing is.
[[nodiscard]] std::optional<timestamp> wake_at(const conversation& c);

}  // namespace switchboard::domain
