#include "cli/url.hpp"

#include <charconv>

namespace switchboard::cli {

namespace {
std::string no_url(std::string_view text) {
  return "\"" + std::string(text) + "\" is not a URL like http://127.0.0.1:8080";
}
}  // namespace

std::string url::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : '[' + host + ']';
  if (port != (tls ? 443 : 80)) out += ':' + std::to_string(port);
  return out;
}

std::string url::text() const {
  return (tls ? "https://" : "http://") + authority() + prefix;
}

expected<url, std::string> parse_url(std::string_view text) {
  std::string_view rest = text;
  url u;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
    u.tls = true;
  } else {
    return unexpected{no_url(text)};
  }
  if (rest.find_first_of("?#@ \r\n\t") != std::string_view::npos) return unexpected{no_url(text)};
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) {
    u.prefix = rest.substr(slash);
    rest = rest.substr(0, slash);
    while (u.prefix.ends_with('/')) u.prefix.pop_back();
  }
  std::string_view port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return unexpected{no_url(text)};
    u.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else {
    const auto colon = rest.find(':');
    u.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) port = rest.substr(colon);
  }
  u.port = u.tls ? 443 : 80;
  if (!port.empty()) {
    if (port[0] != ':') return unexpected{no_url(text)};
    const auto [end, ec] = std::from_chars(port.data() + 1, port.data() + port.size(), u.port);
    if (ec != std::errc{} || end != port.data() + port.size() || u.port == 0) return unexpected{no_url(text)};
  }
  if (u.host.empty()) return unexpected{no_url(text)};
  return u;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
  return out;
}

}  // namespace switchboard::cli
