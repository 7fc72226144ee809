#pragma once
// A misspelt filter that is passed over gives everything instead of little, and nobody notices: so a query has
// only what its route knows.

#include "domain/expected.hpp"

#include <span>
#include <string>
#include <string_view>

namespace switchboard::net::api {

/// `known`: the names that the route takes. The error names the first parameter that is none of them, with the
/// one that was probably meant, or whose name or value is not percent-encoded text.
[[nodiscard]] expected<void, std::string> check_parameters(std::string_view query,
                                                           std::span<const std::string_view> known);

}  // namespace switchboard::net::api
