#include "net/platforms/media_address.hpp"

#include <algorithm>

namespace switchboard::net::platforms {
namespace {

constexpr std::string_view scheme = "https://";
constexpr std::size_t host_bytes_max = 253;
constexpr std::size_t label_bytes_max = 63;

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_bytes_max && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_host(std::string_view host) {
  if (host.size() > host_bytes_max || host.find('.') == std::string_view::npos) return false;
  for (;;) {
    const auto point = host.find('.');
    const auto label = host.substr(0, point);
    if (!is_label(label)) return false;
    if (point == std::string_view::npos) return is_letter(label.front());
    host.remove_prefix(point + 1);
  }
}

bool is_plain(std::string_view text) {
  constexpr std::string_view others = "\"\\<>{}^|`#";
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return c > ' ' && c < 0x7f && others.find(c) == std::string_view::npos; });
}

}  // namespace

std::optional<std::string_view> host_of_media(std::string_view url) {
  if (url.size() > media_address_bytes_max || !url.starts_with(scheme) || !is_plain(url)) return std::nullopt;
  const auto rest = url.substr(scheme.size());
  auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.ends_with(":443")) authority.remove_suffix(4);
  return is_host(authority) ? std::optional(authority) : std::nullopt;
}

bool is_host_below(std::string_view host, std::string_view name) {
  if (name.empty() || !host.ends_with(name)) return false;
  return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

bool is_of_origin(std::string_view url, std::string_view origin) {
  while (origin.ends_with('/')) origin.remove_suffix(1);
  if (origin.empty() || !is_plain(url) || url.size() > media_address_bytes_max || !url.starts_with(origin)) {
    return false;
  }
  return url.size() > origin.size() && url[origin.size()] == '/';
}

}  // namespace switchboard::net::platforms
