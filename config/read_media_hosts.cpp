// media_hosts of an [[account]]: names only, so that no address can get in where names are compared.

#include "config/reader.hpp"

#include <string_view>

namespace switchboard::config {
namespace {

constexpr std::size_t hosts_max = 32;
constexpr std::size_t name_bytes_max = 253;

/// Labels in lower case with points between them, at least two, and the last one no number.
bool is_host_name(std::string_view name) {
  constexpr std::string_view spelling = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  if (name.find_first_not_of(spelling) != std::string_view::npos || name.size() > name_bytes_max)
    return false;
  const auto point = name.rfind('.');
  if (point == std::string_view::npos || name.front() == '.' || name.find("..") != std::string_view::npos) {
    return false;
  }
  const auto last = name.substr(point + 1);
  return last.find_first_not_of("0123456789-") != std::string_view::npos;
}

}  // namespace

std::vector<std::string> read_media_hosts(reader& r, const toml::node& node) {
  std::vector<std::string> hosts;
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() > hosts_max) {
    r.report(node.source().begin, "media_hosts is a list of up to " + std::to_string(hosts_max) +
                                      " names of hosts, like [\"media.example.com\"]");
    return hosts;
  }
  for (const toml::node& item : *list) {
    const auto* text = item.as_string();
    if (text != nullptr && is_host_name(text->get())) {
      hosts.push_back(text->get());
    } else {
      r.report(item.source().begin,
               shown(item) +
                   " is no name of a host; without scheme, port or path, in lower case, like "
                   "\"media.example.com\"");
    }
  }
  return hosts;
}

}  // namespace switchboard::config
