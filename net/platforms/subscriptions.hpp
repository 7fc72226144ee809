#pragma once
// Is an account still subscribed to the app that delivers to us? Meta takes the app off a page or number after an hour of failures
// and says nothing (platforms.md §1): GET /{id}/subscribed_apps tells, POST subscribes again. Pure. Of the other platforms nothing
// can be asked with an account's token.

#include "net/platforms/sending.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// `business_id`: of WhatsApp, whose subscriptions are the business account's (WABA); else unused.
/// nullopt: it can't be asked for.
[[nodiscard]] std::optional<call> ask_subscription(domain::platform platform, const sending_account& account,
                                                   std::string_view business_id);
/// Precondition: ask_subscription() has a call.
[[nodiscard]] call subscribe(domain::platform platform, const sending_account& account,
                             std::string_view business_id);

struct subscription_answer {
  enum class kind : std::uint8_t {
    live,
    absent,     ///< nothing is delivered
    no_access,  ///< the token may not ask
    unclear     ///< the platform's trouble: to be asked again later
  } what = kind::unclear;
  std::string detail = {};  ///< of absent and no_access, for a person
};
[[nodiscard]] subscription_answer read_subscription(domain::platform platform, const answer& from);
/// Of subscribe().
[[nodiscard]] subscription_answer read_subscribed(const answer& from);

}  // namespace switchboard::net::platforms
