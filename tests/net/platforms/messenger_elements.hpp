#pragma once
// One element of a page's messaging list, and what becomes of it.

#include "tests/net/platforms/meta_support.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// The event of a direct message with these members beside sender, recipient and time.
inline domain::inbound_event event_of(std::string_view rest) {
  return only_event(normalise_meta(messenger_body({dm(rest)})));
}
/// Why a whole element cannot be understood.
inline std::string reason_against(std::string_view element) {
  return only_reject(normalise_meta(messenger_body({std::string{element}}))).reason;
}

}  // namespace switchboard::net::platforms
