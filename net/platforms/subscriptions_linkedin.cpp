// GET|PUT /rest/eventSubscriptions/(developerApplication:…,user:…,entity:…,eventType:ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS)
//   GET  200 {"webhook":url,"expiresAt":ms, …}; 404: there is none
//   PUT  {"webhook":url} -> 2xx: there is one, and for longer
// It ends at expiresAt, and when the member is no administrator any more, or takes the app its rights: by then 404, or 403.

#include "net/platforms/linkedin_calls.hpp"
#include "net/platforms/sending_parts.hpp"
#include "net/platforms/subscription_steps.hpp"

namespace switchboard::net::platforms {
namespace {

using namespace std::chrono_literals;
using step = subscription_dialog::step;

/// It is made longer before its last day: two looks at it can be a day apart.
constexpr auto renewed_before = 48h;

bool can_ask(domain::platform, const subscribing_app& app, const subscribed_account& account) {
  return !account.as.access_token.empty() && !app.app_id.empty() && !account.subscriber.empty();
}

std::string with_prefix(std::string_view id, std::string_view prefix) {
  return id.starts_with("urn:") ? std::string(id) : std::string(prefix) += id;
}

std::string subscription_url(const subscription_dialog& d) {
  const auto& a = d.accounts.front();
  // The key's own brackets, colons and commas stand as they are; only the URNs in it are encoded.
  return linkedin_base(a.as) + "/rest/eventSubscriptions/(developerApplication:" +
         url_encoded(with_prefix(d.app.app_id, "urn:li:developerApplication:")) +
         ",user:" + url_encoded(with_prefix(a.subscriber, "urn:li:person:")) +
         ",entity:" + url_encoded(linkedin_organization(a.as)) +
         ",eventType:ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS)";
}

std::optional<call> next(subscription_dialog& d) {
  const auto& as = d.accounts.front().as;
  if (d.at == step::ask) return with_linkedin_versions(get_call(subscription_url(d), as.access_token), as);
  if (d.at != step::mend && d.at != step::renew) return std::nullopt;
  std::string out;
  domain::json_object body{out};
  body.text("webhook", d.app.public_url);
  body.end();
  call c = with_linkedin_versions(json_call(subscription_url(d), as.access_token, std::move(out)), as);
  c.method = "PUT";
  c.repeatable = true;
  return c;
}

std::string why_of(const answer& from) {
  const auto body = object_in(from);
  const auto said = body ? kept(member_text(*body, "message")) : std::string{};
  return said.empty() ? std::to_string(from.status) : said;
}

/// There is none, or soon will be none.
void mend(subscription_dialog& d, step how, subscription_finding where_it_cannot) {
  if (d.app.public_url.empty()) return conclude(d, std::move(where_it_cannot));
  d.at = how;
}

void read_subscription(subscription_dialog& d, const answer& from, domain::timestamp now) {
  const auto body = object_in(from);
  if (!body) {
    d.at = step::over;
    return;
  }
  const auto webhook = member_text(*body, "webhook");
  if (!d.app.public_url.empty() && !webhook.empty() && webhook != d.app.public_url)
    return conclude(d,
                    delivers_nothing("the organization's events go to another URL than source.public_url"));
  const auto ends = milliseconds_member(*body, "expiresAt");
  if (ends && *ends <= now) {
    return mend(d, step::mend,
                delivers_nothing("the subscription ended at " + domain::to_rfc3339(*ends) +
                                 "; with source.public_url it would be made anew"));
  }
  if (ends && *ends - now < renewed_before) {
    return mend(d, step::renew,
                delivers("the platform delivers", "the subscription ends at " + domain::to_rfc3339(*ends) +
                                                      "; with source.public_url it would be made longer"));
  }
  conclude(d, delivers("the platform delivers"));
}

void take(subscription_dialog& d, const answer& from, domain::timestamp now) {
  if (from.status == 401 || from.status == 403) {
    auto found = refuses_token(why_of(from));
    // Who may not look at it any more has lost what it stood on.
    if (from.status == 403) found.subscription = domain::subscription_state::lapsed;
    return conclude(d, std::move(found));
  }
  if (d.at == step::ask) {
    if (from.status == 404) {
      return mend(
          d, step::mend,
          delivers_nothing("the organization's events are not subscribed to; with source.public_url they "
                           "would be"));
    }
    if (is_success(from)) return read_subscription(d, from, now);
    d.at = step::over;
    return;
  }
  const bool was_live = d.at == step::renew;
  if (is_success(from)) {
    return conclude(d, delivers(was_live ? "the platform delivers; the subscription was made longer"
                                         : "it was not subscribed, and is again"));
  }
  if (from.status == 429 || from.status >= 500 || from.status < 400) {
    d.at = step::over;
    return;
  }
  conclude(d, was_live
                  ? delivers("the platform delivers",
                             "the subscription ends soon, and is not made longer: " + why_of(from))
                  : delivers_nothing("the organization's events are not subscribed to, and the platform does "
                                     "not let them be: " +
                                     why_of(from)));
}

}  // namespace

const dialog_functions& linkedin_dialog() {
  static constexpr dialog_functions functions{can_ask, next, take};
  return functions;
}

}  // namespace switchboard::net::platforms
