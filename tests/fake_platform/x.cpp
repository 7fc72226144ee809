// X API v2: POST /2/dm_conversations/with/:id/messages, POST /2/dm_conversations/:id/messages, POST /2/tweets, and the
// lists of both.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"
#include "tests/fake_platform/text_size.hpp"
#include "tests/fake_platform/world.hpp"

#include <algorithm>
#include <optional>

namespace switchboard::fake_platform {
namespace {

using namespace std::chrono_literals;
using domain::json_object;
using net::platforms::has_member;
using net::platforms::member_id;
using net::platforms::member_object;
using net::platforms::member_text;
using net::platforms::object;

constexpr limit direct{"x.dm", 15, 15min};
constexpr limit direct_day{"x.dm_day", 1440, 24h};
constexpr limit direct_app_day{"x.dm_app_day", 1440, 24h};
constexpr limit posts{"x.posts", 100, 15min};
constexpr limit posts_app_day{"x.posts_app_day", 10'000, 24h};
constexpr limit direct_reads{"x.dm_reads", 15, 15min};
constexpr limit post_reads{"x.post_reads", 900, 15min};
constexpr std::size_t listed_max = 50;

told problem(world& w, int status, std::string_view title, std::string_view type) {
  ++(status == 429 ? w.limited : w.refused);
  std::string out;
  json_object o{out};
  o.text("title", title);
  o.text("type", std::string("https://api.twitter.com/2/problems/") + std::string(type));
  o.number("status", static_cast<std::uint64_t>(status));
  o.end();
  return {.status = status, .body = std::move(out)};
}

told with_standing(told t, const world& w, const limit& l, const account& a, instant now) {
  const auto s = w.limits.of(l, a.id, now);
  const auto reset = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + s.reset);
  t.headers.emplace_back("x-rate-limit-limit", std::to_string(l.units));
  t.headers.emplace_back("x-rate-limit-remaining", std::to_string(s.remaining));
  t.headers.emplace_back("x-rate-limit-reset", std::to_string(reset.time_since_epoch().count()));
  return t;
}

told send_direct(world& w, const account& a, const std::string& to, object body, instant now) {
  constexpr std::size_t text_max = 10'000;
  const auto text = member_text(body, "text");
  if (text.empty() && !has_member(body, "attachments"))
    return problem(w, 400, "text or attachments", "invalid-request");
  if (utf16_units(text) > text_max) return problem(w, 400, "text is too long", "invalid-request");
  for (const auto& l : {direct, direct_day}) {
    if (w.limits.take(l, a.id, 1, now)) {
      return with_standing(problem(w, 429, "Too Many Requests", "rate-limit-exceeded"), w, l, a, now);
    }
  }
  if (w.limits.take(direct_app_day, a.source, 1, now))
    return problem(w, 429, "Too Many Requests", "rate-limit-exceeded");
  const std::string id = std::to_string(1'900'000'000'000'000'000u + w.next_id++);
  w.keep({.by = &a,
          .where = edge::message,
          .recipient = to,
          .text = text.empty() ? "[media]" : std::string{text},
          .reference = {},
          .id = id,
          .at = now});
  return with_standing({.status = 201,
                        .body = R"({"data":{"dm_conversation_id":")" + to + '-' + a.platform_id +
                                R"(","dm_event_id":")" + id + "\"}}"},
                       w, direct, a, now);
}

/// As X shows a text.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  return out;
}

told post(world& w, const account& a, object body, instant now) {
  constexpr std::size_t weight_max = 280;
  const auto text = member_text(body, "text");
  if (text.empty() && !has_member(body, "media")) return problem(w, 400, "text or media", "invalid-request");
  if (weighted(text) > weight_max) return problem(w, 400, "text is too long", "invalid-request");
  const auto reply = member_object(body, "reply");
  const std::string below = reply ? member_id(*reply, "in_reply_to_tweet_id") : std::string{};
  if (w.limits.take(posts, a.id, 1, now)) {
    return with_standing(problem(w, 429, "Too Many Requests", "rate-limit-exceeded"), w, posts, a, now);
  }
  if (w.limits.take(posts_app_day, a.source, 1, now))
    return problem(w, 429, "Too Many Requests", "rate-limit-exceeded");
  const std::string id = std::to_string(1'900'000'000'000'000'000u + w.next_id++);
  const auto known = w.published.find(below);
  const auto answered = known == w.published.end() ? publication{} : known->second;
  const std::string names =
      answered.handle.empty() || answered.author == a.platform_id ? "" : '@' + answered.handle + ' ';
  const std::string root = answered.post.empty() ? below : answered.post;
  w.published[id] = {.post = root, .parent = below, .author = a.platform_id};
  w.keep({.by = &a,
          .where = edge::comment,
          .recipient = below,
          .text = std::string{text},
          .reference = {},
          .id = id,
          .post = root,
          .parent = below,
          .shown = names + escaped(text),
          .shown_from = names.size(),
          .at = now});
  std::string out = R"({"data":)";
  json_object o{out};
  o.text("id", id);
  o.text("text", text);
  o.end();
  return with_standing({.status = 201, .body = out + '}'}, w, posts, a, now);
}

told list(world& w, const account& a, edge where, const std::string& of, instant now) {
  const auto& l = where == edge::message ? direct_reads : post_reads;
  if (w.limits.take(l, a.id, 1, now)) {
    return with_standing(problem(w, 429, "Too Many Requests", "rate-limit-exceeded"), w, l, a, now);
  }
  std::string out = R"({"data":[)";
  const auto all = w.said(a, where, of);
  for (std::size_t i = 0; i < std::min(all.size(), listed_max); ++i) {
    const taken& t = *all[i];
    if (i > 0) out += ',';
    json_object o{out};
    o.text("id", t.id);
    o.text("text", where == edge::message ? t.text : t.shown);
    o.text(where == edge::message ? "sender_id" : "author_id", a.platform_id);
    o.text("created_at", domain::to_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(t.wall)));
    if (where == edge::comment)
      o.raw("referenced_tweets", R"([{"type":"replied_to","id":")" + t.recipient + "\"}]");
    o.end();
  }
  out += R"(],"meta":{"result_count":)" + std::to_string(std::min(all.size(), listed_max)) + "}}";
  return with_standing({.body = std::move(out)}, w, l, a, now);
}

// The webhook of all accounts has this id, and is what one source has.
constexpr std::string_view webhook_id = "1700000000000000001";

told webhooks(world& w, const asked& r, const std::vector<std::string>& path) {
  if (r.method == "PUT") {
    if (path.size() != 3 || path[2] != webhook_id) return problem(w, 404, "Not Found", "resource-not-found");
    w.x_webhook_valid = true;
    return {.body = R"({"data":{"valid":true}})"};
  }
  const auto own = std::find_if(w.accounts.begin(), w.accounts.end(),
                                [](const account& a) { return a.platform == domain::platform::x; });
  const std::string source = own == w.accounts.end() ? "x" : own->source;
  return {
      .body =
          R"({"data":[{"id":"1700000000000000009","url":"https://else.example.com/x","valid":true},{"id":")" +
          std::string(webhook_id) + R"(","url":"https://hooks.example.com/webhooks/)" + source +
          R"(","valid":)" + (w.x_webhook_valid ? "true" : "false") + "}]}"};
}

const std::set<std::string> all_events{"chat.received",     "dm.read",          "dm.received",
                                       "dm.sent",           "post.delete",      "post.mention.create",
                                       "post.quote.create", "post.reply.create"};

/// Who is subscribed by either API: all accounts that are not unsubscribed.
std::string subscribed_users(const world& w, bool events) {
  std::string out;
  for (const auto& a : w.accounts) {
    if (a.platform != domain::platform::x || w.unsubscribed.contains(a.platform_id)) continue;
    const auto own = w.subscribed_to.find(a.platform_id);
    for (const auto& type : own == w.subscribed_to.end() ? all_events : own->second) {
      if (!out.empty()) out += ',';
      out += events ? R"({"subscription_id":"1","event_type":")" + type + R"(","filter":{"user_id":")" +
                          a.platform_id + R"("},"webhook_id":")" + std::string(webhook_id) + "\"}"
                    : R"({"user_id":")" + a.platform_id + "\"}";
      if (!events) break;
    }
  }
  return out;
}

/// What an app is asked for by its own token.
std::optional<told> app_answer(world& w, const asked& r, const std::vector<std::string>& path) {
  if (!w.app_tokens.contains(std::string(bearer(r)))) return std::nullopt;
  if (path.size() > 1 && path[1] == "webhooks") return webhooks(w, r, path);
  if (r.method == "GET" && path.size() == 7 && path[1] == "account_activity") {
    if (!w.x_has_users) return problem(w, 403, "Forbidden", "client-forbidden");
    return told{.body = R"({"data":{"webhook_id":")" + path[3] + R"(","subscriptions":[)" +
                        subscribed_users(w, false) + "]}}"};
  }
  if (r.method == "GET" && path.size() == 3 && path[1] == "activity") {
    return told{.body = R"({"data":[)" + (w.x_has_users ? std::string{} : subscribed_users(w, true)) +
                        R"(],"meta":{"result_count":0}})"};
  }
  return problem(w, 403, "Forbidden", "unsupported-authentication");
}

/// POST by which a user is subscribed, with the user's own token.
std::optional<told> subscribing(world& w, const account& a, const std::vector<std::string>& path,
                                object body) {
  if (path.size() == 6 && path[1] == "account_activity") {
    if (!w.x_has_users) return problem(w, 403, "Forbidden", "client-forbidden");
    w.unsubscribed.erase(a.platform_id);
    return told{.body = R"({"data":{"subscribed":true}})"};
  }
  if (path.size() != 3 || path[1] != "activity") return std::nullopt;
  const auto filter = member_object(body, "filter");
  if (!filter || member_id(*filter, "user_id") != a.platform_id || member_text(body, "event_type").empty() ||
      member_id(body, "webhook_id") != webhook_id) {
    return problem(w, 400, "filter, event_type or webhook_id", "invalid-request");
  }
  if (w.unsubscribed.erase(a.platform_id) > 0) w.subscribed_to[a.platform_id].clear();
  const auto known = w.subscribed_to.try_emplace(a.platform_id, all_events).first;
  if (!known->second.emplace(member_text(body, "event_type")).second)
    return problem(w, 400, "it is subscribed to already", "duplicate-subscription");
  return told{.body = R"({"data":{"subscription":{"subscription_id":"1"}}})"};
}

}  // namespace

told x_answer(world& w, const asked& r, instant now) {
  const auto path = segments(r);  // 2, …
  if (auto of_app = app_answer(w, r, path)) return *of_app;
  const account* const from = w.with_token(bearer(r));
  if (from == nullptr) return problem(w, 401, "Unauthorized", "unsupported-authentication");
  const std::string_view kind = path.size() > 1 ? std::string_view{path[1]} : std::string_view{};
  const bool with_person = path.size() > 3 && path[2] == "with";
  const std::string whom =
      kind == "dm_conversations" && path.size() > 2 ? path[with_person ? 3 : 2] : std::string{};
  if (r.method == "GET") {
    if (kind == "dm_conversations") return list(w, *from, edge::message, whom, now);
    return list(w, *from, edge::comment, {}, now);
  }
  const auto parsed = net::platforms::parse(r.body, {});
  object body;
  if (!parsed || parsed->root.get(body) != simdjson::SUCCESS)
    return problem(w, 400, "no JSON object", "invalid-request");
  if (kind == "dm_conversations" && !whom.empty()) return send_direct(w, *from, whom, body, now);
  if (auto subscribed = subscribing(w, *from, path, body)) return *subscribed;
  if (kind == "tweets") return post(w, *from, body, now);
  return problem(w, 404, "Not Found", "resource-not-found");
}

}  // namespace switchboard::fake_platform
