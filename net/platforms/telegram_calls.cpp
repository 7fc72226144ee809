#include "net/platforms/telegram_calls.hpp"

#include "net/platforms/sending_parts.hpp"

namespace switchboard::net::platforms {
namespace {

constexpr std::string_view telegram_host = "https://api.telegram.org";

/// <bot id>:<secret>; the colon stands as it is.
void append_bot(std::string& url, std::string_view token) {
  url += "/bot";
  const std::string_view id = token.substr(0, token.find(':'));
  url += url_encoded(id);
  if (id.size() < token.size()) {
    url += ':';
    url += url_encoded(token.substr(id.size() + 1));
  }
  url += '/';
}

std::string base_of(const sending_account& account) {
  return url_of(account.api_url.empty() ? telegram_host : std::string_view{account.api_url}, {});
}

}  // namespace

std::string telegram_method_url(const sending_account& account, std::string_view method) {
  std::string url = base_of(account);
  append_bot(url, account.access_token);
  return url += method;
}

std::string telegram_file_url(const sending_account& account, std::string_view path) {
  std::string url = base_of(account) + "/file";
  append_bot(url, account.access_token);
  return url += path;
}

}  // namespace switchboard::net::platforms
