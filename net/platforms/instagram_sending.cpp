// Instagram: POST /{page}/messages of the Facebook graph where the account is linked to a page, POST /{account}/messages
// of Instagram's own with Instagram Login; comments POST /{comment}/replies (platforms.md §4).

#include "net/platforms/meta_messages.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::quota;
using domain::thread_kind;

constexpr std::array<attachment_shape, 4> instagram_types = {
    {{"image", false}, {"video", false}, {"audio", false}, {"document", false}}};

// Text 1000 bytes. Quick replies 13 x 20, button template 640 and 3 x 20 [K].
constexpr message_shape direct{
    .name = "an Instagram message",
    .text = {text_unit::bytes, 1000},
    .attachments = instagram_types,
    .choice_text = {text_unit::utf16, 640, 1000},
    .quick_text = {text_unit::bytes, 1000},
    .quick_replies = {.max = 13, .title_max = 20, .payload_max = 1000},
    .buttons = {.max = 3, .title_max = 20, .payload_max = 1000, .links_max = 3},
};
constexpr message_shape private_reply = [] {
  message_shape shape = direct;
  shape.name = "the private answer to a comment";
  shape.below = true;
  shape.privately = true;
  return shape;
}();
constexpr message_shape comment{
    .name = "an Instagram comment",
    .text = {text_unit::utf16, 300},  // [K]: what the comment edges have documented
    .below = true,
};

const message_shape* shape_for(thread_kind kind, bool privately) {
  if (kind == thread_kind::dm) return privately ? nullptr : &direct;
  if (kind == thread_kind::review) return nullptr;
  if (!privately) return &comment;
  return kind == thread_kind::comment ? &private_reply : nullptr;
}

// 300/s text, 10/s sound and video, 2/s Conversations, private replies 750/h [D]; the rest depends on the users.
constexpr std::array<quota, 4> instagram_quotas = {
    in_window("instagram.messages", quota::scope::account, 300, std::chrono::seconds{1}),
    in_window("instagram.media", quota::scope::account, 10, std::chrono::seconds{1}),
    in_window("instagram.conversations", quota::scope::account, 2, std::chrono::seconds{1}),
    in_window("instagram.private_replies", quota::scope::account, 750, std::chrono::hours{1}),
};

call messages_call(const sending_account& account, std::string body, const domain::outgoing* what) {
  const auto self = instagram_subject(account);
  call c = json_call(graph_url(account, self.host, self.id, "messages"), account.access_token,
                     std::move(body), {{"instagram.messages", 1}});
  if (what != nullptr && has_media(*what)) c.quotas.push_back({"instagram.media", 1});
  if (what != nullptr && what->privately) c.quotas.push_back({"instagram.private_replies", 1});
  return c;
}

/// Below a comment, or where only the post is known, below that.
call comment_call(const send_request& r, std::string_view target) {
  std::string out;
  domain::json_object body{out};
  body.text("message", r.what.text);
  body.end();
  const bool post = target == r.conversation.post_id;
  return json_call(
      graph_url(r.account, instagram_subject(r.account).host, target, post ? "comments" : "replies"),
      r.account.access_token, std::move(out));
}

/// A mention stands in somebody else's post: it is answered through our own account [K].
call mention_call(const send_request& r, std::string_view target) {
  std::string out;
  domain::json_object body{out};
  body.text("media_id", r.conversation.post_id);
  if (target != r.conversation.post_id) body.text("comment_id", target);
  body.text("message", r.what.text);
  body.end();
  return json_call(graph_url(r.account, instagram_subject(r.account).host, r.account.platform_id, "mentions"),
                   r.account.access_token, std::move(out));
}

expected<call, unfit> render_instagram(const send_request& r) {
  const auto& to = r.conversation;
  if (to.kind == thread_kind::dm) {
    if (to.customer_platform_id.empty())
      return no_recipient("the customer's id for the account is not known");
    return messages_call(r.account, message_body(r, "id", to.customer_platform_id, {}), &r.what);
  }
  const std::string_view target = comment_target(r);
  if (target.empty()) return no_recipient("neither the comment nor the post to answer is known");
  if (r.what.privately) return messages_call(r.account, message_body(r, "comment_id", target, {}), &r.what);
  if (to.kind == thread_kind::comment) return comment_call(r, target);
  if (to.post_id.empty()) return no_recipient("the post in which the account was mentioned is not known");
  return mention_call(r, target);
}

std::optional<call> sender_action(const thread_request& r, std::string_view action) {
  if (r.conversation.kind != thread_kind::dm || r.conversation.customer_platform_id.empty()) {
    return std::nullopt;
  }
  call c = messages_call(r.account, sender_action_body(r.conversation.customer_platform_id, action), nullptr);
  c.repeatable = true;
  return c;
}
std::optional<call> type_instagram(const thread_request& r) {
  return sender_action(r, "typing_on");
}
std::optional<call> read_instagram(const thread_request& r) {
  return sender_action(r, "mark_seen");
}

domain::attempt_outcome read_instagram_answer(const call&, const answer& from, domain::timestamp now) {
  return read_graph_answer(from, now, {"message_id", "id"});
}

std::span<const quota> quotas_of_instagram() {
  return instagram_quotas;
}

std::optional<call> look_up_instagram(const lookup_request& request) {
  const send_request& r = request.sent;
  const auto& account = r.account;
  const auto self = instagram_subject(account);
  if (r.conversation.kind == thread_kind::dm) {
    return get_call(graph_url(account, self.host, self.id, "conversations") +
                        "?platform=instagram&user_id=" + url_encoded(r.conversation.customer_platform_id) +
                        "&fields=" + url_encoded(listed_messages()),
                    account.access_token, {{"instagram.conversations", 1}});
  }
  const std::string_view target = comment_target(r);
  // What the private answer began can't be asked for, nor what stands in another's post.
  if (target.empty() || r.what.privately || r.conversation.kind != thread_kind::comment) return std::nullopt;
  const std::string_view edge = target == r.conversation.post_id ? "comments" : "replies";
  return get_call(graph_url(account, self.host, target, edge) +
                      "?fields=id,text,from,timestamp&limit=" + std::to_string(lookup_rows),
                  account.access_token);
}

finding find_instagram(const lookup_request& request, const answer& from) {
  if (request.sent.conversation.kind == thread_kind::dm) return find_in_conversation(request, from);
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  const auto list = body ? member_array(*body, "data") : std::nullopt;
  if (!list) return {};
  // Our own account has another id as a commenter than as an account: whoever is not the customer may be we.
  return find_listed(request, *list,
                     {"text", "timestamp", {}, request.sent.conversation.customer_platform_id});
}

}  // namespace

const sending_functions& instagram_sending() {
  static constexpr sending_functions functions{shape_for,         render_instagram,      type_instagram,
                                               read_instagram,    read_instagram_answer, quotas_of_instagram,
                                               look_up_instagram, find_instagram};
  return functions;
}

}  // namespace switchboard::net::platforms
