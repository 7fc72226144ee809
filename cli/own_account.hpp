#pragma once
// A recorded payload as if it had been sent to this config's own account. Somebody's recording names his page, number or
// handle, and what names another's is a dead letter: so the account in it is written over with ours, before it is signed.
//
//   Meta      entry[].id of object page and instagram, and every id that is equal to it or begins with it and "_" (posts);
//             of object whatsapp_business_account metadata.phone_number_id only
//   X         for_user_id, data.filter.user_id, and every id that is equal to one of them
//   LinkedIn  organizationalEntity, also without its urn:li:, and every value that is equal to it
//   Bluesky   accounts[]; else whose posts are answered, liked or named. at://DID/… too
//   Telegram  nothing: the source tells. But a message by itself, as tools keep them, is put into an update, for Telegram
//             sends nothing else

#include "config/settings.hpp"
#include "domain/expected.hpp"
#include "domain/model.hpp"
#include "net/platforms/platform.hpp"

#include <map>
#include <string>
#include <string_view>

namespace switchboard::cli {

/// Of one source, by platform: the platform's id of its first account in the config.
struct own_accounts {
  std::string config;  ///< the file, for errors
  std::string source;
  std::map<domain::platform, std::string> ids = {};
};
[[nodiscard]] own_accounts own_accounts_of(const config::settings& settings, const std::string& config,
                                           const std::string& source);

/// Pure. What is no JSON object, or names no account, is given back as it is. The same body gives the same bytes, so that
/// delivering it again is a redelivery. The error: which account the config lacks, and what to add.
[[nodiscard]] expected<std::string, std::string> with_own_account(std::string_view body,
                                                                  net::platforms::kind kind,
                                                                  const own_accounts& own);

}  // namespace switchboard::cli
