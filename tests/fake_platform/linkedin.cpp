// LinkedIn: /rest/socialActions/{post or comment}/comments.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"
#include "tests/fake_platform/text_size.hpp"
#include "tests/fake_platform/world.hpp"

#include <algorithm>

namespace switchboard::fake_platform {
namespace {

using domain::json_object;
using net::platforms::member_object;
using net::platforms::member_text;
using net::platforms::object;

told refused(world& w, int status, std::string_view why, int code = 0) {
  ++w.refused;
  std::string out;
  json_object o{out};
  o.text("message", why);
  o.number("status", static_cast<std::uint64_t>(status));
  o.number("serviceErrorCode", static_cast<std::uint64_t>(code));
  o.end();
  return {.status = status, .body = std::move(out)};
}

std::string actor_of(const account& a) {
  return a.platform_id.starts_with("urn:") ? a.platform_id : "urn:li:organization:" + a.platform_id;
}

/// YYYYMM
bool is_version(const asked& r) {
  const auto at = r.headers.find("linkedin-version");
  return at != r.headers.end() && at->second.size() == 6 &&
         std::all_of(at->second.begin(), at->second.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void append_comment(std::string& out, const taken& t) {
  json_object o{out};
  o.text("$URN", t.id);
  o.text("actor", actor_of(*t.by));
  o.text("object", t.post);
  o.key("message");
  json_object message{out};
  message.text("text", t.text);
  message.end();
  o.raw("created",
        R"({"time":)" +
            std::to_string(
                std::chrono::duration_cast<std::chrono::milliseconds>(t.wall.time_since_epoch()).count()) +
            '}');
  o.end();
}

/// (developerApplication:…,user:…,entity:…,eventType:…), its URNs decoded.
told subscription(world& w, const account& a, const std::string& key, const asked& r) {
  const auto of = actor_of(a);
  const bool whole = key.starts_with("(developerApplication:urn:li:developerApplication:") &&
                     key.find(",user:urn:li:person:") != std::string::npos &&
                     key.ends_with(",eventType:ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS)");
  if (!whole) return refused(w, 400, "the key is not of event subscriptions");
  if (key.find(",entity:" + of + ",") == std::string::npos)
    return refused(w, 403, "the member is no administrator of it", 100);
  if (r.method == "PUT") {
    const auto parsed = net::platforms::parse(r.body, {});
    object body;
    if (!parsed || parsed->root.get(body) != simdjson::SUCCESS) return refused(w, 400, "no JSON object");
    w.unsubscribed.erase(of);
    w.delivered_to[of] = member_text(body, "webhook");
    return {.status = 204};
  }
  if (w.unsubscribed.contains(of)) return refused(w, 404, "no such subscription");
  std::string out;
  json_object o{out};
  const auto elsewhere = w.delivered_to.find(of);
  o.text("webhook", elsewhere == w.delivered_to.end() ? "https://hooks.example.com/webhooks/" + a.source
                                                      : elsewhere->second);
  const auto ends = std::chrono::system_clock::now() + std::chrono::hours(24 * 90);
  o.number("expiresAt",
           static_cast<std::uint64_t>(
               std::chrono::duration_cast<std::chrono::milliseconds>(ends.time_since_epoch()).count()));
  o.end();
  return {.body = std::move(out)};
}

}  // namespace

told linkedin_answer(world& w, const asked& r, instant now) {
  const auto path = segments(r);  // rest, socialActions, urn, comments
  const account* const from = w.with_token(bearer(r));
  if (from == nullptr) return refused(w, 401, "Invalid access token", 65600);
  if (path.size() == 3 && path[1] == "eventSubscriptions" && is_version(r))
    return subscription(w, *from, path[2], r);
  if (path.size() != 4 || path[1] != "socialActions" || path[3] != "comments")
    return refused(w, 404, "No such resource");
  const auto protocol = r.headers.find("x-restli-protocol-version");
  if (!is_version(r) || protocol == r.headers.end() || protocol->second != "2.0.0") {
    return refused(w, 426, "LinkedIn-Version or X-Restli-Protocol-Version is missing or not active");
  }
  if (r.method == "GET") {
    std::string out = R"({"elements":[)";
    for (const taken* const t : w.said(*from, edge::comment, path[2])) {
      if (out.back() != '[') out += ',';
      append_comment(out, *t);
    }
    return {.body = out + "]}"};
  }
  const auto parsed = net::platforms::parse(r.body, {});
  object body;
  if (!parsed || parsed->root.get(body) != simdjson::SUCCESS) return refused(w, 400, "no JSON object");
  if (member_text(body, "actor") != actor_of(*from))
    return refused(w, 403, "the actor is not of this token", 100);
  const auto post = member_text(body, "object");
  const auto message = member_object(body, "message");
  const auto text = message ? member_text(*message, "text") : std::string_view{};
  constexpr std::size_t text_max = 1250;
  if (post.empty() || text.empty() || utf16_units(text) > text_max)
    return refused(w, 400, "object or message.text");
  // What answers a comment stands below that one's post, however the call names it.
  const bool nested = path[2].starts_with("urn:li:comment:(");
  std::string about = nested ? path[2].substr(path[2].find('(') + 1) : std::string{post};
  if (nested) about.resize(about.rfind(','));
  if (about.starts_with("urn:li:activity:")) about = about.substr(std::string_view("urn:li:").size());
  const std::string number = std::to_string(7'000'000'000'000'000'000u + w.next_id++);
  const auto& kept = w.keep({.by = from,
                             .where = edge::comment,
                             .recipient = path[2],
                             .text = std::string{text},
                             .reference = {},
                             .id = "urn:li:comment:(" + about + ',' + number + ')',
                             .post = std::string{post},
                             .parent = nested ? path[2] : std::string{},
                             .at = now});
  told t{.status = 201, .body = {}, .headers = {{"x-restli-id", number}}};
  append_comment(t.body, kept);
  return t;
}

}  // namespace switchboard::fake_platform
