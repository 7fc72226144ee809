#pragma once
// What a router's save consists of, one behind the other: numbers of 8 bytes, little-endian, and texts behind their length.
//   save := state:text (sequence:number had_owner:number events:text)*
// state: archive.hpp's save(); behind it what conversations have not taken over yet, each with the sequence of the event.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::domain::routing {

void append_number(std::string& out, std::uint64_t n);
void append_text(std::string& out, std::string_view text);
/// Off the front of `from`. nullopt: it is cut, and stays as it is.
[[nodiscard]] std::optional<std::uint64_t> take_number(std::string_view& from);
/// The bytes are those of `from`.
[[nodiscard]] std::optional<std::string_view> take_text(std::string_view& from);

}  // namespace switchboard::domain::routing
