#include "domain/routing/wait_text.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

constexpr std::string_view position_name = "{position}", minutes_name = "{minutes}";
constexpr std::int64_t minutes_max = 99'999'999;  // as many digits as "{minutes}" has letters, less one

}  // namespace

std::string wait_text(std::string_view text, std::uint32_t position, std::chrono::milliseconds eta) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(eta).count();
  std::string said;
  while (!text.empty()) {
    if (text.starts_with(position_name)) {
      said += std::to_string(position);
      text.remove_prefix(position_name.size());
    } else if (text.starts_with(minutes_name)) {
      said += std::to_string(std::clamp<std::int64_t>(minutes, 1, minutes_max));
      text.remove_prefix(minutes_name.size());
    } else {
      said += text.front();
      text.remove_prefix(1);
    }
  }
  return said;
}

std::optional<std::string> find_unknown_name(std::string_view text) {
  for (auto at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const auto rest = text.substr(at);
    if (rest.starts_with(position_name) || rest.starts_with(minutes_name)) continue;
    const auto end = rest.find('}');
    if (end != std::string_view::npos) return std::string(rest.substr(0, end + 1));
  }
  return std::nullopt;
}

}  // namespace switchboard::domain::routing
