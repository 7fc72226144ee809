#pragma once
// May this page open a WebSocket, and with which subprotocol?

#include "domain/expected.hpp"
#include "net/http/message.hpp"

#include <span>
#include <string>
#include <string_view>

namespace switchboard::net::api {

inline constexpr std::string_view subprotocol = "switchboard.v1";
/// Of the 101: the cursor of the place where the stream begins.
inline constexpr std::string_view cursor_header = "Switchboard-Cursor";

struct upgrade_refusal {
  int status;
  std::string slug, title, detail;
};

/// The subprotocol to answer with (empty: none was asked for). A browser's Origin must be the server's own or
/// one of `allowed` ("https://desk.example"); programs send none.
[[nodiscard]] expected<std::string, upgrade_refusal> read_websocket_request(
    const http::request& r, std::span<const std::string> allowed);

}  // namespace switchboard::net::api
