// LinkedIn: POST /rest/socialActions/{post or comment}/comments in the organisation's name (platforms.md §7). There are
// no direct messages in any public API.
//   answer  201 {"commentUrn"|"$URN"?,"id","object"} and x-restli-id: the id
//   or      {"status","serviceErrorCode","code","message"}

#include "net/platforms/linkedin_calls.hpp"
#include "net/platforms/linkedin_parts.hpp"
#include "net/platforms/sending_parts.hpp"

#include <algorithm>

namespace switchboard::net::platforms {
namespace {

using domain::attempt_end;
using domain::json_object;
using domain::thread_kind;

constexpr std::string_view comment_prefix = "urn:li:comment:";
constexpr std::size_t lookup_rows = 100;

constexpr message_shape comment_shape{
    .name = "a LinkedIn comment",
    .text = {text_unit::utf16, 1250},
    .below = true,
};

const message_shape* shape_for(thread_kind kind, bool privately) {
  const bool known = kind == thread_kind::comment || kind == thread_kind::mention;
  return known && !privately ? &comment_shape : nullptr;
}

/// What an answer stands below.
struct comment_place {
  std::string_view post;
  std::string_view parent;  ///< a comment, or empty: the post itself
};

/// Comments are nested once: what answers a nested one stands below that one's parent.
comment_place place_of(const send_request& r) {
  comment_place place{r.conversation.post_id, r.what.reply_to};
  if (r.answered != nullptr) {
    const auto& answered = *r.answered;
    if (place.parent.empty() || place.parent == answered.platform_message_id) {
      place.parent =
          answered.reply_to.starts_with(comment_prefix) ? answered.reply_to : answered.platform_message_id;
    }
  }
  if (!place.parent.starts_with(comment_prefix)) {
    if (place.post.empty()) place.post = place.parent;
    place.parent = {};
  }
  return place;
}

std::string comments_url(const sending_account& account, const comment_place& place) {
  return url_of(linkedin_base(account),
                {"rest", "socialActions", place.parent.empty() ? place.post : place.parent, "comments"});
}

expected<call, unfit> render_linkedin(const send_request& r) {
  const comment_place place = place_of(r);
  if (place.post.empty()) return no_recipient("the post below which to answer is not known");
  std::string out;
  json_object body{out};
  body.text("actor", linkedin_organization(r.account));
  body.text("object", place.post);
  body.text_if("parentComment", place.parent);
  body.key("message");
  json_object message{out};
  message.text("text", r.what.text);
  message.end();
  body.end();
  return with_linkedin_versions(
      json_call(comments_url(r.account, place), r.account.access_token, std::move(out)), r.account);
}

/// The limits of an application and of a member are for a day of UTC.
std::chrono::milliseconds until_next_day(domain::timestamp now) {
  const auto midnight = std::chrono::floor<std::chrono::days>(now) + std::chrono::days{1};
  return std::chrono::ceil<std::chrono::milliseconds>(midnight - now);
}

/// In the one spelling in which notifications are kept, too: else the echo would be another message.
std::string comment_urn(std::string_view about, std::string_view id) {
  if (id.empty() || id.starts_with("urn:") || about.empty()) return full_urn(id);
  std::string urn{comment_prefix};
  return full_urn(urn.append("(").append(about).append(",").append(id).append(")"));
}

std::string id_of(object comment, const answer& from) {
  for (const std::string_view name : {"commentUrn", "$URN"}) {
    if (const std::string urn = member_id(comment, name); !urn.empty()) return full_urn(urn);
  }
  const std::string id = member_id(comment, "id");
  return comment_urn(member_text(comment, "object"), id.empty() ? header_of(from, "x-restli-id") : id);
}

/// Where the answer has no body, the header has the number and the call the post.
std::string id_in_header(const call& sent, const answer& from) {
  const auto asked = parse(sent.body, {});
  object body;
  const bool is_read = asked && asked->root.get(body) == simdjson::SUCCESS;
  return comment_urn(is_read ? member_text(body, "object") : std::string_view{},
                     header_of(from, "x-restli-id"));
}

domain::attempt_outcome read_linkedin_answer(const call& sent, const answer& from, domain::timestamp now) {
  domain::attempt_outcome out = by_status(from, now);
  const auto body = object_in(from);
  if (is_success(from)) {
    out.platform_message_id = body ? id_of(*body, from) : id_in_header(sent, from);
    if (out.platform_message_id.empty()) return out;
    out.end = attempt_end::sent;
    out.error = {};
    return out;
  }
  if (!body || from.status < 400) return out;
  const std::string_view message = member_text(*body, "message");
  const std::string code = member_id(*body, "serviceErrorCode");
  if (!code.empty() && code != "0") out.error.code = code;
  if (const auto slug = member_text(*body, "code"); code.empty() && !slug.empty())
    out.error.code = kept(slug);
  out.error.detail = kept(message);
  if (from.status == 403 && (code == "100" || member_text(*body, "code") == "ACCESS_DENIED")) {
    out.end = attempt_end::no_access;  // the application, or the member, may not speak for the organisation
  }
  if (from.status == 429 && !out.retry_after && message.find("DAY") != std::string_view::npos) {
    out.retry_after = until_next_day(now);
  }
  out.whole_application = from.status == 429 && message.find("APPLICATION") != std::string_view::npos;
  return out;
}

/// Per application and per member, in figures that only the developer portal shows: there is nothing to count against.
std::span<const domain::quota> quotas_of_linkedin() {
  return {};
}

std::optional<call> look_up_linkedin(const lookup_request& request) {
  const comment_place place = place_of(request.sent);
  if (place.post.empty()) return std::nullopt;
  const auto& account = request.sent.account;
  return with_linkedin_versions(
      get_call(comments_url(account, place) + "?count=" + std::to_string(lookup_rows), account.access_token),
      account);
}

finding find_linkedin(const lookup_request& request, const answer& from) {
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  const auto list = body ? member_array(*body, "elements") : std::nullopt;
  if (!list) return {};
  const std::string actor = linkedin_organization(request.sent.account);
  seeker seek{request};
  std::size_t rows = 0;
  for (const element each : *list) {
    object o;
    if (each.get(o) != simdjson::SUCCESS) continue;
    ++rows;
    const auto message = member_object(o, "message");
    const auto created = member_object(o, "created");
    seek.look_at({.id = id_of(o, {}),
                  .text = message ? member_text(*message, "text") : std::string_view{},
                  .ours = member_text(o, "actor") == actor,
                  .at = created ? milliseconds_member(*created, "time") : std::nullopt});
  }
  return seek.found(rows < lookup_rows);  // in which order they come is not said
}

}  // namespace

const sending_functions& linkedin_sending() {
  static constexpr sending_functions functions{shape_for,        render_linkedin,      no_call,
                                               no_call,          read_linkedin_answer, quotas_of_linkedin,
                                               look_up_linkedin, find_linkedin};
  return functions;
}

}  // namespace switchboard::net::platforms
