#include "net/platforms/subscriptions.hpp"

#include "net/platforms/subscription_steps.hpp"

namespace switchboard::net::platforms {
namespace {

/// nullptr: nobody delivers there, it is read (Bluesky).
const dialog_functions* functions_for(domain::platform p) {
  switch (p) {
    case domain::platform::facebook:
    case domain::platform::instagram:
    case domain::platform::whatsapp:
      return &meta_dialog();
    case domain::platform::x:
      return &x_dialog();
    case domain::platform::linkedin:
      return &linkedin_dialog();
    case domain::platform::telegram:
      return &telegram_dialog();
    case domain::platform::bluesky:
      break;
  }
  return nullptr;
}

}  // namespace

bool can_ask_subscription(domain::platform platform, const subscribing_app& app,
                          const subscribed_account& account) {
  const auto* f = functions_for(platform);
  return f != nullptr && f->can_ask(platform, app, account);
}

std::optional<call> next_call(subscription_dialog& d) {
  if (d.at == subscription_dialog::step::over) return std::nullopt;
  return functions_for(d.platform)->next(d);
}

void take_answer(subscription_dialog& d, const answer& from, domain::timestamp now) {
  functions_for(d.platform)->take(d, from, now);
}

void conclude(subscription_dialog& d, subscription_finding found) {
  d.found.push_back(std::move(found));
  d.at = subscription_dialog::step::over;
}

subscription_finding delivers(std::string detail, std::string note) {
  return {.access = domain::access_state::good,
          .subscription = domain::subscription_state::live,
          .note = std::move(note),
          .detail = std::move(detail)};
}

subscription_finding delivers_nothing(std::string detail) {
  return {.access = domain::access_state::good,
          .subscription = domain::subscription_state::lapsed,
          .detail = "the platform delivers nothing: " + std::move(detail)};
}

subscription_finding refuses_token(std::string_view why) {
  return {.access = domain::access_state::refused,
          .detail = "the platform refuses the account's access_token: " + std::string(why)};
}

}  // namespace switchboard::net::platforms
