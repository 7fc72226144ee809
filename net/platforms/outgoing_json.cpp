#include "net/platforms/outgoing_json.hpp"

#include "net/platforms/outgoing_reader.hpp"
#include "net/platforms/text_units.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::outgoing;
using domain::outgoing_button;

constexpr std::array<std::string_view, 11> body_members = {
    "content",  "contentType", "attachments", "quickReplies", "buttons", "list",
    "template", "flow",        "replyTo",     "private",      "lane"};
constexpr std::array<std::string_view, 5> attachment_members = {"type", "url", "platformMediaId", "mime",
                                                                "name"};
constexpr std::array<std::string_view, 5> attachment_types = {"image", "video", "audio", "document",
                                                              "sticker"};

void read_button(outgoing_reader& in, object o, const std::string& path, std::vector<outgoing_button>& to) {
  constexpr std::array<std::string_view, 3> members = {"title", "payload", "url"};
  in.check_members(o, members, path);
  outgoing_button& button = to.emplace_back();
  button.title = in.required(o, "title", path, title_bytes_max);
  button.payload = in.text(o, "payload", path, payload_bytes_max);
  button.url = in.url(o, "url", path);
  if (!button.url.empty() && !button.payload.empty()) {
    in.refuse("payload-and-url", path + "url",
              "a button comes back with a payload, or opens an url: give one");
  }
}

void read_list(outgoing_reader& in, object o, domain::outgoing_list& to) {
  constexpr std::array<std::string_view, 2> list_members = {"button", "sections"};
  constexpr std::array<std::string_view, 2> section_members = {"title", "rows"};
  constexpr std::array<std::string_view, 3> row_members = {"title", "payload", "description"};
  in.check_members(o, list_members, "list.");
  to.button = in.required(o, "button", "list.", title_bytes_max);
  std::size_t rows = 0;
  in.objects(o, "sections", "list.", sections_max, [&](object section, const std::string& path) {
    in.check_members(section, section_members, path);
    auto& s = to.sections.emplace_back();
    s.title = in.text(section, "title", path, title_bytes_max);
    in.objects(section, "rows", path, rows_max - rows, [&](object row, const std::string& row_path) {
      in.check_members(row, row_members, row_path);
      s.rows.push_back({in.required(row, "title", row_path, title_bytes_max),
                        in.text(row, "payload", row_path, payload_bytes_max),
                        in.text(row, "description", row_path, title_bytes_max)});
    });
    rows += s.rows.size();
  });
}

void read_template(outgoing_reader& in, object o, domain::outgoing_template& to) {
  constexpr std::array<std::string_view, 3> members = {"name", "language", "components"};
  in.check_members(o, members, "template.");
  to.name = in.required(o, "name", "template.", title_bytes_max);
  to.language = in.required(o, "language", "template.", title_bytes_max);
  to.components = in.raw(o, "components", "template.", true, raw_json_bytes_max);
}

void read_flow(outgoing_reader& in, object o, domain::outgoing_flow& to) {
  constexpr std::array<std::string_view, 5> members = {"id", "token", "button", "screen", "data"};
  in.check_members(o, members, "flow.");
  to.id = in.required(o, "id", "flow.", id_bytes_max);
  to.token = in.text(o, "token", "flow.", id_bytes_max);
  to.button = in.required(o, "button", "flow.", title_bytes_max);
  to.screen = in.text(o, "screen", "flow.", id_bytes_max);
  to.data = in.raw(o, "data", "flow.", false, raw_json_bytes_max);
  if (!to.data.empty() && to.screen.empty()) {
    in.refuse("missing", "flow.screen", "data is given to a screen: name it");
  }
}

/// What a payload keeps.
void read_kept(outgoing_reader& in, object o, outgoing& to) {
  in.objects(o, "quickReplies", "", choices_max,
             [&](object each, const std::string& path) { read_button(in, each, path, to.quick_replies); });
  in.objects(o, "buttons", "", choices_max,
             [&](object each, const std::string& path) { read_button(in, each, path, to.buttons); });
  if (const auto list = in.object_in(o, "list", "")) read_list(in, *list, to.list.emplace());
  if (const auto t = in.object_in(o, "template", "")) read_template(in, *t, to.approved.emplace());
  if (const auto flow = in.object_in(o, "flow", "")) read_flow(in, *flow, to.flow.emplace());
  to.privately = in.boolean(o, "private", "");
}

void read_attachment(outgoing_reader& in, object o, const std::string& path, domain::attachment& to) {
  in.check_members(o, attachment_members, path);
  to.type = in.required(o, "type", path, title_bytes_max);
  to.url = in.url(o, "url", path);
  to.platform_media_id = in.text(o, "platformMediaId", path, id_bytes_max);
  to.mime = in.text(o, "mime", path, title_bytes_max);
  to.name = in.text(o, "name", path, title_bytes_max);
  to.state = domain::media_state::ready;
  if (std::find(attachment_types.begin(), attachment_types.end(), to.type) == attachment_types.end()) {
    in.refuse("unknown-type", path + "type", "must be image, video, audio, document or sticker");
  }
  if (to.url.empty() == to.platform_media_id.empty()) {
    in.refuse("attachment-source", path + "url", "give an url, or the platformMediaId of what was uploaded");
  }
}

domain::lane read_lane(outgoing_reader& in, object body) {
  const auto word = in.text(body, "lane", "", title_bytes_max);
  if (word.empty()) return domain::lane::agent;
  const auto lane = domain::lane_from_word(word);
  if (!lane) in.refuse("unknown-lane", "lane", "must be agent, bot or bulk");
  return lane.value_or(domain::lane::agent);
}

void check_content_type(outgoing_reader& in, const std::string& word, const outgoing& what) {
  if (word.empty() || in.failed()) return;
  const std::string_view made = domain::to_word(content_type_of(what));
  if (word == made) return;
  in.refuse(
      "content-type", "contentType",
      "is \"" + word.substr(0, 40) + "\", but the message is \"" + std::string{made} + "\": leave it out");
}

void check_not_empty(outgoing_reader& in, const outgoing& what) {
  const bool something = !is_blank(what.text) || !what.attachments.empty() || !what.quick_replies.empty() ||
                         !what.buttons.empty() || what.list || what.approved || what.flow;
  if (!something) {
    in.refuse("empty", "", "there is nothing to send: give a content, attachments or a template");
  }
}

expected<object, unfit> object_of(std::string_view json, std::string_view field) {
  const auto parsed = parse(json, {.depth_max = json_depth_max});
  object o;
  if (!parsed) return unexpected{unfit{parsed.error().reason, std::string{field}, parsed.error().detail}};
  if (parsed->root.get(o) == simdjson::SUCCESS) return o;
  return unexpected{unfit{"wrong-type", std::string{field}, "must be a JSON object"}};
}

}  // namespace

expected<outgoing, unfit> read_outgoing(std::string_view json) {
  const auto body = object_of(json, "");
  if (!body) return unexpected{body.error()};
  outgoing what;
  outgoing_reader in;
  in.check_members(*body, body_members, "");
  what.text = in.text(*body, "content", "", content_bytes_max);
  const std::string content_type = in.text(*body, "contentType", "", title_bytes_max);
  in.objects(*body, "attachments", "", attachments_max, [&](object each, const std::string& path) {
    read_attachment(in, each, path, what.attachments.emplace_back());
  });
  read_kept(in, *body, what);
  what.reply_to = in.text(*body, "replyTo", "", id_bytes_max);
  what.lane = read_lane(in, *body);
  if (!in.failed()) check_not_empty(in, what);
  check_content_type(in, content_type, what);
  if (in.failed()) return unexpected{in.take()};
  return what;
}

domain::content_type content_type_of(const outgoing& what) {
  if (what.list || what.approved || what.flow || !what.buttons.empty() || !what.quick_replies.empty()) {
    return domain::content_type::interactive;
  }
  if (what.attachments.empty()) return domain::content_type::text;
  return domain::from_word<domain::content_type>(what.attachments.front().type)
      .value_or(domain::content_type::attachment);
}

expected<outgoing, unfit> outgoing_of(const domain::message& stored) {
  outgoing what;
  what.text = stored.content;
  what.attachments = stored.attachments;
  what.reply_to = stored.reply_to;
  if (stored.payload.empty()) return what;
  const auto payload = object_of(stored.payload, "payload");
  if (!payload) return unexpected{payload.error()};
  outgoing_reader in;
  in.check_members(*payload, {}, "payload.");
  read_kept(in, *payload, what);
  if (in.failed()) return unexpected{in.take()};
  return what;
}

}  // namespace switchboard::net::platforms
