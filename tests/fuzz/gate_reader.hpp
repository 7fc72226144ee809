#pragma once
// How the engine reads a request: the gate, and Beast behind it, as a connection puts them together; and how Beast alone
// would, which is what there was without a gate.

#include "net/http/gate.hpp"
#include "request_reading.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace switchboard::fuzz {

struct gate_reading : request_reading {
  net::http::framing how;  ///< accepted: views into the bytes that were read
};

inline constexpr std::size_t test_body_bytes_max = 1 << 20;

/// The first request in `bytes`, which come in pieces of `step` bytes.
[[nodiscard]] gate_reading read_by_gate(std::string_view bytes, std::size_t step);

/// Beast's request parser on the whole.
[[nodiscard]] request_reading read_by_beast(std::string_view bytes);

/// What `ours` and the strict reader make of the same bytes: nothing to say if ours refuses or waits, or both accept
/// and understood the same; else the difference, for a person.
[[nodiscard]] std::optional<std::string> disagreement(std::string_view bytes, const request_reading& ours);

}  // namespace switchboard::fuzz
