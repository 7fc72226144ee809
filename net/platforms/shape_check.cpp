// What a platform's messages have no place for, by name and before anything is queued.

#include "net/platforms/fitting.hpp"

#include <algorithm>
#include <string>

namespace switchboard::net::platforms {
namespace {

using domain::outgoing;
using domain::outgoing_button;
using checked = expected<void, unfit>;

unexpected<unfit> refuse(std::string code, std::string field, std::string detail) {
  return unexpected{unfit{std::move(code), std::move(field), std::move(detail)}};
}

std::string named(const message_shape& shape) {
  return std::string{shape.name};
}

std::string at(std::string_view list, std::size_t index, std::string_view member) {
  std::string field{list};
  field += '[' + std::to_string(index) + ']';
  if (!member.empty()) field += '.' + std::string{member};
  return field;
}

checked unsupported(const message_shape& shape, std::string_view what, std::string_view field,
                    std::string_view instead) {
  std::string detail = named(shape) + " can't hold " + std::string{what} + "; " + std::string{instead};
  std::string code{"unsupported-"};
  for (const char c : field) {
    if (c >= 'A' && c <= 'Z') {
      code += '-';
      code += static_cast<char>(c - 'A' + 'a');
    } else {
      code += c;
    }
  }
  return refuse(std::move(code), std::string{field}, std::move(detail));
}

/// A short text's bounds: UTF-16 units for what is read, bytes for what comes back to us.
checked check_text(std::string_view text, std::size_t max, text_unit unit, std::string field,
                   const message_shape& shape) {
  const std::size_t size = measure(text, unit);
  if (max == 0 || size <= max) return {};
  const bool payload = unit == text_unit::bytes;
  return refuse(payload ? "payload-too-long" : "title-too-long", std::move(field),
                "has " + std::to_string(size) + " " + std::string{to_word(unit)} + "; " + named(shape) +
                    " takes " + std::to_string(max) + " here: shorten it");
}

checked check_choice(const message_shape& shape, const choice_shape& choices, const outgoing_button& each,
                     std::string_view list, std::size_t i) {
  if (auto ok = check_text(each.title, choices.title_max, text_unit::utf16, at(list, i, "title"), shape);
      !ok) {
    return ok;
  }
  if (each.url.empty()) {
    return check_text(each.payload, choices.payload_max, text_unit::bytes, at(list, i, "payload"), shape);
  }
  if (choices.links_max > 0) return {};
  return refuse("unsupported-link-button", at(list, i, "url"),
                named(shape) + " has no buttons that open a link; put the address into the text");
}

checked check_choices(const message_shape& shape, const choice_shape& choices,
                      const std::vector<outgoing_button>& all, std::string_view list) {
  if (all.empty()) return {};
  if (choices.max == 0) return unsupported(shape, "them", list, "put what there is to choose into the text");
  if (all.size() > choices.max) {
    return refuse(
        "too-many-choices", std::string{list},
        std::to_string(all.size()) + " are given; " + named(shape) + " takes " + std::to_string(choices.max));
  }
  std::size_t links = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (auto ok = check_choice(shape, choices, all[i], list, i); !ok) return ok;
    links += all[i].url.empty() ? 0U : 1U;
  }
  if (links > choices.links_max || (choices.links_alone && links > 0 && links != all.size())) {
    return refuse("too-many-link-buttons", std::string{list},
                  named(shape) + " takes at most " + std::to_string(choices.links_max) +
                      " button that opens a link" +
                      (choices.links_alone ? ", and no other button beside it" : ""));
  }
  return {};
}

checked check_rows(const message_shape& shape, const domain::outgoing_section& section,
                   const std::string& path) {
  const list_shape& limits = shape.list;
  for (std::size_t r = 0; r < section.rows.size(); ++r) {
    const auto& row = section.rows[r];
    const std::string here = path + ".rows[" + std::to_string(r) + "].";
    if (auto ok = check_text(row.title, limits.row_title_max, text_unit::utf16, here + "title", shape); !ok) {
      return ok;
    }
    if (auto ok = check_text(row.description, limits.description_max, text_unit::utf16, here + "description",
                             shape);
        !ok) {
      return ok;
    }
    if (auto ok = check_text(row.payload, limits.payload_max, text_unit::bytes, here + "payload", shape);
        !ok) {
      return ok;
    }
  }
  return {};
}

checked check_list(const message_shape& shape, const outgoing& what) {
  if (!what.list) return {};
  const list_shape& limits = shape.list;
  if (limits.rows_max == 0) return unsupported(shape, "a list", "list", "put its rows into the text");
  if (auto ok = check_text(what.list->button, limits.button_max, text_unit::utf16, "list.button", shape);
      !ok) {
    return ok;
  }
  const auto& sections = what.list->sections;
  std::size_t rows = 0;
  for (const auto& each : sections) rows += each.rows.size();
  if (rows == 0 || rows > limits.rows_max || sections.size() > limits.sections_max) {
    return refuse("list-size", "list.sections",
                  std::to_string(rows) + " rows in " + std::to_string(sections.size()) + " sections; " +
                      named(shape) + " takes 1 to " + std::to_string(limits.rows_max) + " rows in at most " +
                      std::to_string(limits.sections_max) + " sections");
  }
  for (std::size_t s = 0; s < sections.size(); ++s) {
    const std::string path = "list.sections[" + std::to_string(s) + "]";
    if (sections.size() > 1 && sections[s].title.empty()) {
      return refuse("title-missing", path + ".title", "where there are several sections each needs a title");
    }
    if (auto ok =
            check_text(sections[s].title, limits.section_title_max, text_unit::utf16, path + ".title", shape);
        !ok) {
      return ok;
    }
    if (auto ok = check_rows(shape, sections[s], path); !ok) return ok;
  }
  return {};
}

checked check_attachment(const message_shape& shape, const domain::attachment& each, std::size_t i) {
  const auto& types = shape.attachments;
  const bool known = std::any_of(types.begin(), types.end(),
                                 [&](const attachment_shape& type) { return type.type == each.type; });
  if (!known) {
    return refuse("unsupported-attachment-type", at("attachments", i, "type"),
                  named(shape) + " can't hold one of type \"" + each.type + "\"");
  }
  if (each.platform_media_id.empty() && each.url.empty()) {
    return refuse("attachment-without-source", at("attachments", i, ""),
                  "has neither url nor platformMediaId");
  }
  if (!shape.by_url && each.platform_media_id.empty()) {
    return refuse("attachment-by-url", at("attachments", i, "url"),
                  named(shape) + " takes only what was uploaded to the platform: give its platformMediaId");
  }
  if (!shape.by_id && each.url.empty()) {
    return refuse("attachment-by-id", at("attachments", i, "platformMediaId"),
                  named(shape) + " takes attachments by url only");
  }
  return {};
}

checked check_attachments(const message_shape& shape, const outgoing& what) {
  if (what.attachments.empty()) return {};
  if (shape.attachments.empty()) {
    return unsupported(shape, "attachments", "attachments", "put an address into the text");
  }
  for (std::size_t i = 0; i < what.attachments.size(); ++i) {
    if (auto ok = check_attachment(shape, what.attachments[i], i); !ok) return ok;
  }
  return {};
}

checked check_template(const message_shape& shape, const outgoing& what) {
  if (!what.approved) return {};
  if (!shape.templates) {
    return unsupported(shape, "a template", "template", "templates are WhatsApp's: send a text");
  }
  if (!what.text.empty() || !what.attachments.empty()) {
    return refuse("template-alone", "template",
                  "a template has its own text and media: leave content and attachments out");
  }
  return {};
}

/// Each of them makes the message another kind of message.
checked check_one_kind(const outgoing& what) {
  const int kinds = (what.quick_replies.empty() ? 0 : 1) + (what.buttons.empty() ? 0 : 1) +
                    (what.list ? 1 : 0) + (what.approved ? 1 : 0) + (what.flow ? 1 : 0);
  if (kinds <= 1) return {};
  return refuse(
      "choices-combined", {},
      "quickReplies, buttons, list, template and flow are each a message of their own: give one of them");
}

checked check_choice_text(const message_shape& shape, const outgoing& what) {
  const bool choices = !what.quick_replies.empty() || !what.buttons.empty() || what.list || what.flow;
  const bool must =
      what.list || what.flow || (!what.quick_replies.empty() && shape.quick_replies.needs_text) ||
      (!what.buttons.empty() && shape.buttons.needs_text) || (choices && what.attachments.empty());
  if (!must || !is_blank(what.text)) return {};
  return refuse("text-required", "content",
                named(shape) + " needs a text above what there is to choose: give a content");
}

}  // namespace

expected<void, unfit> check_shape(const message_shape& shape, const outgoing& what) {
  if (is_blank(what.text) && what.attachments.empty() && !what.approved && !what.list && !what.flow &&
      what.quick_replies.empty() && what.buttons.empty()) {
    return refuse("empty", {}, "there is nothing to send: give a content, attachments or a template");
  }
  if (!is_utf8(what.text)) return refuse("invalid-utf8", "content", "is not valid UTF-8");
  if (auto ok = check_attachments(shape, what); !ok) return ok;
  if (auto ok = check_choices(shape, shape.quick_replies, what.quick_replies, "quickReplies"); !ok) return ok;
  if (auto ok = check_choices(shape, shape.buttons, what.buttons, "buttons"); !ok) return ok;
  if (auto ok = check_list(shape, what); !ok) return ok;
  if (auto ok = check_template(shape, what); !ok) return ok;
  if (what.flow && !shape.flows) {
    return unsupported(shape, "a flow", "flow", "flows are WhatsApp's: ask in a text");
  }
  if (what.flow) {
    if (auto ok =
            check_text(what.flow->button, shape.list.button_max, text_unit::utf16, "flow.button", shape);
        !ok) {
      return ok;
    }
  }
  if (auto ok = check_one_kind(what); !ok) return ok;
  if (auto ok = check_choice_text(shape, what); !ok) return ok;
  if (!what.reply_to.empty() && !shape.replies && !shape.below) {
    return unsupported(shape, "a reference to the message that it answers", "replyTo", "leave it out");
  }
  return {};
}

}  // namespace switchboard::net::platforms
