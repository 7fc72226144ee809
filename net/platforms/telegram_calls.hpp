#pragma once
// Where the Bot API is asked. The token stands in the address: these are not to be logged.

#include "net/platforms/sending.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// <host>/bot<token>/<method>
[[nodiscard]] std::string telegram_method_url(const sending_account& account, std::string_view method);
/// <host>/file/bot<token>/<path>, where getFile's file_path is to be had.
[[nodiscard]] std::string telegram_file_url(const sending_account& account, std::string_view path);

}  // namespace switchboard::net::platforms
