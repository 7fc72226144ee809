// What a Telegram message says: the member that makes it a text, a photo, a poll … (Bot API, "Message").

#include "net/platforms/content_line.hpp"
#include "net/platforms/telegram_parts.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::content_type;

/// What one kind's function works on. `part` is the member that names the kind.
struct filling {
  domain::inbound_event& event;
  payload_writer& payload;
  object message;
  element part;
  std::string_view name;
};

std::optional<object> as_object(element e) {
  object o;
  return e.get(o) == simdjson::SUCCESS ? std::optional{o} : std::nullopt;
}
std::optional<array> as_array(element e) {
  array a;
  return e.get(a) == simdjson::SUCCESS ? std::optional{a} : std::nullopt;
}

/// file_id is what getFile takes; there is no url.
void attach(domain::inbound_event& e, object file, content_type as) {
  domain::attachment& a = e.attachments.emplace_back();
  a.type = domain::to_word(as);
  a.platform_media_id = member_id(file, "file_id");
  a.mime = member_text(file, "mime_type");
  a.name = member_text(file, "file_name");
  if (const auto bytes = member_int(file, "file_size"); bytes && *bytes >= 0) {
    a.size = static_cast<std::uint64_t>(*bytes);
  }
}

bool fill_text(const filling& f) {
  if (!f.part.is_string()) {
    return false;
  }
  f.event.content = f.part.get_string().value_unsafe();
  return true;
}

template <content_type as>
bool fill_file(const filling& f) {
  const auto file = as_object(f.part);
  if (!file) {
    return false;
  }
  f.event.content_type = as;
  f.event.content = member_text(f.message, "caption");
  attach(f.event, *file, as);
  f.payload.member_if("duration", *file, "duration");
  return true;
}

bool fill_voice(const filling& f) {
  f.payload.flag_if("voice", f.part.is_object());
  return fill_file<content_type::audio>(f);
}
/// Comes with a document member of the same file, for old clients: one attachment, not two.
bool fill_animation(const filling& f) {
  f.payload.flag_if("animated", f.part.is_object());
  return fill_file<content_type::video>(f);
}

bool fill_sticker(const filling& f) {
  if (!fill_file<content_type::sticker>(f)) {
    return false;
  }
  const auto sticker = as_object(f.part);
  f.event.content = member_text(*sticker, "emoji");
  f.payload.flag_if("animated", member_bool(*sticker, "is_animated") || member_bool(*sticker, "is_video"));
  f.payload.text_if("stickerSet", member_text(*sticker, "set_name"));
  return true;
}

/// The same photo in several sizes, the largest last.
bool fill_photo(const filling& f) {
  const auto sizes = as_array(f.part);
  std::optional<object> largest;
  if (sizes) {
    for (const element each : *sizes) largest = as_object(each);
  }
  if (!largest) {
    return false;
  }
  f.event.content_type = content_type::image;
  f.event.content = member_text(f.message, "caption");
  attach(f.event, *largest, content_type::image);
  return true;
}

bool fill_location(const filling& f) {
  const auto location = as_object(f.part);
  if (!location) {
    return false;
  }
  f.event.content_type = content_type::location;
  append_coordinates(f.event.content, *location);
  f.payload.value("location", f.part);
  return true;
}

/// Comes with a location member of the same place.
bool fill_venue(const filling& f) {
  const auto venue = as_object(f.part);
  if (!venue) {
    return false;
  }
  f.event.content_type = content_type::location;
  f.event.content = member_text(*venue, "title");
  append_item(f.event.content, member_text(*venue, "address"));
  f.payload.value("venue", f.part);
  return true;
}

bool fill_contact(const filling& f) {
  const auto contact = as_object(f.part);
  if (!contact) {
    return false;
  }
  f.event.content_type = content_type::contact;
  f.event.content = telegram_name_of(*contact);
  append_item(f.event.content, member_id(*contact, "phone_number"));
  f.payload.value("contact", f.part);
  return true;
}

/// Kinds that are one object with a line that says it.
bool fill_line(const filling& f, content_type as, std::string_view line_member,
               std::string_view payload_name) {
  const auto part = as_object(f.part);
  if (!part) {
    return false;
  }
  f.event.content_type = as;
  f.event.content = member_text(*part, line_member);
  f.payload.value(payload_name, f.part);
  return true;
}

bool fill_game(const filling& f) {
  return fill_line(f, content_type::interactive, "title", "game");
}
bool fill_invoice(const filling& f) {
  return fill_line(f, content_type::interactive, "title", "invoice");
}
bool fill_story(const filling& f) {
  return fill_line(f, content_type::story, "", "story");
}
/// `data` is made by the Mini App on the customer's device: text, and no more than that.
bool fill_web_app(const filling& f) {
  return fill_line(f, content_type::interactive, "button_text", "webAppData");
}

bool fill_dice(const filling& f) {
  if (!fill_line(f, content_type::text, "emoji", "dice")) {
    return false;
  }
  f.event.content += ' ' + std::to_string(member_int(*as_object(f.part), "value").value_or(0));
  return true;
}

bool fill_poll(const filling& f) {
  if (!fill_line(f, content_type::interactive, "question", "poll")) {
    return false;
  }
  if (const auto options = member_array(*as_object(f.part), "options")) {
    for (const element each : *options) {
      const auto option = as_object(each);
      f.event.content += "\n- ";
      if (option) f.event.content += member_text(*option, "text");
    }
  }
  return true;
}

/// Amounts are in the currency's smallest unit; how many of them make one is the currency's affair.
bool fill_payment(const filling& f, std::string_view what, std::string_view payload_name) {
  const auto payment = as_object(f.part);
  if (!payment) {
    return false;
  }
  f.event.content_type = content_type::interactive;
  f.event.content = what;
  f.event.content += member_id(*payment, "total_amount");
  f.event.content += " (smallest unit) ";
  f.event.content += member_text(*payment, "currency");
  f.payload.value(payload_name, f.part);
  return true;
}
bool fill_paid(const filling& f) {
  return fill_payment(f, "Paid ", "successfulPayment");
}
bool fill_refund(const filling& f) {
  return fill_payment(f, "Refunded ", "refundedPayment");
}

bool fill_paid_media(const filling& f) {
  const auto paid = as_object(f.part);
  const auto list = paid ? member_array(*paid, "paid_media") : std::nullopt;
  if (!list) {
    return false;
  }
  f.event.content_type = content_type::attachment;
  f.event.content = member_text(f.message, "caption");
  for (const element each : *list) {
    const auto media = as_object(each);
    if (!media) continue;  // still in the payload
    if (const auto video = member_object(*media, "video")) attach(f.event, *video, content_type::video);
    std::optional<object> largest;
    if (const auto sizes = member_array(*media, "photo")) {
      for (const element size : *sizes) largest = as_object(size);
    }
    if (largest) attach(f.event, *largest, content_type::image);
  }
  f.payload.value("paidMedia", f.part);
  return true;
}

struct known_part {
  std::string_view name;
  bool (*fill)(const filling&);
};
/// In this order: where two members are there, the first is what the message is.
constexpr std::array<known_part, 21> known_parts{{{"text", fill_text},
                                                  {"photo", fill_photo},
                                                  {"voice", fill_voice},
                                                  {"animation", fill_animation},
                                                  {"document", fill_file<content_type::document>},
                                                  {"video", fill_file<content_type::video>},
                                                  {"video_note", fill_file<content_type::video>},
                                                  {"audio", fill_file<content_type::audio>},
                                                  {"sticker", fill_sticker},
                                                  {"venue", fill_venue},
                                                  {"location", fill_location},
                                                  {"contact", fill_contact},
                                                  {"web_app_data", fill_web_app},
                                                  {"dice", fill_dice},
                                                  {"poll", fill_poll},
                                                  {"game", fill_game},
                                                  {"invoice", fill_invoice},
                                                  {"successful_payment", fill_paid},
                                                  {"refunded_payment", fill_refund},
                                                  {"story", fill_story},
                                                  {"paid_media", fill_paid_media}}};

}  // namespace

void fill_telegram_content(domain::inbound_event& event, payload_writer& payload, object message) {
  for (const known_part& known : known_parts) {
    element part;
    if (message.at_key(known.name).get(part) == simdjson::SUCCESS &&
        known.fill({event, payload, message, part, known.name})) {
      return;
    }
  }
  if (fill_telegram_service(event, payload, message)) {
    return;
  }
  event.content_type = content_type::unsupported;
  event.content = member_text(message, "caption");
  payload.value("message", message);
}

}  // namespace switchboard::net::platforms
