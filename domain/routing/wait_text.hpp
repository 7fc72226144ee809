#pragma once
// The words in which customers are told how long they wait. A config's text has "{position}" and "{minutes}" in it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::domain::routing {

/// Never longer than the text: neither number has as many digits as its name has letters.
[[nodiscard]] std::string wait_text(std::string_view text, std::uint32_t position,
                                    std::chrono::milliseconds eta);

/// The first "{…}" that stands for nothing; nullopt: there is none.
[[nodiscard]] std::optional<std::string> find_unknown_name(std::string_view text);

}  // namespace switchboard::domain::routing
