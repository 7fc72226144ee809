// Facebook: Messenger (POST /{page}/messages) and the Page's comments (POST /{comment or post}/comments), which are
// other edges with other ids (platforms.md §2, §3, trap 31).

#include "net/platforms/meta_messages.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::quota;
using domain::thread_kind;

constexpr std::array<attachment_shape, 4> messenger_types = {
    {{"image", false}, {"video", false}, {"audio", false}, {"document", false}}};

// Text 2000 "characters": of which kind is not said, so UTF-16 units. Quick replies 13 x 20; a button template has 640
// characters and 3 buttons x 20 [K]. A message is a text or an attachment.
constexpr message_shape messenger{
    .name = "a Messenger message",
    .text = {text_unit::utf16, 2000},
    .attachments = messenger_types,
    .choice_text = {text_unit::utf16, 640},
    .quick_text = {text_unit::utf16, 2000},
    .quick_replies = {.max = 13, .title_max = 20, .payload_max = 1000, .needs_text = false},
    .buttons = {.max = 3, .title_max = 20, .payload_max = 1000, .links_max = 3},
};
constexpr message_shape private_reply = [] {
  message_shape shape = messenger;
  shape.name = "the private answer to a comment";
  shape.below = true;
  shape.privately = true;
  return shape;
}();
constexpr message_shape comment{
    .name = "a Facebook comment",
    .text = {text_unit::utf16, 8000},  // [K]
    .below = true,
};

const message_shape* shape_for(thread_kind kind, bool privately) {
  if (kind == thread_kind::dm) return privately ? nullptr : &messenger;
  if (!privately) return &comment;
  return kind == thread_kind::comment ? &private_reply : nullptr;
}

// 300/s a page, 10/s sound and video, Conversations API 2/s, private replies 750/h [D]. The per-thread limit is not
// published; 200 x engaged users in 24 h and the comments' business use case limit depend on how many those are: they
// are seen in the usage headers only.
constexpr std::array<quota, 4> facebook_quotas = {
    in_window("facebook.messages", quota::scope::account, 300, std::chrono::seconds{1}),
    in_window("facebook.media", quota::scope::account, 10, std::chrono::seconds{1}),
    in_window("facebook.conversations", quota::scope::account, 2, std::chrono::seconds{1}),
    in_window("facebook.private_replies", quota::scope::account, 750, std::chrono::hours{1}),
};

call messages_call(const sending_account& account, std::string body, const domain::outgoing* what) {
  call c = json_call(graph_url(account, facebook_graph, account.platform_id, "messages"),
                     account.access_token, std::move(body), {{"facebook.messages", 1}});
  if (what != nullptr && has_media(*what)) c.quotas.push_back({"facebook.media", 1});
  if (what != nullptr && what->privately) c.quotas.push_back({"facebook.private_replies", 1});
  return c;
}

expected<call, unfit> render_facebook(const send_request& r) {
  const auto& to = r.conversation;
  if (to.kind == thread_kind::dm) {
    if (to.customer_platform_id.empty()) return no_recipient("the customer's id on the page is not known");
    return messages_call(r.account, message_body(r, "id", to.customer_platform_id, r.reference), &r.what);
  }
  const std::string_view target = comment_target(r);
  if (target.empty()) return no_recipient("neither the comment nor the post to answer is known");
  if (r.what.privately) {
    return messages_call(r.account, message_body(r, "comment_id", target, r.reference), &r.what);
  }
  std::string out;
  domain::json_object body{out};
  body.text("message", r.what.text);
  body.end();
  return json_call(graph_url(r.account, facebook_graph, target, "comments"), r.account.access_token,
                   std::move(out));
}

std::optional<call> sender_action(const thread_request& r, std::string_view action) {
  if (r.conversation.kind != thread_kind::dm || r.conversation.customer_platform_id.empty()) {
    return std::nullopt;
  }
  call c = messages_call(r.account, sender_action_body(r.conversation.customer_platform_id, action), nullptr);
  c.repeatable = true;
  return c;
}
std::optional<call> type_facebook(const thread_request& r) {
  return sender_action(r, "typing_on");
}
std::optional<call> read_facebook(const thread_request& r) {
  return sender_action(r, "mark_seen");
}

domain::attempt_outcome read_facebook_answer(const call&, const answer& from, domain::timestamp now) {
  return read_graph_answer(from, now, {"message_id", "id"});
}

std::span<const quota> quotas_of_facebook() {
  return facebook_quotas;
}

/// A DM: the last messages of the conversation. A comment: those below what it answers. A private answer: the
/// conversation that it began.
std::optional<call> look_up_facebook(const lookup_request& request) {
  const send_request& r = request.sent;
  const auto& account = r.account;
  if (r.conversation.kind == thread_kind::dm) {
    return get_call(graph_url(account, facebook_graph, account.platform_id, "conversations") +
                        "?platform=messenger&user_id=" + url_encoded(r.conversation.customer_platform_id) +
                        "&fields=" + url_encoded(listed_messages()),
                    account.access_token, {{"facebook.conversations", 1}});
  }
  const std::string_view target = comment_target(r);
  if (target.empty()) return std::nullopt;
  if (r.what.privately) {
    return get_call(graph_url(account, facebook_graph, target, {}) +
                        "?fields=" + url_encoded("private_reply_conversation{" + listed_messages() + "}"),
                    account.access_token);
  }
  return get_call(graph_url(account, facebook_graph, target, "comments") +
                      "?fields=id,message,from,created_time&order=reverse_chronological&limit=" +
                      std::to_string(lookup_rows),
                  account.access_token);
}

finding find_facebook(const lookup_request& request, const answer& from) {
  if (request.sent.conversation.kind == thread_kind::dm) return find_in_conversation(request, from);
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  if (!body) return {};
  const listed_as as{"message", "created_time", request.sent.account.platform_id, {}};
  if (!request.sent.what.privately) {
    const auto list = member_array(*body, "data");
    return list ? find_listed(request, *list, as) : finding{};
  }
  const auto begun = member_object(*body, "private_reply_conversation");
  if (!begun) return {finding::end::not_there, {}};
  const auto messages = member_object(*begun, "messages");
  const auto list = messages ? member_array(*messages, "data") : std::nullopt;
  return list ? find_listed(request, *list, as) : finding{};
}

}  // namespace

const sending_functions& facebook_sending() {
  static constexpr sending_functions functions{shape_for,        render_facebook,      type_facebook,
                                               read_facebook,    read_facebook_answer, quotas_of_facebook,
                                               look_up_facebook, find_facebook};
  return functions;
}

}  // namespace switchboard::net::platforms
