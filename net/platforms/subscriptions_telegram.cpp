// getWebhookInfo -> {"ok":true,"result":{"url","pending_update_count","last_error_date"?,"last_error_message"?,"allowed_updates"?}}
// setWebhook {"url","secret_token"} -> {"ok":true,"result":true}. allowed_updates is left out: then Telegram keeps what was set.

#include "net/platforms/sending_parts.hpp"
#include "net/platforms/subscription_steps.hpp"
#include "net/platforms/telegram_calls.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using namespace std::chrono_literals;
using step = subscription_dialog::step;

/// An error this old, with updates waiting since, is one that Telegram still tries to get over: it asks at least so often.
constexpr auto error_counts_for = 1h;
/// Without these a customer says something that nobody hears.
constexpr std::array<std::string_view, 3> needed_updates{"message", "edited_message", "callback_query"};

bool can_ask(domain::platform, const subscribing_app&, const subscribed_account& account) {
  return !account.as.access_token.empty();
}

std::optional<call> next(subscription_dialog& d) {
  const auto& as = d.accounts.front().as;
  if (d.at == step::ask) return get_call(telegram_method_url(as, "getWebhookInfo"), {});
  if (d.at != step::mend) return std::nullopt;
  std::string out;
  domain::json_object body{out};
  body.text("url", d.app.public_url);
  body.text_if("secret_token", d.app.secret_token);
  body.end();
  call c = json_call(telegram_method_url(as, "setWebhook"), {}, std::move(out));
  c.repeatable = true;
  return c;
}

/// Only its host: behind it there may be a secret of whoever has it.
std::string_view host_in(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  return host.substr(0, host.find_first_of("/?#"));
}

std::string missing_updates(object info) {
  const auto allowed = member_array(info, "allowed_updates");
  if (!allowed || allowed->size() == 0) return {};  // the platform's own choice, which has all of them
  std::string missing;
  for (const auto wanted : needed_updates) {
    const bool there = std::any_of(allowed->begin(), allowed->end(), [&](element each) {
      std::string_view name;
      return each.get(name) == simdjson::SUCCESS && name == wanted;
    });
    if (!there) (missing += missing.empty() ? "" : ", ") += wanted;
  }
  return missing.empty() ? missing : "its allowed_updates leave out " + missing;
}

void read_info(subscription_dialog& d, object info, domain::timestamp now) {
  const std::string_view url = member_text(info, "url");
  const std::string& ours = d.app.public_url;
  if (url.empty() && !ours.empty()) {
    d.at = step::mend;
    return;
  }
  if (url.empty()) {
    return conclude(d, delivers_nothing("the bot has no webhook; with public_url in source \"" +
                                        d.app.source + "\" it would be set again"));
  }
  if (!ours.empty() && url != ours) {
    return conclude(d, delivers_nothing("the bot's updates go to another URL, at " +
                                        std::string(host_in(url)) + ", and not to source.public_url"));
  }
  const auto waiting = member_int(info, "pending_update_count").value_or(0);
  const auto error_at = seconds_member(info, "last_error_date");
  const auto error = kept(member_text(info, "last_error_message"));
  if (waiting > 0 && !error.empty() && error_at && now - *error_at < error_counts_for) {
    auto found = delivers({}, error);
    found.subscription = domain::subscription_state::failing;
    found.detail = std::to_string(waiting) + " updates wait, for the platform does not get through: " + error;
    return conclude(d, std::move(found));
  }
  conclude(d, delivers("the platform delivers", missing_updates(info)));
}

void take(subscription_dialog& d, const answer& from, domain::timestamp now) {
  const auto body = object_in(from);
  const bool mending = d.at == step::mend;
  if (!body || !member_bool(*body, "ok")) {
    const auto why = body ? kept(member_text(*body, "description")) : std::string{};
    if (from.status == 401 || from.status == 404) return conclude(d, refuses_token(why));  // no such bot
    if (mending && from.status >= 400 && from.status < 500 && from.status != 429)
      return conclude(d, delivers_nothing("the bot has no webhook, and the platform takes none: " + why));
    d.at = step::over;
    return;
  }
  if (mending) return conclude(d, delivers("the bot had no webhook, and has one again"));
  const auto info = member_object(*body, "result");
  if (!info) {
    d.at = step::over;
    return;
  }
  read_info(d, *info, now);
}

}  // namespace

const dialog_functions& telegram_dialog() {
  static constexpr dialog_functions functions{can_ask, next, take};
  return functions;
}

}  // namespace switchboard::net::platforms
