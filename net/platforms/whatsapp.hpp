#pragma once
// WhatsApp Cloud API: what stands in entry[].changes[] of object whatsapp_business_account.

#include "net/platforms/json.hpp"
#include "net/platforms/unpacker.hpp"

#include <string_view>

namespace switchboard::net::platforms {

/// Unpacks one change (messages, statuses, echoes, errors, account notices) wholly into `out`: every element
/// of it becomes an event or a rejected part. `pointer` is the change's own, e.g. "/entry/0/changes/1".
/// Returns early once out.full().
void unpack_whatsapp_change(unpacker& out, object entry, object change, std::string_view pointer);

}  // namespace switchboard::net::platforms
