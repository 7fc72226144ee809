#pragma once
// Whose the parts of a body are. Pure: settings and body in.

#include "config/settings.hpp"
#include "domain/inbound.hpp"

#include <string_view>
#include <vector>

namespace switchboard::actors {

/// What nobody can be told to own is of the brand that all accounts of its source belong to; of none where they
/// are of several.
[[nodiscard]] domain::brand_id brand_of(const config::settings& s, std::string_view source);

/// The account of each event, then of each rejected part; null where it has none. True: nothing in the body can be
/// of another brand than that of the first account that it names.
[[nodiscard]] bool find_owners(const config::settings& s, std::string_view source,
                               const domain::unpacked_body& body,
                               std::vector<const config::account_settings*>& owners);

}  // namespace switchboard::actors
