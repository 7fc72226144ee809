#pragma once
// The bodies of WhatsApp's POST …/messages.

#include "net/platforms/sending_parts.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// WhatsApp's bound of biz_opaque_callback_data.
inline constexpr std::size_t callback_data_max = 512;
/// Of parameters.flow_message_version: the only one that there is.
inline constexpr std::string_view flow_message_version = "3";

struct whatsapp_recipient {
  enum class by : std::uint8_t { number, user_id, group };
  by what = by::number;
  std::string id;  ///< empty: none is known
};
/// A number goes into `to`; a business-scoped user id, which begins with a country code (US.1349…), into `recipient`; a
/// group (thread key group:<id>/<person>) into `to` with another recipient_type.
[[nodiscard]] whatsapp_recipient whatsapp_recipient_of(const send_request& request);

[[nodiscard]] std::string whatsapp_body(const send_request& request);
[[nodiscard]] std::string whatsapp_read_body(std::string_view message_id, bool typing);

}  // namespace switchboard::net::platforms
