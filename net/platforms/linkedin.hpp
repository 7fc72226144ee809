#pragma once
// LinkedIn webhooks: what members do with an organization's posts, in batches.

#include "net/platforms/platform.hpp"

namespace switchboard::net::platforms {

[[nodiscard]] const platform_functions& linkedin_functions();

}  // namespace switchboard::net::platforms
