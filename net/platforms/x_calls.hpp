#pragma once
// Where X's API is asked.

#include "net/platforms/sending.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// <host>/<segment>/…, each segment encoded; the first is the version.
[[nodiscard]] std::string x_url(const sending_account& account,
                                std::initializer_list<std::string_view> segments);

}  // namespace switchboard::net::platforms
