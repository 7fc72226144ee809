#include "net/platforms/linkedin_parts.hpp"

#include <algorithm>
#include <cstddef>

namespace switchboard::net::platforms {
namespace {

constexpr std::string_view namespace_prefix = "urn:li:";

/// "activity:1" but not "7094977717598625792", which is a number within its post.
bool is_short_name(std::string_view name) {
  const auto colon = name.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

/// Names may hold names in parentheses: the comma of the outermost.
std::size_t outer_comma(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (text[i] == ',' && depth == 0) return i;
  }
  return std::string_view::npos;
}

/// What stands between the outermost parentheses of a whole "…(…)"; empty: there are none.
std::string_view inside(std::string_view urn) {
  const auto open = urn.find('(');
  if (open == std::string_view::npos || !urn.ends_with(')')) return {};
  return urn.substr(open + 1, urn.size() - open - 2);
}

}  // namespace

std::string full_urn(std::string_view urn) {
  std::string full;
  full.reserve(urn.size() + 2 * namespace_prefix.size());
  // Each name begins at the front, behind a parenthesis or behind a comma, however deep.
  std::size_t from = 0;
  while (from <= urn.size()) {
    const auto stop = std::min(urn.find_first_of("(,", from), urn.size());
    const std::string_view name = urn.substr(from, stop - from);
    if (from > 0 && !name.starts_with("urn:") && is_short_name(name)) full += namespace_prefix;
    full += name;
    if (stop == urn.size()) break;
    full += urn[stop];
    from = stop + 1;
  }
  return full;
}

std::pair<std::string, std::string> names_in_urn(std::string_view urn) {
  const std::string full = full_urn(urn);
  const std::string_view names = inside(full);
  const auto comma = outer_comma(names);
  if (comma == std::string_view::npos) return {};
  return {std::string{names.substr(0, comma)}, std::string{names.substr(comma + 1)}};
}

bool is_urn_of(std::string_view urn, std::string_view kind) {
  if (!urn.starts_with(namespace_prefix)) return false;
  urn.remove_prefix(namespace_prefix.size());
  return urn.starts_with(kind) && urn.substr(kind.size()).starts_with(':');
}

}  // namespace switchboard::net::platforms
