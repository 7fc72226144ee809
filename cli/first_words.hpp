#pragma once
// What a customer says first, as his platform would deliver it: a webhook's body for each of the seven platforms.

#include "config/record_settings.hpp"
#include "domain/time.hpp"

#include <string>
#include <string_view>

namespace switchboard::cli {

struct first_word {
  std::string customer;  ///< digits; no two of one account are the same
  std::string name =
      {};  ///< told where the platform tells it: not by Messenger, Instagram's messages, LinkedIn, posts on Bluesky
  std::string text = {};
  bool in_public = false;  ///< a comment, or a post that names the account, where the platform has those
  domain::timestamp at = {};
};

/// Pure. Has the account's platform_id; wants its source's signature.
[[nodiscard]] std::string first_word_body(const config::account_settings& to, const first_word& said);
/// What conversations with him have as metadata.customerPlatformId.
[[nodiscard]] std::string customer_platform_id(domain::platform on, std::string_view customer);

}  // namespace switchboard::cli
