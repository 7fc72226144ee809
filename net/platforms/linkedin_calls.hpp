#pragma once
// Where LinkedIn's API is asked, and by which version of it.

#include "net/platforms/sending.hpp"

#include <string>

namespace switchboard::net::platforms {

/// Scheme and host, without a slash at its end.
[[nodiscard]] std::string linkedin_base(const sending_account& account);
[[nodiscard]] call with_linkedin_versions(call c, const sending_account& account);

}  // namespace switchboard::net::platforms
