#include "net/platforms/meta_messages.hpp"

#include <algorithm>

namespace switchboard::net::platforms {
namespace {

using domain::json_object;
using domain::outgoing;

void append_quick_replies(json_object& message, std::string& out, const outgoing& what) {
  if (what.quick_replies.empty()) return;
  message.key("quick_replies");
  out += '[';
  for (const auto& each : what.quick_replies) {
    if (&each != &what.quick_replies.front()) out += ',';
    json_object reply{out};
    reply.text("content_type", "text");
    reply.text("title", each.title);
    reply.text("payload", each.payload.empty() ? each.title : each.payload);
    reply.end();
  }
  out += ']';
}

void append_buttons(json_object& message, std::string& out, const outgoing& what) {
  message.key("attachment");
  json_object attachment{out};
  attachment.text("type", "template");
  attachment.key("payload");
  json_object payload{out};
  payload.text("template_type", "button");
  payload.text("text", what.text);
  payload.key("buttons");
  out += '[';
  for (const auto& each : what.buttons) {
    if (&each != &what.buttons.front()) out += ',';
    json_object button{out};
    button.text("type", each.url.empty() ? "postback" : "web_url");
    button.text("title", each.title);
    if (each.url.empty()) {
      button.text("payload", each.payload.empty() ? each.title : each.payload);
    } else {
      button.text("url", each.url);
    }
    button.end();
  }
  out += ']';
  payload.end();
  attachment.end();
}

void append_attachment(json_object& message, std::string& out, const domain::attachment& each) {
  message.key("attachment");
  json_object attachment{out};
  attachment.text("type", each.type == "document" ? std::string_view{"file"} : std::string_view{each.type});
  attachment.key("payload");
  json_object payload{out};
  if (each.platform_media_id.empty()) {
    payload.text("url", each.url);
    payload.boolean("is_reusable", false);
  } else {
    payload.text("attachment_id", each.platform_media_id);
  }
  payload.end();
  attachment.end();
}

}  // namespace

std::string message_body(const send_request& request, std::string_view recipient_member,
                         std::string_view recipient, std::string_view metadata) {
  const outgoing& what = request.what;
  std::string out;
  json_object body{out};
  body.key("recipient");
  json_object to{out};
  to.text(recipient_member, recipient);
  to.end();
  // HUMAN_AGENT is the only tag that is left (trap 29).
  const bool tagged = request.right == sending_right::human_agent_tag;
  body.text("messaging_type", tagged ? "MESSAGE_TAG" : "RESPONSE");
  if (tagged) body.text("tag", "HUMAN_AGENT");
  body.key("message");
  json_object message{out};
  if (!what.buttons.empty()) {
    append_buttons(message, out, what);
  } else if (!what.attachments.empty()) {
    append_attachment(message, out, what.attachments.front());
  } else {
    message.text("text", what.text);
  }
  append_quick_replies(message, out, what);
  message.text_if("metadata", metadata.substr(0, metadata_bytes_max));
  message.end();
  if (!what.reply_to.empty() && recipient_member == "id") {
    body.key("reply_to");
    json_object reply{out};
    reply.text("mid", what.reply_to);
    reply.end();
  }
  body.end();
  return out;
}

std::string sender_action_body(std::string_view recipient, std::string_view action) {
  std::string out;
  json_object body{out};
  body.key("recipient");
  json_object to{out};
  to.text("id", recipient);
  to.end();
  body.text("sender_action", action);
  body.end();
  return out;
}

std::string_view comment_target(const send_request& request) {
  if (!request.what.reply_to.empty()) return request.what.reply_to;
  if (request.answered != nullptr && !request.answered->platform_message_id.empty()) {
    return request.answered->platform_message_id;
  }
  return request.conversation.post_id;
}

bool has_media(const outgoing& what) {
  return !what.attachments.empty();
}

std::string listed_messages() {
  return "messages.limit(" + std::to_string(lookup_rows) + "){id,message,from,created_time}";
}

finding find_listed(const lookup_request& request, array list, const listed_as& as) {
  seeker seek{request};
  std::size_t rows = 0;
  for (const element each : list) {
    object o;
    if (each.get(o) != simdjson::SUCCESS) continue;
    ++rows;
    const auto from = member_object(o, "from");
    const std::string author = from ? member_id(*from, "id") : std::string{};
    // Without a permission the platform leaves out who it was: then it may be ours, and only its words say that it is not.
    const std::string_view text = member_text(o, as.text);
    const bool ours = author.empty() || (as.own_id.empty() ? author != as.not_by : author == as.own_id);
    const bool nobodys = author.empty() && text == request.sent.what.text;
    seek.look_at({.id = member_id(o, "id"),
                  .text = text,
                  .ours = ours,
                  .text_differs =
                      nobodys || !request.sent.what.attachments.empty() || !request.sent.what.buttons.empty(),
                  .at = domain::parse_rfc3339(member_text(o, as.time))});
  }
  return seek.found(rows < lookup_rows || seek.reached_back());
}

finding find_in_conversation(const lookup_request& request, const answer& from) {
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  const auto data = body ? member_array(*body, "data") : std::nullopt;
  if (!data) return {};
  object conversation;
  if (data->size() == 0) return {finding::end::not_there, {}};
  if (data->at(0).get(conversation) != simdjson::SUCCESS) return {};
  const auto messages = member_object(conversation, "messages");
  const auto list = messages ? member_array(*messages, "data") : std::nullopt;
  if (!list) return {};
  // Our own side may be listed by the page's id, the account's or the app's for it [K]: whoever is not the customer is we.
  return find_listed(request, *list,
                     {"message", "created_time", {}, request.sent.conversation.customer_platform_id});
}

}  // namespace switchboard::net::platforms
