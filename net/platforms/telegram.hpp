#pragma once
// Telegram Bot API webhooks: one update a body, a static secret in a header, nothing signed.

#include "net/platforms/platform.hpp"

namespace switchboard::net::platforms {

[[nodiscard]] const platform_functions& telegram_functions();

}  // namespace switchboard::net::platforms
