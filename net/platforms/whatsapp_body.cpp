#include "net/platforms/whatsapp_body.hpp"

namespace switchboard::net::platforms {
namespace {

using domain::json_object;
using domain::outgoing;
using domain::outgoing_button;

constexpr std::string_view group_prefix = "group:";

void append_member(json_object& parent, std::string& out, std::string_view name, std::string_view member,
                   std::string_view value) {
  parent.key(name);
  json_object o{out};
  o.text(member, value);
  o.end();
}

void append_reply_buttons(json_object& action, std::string& out, const std::vector<outgoing_button>& all) {
  action.key("buttons");
  out += '[';
  for (const auto& each : all) {
    if (&each != &all.front()) out += ',';
    json_object button{out};
    button.text("type", "reply");
    button.key("reply");
    json_object reply{out};
    reply.text("id", each.payload.empty() ? each.title : each.payload);
    reply.text("title", each.title);
    reply.end();
    button.end();
  }
  out += ']';
}

void append_link(json_object& action, std::string& out, const outgoing_button& link) {
  action.text("name", "cta_url");
  action.key("parameters");
  json_object parameters{out};
  parameters.text("display_text", link.title);
  parameters.text("url", link.url);
  parameters.end();
}

void append_rows(json_object& section, std::string& out, const domain::outgoing_section& from) {
  section.key("rows");
  out += '[';
  for (const auto& each : from.rows) {
    if (&each != &from.rows.front()) out += ',';
    json_object row{out};
    row.text("id", each.payload.empty() ? each.title : each.payload);
    row.text("title", each.title);
    row.text_if("description", each.description);
    row.end();
  }
  out += ']';
}

void append_list(json_object& action, std::string& out, const domain::outgoing_list& list) {
  action.text("button", list.button);
  action.key("sections");
  out += '[';
  for (const auto& each : list.sections) {
    if (&each != &list.sections.front()) out += ',';
    json_object section{out};
    section.text_if("title", each.title);
    append_rows(section, out, each);
    section.end();
  }
  out += ']';
}

void append_flow(json_object& action, std::string& out, const domain::outgoing_flow& flow) {
  action.text("name", "flow");
  action.key("parameters");
  json_object parameters{out};
  parameters.text("flow_message_version", flow_message_version);
  parameters.text("flow_id", flow.id);
  parameters.text_if("flow_token", flow.token);
  parameters.text("flow_cta", flow.button);
  // Without a screen the flow's own endpoint says which is the first.
  parameters.text("flow_action", flow.screen.empty() ? "data_exchange" : "navigate");
  if (!flow.screen.empty()) {
    parameters.key("flow_action_payload");
    json_object payload{out};
    payload.text("screen", flow.screen);
    if (!flow.data.empty()) payload.raw("data", flow.data);
    payload.end();
  }
  parameters.end();
}

void append_interactive(json_object& body, std::string& out, const outgoing& what) {
  const auto& buttons = what.buttons.empty() ? what.quick_replies : what.buttons;
  const bool link = !buttons.empty() && !buttons.front().url.empty();
  body.text("type", "interactive");
  body.key("interactive");
  json_object interactive{out};
  interactive.text("type", what.list ? "list" : what.flow ? "flow" : link ? "cta_url" : "button");
  append_member(interactive, out, "body", "text", what.text);
  interactive.key("action");
  json_object action{out};
  if (what.list) {
    append_list(action, out, *what.list);
  } else if (what.flow) {
    append_flow(action, out, *what.flow);
  } else if (link) {
    append_link(action, out, buttons.front());
  } else {
    append_reply_buttons(action, out, buttons);
  }
  action.end();
  interactive.end();
}

void append_template(json_object& body, std::string& out, const domain::outgoing_template& approved) {
  body.text("type", "template");
  body.key("template");
  json_object t{out};
  t.text("name", approved.name);
  append_member(t, out, "language", "code", approved.language);
  if (!approved.components.empty()) t.raw("components", approved.components);
  t.end();
}

void append_media(json_object& body, std::string& out, const outgoing& what) {
  const domain::attachment& each = what.attachments.front();
  body.text("type", each.type);
  body.key(each.type);  // one of the five of the shape
  json_object media{out};
  if (each.platform_media_id.empty()) {
    media.text("link", each.url);
  } else {
    media.text("id", each.platform_media_id);
  }
  media.text_if("caption", what.text);
  if (each.type == "document") media.text_if("filename", each.name);
  media.end();
}

void append_recipient(json_object& body, const whatsapp_recipient& to) {
  const bool group = to.what == whatsapp_recipient::by::group;
  body.text("recipient_type", group ? "group" : "individual");
  body.text(to.what == whatsapp_recipient::by::user_id ? "recipient" : "to", to.id);
}

}  // namespace

whatsapp_recipient whatsapp_recipient_of(const send_request& request) {
  const auto& c = request.conversation;
  const std::string_view key = c.thread_key;
  if (key.starts_with(group_prefix)) {
    const std::string_view rest = key.substr(group_prefix.size());
    return {whatsapp_recipient::by::group, std::string{rest.substr(0, rest.find('/'))}};
  }
  const bool number = c.customer_platform_id.find_first_not_of("+0123456789") == std::string::npos;
  return {number ? whatsapp_recipient::by::number : whatsapp_recipient::by::user_id, c.customer_platform_id};
}

std::string whatsapp_body(const send_request& request) {
  const outgoing& what = request.what;
  std::string out;
  json_object body{out};
  body.text("messaging_product", "whatsapp");
  append_recipient(body, whatsapp_recipient_of(request));
  if (!what.reply_to.empty()) append_member(body, out, "context", "message_id", what.reply_to);
  body.text("biz_opaque_callback_data", request.reference.substr(0, callback_data_max));
  if (what.approved) {
    append_template(body, out, *what.approved);
  } else if (what.list || what.flow || !what.buttons.empty() || !what.quick_replies.empty()) {
    append_interactive(body, out, what);
  } else if (!what.attachments.empty()) {
    append_media(body, out, what);
  } else {
    body.text("type", "text");
    body.key("text");
    json_object text{out};
    text.text("body", what.text);
    text.boolean("preview_url", false);
    text.end();
  }
  body.end();
  return out;
}

std::string whatsapp_read_body(std::string_view message_id, bool typing) {
  std::string out;
  json_object body{out};
  body.text("messaging_product", "whatsapp");
  body.text("status", "read");
  body.text("message_id", message_id);
  if (typing) append_member(body, out, "typing_indicator", "type", "text");
  body.end();
  return out;
}

}  // namespace switchboard::net::platforms
