// X API v2: POST /2/dm_conversations/with/:id/messages, POST /2/dm_conversations/:id/messages, POST /2/tweets, and the
// lists of both.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"
#include "tests/fake_platform/text_size.hpp"
#include "tests/fake_platform/world.hpp"

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
  w.keep({.by = &a,
          .where = edge::comment,
          .recipient = below,
          .text = std::string{text},
          .reference = {},
          .id = id,
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
    o.text("text", t.text);
    o.text(where == edge::message ? "sender_id" : "author_id", a.platform_id);
    o.text("created_at", domain::to_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(t.wall)));
    if (where == edge::comment)
      o.raw("referenced_tweets", R"([{"type":"replied_to","id":")" + t.recipient + "\"}]");
    o.end();
  }
  out += R"(],"meta":{"result_count":)" + std::to_string(std::min(all.size(), listed_max)) + "}}";
  return with_standing({.body = std::move(out)}, w, l, a, now);
}

}  // namespace

told x_answer(world& w, const asked& r, instant now) {
  const auto path = segments(r);  // 2, …
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
  if (kind == "tweets") return post(w, *from, body, now);
  return problem(w, 404, "Not Found", "resource-not-found");
}

}  // namespace switchboard::fake_platform
