#include "net/http/forwarded.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace switchboard::net::http {

bool is_address(std::string_view text) {
  char copy[64];
  if (text.empty() || text.size() >= sizeof copy) return false;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = 0;
  in6_addr ignored;
  return ::inet_pton(AF_INET, copy, &ignored) == 1 || ::inet_pton(AF_INET6, copy, &ignored) == 1;
}

std::string_view client_behind_proxy(std::span<const header> headers, std::string_view proxy) {
  http::request one;
  for (auto i = headers.size(); i-- > 0;) {
    one.headers = headers.subspan(i, 1);
    const auto value = one.find("x-forwarded-for");
    if (!value) continue;
    auto last = value->substr(value->rfind(',') + 1);  // npos + 1 = 0: the only one
    while (!last.empty() && last.front() == ' ') last.remove_prefix(1);
    return is_address(last) ? last : proxy;
  }
  return proxy;
}

}  // namespace switchboard::net::http
