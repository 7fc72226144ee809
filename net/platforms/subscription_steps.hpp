#pragma once
// What the platforms' halves of a dialog about subscriptions share (subscriptions.hpp).

#include "net/platforms/subscriptions.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

struct dialog_functions {
  bool (*can_ask)(domain::platform, const subscribing_app&, const subscribed_account&);
  std::optional<call> (*next)(subscription_dialog&);
  void (*take)(subscription_dialog&, const answer&, domain::timestamp now);
};
[[nodiscard]] const dialog_functions& meta_dialog();
[[nodiscard]] const dialog_functions& x_dialog();
[[nodiscard]] const dialog_functions& linkedin_dialog();
[[nodiscard]] const dialog_functions& telegram_dialog();

/// Of a dialog about one account: what was found, and it is over.
void conclude(subscription_dialog& d, subscription_finding found);
/// It delivers, `note` being what is not as wanted.
[[nodiscard]] subscription_finding delivers(std::string detail, std::string note = {});
[[nodiscard]] subscription_finding delivers_nothing(std::string detail);
[[nodiscard]] subscription_finding refuses_token(std::string_view why);

}  // namespace switchboard::net::platforms
