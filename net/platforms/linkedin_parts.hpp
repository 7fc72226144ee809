#pragma once
// What the LinkedIn sources share: its names of things (URNs), and one element of notifications[].

#include "net/platforms/json.hpp"
#include "net/platforms/unpacker.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace switchboard::net::platforms {

/// LinkedIn spells one URN in two ways, urn:li:comment:(activity:1,2) and urn:li:comment:(urn:li:activity:1,2): the
/// second, which its API takes. Anything else stays as it is.
[[nodiscard]] std::string full_urn(std::string_view urn);

/// The two names inside urn:li:<kind>:(first,second), full; both empty where it is none of that kind.
[[nodiscard]] std::pair<std::string, std::string> names_in_urn(std::string_view urn);

/// Is it urn:li:<kind>:…?
[[nodiscard]] bool is_urn_of(std::string_view urn, std::string_view kind);

/// Turns the notification into one event, or into one rejected part.
void unpack_linkedin_notification(unpacker& out, std::string_view pointer, object notification);

}  // namespace switchboard::net::platforms
