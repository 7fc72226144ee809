#pragma once
// Does a platform still deliver to us? Platforms give up a webhook that fails, and members take rights back, and nobody is told
// (platforms.md §1, §6-8). So they are asked, and where they let it be mended it is:
//
//   Meta      GET /{id}/subscribed_apps, POST subscribes again                     the account's token
//   X         GET /2/webhooks, PUT /2/webhooks/{id} has it validated again         the app's token (source.app_token)
//             GET /2/account_activity/webhooks/{id}/subscriptions/all/list and GET /2/activity/subscriptions: who is subscribed
//             POST on either subscribes                                            the account's token
//   LinkedIn  GET /rest/eventSubscriptions/(…), PUT makes it anew, or longer       the account's token
//   Telegram  getWebhookInfo, setWebhook                                           the account's token
//
// Where only a part of what we want is subscribed to, the rest is subscribed to as well, and nothing that is there is lost by it.
//
// Pure: next() gives a call, take() its answer, until next() gives none; then everything that was found stands in `found`. Of X the
// accounts of a source are one dialog, for its lists name all of them; of the others each is one.

#include "domain/account_health.hpp"
#include "net/platforms/sending.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchboard::net::platforms {

/// As the config has them; whatever is empty is not configured.
struct subscribing_app {
  std::string source = {};        ///< its id, for sentences
  std::string app_id = {};        ///< Meta, LinkedIn
  std::string app_token = {};     ///< X
  std::string public_url = {};    ///< where we want it delivered
  std::string secret_token = {};  ///< Telegram
};
struct subscribed_account {
  sending_account as = {};
  std::string business_id = {};  ///< WhatsApp: the subscription is the business account's (WABA)
  std::string subscriber = {};   ///< LinkedIn: the member's URN
};

/// What is left out could not be told: the platform's trouble, to be asked again later.
struct subscription_finding {
  std::size_t account = 0;                          ///< index in the dialog
  std::optional<domain::access_state> access = {};  ///< of the account's token, where it was used
  std::optional<domain::subscription_state> subscription = {};
  std::string note = {};    ///< account_health::subscription_note
  std::string detail = {};  ///< for a person
};

struct subscription_dialog {
  domain::platform platform = domain::platform::facebook;
  subscribing_app app = {};
  std::vector<subscribed_account> accounts = {};
  std::vector<subscription_finding> found = {};

  // Where it stands. `mend`: nothing is delivered; `renew`: something is, and not all, or not for long; `make_sure` of either.
  enum class step : std::uint8_t { ask, mend, renew, make_sure, users, events, subscribe, over };
  step at = step::ask;
  bool delivered = false;    ///< something was delivered before anything was mended
  std::string refusal = {};  ///< what the platform said to who asked it for more
  /// Meta, Telegram: what is subscribed to, wanted or not, for a call replaces all of it.
  std::vector<std::string> listed = {};
  std::int64_t connections = 0;      ///< Telegram: max_connections; 0: not told
  std::string webhook = {};          ///< X: the id of ours
  bool takes_users = false;          ///< X: the Account Activity API is open to the app
  std::uint32_t pages = 0;           ///< X: of the lists so far
  std::string next_page = {};        ///< X
  std::set<std::string> users = {};  ///< X, Account Activity: who is subscribed
  std::map<std::string, std::set<std::string>> events = {};  ///< X Activity: by user
  std::size_t account = 0;                                   ///< X: whose turn it is
  std::size_t event = 0;                                     ///< X: which of them is subscribed to next
  bool lost_access = false;                                  ///< X: the refusal is of the token
};

/// Can that be asked with what is configured?
[[nodiscard]] bool can_ask_subscription(domain::platform platform, const subscribing_app& app,
                                        const subscribed_account& account);
/// nullopt: it is over. Precondition of the first: can_ask_subscription() of each account.
[[nodiscard]] std::optional<call> next_call(subscription_dialog& d);
void take_answer(subscription_dialog& d, const answer& from, domain::timestamp now);

}  // namespace switchboard::net::platforms
