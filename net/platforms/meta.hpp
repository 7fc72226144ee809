#pragma once
// What Messenger, the Facebook Page feed, Instagram and WhatsApp share: the subscription handshake, the
// signature, and the batch envelope {"object":…,"entry":[{"id":…,"time":…,"messaging"|"standby"|"changes":[…]}]}.

#include "net/platforms/platform.hpp"

namespace switchboard::net::platforms {

[[nodiscard]] const platform_functions& meta_functions();

}  // namespace switchboard::net::platforms
