// payload_of: the members that a message has no field of its own for, in the spelling of the request.

#include "domain/json.hpp"
#include "net/platforms/outgoing_json.hpp"

namespace switchboard::net::platforms {
namespace {

using domain::json_object;
using domain::outgoing_button;

void append_buttons(json_object& parent, std::string& out, std::string_view name,
                    const std::vector<outgoing_button>& all) {
  if (all.empty()) return;
  parent.key(name);
  out += '[';
  for (const auto& each : all) {
    if (&each != &all.front()) out += ',';
    json_object button{out};
    button.text("title", each.title);
    button.text_if("payload", each.payload);
    button.text_if("url", each.url);
    button.end();
  }
  out += ']';
}

void append_rows(json_object& section, std::string& out, const std::vector<domain::outgoing_row>& rows) {
  section.key("rows");
  out += '[';
  for (const auto& each : rows) {
    if (&each != &rows.front()) out += ',';
    json_object row{out};
    row.text("title", each.title);
    row.text_if("payload", each.payload);
    row.text_if("description", each.description);
    row.end();
  }
  out += ']';
}

void append_list(json_object& parent, std::string& out, const domain::outgoing_list& from) {
  parent.key("list");
  json_object list{out};
  list.text("button", from.button);
  list.key("sections");
  out += '[';
  for (const auto& each : from.sections) {
    if (&each != &from.sections.front()) out += ',';
    json_object section{out};
    section.text_if("title", each.title);
    append_rows(section, out, each.rows);
    section.end();
  }
  out += ']';
  list.end();
}

void append_template(json_object& parent, std::string& out, const domain::outgoing_template& from) {
  parent.key("template");
  json_object t{out};
  t.text("name", from.name);
  t.text("language", from.language);
  if (!from.components.empty()) t.raw("components", from.components);
  t.end();
}

void append_flow(json_object& parent, std::string& out, const domain::outgoing_flow& from) {
  parent.key("flow");
  json_object flow{out};
  flow.text("id", from.id);
  flow.text_if("token", from.token);
  flow.text("button", from.button);
  flow.text_if("screen", from.screen);
  if (!from.data.empty()) flow.raw("data", from.data);
  flow.end();
}

}  // namespace

std::string payload_of(const domain::outgoing& what) {
  std::string out;
  json_object payload{out};
  append_buttons(payload, out, "quickReplies", what.quick_replies);
  append_buttons(payload, out, "buttons", what.buttons);
  if (what.list) append_list(payload, out, *what.list);
  if (what.approved) append_template(payload, out, *what.approved);
  if (what.flow) append_flow(payload, out, *what.flow);
  if (what.privately) payload.boolean("private", true);  // last: domain::was_said_privately()
  payload.end();
  return out.size() > 2 ? out : std::string{};
}

}  // namespace switchboard::net::platforms
