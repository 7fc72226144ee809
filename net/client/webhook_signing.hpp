#pragma once
// The headers by which a receiver knows that a delivery is ours and of now, as Standard Webhooks 1.0.0 has them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::client {

/// "msg_crm_4711": the same for every attempt to deliver an event to a webhook, also after a restart and for a replay, since it is
/// made of the event's place in the log.
[[nodiscard]] std::string webhook_message_id(std::string_view webhook, std::uint64_t event);

/// "v1,<base64 of the HMAC-SHA256 of id.seconds.body>", one for each key, with a blank between them. Empty: the library refused
/// one, and nothing may be sent.
[[nodiscard]] std::string webhook_signature(std::span<const std::string> keys, std::string_view id,
                                            std::int64_t seconds, std::string_view body);

/// All that a delivery carries. `seconds`: of this attempt, since 1970. Empty: as above.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> webhook_headers(
    std::span<const std::string> keys, std::string_view id, std::int64_t seconds, std::string_view body);

}  // namespace switchboard::net::client
