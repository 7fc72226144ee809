#pragma once
// What comes in from Bluesky. It has no webhooks: we connect, and read (net/bluesky_feed.hpp). A body here is what was
// read, or what a relay of the user's own posts, signed with a secret that only the two know.

#include "net/platforms/platform.hpp"

namespace switchboard::net::platforms {

[[nodiscard]] const platform_functions& bluesky_functions();

}  // namespace switchboard::net::platforms
