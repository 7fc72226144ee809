// With the app's own bearer token (app-only):
//   GET /2/webhooks                     {"data":[{"id","url","valid","created_at"}]}
//   PUT /2/webhooks/{id}                has X ask for a CRC at once; 2xx, or 4xx with the reason
//   GET /2/account_activity/webhooks/{id}/subscriptions/all/list   {"data":{"subscriptions":[{"user_id"}]}}
//   GET /2/activity/subscriptions?max_results=100&pagination_token= {"data":[{"event_type","filter":{"user_id"},"webhook_id"}],
//                                                                   "meta":{"next_token"}}
// With a user's:
//   POST /2/account_activity/webhooks/{id}/subscriptions/all
//   POST /2/activity/subscriptions      {"event_type","filter":{"user_id"},"webhook_id"}
// The first of each pair is the Account Activity API, which is on its way out; an app may have either, or both.

#include "net/platforms/sending_parts.hpp"
#include "net/platforms/subscription_steps.hpp"
#include "net/platforms/x_calls.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using step = subscription_dialog::step;

constexpr std::size_t rows_each = 100;
/// X Activity's subscriptions are 1,500 of an app at most.
constexpr std::uint32_t pages_max = 20;
/// All that is wanted. A customer who speaks comes by the first five (of an encrypted chat it is told that he wrote, not what);
/// without any of them nobody is heard.
constexpr std::array<std::string_view, 8> event_types{"dm.received",       "post.mention.create",
                                                      "post.reply.create", "post.quote.create",
                                                      "chat.received",     "dm.sent",
                                                      "dm.read",           "post.delete"};
constexpr std::size_t heard_by = 5;

bool can_ask(domain::platform, const subscribing_app& app, const subscribed_account&) {
  return !app.app_token.empty();
}

const sending_account& turn_of(const subscription_dialog& d) {
  return d.accounts.at(d.account).as;
}

/// The accounts of a source are asked for at one address.
std::string url_for(const subscription_dialog& d, std::initializer_list<std::string_view> path) {
  return x_url(d.accounts.front().as, path);
}

bool has_event(const subscription_dialog& d, std::string_view type) {
  const auto has = d.events.find(turn_of(d).platform_id);
  return has != d.events.end() && has->second.contains(std::string(type));
}

bool is_heard(const subscription_dialog& d) {
  return std::any_of(event_types.begin(), event_types.begin() + heard_by,
                     [&](std::string_view type) { return has_event(d, type); });
}

/// Empty: nothing is missing.
std::string note_on_events(const subscription_dialog& d) {
  const auto has = d.events.find(turn_of(d).platform_id);
  std::vector<std::string> there;
  if (has != d.events.end()) there.assign(has->second.begin(), has->second.end());
  const auto missing = missing_of(event_types, there);
  return missing.empty() ? std::string{} : "events are not subscribed to: " + joined(missing, ", ");
}

/// By one call, of the Account Activity API. Who is heard by its successor stays there: from both he would be heard twice.
bool subscribes_to_all(const subscription_dialog& d) {
  return d.takes_users && !d.delivered;
}

call subscribing(const subscription_dialog& d) {
  const auto& as = turn_of(d);
  call c;
  if (subscribes_to_all(d)) {
    c = json_call(url_for(d, {"2", "account_activity", "webhooks", d.webhook, "subscriptions", "all"}),
                  as.access_token, "{}");
  } else {
    std::string out;
    domain::json_object body{out};
    body.text("event_type", event_types.at(d.event));
    body.key("filter");
    domain::json_object filter{out};
    filter.text("user_id", as.platform_id);
    filter.end();
    body.text("webhook_id", d.webhook);
    body.end();
    c = json_call(url_for(d, {"2", "activity", "subscriptions"}), as.access_token, std::move(out));
  }
  c.repeatable = true;
  return c;
}

std::optional<call> next(subscription_dialog& d) {
  const auto& token = d.app.app_token;
  switch (d.at) {
    case step::ask:
      return get_call(url_for(d, {"2", "webhooks"}), token);
    case step::mend: {
      call c = json_call(url_for(d, {"2", "webhooks", d.webhook}), token, {});
      c.method = "PUT";
      c.repeatable = true;
      return c;
    }
    case step::users:
      return get_call(
          url_for(d, {"2", "account_activity", "webhooks", d.webhook, "subscriptions", "all", "list"}),
          token);
    case step::events: {
      auto url = url_for(d, {"2", "activity", "subscriptions"}) + "?max_results=" + std::to_string(rows_each);
      if (!d.next_page.empty()) url += "&pagination_token=" + url_encoded(d.next_page);
      return get_call(std::move(url), token);
    }
    case step::subscribe:
      return subscribing(d);
    default:
      return std::nullopt;
  }
}

std::string why_of(const answer& from) {
  const auto outcome = x_sending().read_answer({}, from, {});
  std::string why = outcome.error.detail.empty() ? outcome.error.title : outcome.error.detail;
  return std::to_string(from.status) + (why.empty() ? "" : ' ' + why);
}

bool is_refusal(const answer& from) {
  return from.status >= 400 && from.status < 500 && from.status != 408 && from.status != 425 &&
         from.status != 429;
}

/// The same for all of them: nothing can go on.
void conclude_all(subscription_dialog& d, const subscription_finding& each) {
  for (; d.account < d.accounts.size(); ++d.account) {
    d.found.push_back(each);
    d.found.back().account = d.account;
  }
  d.at = step::over;
}

subscription_finding lapsed(std::string why) {
  auto found = delivers_nothing(std::move(why));
  found.access = {};  // the account's own token was not asked for
  return found;
}

subscription_finding cannot_tell(std::string why) {
  return {.subscription = domain::subscription_state::unknown, .note = why, .detail = why};
}

std::vector<element> rows_of(const std::optional<array>& list) {
  if (!list) return {};
  return {list->begin(), list->end()};
}

void read_webhooks(subscription_dialog& d, const answer& from) {
  const auto body = object_in(from);
  const auto list = body ? member_array(*body, "data") : std::nullopt;
  if (!body) {
    d.at = step::over;
    return;
  }
  std::size_t many = 0;
  bool valid = false;
  for (const element each : rows_of(list)) {
    object o;
    if (each.get(o) != simdjson::SUCCESS) continue;
    if (!d.app.public_url.empty() && member_text(o, "url") != d.app.public_url) continue;
    ++many;
    d.webhook = member_id(o, "id");
    valid = member_bool(o, "valid");
  }
  if (many > 1) {
    return conclude_all(d, cannot_tell("the app has " + std::to_string(many) +
                                       " webhooks: which is ours is told by source.public_url, which \"" +
                                       d.app.source + "\" does not have"));
  }
  if (many == 0 || d.webhook.empty()) {
    return conclude_all(
        d, lapsed("the app has no webhook" + (d.app.public_url.empty() ? "" : " at " + d.app.public_url) +
                  "; make one with POST /2/webhooks"));
  }
  d.at = valid ? step::users : step::mend;
}

/// On to the first that is missing, from where it stands.
void skip_subscribed(subscription_dialog& d) {
  while (d.event < event_types.size() && has_event(d, event_types.at(d.event))) ++d.event;
}

/// False: it is to be subscribed first.
bool look_at_turn(subscription_dialog& d) {
  const auto& as = turn_of(d);
  const auto add = [&](subscription_finding f) {
    f.account = d.account;
    d.found.push_back(std::move(f));
  };
  const bool has_all = d.users.contains(as.platform_id);
  d.delivered = has_all || is_heard(d);
  const auto note = has_all ? std::string{} : note_on_events(d);
  if (d.delivered && (note.empty() || as.access_token.empty())) {
    auto found = delivers("the platform delivers", note);
    found.access = {};
    add(std::move(found));
    return true;
  }
  if (as.access_token.empty()) {
    add(lapsed("the account is not subscribed; with its access_token it would be"));
    return true;
  }
  d.event = 0;
  d.refusal.clear();
  d.lost_access = false;
  d.at = step::subscribe;
  skip_subscribed(d);
  return false;
}

/// With each until one is to be subscribed.
void look_at_turns(subscription_dialog& d) {
  for (; d.account < d.accounts.size(); ++d.account) {
    if (!look_at_turn(d)) return;
  }
  d.at = step::over;
}

void end_turn(subscription_dialog& d) {
  ++d.account;
  look_at_turns(d);
}

bool all_are_users(const subscription_dialog& d) {
  return std::all_of(d.accounts.begin(), d.accounts.end(),
                     [&](const subscribed_account& a) { return d.users.contains(a.as.platform_id); });
}

void read_users(subscription_dialog& d, object body) {
  d.takes_users = true;
  const auto data = member_object(body, "data");
  const auto list = data ? member_array(*data, "subscriptions") : std::nullopt;
  for (const element each : rows_of(list)) {
    if (object o; each.get(o) == simdjson::SUCCESS) d.users.insert(member_id(o, "user_id"));
  }
}

void read_events(subscription_dialog& d, object body) {
  const auto list = member_array(body, "data");
  for (const element each : rows_of(list)) {
    object o;
    if (each.get(o) != simdjson::SUCCESS) continue;
    const auto filter = member_object(o, "filter");
    const auto to = member_id(o, "webhook_id");
    if (!filter || (!to.empty() && to != d.webhook)) continue;
    d.events[member_id(*filter, "user_id")].insert(std::string(member_text(o, "event_type")));
  }
  const auto meta = member_object(body, "meta");
  d.next_page = meta ? member_text(*meta, "next_token") : std::string_view{};
}

/// One of the two APIs says no to an app that has not bought it: that is an answer, too.
void take_list(subscription_dialog& d, const answer& from) {
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  if (!body && !is_refusal(from)) {
    d.at = step::over;
    return;
  }
  if (d.at == step::users) {
    if (body) read_users(d, *body);
    if (all_are_users(d)) return look_at_turns(d);
    d.at = step::events;
    return;
  }
  if (!body && !d.takes_users)
    return conclude_all(d, cannot_tell("X tells neither of its lists of subscriptions: " + why_of(from)));
  if (body) read_events(d, *body);
  if (body && !d.next_page.empty() && ++d.pages < pages_max) return;
  look_at_turns(d);
}

void end_turn_with(subscription_dialog& d, subscription_finding found) {
  found.account = d.account;
  d.found.push_back(std::move(found));
  end_turn(d);
}

/// All that was missing was asked for, or there is no use in asking for more. `last`: what was answered to the last of them.
void end_events(subscription_dialog& d, const answer& last) {
  if (is_heard(d)) {
    auto found = d.delivered ? delivers_renewed(d, note_on_events(d))
                             : delivers("it was not subscribed, and is again", note_on_events(d));
    // That a token may not subscribe to one of them says nothing of what else it may.
    if (!is_success(last)) found.access = {};
    if (last.status == 401) found.access = domain::access_state::refused;
    return end_turn_with(d, std::move(found));
  }
  if (d.refusal.empty()) return end_turn(d);  // the platform's trouble: it is asked again later
  auto found = d.lost_access
                   ? refuses_token(d.refusal)
                   : delivers_nothing("the account does not let itself be subscribed: " + d.refusal);
  found.subscription = domain::subscription_state::lapsed;
  end_turn_with(d, std::move(found));
}

void take_subscribed(subscription_dialog& d, const answer& from) {
  if (is_success(from)) {
    if (subscribes_to_all(d)) return end_turn_with(d, delivers("it was not subscribed, and is again"));
    d.events[turn_of(d).platform_id].emplace(event_types.at(d.event));
  } else {
    if (!is_refusal(from)) return end_events(d, from);
    if (d.refusal.empty()) {
      d.refusal = why_of(from);
      d.lost_access = x_sending().read_answer({}, from, {}).end == domain::attempt_end::no_access;
    }
    // A dead token, or an app that is not paid for, is refused the others as well.
    if (subscribes_to_all(d) || from.status == 401 || from.status == 402) return end_events(d, from);
    ++d.event;
  }
  skip_subscribed(d);
  if (d.event == event_types.size()) end_events(d, from);
}

void take(subscription_dialog& d, const answer& from, domain::timestamp) {
  if (d.at == step::users || d.at == step::events) return take_list(d, from);
  if (d.at == step::subscribe) return take_subscribed(d, from);
  if (!is_success(from) && !is_refusal(from)) {
    d.at = step::over;
    return;
  }
  if (d.at == step::ask) {
    if (is_success(from)) return read_webhooks(d, from);
    return conclude_all(d, cannot_tell("X refuses source.app_token: " + why_of(from)));
  }
  if (is_success(from)) {
    d.at = step::users;
    return;
  }
  conclude_all(d, lapsed("the webhook is not valid, and does not become so: " + why_of(from)));
}

}  // namespace

const dialog_functions& x_dialog() {
  static constexpr dialog_functions functions{can_ask, next, take};
  return functions;
}

}  // namespace switchboard::net::platforms
