// WhatsApp Cloud API: POST /{version}/{phone number}/messages.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"
#include "tests/fake_platform/text_size.hpp"
#include "tests/fake_platform/world.hpp"

namespace switchboard::fake_platform {
namespace {

using namespace std::chrono_literals;
using domain::json_object;
using net::platforms::has_member;
using net::platforms::member_array;
using net::platforms::member_id;
using net::platforms::member_object;
using net::platforms::member_text;
using net::platforms::object;

constexpr limit messages{"whatsapp.messages", 80, 1s};
constexpr limit pair{"whatsapp.pair", 1, 6s, 45};
constexpr int over_rate = 130429, over_pair = 131056, missing = 131008, invalid = 131009,
              outside_window = 131047;

const char* flaw_in_list(object action) {
  constexpr std::size_t rows_max = 10, title_max = 24, description_max = 72;
  const auto sections = member_array(action, "sections");
  if (!sections || member_text(action, "button").empty()) return "action.sections";
  std::size_t rows = 0;
  for (const auto each : *sections) {
    object section;
    const auto list = each.get(section) == simdjson::SUCCESS ? member_array(section, "rows") : std::nullopt;
    if (!list) return "rows";
    for (const auto one : *list) {
      object row;
      if (one.get(row) != simdjson::SUCCESS || member_text(row, "id").empty()) return "rows.id";
      if (utf16_units(member_text(row, "title")) > title_max) return "rows.title is too long";
      if (utf16_units(member_text(row, "description")) > description_max)
        return "rows.description is too long";
      ++rows;
    }
  }
  return rows == 0 || rows > rows_max ? "action.sections: 1 to 10 rows" : nullptr;
}

const char* flaw_in_buttons(object action) {
  constexpr std::size_t buttons_max = 3, title_max = 20, id_max = 256;
  const auto buttons = member_array(action, "buttons");
  if (!buttons || buttons->size() == 0 || buttons->size() > buttons_max) return "action.buttons: 1 to 3";
  for (const auto each : *buttons) {
    object o;
    const auto reply = each.get(o) == simdjson::SUCCESS ? member_object(o, "reply") : std::nullopt;
    if (!reply) return "action.buttons.reply";
    if (utf16_units(member_text(*reply, "title")) > title_max) return "the title of a button is too long";
    if (member_text(*reply, "id").size() > id_max) return "the id of a button is too long";
  }
  return nullptr;
}

const char* flaw_in_interactive(object body) {
  constexpr std::size_t text_max = 1024;
  const auto interactive = member_object(body, "interactive");
  const auto text = interactive ? member_object(*interactive, "body") : std::nullopt;
  const auto action = interactive ? member_object(*interactive, "action") : std::nullopt;
  if (!text || !action) return "interactive needs body and action";
  const auto n = utf16_units(member_text(*text, "text"));
  if (n == 0 || n > text_max) return "interactive.body.text";
  const auto kind = member_text(*interactive, "type");
  if (kind == "button") return flaw_in_buttons(*action);
  if (kind == "list") return flaw_in_list(*action);
  if (kind == "cta_url" || kind == "flow")
    return has_member(*action, "parameters") ? nullptr : "action.parameters";
  return "interactive.type";
}

/// What is wrong with it; nullptr: nothing.
const char* flaw_in(object body) {
  constexpr std::size_t text_max = 4096, caption_max = 1024;
  const auto type = member_text(body, "type");
  if (type == "text") {
    const auto text = member_object(body, "text");
    const auto n = text ? utf16_units(member_text(*text, "body")) : 0;
    return n == 0 || n > text_max ? "text.body" : nullptr;
  }
  if (type == "interactive") return flaw_in_interactive(body);
  if (type == "template") {
    const auto t = member_object(body, "template");
    const auto language = t ? member_object(*t, "language") : std::nullopt;
    return language && !member_text(*t, "name").empty() && !member_text(*language, "code").empty()
               ? nullptr
               : "template";
  }
  if (type == "image" || type == "video" || type == "audio" || type == "document" || type == "sticker") {
    const auto media = member_object(body, type);
    if (!media || (member_text(*media, "link").empty() && member_id(*media, "id").empty()))
      return "media needs link or id";
    return utf16_units(member_text(*media, "caption")) > caption_max ? "caption is too long" : nullptr;
  }
  return "type";
}

std::string text_of(object body) {
  const auto text = member_object(body, "text");
  return text ? std::string{member_text(*text, "body")} : '[' + std::string{member_text(body, "type")} + ']';
}

told limited(world& w, int code, std::string_view why, std::chrono::milliseconds wait) {
  ++w.limited;
  told t = graph_error(w, 429, code, why);
  --w.refused;
  t.headers.emplace_back("Retry-After", seconds_of(wait));
  return t;
}

}  // namespace

told whatsapp_answer(world& w, const account& from, const asked& r, instant now) {
  const auto parsed = net::platforms::parse(r.body, {});
  object body;
  if (r.method != "POST" || !parsed || parsed->root.get(body) != simdjson::SUCCESS) {
    return graph_error(w, 400, 100, "(#100) the body is no JSON object");
  }
  if (member_text(body, "messaging_product") != "whatsapp") {
    return graph_error(w, 400, 100, "(#100) The parameter messaging_product is required.");
  }
  if (member_text(body, "status") == "read") {
    if (member_text(body, "message_id").empty()) return graph_error(w, 400, missing, "(#131008) message_id");
    ++w.marked_read;
    if (has_member(body, "typing_indicator")) ++w.typings;
    return {.body = R"({"success":true})"};
  }
  std::string to = member_id(body, "to");
  if (to.empty()) to = member_id(body, "recipient");
  if (to.empty()) return graph_error(w, 400, missing, "(#131008) to");
  constexpr std::size_t reference_max = 512;
  const auto reference = member_text(body, "biz_opaque_callback_data");
  if (reference.size() > reference_max)
    return graph_error(w, 400, invalid, "(#131009) biz_opaque_callback_data");
  if (const char* flaw = flaw_in(body)) return graph_error(w, 400, invalid, std::string("(#131009) ") + flaw);
  const auto silent = w.silent_for(from, to);
  if (silent && *silent > 24h && member_text(body, "type") != "template") {
    return graph_error(w, 400, outside_window, "(#131047) Re-engagement message");
  }
  if (const auto wait = w.limits.take(pair, from.id + '/' + to, 1, now)) {
    return limited(w, over_pair, "(#131056) pair rate limit hit", *wait);
  }
  auto tier = messages;
  if (from.messages_per_second > 0) tier.units = from.messages_per_second;
  if (const auto wait = w.limits.take(tier, from.id, 1, now)) {
    return limited(w, over_rate, "(#130429) Rate limit hit", *wait);
  }
  const auto& kept = w.keep({.by = &from,
                             .where = edge::message,
                             .recipient = to,
                             .text = text_of(body),
                             .reference = std::string{reference},
                             .id = "wamid.out." + std::to_string(w.next_id++),
                             .at = now});
  std::string out = R"({"messaging_product":"whatsapp","contacts":[)";
  json_object contact{out};
  contact.text("input", to);
  contact.text("wa_id", to);
  contact.end();
  return {.body = out + R"(],"messages":[{"id":")" + kept.id + "\"}]}"};
}

}  // namespace switchboard::fake_platform
