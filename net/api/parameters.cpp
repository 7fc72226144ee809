#include "net/api/parameters.hpp"

#include "config/nearest.hpp"
#include "net/http/message.hpp"

#include <algorithm>

namespace switchboard::net::api {

namespace {

/// As it came, which is ASCII; a name without end is not repeated to whoever sent it.
std::string quoted(std::string_view raw) {
  constexpr std::size_t bytes_max = 64;
  std::string out = "\"";
  out += raw.substr(0, bytes_max);
  out += raw.size() > bytes_max ? "…\"" : "\"";
  return out;
}

std::string unknown(std::string_view raw, std::string_view name, std::span<const std::string_view> known) {
  std::string text = "there is no parameter " + quoted(raw) + " here; ";
  if (known.empty()) return text + "this takes none";
  if (const auto meant = config::nearest(name, known); !meant.empty()) {
    return text + "did you mean \"" + std::string(meant) + "\"?";
  }
  text += "this takes";
  for (const auto& each : known) {
    text += &each == known.data() ? " " : ", ";
    text += each;
  }
  return text;
}

}  // namespace

expected<void, std::string> check_parameters(std::string_view query,
                                             std::span<const std::string_view> known) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const auto raw = pair.substr(0, pair.find('='));
    const auto name = http::percent_decode(raw);
    if (!name || !http::percent_decode(pair.substr(raw.size()))) {
      return unexpected{"the parameter " + quoted(raw) + " is not percent-encoded text"};
    }
    if (std::find(known.begin(), known.end(), *name) == known.end()) {
      return unexpected{unknown(raw, *name, known)};
    }
  }
  return {};
}

}  // namespace switchboard::net::api
