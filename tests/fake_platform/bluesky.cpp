// Bluesky: a PDS' /xrpc/ methods that an account answers with, and the chat service behind it.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"
#include "tests/fake_platform/text_size.hpp"
#include "tests/fake_platform/world.hpp"

#include <algorithm>

namespace switchboard::fake_platform {
namespace {

using namespace std::chrono_literals;
using domain::json_object;
using net::platforms::member_object;
using net::platforms::member_text;
using net::platforms::object;

constexpr limit writes{"bluesky.writes", 5000, 1h};
constexpr limit writes_day{"bluesky.writes_day", 35'000, 24h};
constexpr limit requests{"bluesky.ip", 3000, 5min};
constexpr limit sessions{"bluesky.sessions", 30, 5min};
constexpr std::uint32_t to_create = 3;
constexpr std::size_t listed_max = 50;

told refused(world& w, int status, std::string_view error, std::string_view why) {
  ++(status == 429 ? w.limited : w.refused);
  std::string out;
  json_object o{out};
  o.text("error", error);
  o.text("message", why);
  o.end();
  return {.status = status, .body = std::move(out)};
}

told limited(world& w, const limit& l, std::chrono::milliseconds wait) {
  told t = refused(w, 429, "RateLimitExceeded", "Rate Limit Exceeded");
  const auto reset = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + wait);
  t.headers.emplace_back("ratelimit-limit", std::to_string(l.units));
  t.headers.emplace_back("ratelimit-remaining", "0");
  t.headers.emplace_back("ratelimit-reset", std::to_string(reset.time_since_epoch().count()));
  return t;
}

told session_of(world& w, const account& a) {
  const auto n = ++w.sessions[a.platform_id];
  std::string out;
  json_object o{out};
  o.text("accessJwt", "access." + a.platform_id + '.' + std::to_string(n));
  o.text("refreshJwt", "refresh." + a.platform_id + '.' + std::to_string(n));
  o.text("handle", "brand.test");
  o.text("did", a.platform_id);
  o.boolean("active", true);
  o.end();
  return {.body = std::move(out)};
}

/// Whose session a token is of, if it is the last one: an earlier one has expired.
const account* in_session(const world& w, std::string_view token, std::string_view kind) {
  for (const auto& a : w.accounts) {
    const auto n = w.sessions.find(a.platform_id);
    if (n != w.sessions.end() &&
        token == std::string(kind) + '.' + a.platform_id + '.' + std::to_string(n->second)) {
      return &a;
    }
  }
  return nullptr;
}

std::string time_of(const taken& t) {
  return domain::to_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(t.wall));
}

void append_message(std::string& out, const taken& t) {
  json_object o{out};
  o.text("id", t.id);
  o.text("rev", t.id);
  o.text("text", t.text);
  o.raw("sender", R"({"did":")" + t.by->platform_id + "\"}");
  o.text("sentAt", time_of(t));
  o.end();
}

told send_message(world& w, const account& a, object body, instant now) {
  constexpr std::size_t graphemes_max = 1000, bytes_max = 10'000;
  const auto convo = member_text(body, "convoId");
  const auto message = member_object(body, "message");
  const auto text = message ? member_text(*message, "text") : std::string_view{};
  if (convo.empty() || text.empty()) return refused(w, 400, "InvalidRequest", "convoId and message.text");
  if (graphemes(text) > graphemes_max || text.size() > bytes_max)
    return refused(w, 400, "InvalidRequest", "too long");
  const auto& kept = w.keep({.by = &a,
                             .where = edge::message,
                             .recipient = std::string{convo},
                             .text = std::string{text},
                             .reference = {},
                             .id = "3out" + std::to_string(w.next_id++),
                             .at = now});
  told t{.body = {}};
  append_message(t.body, kept);
  return t;
}

bool names(object reply, std::string_view which) {
  const auto o = member_object(reply, which);
  return o && member_text(*o, "uri").starts_with("at://") && !member_text(*o, "cid").empty();
}

told create_record(world& w, const account& a, object body, instant now) {
  constexpr std::size_t graphemes_max = 300, bytes_max = 3000, key_size = 13;
  if (member_text(body, "repo") != a.platform_id)
    return refused(w, 403, "InvalidToken", "not this repo's session");
  const auto record = member_object(body, "record");
  const auto key = member_text(body, "rkey");
  if (!record || member_text(body, "collection") != "app.bsky.feed.post" || key.size() != key_size) {
    return refused(w, 400, "InvalidRequest", "collection, rkey or record");
  }
  const auto text = member_text(*record, "text");
  if (text.empty() || graphemes(text) > graphemes_max || text.size() > bytes_max ||
      !domain::parse_rfc3339(member_text(*record, "createdAt"))) {
    return refused(w, 400, "InvalidRequest", "Record/text or Record/createdAt");
  }
  const auto reply = member_object(*record, "reply");
  if (!reply || !names(*reply, "root") || !names(*reply, "parent"))
    return refused(w, 400, "InvalidRequest", "reply");
  for (const auto& t : w.book) {
    if (t.by == &a && t.record_key == key) return refused(w, 500, "InternalServerError", "the key is taken");
  }
  for (const auto& l : {writes, writes_day}) {
    if (const auto wait = w.limits.take(l, a.id, to_create, now)) return limited(w, l, *wait);
  }
  const auto parent = member_object(*reply, "parent");
  const std::string cid = "bafyout" + std::to_string(w.next_id++);
  const auto& kept = w.keep({.by = &a,
                             .where = edge::comment,
                             .recipient = std::string{member_text(*parent, "uri")},
                             .text = std::string{text},
                             .reference = {},
                             .id = "at://" + a.platform_id + "/app.bsky.feed.post/" + std::string{key},
                             .record_key = std::string{key},
                             .record_cid = cid,
                             .record = net::platforms::to_json(*record),
                             .at = now});
  return {.body = R"({"uri":")" + kept.id + R"(","cid":")" + cid + "\"}"};
}

told get_record(world& w, const account& a, const asked& r) {
  for (const auto& t : w.book) {
    if (t.by != &a || t.record_key != parameter(r, "rkey")) continue;
    std::string out;
    json_object o{out};
    o.text("uri", t.id);
    o.key("value");
    json_object value{out};
    value.text("text", t.text);
    value.end();
    o.end();
    return {.body = std::move(out)};
  }
  told not_there = refused(w, 400, "RecordNotFound", "Could not locate record");
  --w.refused;  // nothing was said, only asked
  return not_there;
}

told get_messages(world& w, const account& a, const asked& r) {
  std::string out = R"({"messages":[)";
  const auto all = w.said(a, edge::message, parameter(r, "convoId"));
  for (std::size_t i = 0; i < std::min(all.size(), listed_max); ++i) {
    if (i > 0) out += ',';
    append_message(out, *all[i]);
  }
  return {.body = out + "]}"};
}

/// Behind a cursor, which is how many came before.
told get_log(world& w, const account& a, const asked& r) {
  constexpr std::size_t rows_max = 20;
  const auto& all = w.chat_logs[a.platform_id];
  const auto cursor = parameter(r, "cursor");
  std::size_t at = std::min(cursor.empty() ? 0 : std::stoul(cursor), all.size());
  for (std::size_t i = 0; i < at; ++i) w.logs_read.push_back(all[i].ticket);
  std::string out = R"({"logs":[)";
  for (const auto end = std::min(at + rows_max, all.size()); at < end;) {
    const std::string& json = all[at++].json;
    if (out.back() != '[') out += ',';
    out += json.substr(0, json.size() - 1) + R"(,"rev":"2222)" + std::to_string(100'000'000 + at) + "\"}";
  }
  return {.body = out + R"(],"cursor":")" + std::to_string(at) + "\"}"};
}

told create_session(world& w, object body, instant now) {
  const account* const a = w.with_token(member_text(body, "password"), member_text(body, "identifier"));
  if (a == nullptr) return refused(w, 401, "AuthenticationRequired", "Invalid identifier or password");
  if (const auto wait = w.limits.take(sessions, a->id, 1, now)) return limited(w, sessions, *wait);
  return session_of(w, *a);
}

}  // namespace

told bluesky_answer(world& w, const asked& r, instant now) {
  const auto path = segments(r);  // xrpc, method
  const std::string_view method = path.size() > 1 ? std::string_view{path[1]} : std::string_view{};
  if (const auto wait = w.limits.take(requests, "this machine", 1, now)) return limited(w, requests, *wait);
  const auto parsed = net::platforms::parse(r.body.empty() ? "{}" : std::string_view{r.body}, {});
  object body;
  if (!parsed || parsed->root.get(body) != simdjson::SUCCESS)
    return refused(w, 400, "InvalidRequest", "no JSON object");
  if (method == "com.atproto.server.createSession") return create_session(w, body, now);
  if (method == "com.atproto.server.refreshSession") {
    const account* const a = in_session(w, bearer(r), "refresh");
    return a == nullptr ? refused(w, 400, "ExpiredToken", "Token has been revoked") : session_of(w, *a);
  }
  const account* const a = in_session(w, bearer(r), "access");
  if (a == nullptr) return refused(w, 400, "ExpiredToken", "Token has expired");
  if (method.starts_with("chat.bsky.")) {
    const auto proxy = r.headers.find("atproto-proxy");
    if (proxy == r.headers.end() || proxy->second != "did:web:api.bsky.chat#bsky_chat") {
      return refused(w, 501, "MethodNotImplemented", "Method Not Implemented");
    }
  }
  if (method == "chat.bsky.convo.sendMessage") return send_message(w, *a, body, now);
  if (method == "chat.bsky.convo.getMessages") return get_messages(w, *a, r);
  if (method == "chat.bsky.convo.updateRead") {
    ++w.marked_read;
    return {};
  }
  // What is said to an account comes otherwise here; what it says itself is in its log, and notifies nobody.
  if (method == "app.bsky.notification.listNotifications") return {.body = R"({"notifications":[]})"};
  if (method == "chat.bsky.convo.getLog") return get_log(w, *a, r);
  if (method == "com.atproto.repo.createRecord") return create_record(w, *a, body, now);
  if (method == "com.atproto.repo.getRecord") return get_record(w, *a, r);
  return refused(w, 501, "MethodNotImplemented", "Method Not Implemented");
}

}  // namespace switchboard::fake_platform
