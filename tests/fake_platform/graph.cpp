// Meta's Graph API for Messenger, Pages and Instagram: POST /{version}/{page}/messages, /{comment}/comments, /{comment}/replies,
// /{account}/mentions, and the lists that are asked whether something arrived.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"
#include "tests/fake_platform/text_size.hpp"
#include "tests/fake_platform/world.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace switchboard::fake_platform {
namespace {

using namespace std::chrono_literals;
using domain::json_object;
using net::platforms::has_member;
using net::platforms::member_array;
using net::platforms::member_id;
using net::platforms::member_object;
using net::platforms::member_text;
using net::platforms::object;

constexpr limit messages{"graph.messages", 300, 1s};
constexpr limit media{"graph.media", 10, 1s};
constexpr limit conversations{"graph.conversations", 2, 1s};
constexpr limit private_replies{"graph.private_replies", 750, 1h};
constexpr int over_rate = 613, no_token = 190, bad_parameter = 100, not_now = 10, outside_window = 2018278;
constexpr int replied_already = 10900, no_reply_any_more = 10903;
constexpr std::size_t listed_max = 50;

told limited(world& w, std::chrono::milliseconds wait) {
  ++w.limited;
  told t = graph_error(w, 429, over_rate, "Calls to this api have exceeded the rate limit.");
  --w.refused;
  t.headers.emplace_back("Retry-After", seconds_of(wait));
  return t;
}

/// What is wrong with a message's body; nullptr: nothing.
const char* flaw_in(const account& a, object message) {
  const auto text = member_text(message, "text");
  const bool attached = has_member(message, "attachment");
  if (text.empty() && !attached) return "message needs text or attachment";
  if (!text.empty() && attached) return "message has text and attachment";
  const bool instagram = a.platform == domain::platform::instagram;
  constexpr std::size_t bytes_max = 1000, units_max = 2000, choices_max = 13, title_max = 20;
  if (instagram ? text.size() > bytes_max : utf16_units(text) > units_max) return "text is too long";
  if (const auto choices = member_array(message, "quick_replies")) {
    if (choices->size() > choices_max) return "too many quick_replies";
    for (const auto each : *choices) {
      object o;
      if (each.get(o) != simdjson::SUCCESS || member_text(o, "content_type").empty()) return "quick_replies";
      if (utf16_units(member_text(o, "title")) > title_max) return "the title of a quick reply is too long";
    }
  }
  if (const auto attachment = member_object(message, "attachment")) {
    if (member_text(*attachment, "type").empty() || !has_member(*attachment, "payload")) return "attachment";
  }
  return nullptr;
}

/// Is it too late for a free answer, or for one of a person?
bool is_closed(const world& w, const account& a, const std::string& customer, bool tagged) {
  const auto silent = w.silent_for(a, customer);
  const auto by_ad = w.came_by_ad.find(a.id + '/' + customer);
  if (by_ad != w.came_by_ad.end() && std::chrono::system_clock::now() - by_ad->second < 7 * 24h) return false;
  return silent && *silent > (tagged ? std::chrono::seconds(7 * 24h) : std::chrono::seconds(24h));
}

/// Of the private reply to a comment: there is one, for seven days.
std::optional<told> refused_privately(world& w, const account& a, const std::string& comment) {
  const auto made = w.commented.find(comment);
  if (made != w.commented.end() && std::chrono::system_clock::now() - made->second >= 7 * 24h) {
    return graph_error(w, 400, no_reply_any_more, "(#10903) This user cant reply to this activity");
  }
  if (w.said(a, edge::private_reply, comment).empty()) return std::nullopt;
  return graph_error(w, 400, replied_already, "(#10900) Activity already replied to");
}

told take_message(world& w, const account& a, object body, instant now) {
  const auto recipient = member_object(body, "recipient");
  const std::string person = recipient ? member_id(*recipient, "id") : std::string{};
  const std::string comment = recipient ? member_id(*recipient, "comment_id") : std::string{};
  if (person.empty() && comment.empty()) return graph_error(w, 400, bad_parameter, "(#100) recipient");
  if (const auto action = member_text(body, "sender_action"); !action.empty()) {
    ++(action == "mark_seen" ? w.marked_read : w.typings);
    return {.body = R"({"recipient_id":")" + person + "\"}"};
  }
  const auto kind = member_text(body, "messaging_type");
  const bool tagged = kind == "MESSAGE_TAG";
  if (kind != "RESPONSE" && kind != "UPDATE" && !tagged) {
    return graph_error(w, 400, bad_parameter, "(#100) messaging_type");
  }
  // All other tags are retired.
  if (tagged && member_text(body, "tag") != "HUMAN_AGENT")
    return graph_error(w, 400, bad_parameter, "(#100) tag");
  const auto message = member_object(body, "message");
  if (!message) return graph_error(w, 400, bad_parameter, "(#100) message");
  if (const char* flaw = flaw_in(a, *message)) return graph_error(w, 400, bad_parameter, flaw);
  if (!person.empty() && is_closed(w, a, person, tagged)) {
    return graph_error(w, 400, not_now, "(#10) This message is sent outside of allowed window.",
                       outside_window);
  }
  if (!comment.empty()) {
    if (auto no = refused_privately(w, a, comment)) return *std::move(no);
  }
  if (const auto wait = w.limits.take(messages, a.id, 1, now)) return limited(w, *wait);
  const bool attached = has_member(*message, "attachment");
  if (attached) {
    if (const auto wait = w.limits.take(media, a.id, 1, now)) return limited(w, *wait);
  }
  if (!comment.empty()) {
    if (const auto wait = w.limits.take(private_replies, a.id, 1, now)) return limited(w, *wait);
  }
  std::string id = "m_out." + std::to_string(w.next_id++);
  w.keep({.by = &a,
          .where = comment.empty() ? edge::message : edge::private_reply,
          .recipient = comment.empty() ? person : comment,
          .text = attached ? "[attachment]" : std::string{member_text(*message, "text")},
          .reference = std::string{member_text(*message, "metadata")},
          .id = id,
          .at = now});
  std::string out;
  json_object o{out};
  o.text_if("recipient_id", person);
  o.text("message_id", id);
  o.end();
  return {.body = std::move(out)};
}

/// Comments are nested once: what answers a nested one stands beside it.
publication place_below(const world& w, const account& a, const std::string& below, bool is_post) {
  publication place{.author = a.platform_id};
  const auto known = w.published.find(below);
  if (a.platform == domain::platform::facebook) {  // <page>_<post>, <post>_<comment>
    const auto line = below.find('_');
    is_post = below.substr(0, line) == a.platform_id;
    place.post = a.platform_id + '_' + (is_post ? below.substr(line + 1) : below.substr(0, line));
  }
  if (is_post) {
    place.post = below;
    return place;
  }
  if (known != w.published.end() && !known->second.post.empty()) place.post = known->second.post;
  place.parent = known == w.published.end() || known->second.parent.empty() ? below : known->second.parent;
  return place;
}

told take_comment(world& w, const account& a, const std::string& below, std::string_view edge_name,
                  object body, instant now) {
  constexpr std::size_t page_max = 8000, instagram_max = 2200;
  const bool instagram = a.platform == domain::platform::instagram;
  const auto text = member_text(body, "message");
  if (text.empty() || utf16_units(text) > (instagram ? instagram_max : page_max)) {
    return graph_error(w, 400, bad_parameter, "(#100) message");
  }
  const auto place = place_below(w, a, below, instagram && edge_name == "comments");
  std::string id = (instagram ? "1799" : place.post.substr(place.post.find('_') + 1) + "_88") +
                   std::to_string(w.next_id++);
  w.published[id] = place;
  w.keep({.by = &a,
          .where = edge::comment,
          .recipient = below,
          .text = std::string{text},
          .reference = {},
          .id = id,
          .post = place.post,
          .parent = place.parent,
          .in_anothers = edge_name == "mentions",
          .at = now});
  return {.body = R"({"id":")" + id + "\"}"};
}

std::string listed(const account& a, const std::vector<const taken*>& all) {
  const bool comment = !all.empty() && all.front()->where == edge::comment;
  const bool instagram = a.platform == domain::platform::instagram;
  std::string out = "[";
  for (std::size_t i = 0; i < std::min(all.size(), listed_max); ++i) {
    const taken& t = *all[i];
    if (i > 0) out += ',';
    json_object o{out};
    o.text("id", t.id);
    o.text(comment && instagram ? "text" : "message", t.text);
    o.key("from");
    json_object from{out};
    from.text("id", a.platform_id);
    from.end();
    o.text(comment && instagram ? "timestamp" : "created_time",
           domain::to_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(t.wall)));
    o.end();
  }
  return out + ']';
}

/// Of each customer one conversation, in the order of their first words.
std::vector<std::string> people_of(const world& w, const account& a) {
  std::vector<std::string> people;
  const auto all = w.past.find(a.id);
  if (all == w.past.end()) return people;
  for (const auto& m : all->second) {
    if (std::find(people.begin(), people.end(), m.customer) == people.end()) people.push_back(m.customer);
  }
  return people;
}

/// {"data":[…],"paging":{…}}: his messages before the one numbered `before`, the latest first, a few at a time.
std::string messages_of(const world& w, const account& a, const std::string& customer, std::size_t before) {
  constexpr std::size_t rows_max = 25;
  const auto& all = w.past.at(a.id);
  std::string out = R"({"data":[)";
  std::size_t rows = 0, at = std::min(before, all.size());
  for (; at > 0 && rows < rows_max; --at) {
    const auto& said = all[at - 1];
    if (said.customer != customer) continue;
    if (rows++ > 0) out += ',';
    json_object o{out};
    o.text("id", "m_past." + a.id + '.' + std::to_string(at - 1));
    o.text("message", said.text);
    o.raw("from", R"({"id":")" + customer + "\"}");
    o.raw("to", R"({"data":[{"id":")" + a.platform_id + "\"}]}");
    o.text("created_time",
           domain::to_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(said.at)));
    o.end();
  }
  const bool more = std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at),
                                [&](const auto& m) { return m.customer == customer; });
  out += R"(],"paging":{"cursors":{"after":")" + std::to_string(at) + "\"}";
  if (more) out += R"(,"next":"https://graph.invalid/next")";
  return out + "}}";
}

/// A conversation a page, so that whoever asks has to go on.
told history(world& w, const account& a, const asked& r, instant now) {
  if (const auto wait = w.limits.take(conversations, a.id, 1, now)) return limited(w, *wait);
  const auto people = people_of(w, a);
  const auto after = parameter(r, "after");
  const std::size_t at = after.empty() ? 0 : std::stoul(after);
  std::string out = R"({"data":[)";
  if (at < people.size()) {
    out += R"({"id":"t_)" + people[at] + R"(","messages":)" + messages_of(w, a, people[at], SIZE_MAX) + '}';
  }
  out += R"(],"paging":{"cursors":{"after":")" + std::to_string(at + 1) + "\"}";
  if (at + 1 < people.size()) out += R"(,"next":"https://graph.invalid/next")";
  return {.body = out + "}}"};
}

told list(world& w, const account& a, const std::vector<std::string>& path, const asked& r, instant now) {
  if (path.size() > 2 && path[2] == "messages" && path[1].starts_with("t_")) {
    if (const auto wait = w.limits.take(conversations, a.id, 1, now)) return limited(w, *wait);
    return {.body = messages_of(w, a, path[1].substr(2), std::stoul(parameter(r, "after")))};
  }
  if (path.size() > 2 && path[2] == "conversations" && parameter(r, "user_id").empty())
    return history(w, a, r, now);
  if (path.size() > 2 && path[2] == "conversations") {
    if (const auto wait = w.limits.take(conversations, a.id, 1, now)) return limited(w, *wait);
    const auto all = w.said(a, edge::message, parameter(r, "user_id"));
    if (all.empty()) return {.body = R"({"data":[]})"};
    return {.body = R"({"data":[{"id":"t_1","messages":{"data":)" + listed(a, all) + "}}]}"};
  }
  if (path.size() > 2 && (path[2] == "comments" || path[2] == "replies")) {
    return {.body = R"({"data":)" + listed(a, w.said(a, edge::comment, path[1])) + "}"};
  }
  const auto all = w.said(a, edge::private_reply, path.size() > 1 ? path[1] : "");
  if (all.empty()) return {.body = R"({"id":"1"})"};
  return {.body = R"({"id":"1","private_reply_conversation":{"id":"t_2","messages":{"data":)" +
                  listed(a, all) + "}}}"};
}

/// The fields are the app's from now on, and no others.
told subscribe(world& w, const account& a, const std::string& of, const asked& r) {
  const auto parsed = net::platforms::parse(r.body, {});
  object body;
  if (!parsed || parsed->root.get(body) != simdjson::SUCCESS)
    return graph_error(w, 400, bad_parameter, "(#100) the body is no JSON object");
  std::string_view rest = member_text(body, "subscribed_fields");
  if (rest.empty() && a.platform != domain::platform::whatsapp)
    return graph_error(w, 400, bad_parameter, "(#100) The parameter subscribed_fields is required");
  auto& fields = w.subscribed_to[of];
  fields.clear();
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    fields.emplace(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  w.unsubscribed.erase(of);
  return {.body = R"({"success":true})"};
}

told subscriptions(world& w, const account& a, const std::string& of, const asked& r) {
  if (r.method == "POST") return subscribe(w, a, of, r);
  const auto own = w.subscribed_to.find(of);
  const auto listed = [&](std::string_view id, std::string_view name, const std::set<std::string>& fields) {
    const std::string app = R"("id":")" + std::string(id) + R"(","name":")" + std::string(name) + '"';
    return a.platform == domain::platform::whatsapp
               ? R"({"whatsapp_business_api_data":{)" + app + "}}"
               : '{' + app + R"(,"subscribed_fields":)" + json_list(fields) + '}';
  };
  const std::set<std::string> some{"feed", "messages"};
  std::string out = R"({"data":[)";
  if (w.other_apps.contains(of)) out += listed("999", "Somebody else's", some);
  if (!w.unsubscribed.contains(of)) {
    (out += out.back() == '[' ? "" : ",") +=
        listed("1", "Switchboard", own == w.subscribed_to.end() ? some : own->second);
  }
  return {.body = out + "]}"};
}

}  // namespace

told graph_error(world& w, int status, int code, std::string_view message, int subcode) {
  ++w.refused;
  std::string out = R"({"error":)";
  json_object o{out};
  o.text("message", message);
  o.text("type", "OAuthException");
  o.number("code", static_cast<std::uint64_t>(code));
  if (subcode != 0) o.number("error_subcode", static_cast<std::uint64_t>(subcode));
  o.end();
  return {.status = status, .body = out + '}'};
}

told graph_answer(world& w, const asked& r, instant now) {
  const auto path = segments(r);  // version, object, edge
  if (path.size() < 2) return graph_error(w, 404, bad_parameter, "Unknown path components");
  const account* from = w.with_token(bearer(r), path[1]);
  if (from != nullptr && from->platform == domain::platform::whatsapp)
    return whatsapp_answer(w, *from, r, now);
  const bool own = from != nullptr;
  if (from == nullptr) from = w.with_token(bearer(r));
  if (from == nullptr) return graph_error(w, 401, no_token, "Invalid OAuth access token.");
  if (path.size() > 2 && path[2] == "subscribed_apps") return subscriptions(w, *from, path[1], r);
  if (r.method == "GET") return list(w, *from, path, r, now);
  const auto parsed = net::platforms::parse(r.body, {});
  object body;
  if (!parsed || parsed->root.get(body) != simdjson::SUCCESS) {
    return graph_error(w, 400, bad_parameter, "(#100) the body is no JSON object");
  }
  const std::string_view edge_name = path.size() > 2 ? std::string_view{path[2]} : std::string_view{};
  if (edge_name == "messages") {
    if (!own) return graph_error(w, 403, 200, "(#200) the token is not of this page");
    return take_message(w, *from, body, now);
  }
  if (edge_name == "comments" || edge_name == "replies")
    return take_comment(w, *from, path[1], edge_name, body, now);
  if (edge_name == "mentions" && own) {
    const std::string comment = member_id(body, "comment_id");
    return take_comment(w, *from, comment.empty() ? member_id(body, "media_id") : comment, edge_name, body,
                        now);
  }
  return graph_error(w, 404, bad_parameter, "Unknown path components");
}

}  // namespace switchboard::fake_platform
