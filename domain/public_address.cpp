#include "domain/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace switchboard::domain {
namespace {

struct range {
  std::array<std::uint8_t, 16> begin;
  unsigned bits;  ///< of it that are compared
};

// RFC 6890 and what came since, as of IANA's registry of special-purpose addresses.
constexpr std::array<range, 17> not_public_v4 = {{
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // shared with a carrier's customers
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, the clouds' metadata among it
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 31, 196}, 24},  // AS112
    {{192, 52, 193}, 24},  // AMT
    {{192, 88, 99}, 24},   // 6to4 relays
    {{192, 168}, 16},      // private
    {{192, 175, 48}, 24},  // AS112
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 3},            // multicast, reserved, broadcast
}};

// Of IPv6 only 2000::/3 is given out at all.
constexpr range unicast_v6{{0x20}, 3};
constexpr std::array<range, 6> not_public_v6 = {{
    {{0x20, 0x01}, 23},                          // protocol assignments: Teredo, ORCHID, benchmarks …
    {{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    {{0x20, 0x02}, 16},                          // 6to4
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112
    {{0x3f, 0xfe}, 16},                          // 6bone, given back
    {{0x3f, 0xff}, 20},                          // documentation
}};

bool lies_in(std::span<const std::uint8_t> address, const range& r) {
  const std::size_t whole = r.bits / 8;
  if (!std::equal(r.begin.begin(), r.begin.begin() + static_cast<std::ptrdiff_t>(whole), address.begin())) {
    return false;
  }
  const unsigned rest = r.bits % 8;
  return rest == 0 || ((address[whole] ^ r.begin[whole]) >> (8 - rest)) == 0;
}

template <std::size_t N>
bool lies_in_any(std::span<const std::uint8_t> address, const std::array<range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const range& r) { return lies_in(address, r); });
}

}  // namespace

bool is_public_address(std::span<const std::uint8_t> address) {
  if (address.size() == 4) return !lies_in_any(address, not_public_v4);
  if (address.size() == 16) return lies_in(address, unicast_v6) && !lies_in_any(address, not_public_v6);
  return false;
}

}  // namespace switchboard::domain
