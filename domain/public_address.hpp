#pragma once
// Which addresses of the internet are anybody's, and not a machine's or a network's own. What a stranger's URL names may
// be fetched from these only: not from ourselves, from the network around us, or from the cloud's own services.

#include <cstdint>
#include <span>

namespace switchboard::domain {

/// Of 4 (IPv4) or 16 bytes (IPv6), in network order; any other length is none. False for everything that IANA's two
/// special-purpose registries do not call globally reachable, for multicast and reserved ranges, and for IPv6 addresses
/// that hold an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo): whom these lead to is decided elsewhere.
[[nodiscard]] bool is_public_address(std::span<const std::uint8_t> address);

}  // namespace switchboard::domain
