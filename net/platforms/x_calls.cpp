#include "net/platforms/x_calls.hpp"

#include "net/platforms/sending_parts.hpp"

namespace switchboard::net::platforms {
namespace {

constexpr std::string_view x_host = "https://api.x.com";

}  // namespace

std::string x_url(const sending_account& account, std::initializer_list<std::string_view> segments) {
  return url_of(account.api_url.empty() ? x_host : std::string_view{account.api_url}, segments);
}

}  // namespace switchboard::net::platforms
