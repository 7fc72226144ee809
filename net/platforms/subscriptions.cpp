// GET  /{page | account | WABA}/subscribed_apps -> {"data":[{"id","name","subscribed_fields":[…]}]}
//                                          WhatsApp: {"data":[{"whatsapp_business_api_data":{"id","name","link"}}]}
// POST the same, with subscribed_fields of pages and Instagram accounts -> {"success":true}

#include "net/platforms/subscriptions.hpp"

#include "net/platforms/graph_api.hpp"

#include <algorithm>

namespace switchboard::net::platforms {
namespace {

using verdict = subscription_answer::kind;

/// All that the normalisers understand.
constexpr std::string_view page_fields =
    "messages,messaging_postbacks,messaging_optins,message_deliveries,message_reads,message_echoes,message_"
    "reactions,"
    "message_edits,messaging_referrals,messaging_handovers,messaging_policy_enforcement,standby,feed,mention,"
    "ratings";
constexpr std::string_view instagram_fields =
    "messages,messaging_postbacks,messaging_seen,messaging_referral,message_reactions,messaging_handover,"
    "standby,"
    "comments,live_comments,mentions";
/// Without this one no conversation comes.
constexpr std::string_view needed_field = "messages";

struct subject {
  std::string_view host, id;
};

std::optional<subject> subject_of(domain::platform platform, const sending_account& account,
                                  std::string_view business_id) {
  switch (platform) {
    case domain::platform::facebook:
      return subject{facebook_graph, account.platform_id};
    case domain::platform::instagram:
      if (account.page_id.empty()) return subject{instagram_graph, account.platform_id};
      return subject{facebook_graph, account.page_id};
    case domain::platform::whatsapp:
      if (business_id.empty()) return std::nullopt;
      return subject{facebook_graph, business_id};
    default:
      return std::nullopt;
  }
}

bool has_field(object app) {
  const auto fields = member_array(app, "subscribed_fields");
  if (!fields) return true;  // WhatsApp names none: whoever is in the list gets everything
  return std::any_of(fields->begin(), fields->end(), [](element each) {
    std::string_view name;
    return each.get(name) == simdjson::SUCCESS && name == needed_field;
  });
}

subscription_answer failure_of(const answer& from) {
  const auto outcome = read_graph_answer(from, {}, {});
  const auto why = outcome.error.code.empty() ? std::to_string(from.status)
                                              : outcome.error.code + ' ' + outcome.error.title;
  if (outcome.end == domain::attempt_end::no_access) return {verdict::no_access, why};
  return {outcome.end == domain::attempt_end::refused ? verdict::absent : verdict::unclear, why};
}

}  // namespace

std::optional<call> ask_subscription(domain::platform platform, const sending_account& account,
                                     std::string_view business_id) {
  const auto of = subject_of(platform, account, business_id);
  if (!of) return std::nullopt;
  return get_call(graph_url(account, of->host, of->id, "subscribed_apps"), account.access_token);
}

call subscribe(domain::platform platform, const sending_account& account, std::string_view business_id) {
  const auto of = subject_of(platform, account, business_id);
  std::string out;
  domain::json_object body{out};
  if (platform != domain::platform::whatsapp) {
    body.text("subscribed_fields", platform == domain::platform::facebook ? page_fields : instagram_fields);
  }
  body.end();
  call c = json_call(graph_url(account, of->host, of->id, "subscribed_apps"), account.access_token,
                     std::move(out), {});
  c.repeatable = true;
  return c;
}

subscription_answer read_subscription(domain::platform, const answer& from) {
  if (!is_success(from)) return failure_of(from);
  const auto body = object_in(from);
  const auto apps = body ? member_array(*body, "data") : std::nullopt;
  if (!apps) return {verdict::unclear, "no list of apps"};
  for (const element each : *apps) {
    object app;
    if (each.get(app) == simdjson::SUCCESS && has_field(app)) return {verdict::live, {}};
  }
  return {verdict::absent, "no app is subscribed to its messages"};
}

subscription_answer read_subscribed(const answer& from) {
  if (!is_success(from)) return failure_of(from);
  const auto body = object_in(from);
  const bool done = body && member_bool(*body, "success");
  return done ? subscription_answer{verdict::live, {}}
              : subscription_answer{verdict::absent, "the platform did not confirm it"};
}

}  // namespace switchboard::net::platforms
