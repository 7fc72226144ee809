#pragma once
// A second reading of HTTP/1.1 to hold the gate against: RFC 9112 and 9110 word by word, one copy of a line at a time,
// with no thought for speed and none of the gate's code. Where the RFC lets a recipient choose, it takes the strict
// side; where it allows what the gate refuses as a policy (bodies of GET, trailers, lengths with leading zeros), it
// accepts, so that whatever the gate lets pass must pass here, and mean the same.

#include "request_reading.hpp"

#include <string_view>

namespace switchboard::fuzz {

/// The first request in `bytes`. Of chunked bodies the decoded bytes. Bodies larger than `body_bytes_max` are refused.
[[nodiscard]] request_reading read_strictly(std::string_view bytes, std::size_t body_bytes_max);

}  // namespace switchboard::fuzz
