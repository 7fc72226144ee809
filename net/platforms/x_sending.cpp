// X API v2: POST /2/dm_conversations/with/:participant_id/messages and POST /2/tweets (platforms.md §6).
//   answer  {"data":{"dm_conversation_id","dm_event_id"}} · {"data":{"id","text"}}
//   or      {"title","detail","type","status"}, or in "errors":[{…}] of either generation ({"code","message"})

#include "net/platforms/links.hpp"
#include "net/platforms/sending_parts.hpp"
#include "net/platforms/x_calls.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::attempt_end;
using domain::json_object;
using domain::quota;
using domain::thread_kind;

constexpr std::size_t lookup_rows = 50;

constexpr std::array<attachment_shape, 2> x_types = {{{"image", true}, {"video", true}}};

constexpr message_shape direct{
    .name = "a direct message on X",
    .text = {text_unit::utf16, 10'000},
    .attachments = x_types,
    .by_url = false,
    .caption = {text_unit::utf16, 10'000},
    .replies = false,
};
constexpr message_shape post{
    .name = "a post on X",
    .text = {text_unit::weighted, 280},
    .attachments = x_types,
    .attachments_max = 4,  // [K]
    .by_url = false,
    .caption = {text_unit::weighted, 280},
    .below = true,
};

const message_shape* shape_for(thread_kind kind, bool privately) {
  if (privately || kind == thread_kind::review) return nullptr;
  return kind == thread_kind::dm ? &direct : &post;
}

// DMs 15 in 15 min and 1440 in 24 h for a user, 1440 in 24 h for the app; posts 100 in 15 min for a user, 10,000 in 24 h
// for the app [D]. Reads: DM events 15 in 15 min, a user's posts 900 in 15 min [K]. A person answers several times in a
// minute and then not for long: hence some at once, at the price of the even rate.
constexpr std::chrono::minutes quarter{15};
constexpr std::chrono::hours day{24};
constexpr std::array<quota, 7> x_quotas = {
    in_window("x.dm", quota::scope::account, 15, quarter),
    in_window("x.dm_day", quota::scope::account, 1440, day),
    in_window("x.dm_app_day", quota::scope::application, 1440, day),
    in_window("x.posts", quota::scope::account, 100, quarter),
    in_window("x.posts_app_day", quota::scope::application, 10'000, day),
    in_window("x.dm_reads", quota::scope::account, 15, quarter),
    in_window("x.post_reads", quota::scope::account, 900, quarter),
};

void append_media(json_object& parent, std::string& out, const std::vector<domain::attachment>& all) {
  parent.key("media");
  json_object media{out};
  media.key("media_ids");
  out += '[';
  for (const auto& each : all) {
    if (&each != &all.front()) out += ',';
    domain::append_json_string(out, each.platform_media_id);
  }
  out += ']';
  media.end();
}

/// A group's conversation is named by its own id, one with a single person by that person's.
std::string dm_url(const send_request& r, std::string_view edge) {
  const auto& c = r.conversation;
  if (!c.shared) return x_url(r.account, {"2", "dm_conversations", "with", c.customer_platform_id, edge});
  const std::string_view key = c.thread_key;
  return x_url(r.account, {"2", "dm_conversations", key.substr(0, key.find('/')), edge});
}

std::string_view post_target(const send_request& r) {
  if (!r.what.reply_to.empty()) return r.what.reply_to;
  if (r.answered != nullptr && !r.answered->platform_message_id.empty())
    return r.answered->platform_message_id;
  return r.conversation.post_id;
}

expected<call, unfit> render_direct(const send_request& r) {
  if (r.conversation.customer_platform_id.empty() && !r.conversation.shared) {
    return no_recipient("the customer's user id is not known");
  }
  std::string out;
  json_object body{out};
  body.text_if("text", r.what.text);
  if (!r.what.attachments.empty()) {
    body.key("attachments");
    out += '[';
    json_object media{out};
    media.text("media_id", r.what.attachments.front().platform_media_id);
    media.end();
    out += ']';
  }
  body.end();
  return json_call(dm_url(r, "messages"), r.account.access_token, std::move(out),
                   {{"x.dm", 1}, {"x.dm_day", 1}, {"x.dm_app_day", 1}});
}

expected<call, unfit> render_x(const send_request& r) {
  if (r.conversation.kind == thread_kind::dm) return render_direct(r);
  const std::string_view target = post_target(r);
  if (target.empty()) return no_recipient("the post to answer is not known");
  std::string out;
  json_object body{out};
  body.text_if("text", r.what.text);
  if (!r.what.attachments.empty()) append_media(body, out, r.what.attachments);
  body.key("reply");
  json_object reply{out};
  reply.text("in_reply_to_tweet_id", target);
  reply.end();
  body.end();
  return json_call(x_url(r.account, {"2", "tweets"}), r.account.access_token, std::move(out),
                   {{"x.posts", 1}, {"x.posts_app_day", 1}});
}

struct code_meaning {
  std::int64_t code;
  attempt_end end;
};
// Codes of the first generation, which v2 still gives in errors[] [K].
constexpr std::array<code_meaning, 14> code_meanings = {{
    {32, attempt_end::no_access},   // could not authenticate
    {64, attempt_end::no_access},   // account suspended
    {89, attempt_end::no_access},   // token invalid or expired
    {326, attempt_end::no_access},  // account locked
    {88, attempt_end::later},       // rate
    {130, attempt_end::later},      // over capacity
    {185, attempt_end::later},      // daily limit of posts
    {131, attempt_end::unknown},    // internal error
    {150, attempt_end::refused},    // does not follow us
    {151, attempt_end::refused},    // cannot send to this user
    {186, attempt_end::refused},    // too long
    {187, attempt_end::refused},    // the same post twice
    {349, attempt_end::refused},    // cannot send to this user
    {385, attempt_end::refused},    // the post to answer is gone
}};
// The last part of a problem's type, https://api.twitter.com/2/problems/…
struct type_meaning {
  std::string_view type;
  attempt_end end;
};
constexpr std::array<type_meaning, 6> type_meanings = {{
    {"client-forbidden", attempt_end::no_access},
    {"unsupported-authentication", attempt_end::no_access},
    {"oauth1-permissions", attempt_end::no_access},
    {"credits", attempt_end::no_access},
    {"usage-capped", attempt_end::later},
    {"rate-limit-exceeded", attempt_end::later},
}};

void read_problem(domain::attempt_outcome& out, object problem) {
  const auto code = member_int(problem, "code");
  const std::string_view type = member_text(problem, "type");
  const std::string_view slug = type.substr(type.rfind('/') + 1);
  if (code) out.error.code = std::to_string(*code);
  if (!code && !slug.empty() && slug != "about:blank") out.error.code = kept(slug);
  const std::string_view title = member_text(problem, "title");
  out.error.title = kept(title.empty() ? member_text(problem, "message") : title);
  out.error.detail = kept(member_text(problem, "detail"));
  for (const auto& each : code_meanings) {
    if (code && each.code == *code) out.end = each.end;
  }
  for (const auto& each : type_meanings) {
    if (each.type == slug) out.end = each.end;
  }
}

domain::attempt_outcome read_x_answer(const call& sent, const answer& from, domain::timestamp now) {
  domain::attempt_outcome out = by_status(from, now);
  const std::string_view bucket = sent.quotas.empty() ? std::string_view{} : sent.quotas.front().quota;
  if (auto report = limit_headers(from, "x-rate-limit", bucket, now)) {
    // Until the window ends, unless it is another limit that was met.
    if (out.end == attempt_end::later && !out.retry_after && report->remaining.value_or(0) == 0) {
      out.retry_after = report->full_again_in;
    }
    out.quotas.push_back(std::move(*report));
  }
  if (from.status == 402) out.end = attempt_end::no_access;  // nothing is paid for any more
  const auto body = object_in(from);
  if (!body) return out;
  if (!is_success(from)) {
    if (from.status < 400) return out;
    const auto errors = member_array(*body, "errors");
    object first;
    const bool listed = errors && errors->size() > 0 && errors->at(0).get(first) == simdjson::SUCCESS;
    read_problem(out, listed && !has_member(*body, "title") ? first : *body);
    return out;
  }
  const auto data = member_object(*body, "data");
  if (data) out.platform_message_id = member_id(*data, "dm_event_id");
  if (data && out.platform_message_id.empty()) out.platform_message_id = member_id(*data, "id");
  if (out.platform_message_id.empty()) return out;
  out.end = attempt_end::sent;
  out.error = {};
  return out;
}

std::span<const quota> quotas_of_x() {
  return x_quotas;
}

std::optional<call> look_up_x(const lookup_request& request) {
  const send_request& r = request.sent;
  if (r.conversation.kind == thread_kind::dm) {
    return get_call(
        dm_url(r, "dm_events") +
            "?event_types=MessageCreate&dm_event.fields=id,text,sender_id,created_at&max_results=" +
            std::to_string(lookup_rows),
        r.account.access_token, {{"x.dm_reads", 1}});
  }
  return get_call(
      x_url(r.account, {"2", "users", r.account.platform_id, "tweets"}) +
          "?tweet.fields=created_at,text,referenced_tweets&max_results=" + std::to_string(lookup_rows),
      r.account.access_token, {{"x.post_reads", 1}});
}

/// Of our own posts: one that answers something else is none of ours.
bool answers(object listed, std::string_view target) {
  const auto references = member_array(listed, "referenced_tweets");
  if (!references) return false;
  for (const element each : *references) {
    object o;
    if (each.get(o) == simdjson::SUCCESS && member_text(o, "type") == "replied_to" &&
        member_id(o, "id") == target) {
      return true;
    }
  }
  return false;
}

/// An answer is shown with the names of those it answers before it.
std::string_view without_names(std::string_view listed, std::string_view ours) {
  if (!listed.ends_with(ours)) return listed;
  std::string_view names = listed.substr(0, listed.size() - ours.size());
  while (!names.empty()) {
    const auto end = names.find(' ');
    if (names[0] != '@' || end == std::string_view::npos) return listed;
    names.remove_prefix(end + 1);
  }
  return ours;
}

/// Addresses are shortened, one is added for media, and & < > are escaped: then the text comes back as another.
bool comes_back_changed(const domain::outgoing& what) {
  return !what.attachments.empty() || what.text.find_first_of("&<>") != std::string::npos ||
         !links_in(what.text).empty();
}

finding find_x(const lookup_request& request, const answer& from) {
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  if (!body) return {};
  const send_request& r = request.sent;
  const bool dm = r.conversation.kind == thread_kind::dm;
  const auto list = member_array(*body, "data");
  if (!list) return has_member(*body, "meta") ? finding{finding::end::not_there, {}} : finding{};
  const bool differs = comes_back_changed(r.what);
  seeker seek{request};
  std::size_t rows = 0;
  for (const element each : *list) {
    object o;
    if (each.get(o) != simdjson::SUCCESS) continue;
    ++rows;
    seek.look_at(
        {.id = member_id(o, "id"),
         .text = dm ? member_text(o, "text") : without_names(member_text(o, "text"), r.what.text),
         .ours = dm ? member_id(o, "sender_id") == r.account.platform_id : answers(o, post_target(r)),
         .text_differs = differs,
         .at = domain::parse_rfc3339(member_text(o, "created_at"))});
  }
  return seek.found(rows < lookup_rows || seek.reached_back());
}

}  // namespace

const sending_functions& x_sending() {
  static constexpr sending_functions functions{shape_for,     render_x,    no_call,   no_call,
                                               read_x_answer, quotas_of_x, look_up_x, find_x};
  return functions;
}

}  // namespace switchboard::net::platforms
