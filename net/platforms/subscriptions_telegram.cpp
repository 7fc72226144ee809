// getWebhookInfo -> {"ok":true,"result":{"url","pending_update_count","last_error_date"?,"last_error_message"?,"allowed_updates"?}}
//                   of which allowed_updates is left out where the platform's own choice is in force
// setWebhook {"url","secret_token","max_connections"?,"allowed_updates"} -> {"ok":true,"result":true}
//   Sets all of it: max_connections that are left out are 40 again, so they are sent as they were told; a certificate of the bot's
//   own would be forgotten, so such a bot is let be. ip_address is not sent: getWebhookInfo tells the one that the name led to last,
//   and whoever sends that one has Telegram stay with it when the name leads elsewhere.

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
/// All that the normaliser understands (telegram.cpp, telegram_event.cpp).
constexpr std::array<std::string_view, 13> understood_updates{"message",
                                                              "edited_message",
                                                              "channel_post",
                                                              "edited_channel_post",
                                                              "business_message",
                                                              "edited_business_message",
                                                              "callback_query",
                                                              "message_reaction",
                                                              "my_chat_member",
                                                              "chat_member",
                                                              "chat_join_request",
                                                              "business_connection",
                                                              "deleted_business_messages"};
/// Of those, what comes only to who asks for it.
constexpr std::array<std::string_view, 2> left_out_by_default{"message_reaction", "chat_member"};
/// What comes without being asked for and names somebody, so that it is shown as it is: it goes on to come.
constexpr std::array<std::string_view, 8> also_by_default{
    "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query",
    "poll_answer",  "purchased_paid_media", "chat_boost",     "removed_chat_boost"};

bool can_ask(domain::platform, const subscribing_app&, const subscribed_account& account) {
  return !account.as.access_token.empty();
}

void append_updates(std::string& out, const subscription_dialog& d) {
  char before = '[';
  for (const auto each : union_of(understood_updates, d.listed)) {
    out += before;
    domain::append_json_string(out, each);
    before = ',';
  }
  out += ']';
}

std::optional<call> next(subscription_dialog& d) {
  const auto& as = d.accounts.front().as;
  if (d.at == step::ask || d.at == step::make_sure)
    return get_call(telegram_method_url(as, "getWebhookInfo"), {});
  if (d.at != step::mend && d.at != step::renew) return std::nullopt;
  std::string out;
  domain::json_object body{out};
  body.text("url", d.app.public_url);
  body.text_if("secret_token", d.app.secret_token);
  if (d.connections > 0) body.number("max_connections", static_cast<std::uint64_t>(d.connections));
  body.key("allowed_updates");
  append_updates(out, d);
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

/// An empty list is the platform's own choice.
std::vector<std::string> updates_in(object info) {
  if (const auto allowed = member_array(info, "allowed_updates"); allowed && allowed->size() > 0)
    return texts_in(*allowed);
  auto all = missing_of(understood_updates,
                        std::vector<std::string>(left_out_by_default.begin(), left_out_by_default.end()));
  all.insert(all.end(), also_by_default.begin(), also_by_default.end());
  return {all.begin(), all.end()};
}

void look_at_updates(subscription_dialog& d, object info) {
  const auto missing = missing_of(understood_updates, d.listed);
  const std::string note =
      missing.empty() ? std::string{} : "its allowed_updates leave out " + joined(missing, ", ");
  if (d.delivered) return conclude(d, delivers_renewed(d, note));
  if (missing.empty() || d.app.public_url.empty() || member_bool(info, "has_custom_certificate"))
    return conclude(d, delivers("the platform delivers", note));
  d.delivered = true;
  d.at = step::renew;
}

void read_info(subscription_dialog& d, object info, domain::timestamp now) {
  const std::string_view url = member_text(info, "url");
  const std::string& ours = d.app.public_url;
  d.listed = updates_in(info);
  d.connections = member_int(info, "max_connections").value_or(0);
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
  look_at_updates(d, info);
}

void take(subscription_dialog& d, const answer& from, domain::timestamp now) {
  const auto body = object_in(from);
  const bool mending = d.at == step::mend;
  const bool done = body && member_bool(*body, "ok");
  const auto why = body && !done ? kept(member_text(*body, "description")) : std::string{};
  if (d.at == step::renew) {  // whatever was said to it, the next answer tells what is so
    d.refusal = why;
    d.at = step::make_sure;
    return;
  }
  if (!done) {
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
