#pragma once
// One line of JSON on stderr for each thing an operator must know. Never a customer's words, names, tokens or
// secrets: fields are ids of ours, numbers, and texts of our own. Not for the hot path.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace switchboard::net::log {

enum class level : std::uint8_t { info, warning, error };

using fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// `event` is a stable slug, e.g. listener-started. Thread-safe; one write per line.
void write(level l, std::string_view event, std::string_view message, fields more = {});

/// At most one line of an event every `seconds`; the next tells how many were left out. Thread-safe.
void write_rarely(level l, std::string_view event, std::string_view message, fields more = {},
                  std::uint32_t seconds = 10);

}  // namespace switchboard::net::log
