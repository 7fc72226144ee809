#pragma once
// Names that nobody can guess: a ticket, an agent's session.

#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::api {

/// `prefix` and 128 random bits as text; nullopt: the system gives none. Thread-safe.
[[nodiscard]] std::optional<std::string> random_name(std::string_view prefix);

}  // namespace switchboard::net::api
