#pragma once
// RFC 5849 (OAuth 1.0a) with HMAC-SHA1, as X still asks for where media of direct messages lie. Pure: nonce and time come in.

#include "domain/time.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::platforms {

/// The app's, and the user's who let it speak for him.
struct oauth1_keys {
  std::string consumer_key = {}, consumer_secret = {};
  std::string token = {}, token_secret = {};
};

/// Of a request without a body of form fields: the value of its Authorization header. `url`: absolute, with its query, whose
/// fields are signed too. `nonce`: not used before at that second.
[[nodiscard]] std::string oauth1_header(std::string_view method, std::string_view url,
                                        const oauth1_keys& keys, std::string_view nonce,
                                        domain::timestamp now);

/// What is signed (§3.4.1): `fields` are the protocol's, decoded; those of the url's query are added.
[[nodiscard]] std::string oauth1_signature(std::string_view method, std::string_view url,
                                           const oauth1_keys& keys,
                                           std::vector<std::pair<std::string, std::string>> fields);

}  // namespace switchboard::net::platforms
