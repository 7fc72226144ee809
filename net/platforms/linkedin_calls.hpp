#pragma once
// Where LinkedIn's API is asked, by which version of it, and for whom.

#include "net/platforms/sending.hpp"

#include <string>

namespace switchboard::net::platforms {

/// Scheme and host, without a slash at its end.
[[nodiscard]] std::string linkedin_base(const sending_account& account);
/// The account's URN, in whichever of the two forms the config has its id.
[[nodiscard]] std::string linkedin_organization(const sending_account& account);
[[nodiscard]] call with_linkedin_versions(call c, const sending_account& account);

}  // namespace switchboard::net::platforms
