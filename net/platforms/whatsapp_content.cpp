// What a WhatsApp message says, type by type (Cloud API, webhooks, "messages" field).

#include "net/platforms/content_line.hpp"
#include "net/platforms/whatsapp_parts.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::content_type;

/// What one type's function works on.
struct filling {
  domain::inbound_event& event;
  payload_writer& payload;
  object message;
  std::string_view type;
  const parse_limits& limits;
};

bool fill_text(const filling& f) {
  const auto text = member_object(f.message, "text");
  if (!text || !has_member(*text, "body")) {
    return false;
  }
  f.event.content = member_text(*text, "body");
  return true;
}

/// A file: its id is good for about 30 days, its url (where there is one) for minutes.
template <content_type as>
bool fill_media(const filling& f) {
  const auto media = member_object(f.message, f.type);
  if (!media) {
    return false;
  }
  f.event.content_type = as;
  f.event.content = member_text(*media, "caption");
  domain::attachment& a = f.event.attachments.emplace_back();
  a.type = domain::to_word(as);
  a.platform_media_id = member_id(*media, "id");
  a.mime = member_text(*media, "mime_type");
  a.name = member_text(*media, "filename");
  a.url = member_text(*media, "url");
  f.payload.text_if("sha256", member_text(*media, "sha256"));
  f.payload.flag_if("voice", f.type == "voice" || member_bool(*media, "voice"));
  f.payload.flag_if("animated", member_bool(*media, "animated"));
  return true;
}

bool fill_location(const filling& f) {
  const auto place = member_object(f.message, "location");
  if (!place) {
    return false;
  }
  f.event.content_type = content_type::location;
  f.event.content = member_text(*place, "name");
  append_item(f.event.content, member_text(*place, "address"));
  if (f.event.content.empty()) append_coordinates(f.event.content, *place);
  f.payload.member_if("location", f.message, "location");
  return true;
}

bool fill_contacts(const filling& f) {
  const auto cards = member_array(f.message, "contacts");
  if (!cards) {
    return false;
  }
  f.event.content_type = content_type::contact;
  for (const element each : *cards) {
    object card;
    if (each.get(card) != simdjson::SUCCESS) {
      continue;  // still in the payload
    }
    const auto name = member_object(card, "name");
    if (name) append_item(f.event.content, member_text(*name, "formatted_name"));
  }
  f.payload.member_if("contacts", f.message, "contacts");
  return true;
}

/// The quick reply of a template.
bool fill_button(const filling& f) {
  const auto button = member_object(f.message, "button");
  if (!button) {
    return false;
  }
  f.event.content_type = content_type::interactive;
  f.event.content = member_text(*button, "text");
  f.payload.member_if("button", f.message, "button");
  return true;
}

/// A flow's answer is JSON in a string, made by the customer's device: kept as an object where it is one,
/// else as the text it is, and believed in neither case.
void keep_flow_answer(const filling& f, object reply) {
  std::string kept = "{\"type\":\"nfm_reply\",\"name\":";
  domain::append_json_string(kept, member_text(reply, "name"));
  kept += ",\"body\":";
  domain::append_json_string(kept, member_text(reply, "body"));
  element answer;
  if (reply.at_key("response_json").get(answer) == simdjson::SUCCESS && !answer.is_null()) {
    kept += ",\"responseJson\":";
    std::optional<std::string> parsed;
    if (answer.is_string()) parsed = nested_object(answer.get_string().value_unsafe(), f.limits);
    if (parsed) {
      kept += *parsed;
    } else {
      append_json(kept, answer);
    }
  }
  kept += '}';
  f.payload.raw("interactive", kept);
}

bool fill_interactive(const filling& f) {
  const auto interactive = member_object(f.message, "interactive");
  const std::string_view kind = interactive ? member_text(*interactive, "type") : std::string_view{};
  const auto reply = kind.empty() ? std::nullopt : member_object(*interactive, kind);
  if (!reply) {
    return false;
  }
  if (kind == "button_reply" || kind == "list_reply") {
    f.event.content = member_text(*reply, "title");
    std::string kept = "{\"type\":\"";
    kept += kind;
    kept += '"';
    for (const auto member : *reply) {
      kept += ',';
      domain::append_json_string(kept, member.key == "type" ? "replyType" : member.key);
      kept += ':';
      append_json(kept, member.value);
    }
    kept += '}';
    f.payload.raw("interactive", kept);
  } else if (kind == "nfm_reply") {
    f.event.content = member_text(*reply, "body");
    keep_flow_answer(f, *reply);
  } else {
    return false;
  }
  f.event.content_type = content_type::interactive;
  return true;
}

bool fill_order(const filling& f) {
  const auto order = member_object(f.message, "order");
  if (!order) {
    return false;
  }
  f.event.content_type = content_type::interactive;
  f.event.content = member_text(*order, "text");
  if (f.event.content.empty()) {
    const auto items = member_array(*order, "product_items");
    f.event.content = "Order of " + std::to_string(items ? items->size() : 0) + " items";
  }
  f.payload.member_if("order", f.message, "order");
  return true;
}

struct known_type {
  std::string_view type;
  bool (*fill)(const filling&);
};
constexpr std::array<known_type, 12> known_types{{{"text", fill_text},
                                                  {"image", fill_media<content_type::image>},
                                                  {"audio", fill_media<content_type::audio>},
                                                  {"voice", fill_media<content_type::audio>},
                                                  {"video", fill_media<content_type::video>},
                                                  {"document", fill_media<content_type::document>},
                                                  {"sticker", fill_media<content_type::sticker>},
                                                  {"interactive", fill_interactive},
                                                  {"button", fill_button},
                                                  {"location", fill_location},
                                                  {"contacts", fill_contacts},
                                                  {"order", fill_order}}};

}  // namespace

void fill_whatsapp_content(domain::inbound_event& event, payload_writer& payload, object message,
                           std::string_view type, const parse_limits& limits) {
  for (const known_type& known : known_types) {
    if (known.type == type && known.fill({event, payload, message, type, limits})) {
      return;
    }
  }
  event.content_type = content_type::unsupported;
  payload.value("message", message);
}

}  // namespace switchboard::net::platforms
