// GET  /{page | account | WABA}/subscribed_apps -> {"data":[{"id","name","subscribed_fields":[…]}]}
//                                          WhatsApp: {"data":[{"whatsapp_business_api_data":{"id","name","link"}}]}
// POST the same, with subscribed_fields of pages and Instagram accounts -> {"success":true}. It subscribes the app that the token is
// of, which is why the list is asked for once more: where source.app_id is another one, ours is still not there. It replaces the
// app's fields, so those that are there and not ours are sent along: another product of the same app may live by them.

#include "net/platforms/graph_api.hpp"
#include "net/platforms/subscription_steps.hpp"

#include <array>
#include <span>

namespace switchboard::net::platforms {
namespace {

using step = subscription_dialog::step;

/// All that the normalisers understand. The first is the one without which no conversation comes.
constexpr std::array<std::string_view, 15> page_fields{"messages",
                                                       "messaging_postbacks",
                                                       "messaging_optins",
                                                       "message_deliveries",
                                                       "message_reads",
                                                       "message_echoes",
                                                       "message_reactions",
                                                       "message_edits",
                                                       "messaging_referrals",
                                                       "messaging_handovers",
                                                       "messaging_policy_enforcement",
                                                       "standby",
                                                       "feed",
                                                       "mention",
                                                       "ratings"};
constexpr std::array<std::string_view, 10> instagram_fields{"messages",          "messaging_postbacks",
                                                            "messaging_seen",    "messaging_referral",
                                                            "message_reactions", "messaging_handover",
                                                            "standby",           "comments",
                                                            "live_comments",     "mentions"};

/// WhatsApp's names none: whoever is in the list gets everything.
std::span<const std::string_view> fields_of(domain::platform p) {
  if (p == domain::platform::facebook) return page_fields;
  if (p == domain::platform::instagram) return instagram_fields;
  return {};
}

std::optional<graph_subject> subject_of(domain::platform platform, const subscribed_account& account) {
  switch (platform) {
    case domain::platform::facebook:
      return graph_subject{facebook_graph, account.as.platform_id};
    case domain::platform::instagram:
      return instagram_subject(account.as);
    case domain::platform::whatsapp:
      if (account.business_id.empty()) return std::nullopt;
      return graph_subject{facebook_graph, account.business_id};
    default:
      return std::nullopt;
  }
}

bool can_ask(domain::platform platform, const subscribing_app&, const subscribed_account& account) {
  return !account.as.access_token.empty() && subject_of(platform, account).has_value();
}

std::optional<call> next(subscription_dialog& d) {
  const auto& account = d.accounts.front();
  const auto of = subject_of(d.platform, account);
  if (!of) return std::nullopt;
  auto url = graph_url(account.as, of->host, of->id, "subscribed_apps");
  if (d.at != step::mend && d.at != step::renew) return get_call(std::move(url), account.as.access_token);
  std::string out;
  domain::json_object body{out};
  if (const auto fields = fields_of(d.platform); !fields.empty())
    body.text("subscribed_fields", joined(union_of(fields, d.listed), ","));
  body.end();
  call c = json_call(std::move(url), account.as.access_token, std::move(out), {});
  c.repeatable = true;
  return c;
}

/// An app that is subscribed, as the list has it.
struct listed_app {
  std::string id;  ///< empty: the platform did not say
  std::vector<std::string> fields = {};
  std::vector<std::string_view> missing = {};
  bool has_needed = true;
};

listed_app read_app(domain::platform platform, object each) {
  listed_app app;
  const auto inner = member_object(each, "whatsapp_business_api_data");
  app.id = member_id(inner ? *inner : each, "id");
  const auto fields = member_array(each, "subscribed_fields");
  const auto wanted = fields_of(platform);
  if (!fields || wanted.empty()) return app;
  app.fields = texts_in(*fields);
  app.missing = missing_of(wanted, app.fields);
  app.has_needed = app.missing.empty() || app.missing.front() != wanted.front();
  return app;
}

/// Ours, as far as that can be told: the one with our id, else the one that has most of what we want.
std::optional<listed_app> our_app(const subscription_dialog& d, array apps) {
  std::optional<listed_app> best;
  for (const element each : apps) {
    object o;
    if (each.get(o) != simdjson::SUCCESS) continue;
    auto app = read_app(d.platform, o);
    if (!d.app.app_id.empty() && !app.id.empty() && app.id != d.app.app_id) continue;
    if (!best || app.missing.size() < best->missing.size()) best = std::move(app);
  }
  return best;
}

std::string note_on(const subscription_dialog& d, const listed_app& app) {
  std::string note;
  if (d.app.app_id.empty()) {
    note = "which app is subscribed can't be told: source \"" + d.app.source + "\" has no app_id";
  } else if (app.id.empty()) {
    note = "which app is subscribed can't be told: the platform does not name it";
  }
  if (app.missing.empty()) return note;
  if (!note.empty()) note += "; ";
  return note + "fields are not subscribed to: " + joined(app.missing, ", ");
}

void take_failure(subscription_dialog& d, const answer& from) {
  const auto outcome = read_graph_answer(from, {}, {});
  const auto why = outcome.error.code.empty() ? std::to_string(from.status)
                                              : outcome.error.code + ' ' + outcome.error.title;
  if (d.at ==
      step::renew) {  // a token that may not subscribe can be good for all else: the list tells what is so
    d.refusal = why;
    d.at = step::make_sure;
    return;
  }
  if (outcome.end == domain::attempt_end::no_access) return conclude(d, refuses_token(why));
  if (outcome.end == domain::attempt_end::refused && d.at == step::ask) {
    d.at = step::mend;
    return;
  }
  if (outcome.end == domain::attempt_end::refused && !d.delivered)
    return conclude(d, delivers_nothing("it does not let itself be subscribed again: " + why));
  d.at = step::over;
}

void read_list(subscription_dialog& d, array apps) {
  const auto app = our_app(d, apps);
  const bool again = d.at == step::make_sure;
  // Of an app that may be another one nothing is sent along, and nothing says that ours would have more by it.
  const bool is_ours = app && !app->id.empty() && app->id == d.app.app_id;
  if (is_ours && !again) d.listed = app->fields;
  if (app && app->has_needed) {
    if (is_ours && !again && !app->missing.empty()) {
      d.delivered = true;
      d.at = step::renew;
      return;
    }
    if (d.delivered) return conclude(d, delivers_renewed(d, note_on(d, *app)));
    return conclude(d, delivers(again ? "it was not subscribed, and is again" : "the platform delivers",
                                note_on(d, *app)));
  }
  if (again) {
    return conclude(d, delivers_nothing("it was subscribed again, and app " + d.app.app_id +
                                        " is still not there: is the access_token another app's?"));
  }
  d.at = step::mend;
}

void take(subscription_dialog& d, const answer& from, domain::timestamp) {
  if (!is_success(from)) return take_failure(d, from);
  const auto body = object_in(from);
  if (d.at == step::mend || d.at == step::renew) {
    if (d.at == step::mend && (!body || !member_bool(*body, "success")))
      return conclude(d, delivers_nothing("the platform did not confirm that it is subscribed again"));
    d.at = step::make_sure;
    return;
  }
  if (const auto apps = body ? member_array(*body, "data") : std::nullopt) return read_list(d, *apps);
  d.at = step::over;  // no list: whatever answered is not what was asked
}

}  // namespace

const dialog_functions& meta_dialog() {
  static constexpr dialog_functions functions{can_ask, next, take};
  return functions;
}

}  // namespace switchboard::net::platforms
