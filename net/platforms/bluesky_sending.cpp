// Bluesky: chat.bsky.convo.sendMessage through the account's PDS, and replies as records of app.bsky.feed.post
// (platforms.md §9). What a reply must name and only the answered post knows is in that message's payload:
//   {"cid", "root"?:{"uri","cid"}}     root: of the thread, absent where the post is its root

#include "net/platforms/bluesky_parts.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::attempt_end;
using domain::json_object;
using domain::quota;
using domain::thread_kind;

constexpr std::string_view post_collection = "app.bsky.feed.post";
constexpr std::size_t lookup_rows = 50;
constexpr double points_to_create = 3;

constexpr message_shape direct{
    .name = "a direct message on Bluesky",
    .text = {text_unit::graphemes, 1000, 10'000},
};
constexpr message_shape post{
    .name = "a post on Bluesky",
    .text = {text_unit::graphemes, 300, 3000},
    .below = true,
};

const message_shape* shape_for(thread_kind kind, bool privately) {
  if (privately || kind == thread_kind::review) return nullptr;
  return kind == thread_kind::dm ? &direct : &post;
}

// 3000 requests in 5 min per IP; writes 5000 points/h and 35,000/day per DID, of which creating takes 3; sessions 30 in
// 5 min and 300 a day [D].
constexpr std::array<quota, 5> bluesky_quotas = {
    in_window("bluesky.ip", quota::scope::application, 3000, std::chrono::minutes{5}),
    in_window("bluesky.writes", quota::scope::account, 5000, std::chrono::hours{1}),
    in_window("bluesky.writes_day", quota::scope::account, 35'000, std::chrono::hours{24}),
    in_window("bluesky.sessions", quota::scope::account, 30, std::chrono::minutes{5}),
    in_window("bluesky.sessions_day", quota::scope::account, 300, std::chrono::hours{24}),
};

std::string_view conversation_id_of(const domain::conversation& c) {
  const std::string_view key = c.thread_key;
  return key.substr(0, key.find('/'));
}

void append_facets(json_object& parent, const send_request& r) {
  const auto& c = r.conversation;
  const std::string facets = facets_of(r.what.text, c.customer_handle, c.customer_platform_id);
  if (!facets.empty()) parent.raw("facets", facets);
}

expected<call, unfit> render_direct(const send_request& r) {
  const std::string_view id = conversation_id_of(r.conversation);
  if (id.empty()) return no_recipient("the conversation's id is not known");
  std::string out;
  json_object body{out};
  body.text("convoId", id);
  body.key("message");
  json_object message{out};
  message.text("text", r.what.text);
  append_facets(message, r);
  if (!r.what.reply_to.empty()) {
    message.key("replyTo");
    json_object reply{out};
    reply.text("messageId", r.what.reply_to);
    reply.end();
  }
  message.end();
  body.end();
  return to_chat(json_call(xrpc_url(r.account, "chat.bsky.convo.sendMessage"), r.account.access_token,
                           std::move(out), {{"bluesky.ip", 1}}));
}

struct strong_reference {
  std::string uri;
  std::string cid;
  [[nodiscard]] bool complete() const { return !uri.empty() && !cid.empty(); }
};
struct reply_references {
  strong_reference parent;
  strong_reference root;
};

/// Incomplete where the answered post is not known, or what was kept of it lacks its cid.
reply_references references_of(const send_request& r) {
  reply_references refs;
  if (r.answered == nullptr) return refs;
  refs.parent.uri = r.answered->platform_message_id;
  const auto payload = parse(r.answered->payload, {.depth_max = answer_depth_max});
  object o;
  if (r.answered->payload.empty() || !payload || payload->root.get(o) != simdjson::SUCCESS) return refs;
  refs.parent.cid = member_text(o, "cid");
  if (const auto root = member_object(o, "root")) {
    refs.root = {std::string{member_text(*root, "uri")}, std::string{member_text(*root, "cid")}};
  } else {
    refs.root = refs.parent;
  }
  return refs;
}

void append_reference(json_object& parent, std::string& out, std::string_view name,
                      const strong_reference& to) {
  parent.key(name);
  json_object o{out};
  o.text("uri", to.uri);
  o.text("cid", to.cid);
  o.end();
}

expected<call, unfit> render_bluesky(const send_request& r) {
  if (r.conversation.kind == thread_kind::dm) return render_direct(r);
  const reply_references refs = references_of(r);
  const bool other = !r.what.reply_to.empty() && r.what.reply_to != refs.parent.uri;
  if (!refs.parent.complete() || !refs.root.complete() || other) {
    return no_recipient("the post to answer, its cid or its thread's root is not known");
  }
  std::string out;
  json_object body{out};
  body.text("repo", r.account.platform_id);
  body.text("collection", post_collection);
  body.text("rkey", record_key(r.queued_at, r.reference));
  body.key("record");
  json_object record{out};
  record.text("$type", post_collection);
  record.text("text", r.what.text);
  record.text("createdAt", domain::to_rfc3339(r.queued_at));
  record.key("reply");
  json_object reply{out};
  append_reference(reply, out, "root", refs.root);
  append_reference(reply, out, "parent", refs.parent);
  reply.end();
  append_facets(record, r);
  record.end();
  body.end();
  return json_call(
      xrpc_url(r.account, "com.atproto.repo.createRecord"), r.account.access_token, std::move(out),
      {{"bluesky.writes", points_to_create}, {"bluesky.writes_day", points_to_create}, {"bluesky.ip", 1}});
}

std::optional<call> read_bluesky(const thread_request& r) {
  const std::string_view id = conversation_id_of(r.conversation);
  if (r.conversation.kind != thread_kind::dm || id.empty()) return std::nullopt;
  std::string out;
  json_object body{out};
  body.text("convoId", id);
  if (r.last_inbound != nullptr) body.text_if("messageId", r.last_inbound->platform_message_id);
  body.end();
  call c = to_chat(json_call(xrpc_url(r.account, "chat.bsky.convo.updateRead"), r.account.access_token,
                             std::move(out), {{"bluesky.ip", 1}}));
  c.repeatable = true;
  return c;
}

domain::attempt_outcome read_bluesky_answer(const call&, const answer& from, domain::timestamp now) {
  domain::attempt_outcome out = read_xrpc_answer(from, now);
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  if (!body) return out;
  out.platform_message_id = member_text(*body, "uri");  // a record; a chat's message has an id
  if (out.platform_message_id.empty()) out.platform_message_id = member_text(*body, "id");
  if (out.platform_message_id.empty()) return out;
  out.end = attempt_end::sent;
  out.error = {};
  return out;
}

std::span<const quota> quotas_of_bluesky() {
  return bluesky_quotas;
}

std::optional<call> look_up_bluesky(const lookup_request& request) {
  const send_request& r = request.sent;
  const auto& account = r.account;
  if (r.conversation.kind == thread_kind::dm) {
    return to_chat(get_call(xrpc_url(account, "chat.bsky.convo.getMessages") +
                                "?convoId=" + url_encoded(conversation_id_of(r.conversation)) +
                                "&limit=" + std::to_string(lookup_rows),
                            account.access_token, {{"bluesky.ip", 1}}));
  }
  return get_call(
      xrpc_url(account, "com.atproto.repo.getRecord") + "?repo=" + url_encoded(account.platform_id) +
          "&collection=" + std::string{post_collection} + "&rkey=" + record_key(r.queued_at, r.reference),
      account.access_token, {{"bluesky.ip", 1}});
}

/// The key is ours: what stands below it is our post, unless two of them were given the same key.
finding find_post(const lookup_request& request, const answer& from) {
  const auto body = object_in(from);
  if (!body) return {};
  if (is_success(from)) {
    const auto record = member_object(*body, "value");
    std::string uri{member_text(*body, "uri")};
    const bool ours = record && member_text(*record, "text") == request.sent.what.text;
    return uri.empty() || !ours ? finding{} : finding{finding::end::found, std::move(uri)};
  }
  const bool none = from.status == 400 && member_text(*body, "error") == "RecordNotFound";
  return none ? finding{finding::end::not_there, {}} : finding{};
}

finding find_bluesky(const lookup_request& request, const answer& from) {
  if (request.sent.conversation.kind != thread_kind::dm) return find_post(request, from);
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  const auto list = body ? member_array(*body, "messages") : std::nullopt;
  if (!list) return {};
  seeker seek{request};
  std::size_t rows = 0;
  for (const element each : *list) {
    object o;
    if (each.get(o) != simdjson::SUCCESS) continue;
    ++rows;
    const auto sender = member_object(o, "sender");
    seek.look_at({.id = member_id(o, "id"),
                  .text = member_text(o, "text"),
                  .ours = sender && member_text(*sender, "did") == request.sent.account.platform_id,
                  .at = domain::parse_rfc3339(member_text(o, "sentAt"))});
  }
  return seek.found(rows < lookup_rows || seek.reached_back());
}

}  // namespace

const sending_functions& bluesky_sending() {
  static constexpr sending_functions functions{shape_for,       render_bluesky,      no_call,
                                               read_bluesky,    read_bluesky_answer, quotas_of_bluesky,
                                               look_up_bluesky, find_bluesky};
  return functions;
}

}  // namespace switchboard::net::platforms
