#pragma once
// What Bluesky's sends and sessions share.

#include "net/platforms/sending_parts.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// <PDS>/xrpc/<method>
[[nodiscard]] std::string xrpc_url(const sending_account& account, std::string_view method);
/// Messages lie at another service, which is reached through the account's own.
[[nodiscard]] call to_chat(call c);
/// The end of any call, but for what a good answer holds: {"error","message"}, ratelimit-* headers.
[[nodiscard]] domain::attempt_outcome read_xrpc_answer(const answer& from, domain::timestamp now);

/// [{"index":{"byteStart","byteEnd"},"features":[…]}] for the web addresses in a text, and where it names the customer
/// (@handle). Offsets are bytes of UTF-8. Empty: there are none.
[[nodiscard]] std::string facets_of(std::string_view text, std::string_view handle, std::string_view did);

/// A record key in the form of a TID (13 digits: 53 bits of microseconds, 10 more): the same for the same message at
/// each attempt, so that a post can be asked for by it. No two messages share one but by a chance of about one in a
/// million, and those would have to be queued within the same millisecond.
[[nodiscard]] std::string record_key(domain::timestamp queued_at, std::string_view reference);

}  // namespace switchboard::net::platforms
