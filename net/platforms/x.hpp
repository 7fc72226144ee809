#pragma once
// X webhooks: the Account Activity API (arrays named after what happened) and its successor, the X Activity API (one
// event a body, in an envelope).

#include "net/platforms/platform.hpp"

namespace switchboard::net::platforms {

[[nodiscard]] const platform_functions& x_functions();

}  // namespace switchboard::net::platforms
