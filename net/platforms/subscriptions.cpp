#include "net/platforms/subscriptions.hpp"

#include "net/platforms/subscription_steps.hpp"

#include <algorithm>

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

std::vector<std::string_view> missing_of(std::span<const std::string_view> wanted,
                                         std::span<const std::string> there) {
  std::vector<std::string_view> missing;
  for (const auto each : wanted) {
    if (std::find(there.begin(), there.end(), each) == there.end()) missing.push_back(each);
  }
  return missing;
}

std::vector<std::string_view> union_of(std::span<const std::string_view> wanted,
                                       std::span<const std::string> there) {
  std::vector<std::string_view> all(wanted.begin(), wanted.end());
  for (const auto& each : there) {
    if (std::find(all.begin(), all.end(), each) == all.end()) all.push_back(each);
  }
  return all;
}

std::vector<std::string> texts_in(array list) {
  std::vector<std::string> all;
  for (const element each : list) {
    if (std::string_view text; each.get(text) == simdjson::SUCCESS) all.emplace_back(text);
  }
  return all;
}

std::string joined(std::span<const std::string_view> names, std::string_view between) {
  std::string out;
  for (const auto name : names) (out += out.empty() ? std::string_view{} : between) += name;
  return out;
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

subscription_finding delivers_renewed(const subscription_dialog& d, std::string note) {
  if (note.empty()) return delivers("the platform delivers, and what was missing is subscribed to again");
  std::string detail = "the platform delivers, and what is missing is still not subscribed to";
  if (!d.refusal.empty()) (detail += ": ") += d.refusal;
  return delivers(std::move(detail), std::move(note));
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
