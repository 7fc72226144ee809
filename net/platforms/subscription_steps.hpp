#pragma once
// What the platforms' halves of a dialog about subscriptions share (subscriptions.hpp).

#include "net/platforms/json.hpp"
#include "net/platforms/subscriptions.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// What is wanted and not among what is there, in order.
[[nodiscard]] std::vector<std::string_view> missing_of(std::span<const std::string_view> wanted,
                                                       std::span<const std::string> there);
/// All that is wanted, and behind it what else is there.
[[nodiscard]] std::vector<std::string_view> union_of(std::span<const std::string_view> wanted,
                                                     std::span<const std::string> there);
/// The strings in a list; whatever else is in it is passed over.
[[nodiscard]] std::vector<std::string> texts_in(array list);
[[nodiscard]] std::string joined(std::span<const std::string_view> names, std::string_view between);

/// Of a dialog about one account: what was found, and it is over.
void conclude(subscription_dialog& d, subscription_finding found);
/// It delivers, `note` being what is not as wanted.
[[nodiscard]] subscription_finding delivers(std::string detail, std::string note = {});
/// It did before, and was asked for what was missing: `note` names what still is.
[[nodiscard]] subscription_finding delivers_renewed(const subscription_dialog& d, std::string note);
[[nodiscard]] subscription_finding delivers_nothing(std::string detail);
[[nodiscard]] subscription_finding refuses_token(std::string_view why);

}  // namespace switchboard::net::platforms
