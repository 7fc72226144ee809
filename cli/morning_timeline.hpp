#pragma once
// The morning in lines for people: one for each thing that happens, names instead of ids.

#include "cli/morning_ledger.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace switchboard::cli {

/// How the lines look, and what things are called. The functions give back what they don't know as it is.
struct timeline_style {
  bool colours = false;
  std::function<std::string(const std::string&id)> agent, queue;
  std::function<std::string(const morning_case&)> customer;
};

/// Without a line end; empty: nothing to be told. `at`: since the beginning.
[[nodiscard]] std::string timeline_line(const told& t, std::chrono::milliseconds at,
                                        const timeline_style& style);
/// What the script does next, or says.
[[nodiscard]] std::string announcement(std::string_view what, std::chrono::milliseconds at,
                                       const timeline_style& style);

/// "4.2 s"
[[nodiscard]] std::string in_seconds(std::chrono::milliseconds d);
/// At most so many characters (code points), cut with an ellipsis.
[[nodiscard]] std::string shortened(std::string_view utf8, std::size_t characters_max);

}  // namespace switchboard::cli
