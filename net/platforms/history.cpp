#include "net/platforms/history.hpp"

#include "net/platforms/graph_api.hpp"
#include "net/platforms/linkedin_calls.hpp"
#include "net/platforms/sending_parts.hpp"
#include "net/platforms/x_calls.hpp"

#include <charconv>
#include <string>

namespace switchboard::net::platforms {
namespace {

using domain::json_object;

constexpr std::size_t conversations_at_once = 25, messages_each = 25, x_rows = 100, linkedin_rows = 100;

/// Where the platform does not say.
constexpr std::chrono::milliseconds otherwise_again_in{1'000};

bool is_instagram(domain::platform p) {
  return p == domain::platform::instagram;
}

std::string milliseconds_of(std::string_view rfc3339) {
  const auto at = domain::parse_rfc3339(rfc3339);
  return at ? std::to_string(
                  std::chrono::duration_cast<std::chrono::milliseconds>(at->time_since_epoch()).count())
            : std::string{};
}

// -- Facebook, Instagram: {"data":[{"messages":{"data":[{"id","message","from":{"id"},"to":{"data":[{"id"}]},
//    "created_time","attachments"?:{"data":[{"mime_type"?,"image_data"?:{"url"},"video_data"?:{"url"},"file_url"?}]}}]}}],
//    "paging":{"cursors":{"after"},"next"?}} ----------------------------------------------------------------------

constexpr std::string_view message_fields = "id,message,from,to,created_time,attachments";
/// Stands before what leads into a conversation: no cursor of the platform's begins so.
constexpr char inside = '\x1f';

/// `next`: of `deeper`, without its first character: <conversation> 1F <cursor>
std::string_view conversations_limit(domain::platform platform) {
  return is_instagram(platform) ? "instagram.conversations" : "facebook.conversations";
}

graph_subject subject_of(domain::platform platform, const sending_account& a) {
  return is_instagram(platform) ? instagram_subject(a) : graph_subject{facebook_graph, a.platform_id};
}

call ask_inside(domain::platform platform, const sending_account& a, std::string_view next) {
  const auto between = next.find(inside);
  const auto conversation = next.substr(0, between), after = next.substr(between + 1);
  return get_call(graph_url(a, subject_of(platform, a).host, conversation, "messages") +
                      "?limit=" + std::to_string(messages_each) + "&fields=" + url_encoded(message_fields) +
                      "&after=" + url_encoded(after),
                  a.access_token, {{conversations_limit(platform), 1}});
}

call ask_conversations(domain::platform platform, const sending_account& a, std::string_view next) {
  if (is_inside_conversation(next)) return ask_inside(platform, a, next.substr(1));
  const auto of = subject_of(platform, a);
  std::string url = graph_url(a, of.host, of.id, "conversations") +
                    "?platform=" + (is_instagram(platform) ? "instagram" : "messenger") +
                    "&limit=" + std::to_string(conversations_at_once) + "&fields=" +
                    url_encoded("messages.limit(" + std::to_string(messages_each) + "){" +
                                std::string(message_fields) + "}");
  if (!next.empty()) url += "&after=" + url_encoded(next);
  return get_call(std::move(url), a.access_token, {{conversations_limit(platform), 1}});
}

void append_attachment(std::string& out, object attachment) {
  std::string_view type = "file", url = member_text(attachment, "file_url");
  for (const auto& [member, kind] :
       {std::pair<std::string_view, std::string_view>{"image_data", "image"}, {"video_data", "video"}}) {
    if (const auto data = member_object(attachment, member)) {
      type = kind;
      url = member_text(*data, "url");
    }
  }
  if (url.empty()) return;
  if (type == "file" && member_text(attachment, "mime_type").starts_with("audio/")) type = "audio";
  if (out.back() != '[') out += ',';
  json_object o{out};
  o.text("type", type);
  o.key("payload");
  json_object payload{out};
  payload.text("url", url);
  payload.end();
  o.end();
}

void append_party(json_object& parent, std::string& out, std::string_view name, std::string_view id) {
  parent.key(name);
  json_object o{out};
  o.text("id", id);
  o.end();
}

/// As an element of messaging[]; nothing where it lacks what every message has.
bool append_message(std::string& out, object m, const sending_account& a) {
  const auto from = member_object(m, "from");
  const auto to = member_object(m, "to");
  const auto list = to ? member_array(*to, "data") : std::nullopt;
  object first;
  const bool named = list && list->size() > 0 && list->at(0).get(first) == simdjson::SUCCESS;
  const std::string sender = from ? member_id(*from, "id") : std::string{};
  const std::string recipient = named ? member_id(first, "id") : std::string{};
  const std::string at = milliseconds_of(member_text(m, "created_time"));
  const std::string id = member_id(m, "id");
  if (sender.empty() || recipient.empty() || at.empty() || id.empty()) return false;
  const bool ours = sender == a.platform_id || (!a.page_id.empty() && sender == a.page_id);
  if (out.back() != '[') out += ',';
  json_object o{out};
  append_party(o, out, "sender", ours ? a.platform_id : sender);
  append_party(o, out, "recipient", ours ? recipient : a.platform_id);
  o.raw("timestamp", at);
  o.key("message");
  json_object message{out};
  message.text("mid", id);
  message.text_if("text", member_text(m, "message"));
  if (ours) message.boolean("is_echo", true);
  const auto attachments = member_object(m, "attachments");
  if (const auto all = attachments ? member_array(*attachments, "data") : std::nullopt) {
    std::string elements = "[";
    for (const element each : *all) {
      object attachment;
      if (each.get(attachment) == simdjson::SUCCESS) append_attachment(elements, attachment);
    }
    if (elements.size() > 1) message.raw("attachments", elements + ']');
  }
  message.end();
  o.end();
  return true;
}

/// One conversation's messages, or more of them: {"data":[…],"paging":{"cursors":{"after"},"next"?}}
void read_messages_of(history_page& page, std::string& messages, const sending_account& a,
                      std::string_view conversation, object list) {
  const auto data = member_array(list, "data");
  if (!data) return;
  for (std::size_t i = data->size(); i-- > 0;) {  // the latest stand first
    object m;
    const bool whole = data->at(i).get(m) == simdjson::SUCCESS && append_message(messages, m, a);
    ++(whole ? page.elements : page.skipped);
  }
  const auto paging = member_object(list, "paging");
  if (!paging || member_text(*paging, "next").empty() || data->size() == 0) return;
  const auto cursors = member_object(*paging, "cursors");
  const auto after = cursors ? member_text(*cursors, "after") : std::string_view{};
  if (after.empty() || conversation.empty()) {
    page.cut = true;
    return;
  }
  std::string& next = page.deeper.emplace_back(1, inside);
  ((next += conversation) += inside) += after;
}

void give_as_webhook(history_page& page, domain::platform platform, const sending_account& a,
                     const std::string& messages) {
  if (page.elements == 0) return;
  page.body = is_instagram(platform) ? R"({"object":"instagram","entry":[{"id":)"
                                     : R"({"object":"page","entry":[{"id":)";
  domain::append_json_string(page.body, a.platform_id);
  page.body += ",\"time\":0,\"messaging\":" + messages + "]}]}";
}

history_page read_conversations(domain::platform platform, const sending_account& a, object body) {
  history_page page;
  std::string messages = "[";
  if (const auto conversations = member_array(body, "data")) {
    for (const element each : *conversations) {
      object conversation;
      if (each.get(conversation) != simdjson::SUCCESS) continue;
      if (const auto list = member_object(conversation, "messages"))
        read_messages_of(page, messages, a, member_id(conversation, "id"), *list);
    }
  }
  give_as_webhook(page, platform, a, messages);
  const auto paging = member_object(body, "paging");
  const auto cursors = paging ? member_object(*paging, "cursors") : std::nullopt;
  if (cursors && !member_text(*paging, "next").empty()) page.next = member_text(*cursors, "after");
  return page;
}

history_page read_inside(domain::platform platform, const sending_account& a, std::string_view asked,
                         object body) {
  history_page page;
  std::string messages = "[";
  read_messages_of(page, messages, a, asked.substr(0, asked.find(inside)), body);
  give_as_webhook(page, platform, a, messages);
  return page;
}

// -- X: {"data":[{"id","text","sender_id","created_at","dm_conversation_id","attachments"?:{"media_keys":[…]}}],
//    "includes"?:{"media":[{"media_key","type","url"?,"preview_image_url"?,"variants"?}]},"meta":{"next_token"?}} ----------

call ask_messages(const sending_account& a, std::string_view next) {
  std::string url =
      x_url(a, {"2", "dm_events"}) +
      "?event_types=MessageCreate&dm_event.fields=id,text,sender_id,created_at,dm_conversation_id,"
      "attachments&expansions=attachments.media_keys&media.fields=media_key,type,url,preview_image_url,"
      "variants&max_results=" +
      std::to_string(x_rows);
  if (!next.empty()) url += "&pagination_token=" + url_encoded(next);
  return get_call(std::move(url), a.access_token, {{"x.dm_reads", 1}});
}

/// Of "<one>-<other>" the one that is not ours; a group's id has no such form.
std::string_view other_of(std::string_view conversation, std::string_view ours) {
  const auto dash = conversation.find('-');
  if (dash == std::string_view::npos) return {};
  const auto one = conversation.substr(0, dash), other = conversation.substr(dash + 1);
  if (one != ours && other != ours) return {};
  return one == ours ? other : one;
}

/// The media of a message, as the body has it beside its messages; nullopt: without an address it is not worth having, for the
/// message would be known by its id from then on.
std::optional<object> media_of(object m, std::optional<object> includes) {
  const auto attachments = member_object(m, "attachments");
  const auto keys = attachments ? member_array(*attachments, "media_keys") : std::nullopt;
  const auto all = includes ? member_array(*includes, "media") : std::nullopt;
  std::string_view key;
  if (!keys || keys->size() == 0 || keys->at(0).get(key) != simdjson::SUCCESS || !all) return std::nullopt;
  for (const element each : *all) {
    object media;
    if (each.get(media) != simdjson::SUCCESS || member_text(media, "media_key") != key) continue;
    const bool has_address = !member_text(media, "url").empty() || has_member(media, "variants") ||
                             !member_text(media, "preview_image_url").empty();
    return has_address ? std::optional(media) : std::nullopt;
  }
  return std::nullopt;
}

bool append_direct(std::string& out, object m, std::optional<object> includes, const sending_account& a) {
  const std::string id = member_id(m, "id"), sender = member_id(m, "sender_id");
  const auto peer = other_of(member_text(m, "dm_conversation_id"), a.platform_id);
  const std::string at = milliseconds_of(member_text(m, "created_at"));
  const auto media = media_of(m, includes);
  if (has_member(m, "attachments") && !media) return false;
  if (id.empty() || sender.empty() || peer.empty() || at.empty()) return false;
  if (out.back() != '[') out += ',';
  json_object o{out};
  o.text("type", "message_create");
  o.text("id", id);
  o.text("created_timestamp", at);
  o.key("message_create");
  json_object create{out};
  create.key("target");
  json_object target{out};
  target.text("recipient_id", sender == a.platform_id ? peer : std::string_view{a.platform_id});
  target.end();
  create.text("sender_id", sender);
  create.key("message_data");
  json_object data{out};
  data.text("text", member_text(m, "text"));
  if (media) data.raw("attachment", R"({"type":"media","media":)" + to_json(*media) + '}');
  data.end();
  create.end();
  o.end();
  return true;
}

history_page read_messages(const sending_account& a, object body) {
  history_page page;
  std::string events = "[";
  const auto includes = member_object(body, "includes");
  if (const auto data = member_array(body, "data")) {
    for (std::size_t i = data->size(); i-- > 0;) {
      object m;
      const bool whole = data->at(i).get(m) == simdjson::SUCCESS && append_direct(events, m, includes, a);
      ++(whole ? page.elements : page.skipped);
    }
  }
  if (page.elements > 0) {
    page.body = "{\"for_user_id\":";
    domain::append_json_string(page.body, a.platform_id);
    page.body += ",\"direct_message_events\":" + events + "]}";
  }
  if (const auto meta = member_object(body, "meta")) page.next = member_text(*meta, "next_token");
  return page;
}

// -- LinkedIn: {"elements":[as in a webhook's notifications[]],"paging":{"start","count"}} ----------------------------

call ask_notifications(const sending_account& a, std::string_view next) {
  std::string url = linkedin_base(a) +
                    "/rest/"
                    "organizationalEntityNotifications?q=criteria&actions=List(COMMENT,ADMIN_COMMENT,SHARE_"
                    "MENTION,COMMENT_EDIT,COMMENT_"
                    "DELETE)&organizationalEntity=" +
                    url_encoded(linkedin_organization(a)) + "&count=" + std::to_string(linkedin_rows) +
                    "&start=";
  url += next.empty() ? std::string{"0"} : url_encoded(next);
  return with_linkedin_versions(get_call(std::move(url), a.access_token), a);
}

/// `asked`: from which one on; empty: the first.
history_page read_notifications(object body, std::string_view asked) {
  history_page page;
  const auto elements = member_array(body, "elements");
  if (!elements || elements->size() == 0) return page;
  page.elements = static_cast<std::uint32_t>(elements->size());
  page.body = R"({"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[)";
  for (const element each : *elements) {
    if (page.body.back() != '[') page.body += ',';
    append_json(page.body, each);
  }
  page.body += "]}";
  std::uint64_t start = 0;
  std::from_chars(asked.data(), asked.data() + asked.size(), start);
  if (page.elements >= linkedin_rows) page.next = std::to_string(start + page.elements);
  return page;
}

}  // namespace

std::optional<call> ask_history(domain::platform platform, const sending_account& account,
                                std::string_view next) {
  switch (platform) {
    case domain::platform::facebook:
    case domain::platform::instagram:
      return ask_conversations(platform, account, next);
    case domain::platform::x:
      return ask_messages(account, next);
    case domain::platform::linkedin:
      return ask_notifications(account, next);
    case domain::platform::whatsapp:
    case domain::platform::telegram:
    case domain::platform::bluesky:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_inside_conversation(std::string_view next) {
  return !next.empty() && next.front() == inside;
}

expected<history_page, history_failure> read_history(domain::platform platform,
                                                     const sending_account& account, std::string_view asked,
                                                     const answer& from, domain::timestamp now) {
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  if (!body) {
    const auto why = read_answer(platform, {}, from, now);
    std::string detail = "the platform answered " + std::to_string(from.status);
    if (!why.error.code.empty()) detail += ": " + why.error.code + ' ' + why.error.title;
    history_failure failure{.no_access = why.end == domain::attempt_end::no_access,
                            .refused = why.end == domain::attempt_end::refused,
                            .detail = std::move(detail)};
    if (why.end == domain::attempt_end::later)
      failure.again_in = why.retry_after.value_or(otherwise_again_in);
    return unexpected{std::move(failure)};
  }
  if (platform == domain::platform::x) return read_messages(account, *body);
  if (platform == domain::platform::linkedin) return read_notifications(*body, asked);
  if (is_inside_conversation(asked)) return read_inside(platform, account, asked.substr(1), *body);
  return read_conversations(platform, account, *body);
}

}  // namespace switchboard::net::platforms
