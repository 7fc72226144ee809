#include "net/platforms/linkedin_calls.hpp"

#include "net/platforms/sending_parts.hpp"

namespace switchboard::net::platforms {
namespace {

constexpr std::string_view linkedin_host = "https://api.linkedin.com";
/// Each monthly version is served for a year.
constexpr std::string_view linkedin_version = "202610";

}  // namespace

std::string linkedin_base(const sending_account& account) {
  return url_of(account.api_url.empty() ? linkedin_host : std::string_view{account.api_url}, {});
}

std::string linkedin_organization(const sending_account& account) {
  const std::string& id = account.platform_id;
  return id.starts_with("urn:") ? id : "urn:li:organization:" + id;
}

call with_linkedin_versions(call c, const sending_account& account) {
  c.headers.push_back({"LinkedIn-Version",
                       account.api_version.empty() ? std::string{linkedin_version} : account.api_version});
  c.headers.push_back({"X-Restli-Protocol-Version", "2.0.0"});
  return c;
}

}  // namespace switchboard::net::platforms
