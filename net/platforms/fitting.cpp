#include "net/platforms/fitting.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::outgoing;
using parts_or_unfit = expected<std::vector<outgoing>, unfit>;

bool has_choices(const outgoing& what) {
  return !what.quick_replies.empty() || !what.buttons.empty() || what.list || what.flow;
}

bool takes_text(const message_shape& shape, std::string_view type) {
  return std::any_of(shape.attachments.begin(), shape.attachments.end(),
                     [&](const attachment_shape& each) { return each.type == type && each.takes_text; });
}

/// May the text, and what there is to choose, go with the last attachments?
bool fits_beside(const message_shape& shape, const outgoing& what) {
  if (what.attachments.empty()) return false;
  if (what.list || what.flow) return false;
  if (!what.quick_replies.empty() && shape.quick_replies.needs_text) return false;
  if (!what.buttons.empty() && shape.buttons.needs_text) return false;
  if (is_blank(what.text)) return true;
  return takes_text(shape, what.attachments.back().type) && fits(what.text, shape.caption);
}

unexpected<unfit> too_long(const message_shape& shape, std::string_view text, const text_limit& limit) {
  const bool by_bytes = limit.bytes_max != 0 && text.size() > limit.bytes_max;
  const text_unit unit = by_bytes ? text_unit::bytes : limit.unit;
  return unexpected{unfit{"text-too-long", "content",
                          "has " + std::to_string(measure(text, unit)) + " " + std::string{to_word(unit)} +
                              "; " + std::string{shape.name} + " takes " +
                              std::to_string(by_bytes ? limit.bytes_max : limit.max) +
                              ": shorten it, or let it be split"}};
}

unexpected<unfit> cannot_split(const message_shape& shape, split_failure why) {
  if (why == split_failure::too_many_parts) {
    return unexpected{unfit{"too-many-parts", "content",
                            "would become more than " + std::to_string(parts_max) + " messages; " +
                                std::string{shape.name} + " takes " + std::to_string(shape.text.max) + " " +
                                std::string{to_word(shape.text.unit)} + ": shorten it"}};
  }
  return unexpected{unfit{"character-too-long", "content",
                          "holds one character with so many marks on it that " + std::string{shape.name} +
                              " can't hold it: take it out"}};
}

/// How long the text of the message may be that holds what there is to choose.
const text_limit& last_limit(const message_shape& shape, const outgoing& what) {
  if (!has_choices(what)) return shape.text;
  return !what.quick_replies.empty() && shape.quick_text.max > 0 ? shape.quick_text : shape.choice_text;
}

/// The text in messages of its own; the last one leaves room for what there is to choose.
expected<std::vector<std::string_view>, unfit> cut(const message_shape& shape, const outgoing& what,
                                                   split_policy policy) {
  const std::string_view text = what.text;
  const text_limit& last = last_limit(shape, what);
  if (fits(text, last)) return std::vector{text};
  if (policy == split_policy::refuse) return too_long(shape, text, last);
  auto parts = split_text(text, shape.text, parts_max);
  if (!parts) return cannot_split(shape, parts.error());
  if (!fits(parts->back(), last)) {
    auto end = split_text(parts->back(), last, parts_max);
    if (!end) return cannot_split(shape, end.error());
    parts->pop_back();
    parts->insert(parts->end(), end->begin(), end->end());
  }
  return std::move(*parts);
}

/// The attachments in messages of as many as one takes.
std::vector<outgoing> attachment_parts(const message_shape& shape, std::vector<domain::attachment>&& all) {
  std::vector<outgoing> parts;
  const std::size_t each = std::max<std::size_t>(shape.attachments_max, 1);
  for (std::size_t i = 0; i < all.size(); i += each) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(i + each, all.size()));
    parts.emplace_back().attachments.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
  }
  return parts;
}

void move_choices(outgoing& from, outgoing& to) {
  to.quick_replies = std::move(from.quick_replies);
  to.buttons = std::move(from.buttons);
  to.list = std::move(from.list);
  to.flow = std::move(from.flow);
}

/// Why there is more than one message, for those who want only one.
unexpected<unfit> several(const message_shape& shape, const outgoing& first) {
  const bool of_one = shape.attachments_max <= 1;
  return unexpected{unfit{
      "one-message-only", first.attachments.empty() ? "content" : "attachments",
      std::string{shape.name} + " holds " +
          (of_one ? std::string{"one attachment"} : std::to_string(shape.attachments_max) + " attachments") +
          ", and a text beside it only as a short caption: send them one by one, or let them be split"}};
}

void address(const message_shape& shape, std::vector<outgoing>& parts, const outgoing& whole) {
  for (auto& each : parts) {
    each.privately = whole.privately;
    if (shape.below || &each == &parts.front()) each.reply_to = whole.reply_to;
  }
}

}  // namespace

parts_or_unfit fit_into(const message_shape& shape, outgoing&& what, split_policy policy) {
  if (auto ok = check_shape(shape, what); !ok) return unexpected{ok.error()};
  if (what.approved) return std::vector{std::move(what)};

  const bool beside = fits_beside(shape, what);
  auto parts = attachment_parts(shape, std::move(what.attachments));
  if (beside) {
    parts.back().text = std::move(what.text);
  } else if (!is_blank(what.text)) {
    const auto texts = cut(shape, what, policy);
    if (!texts) return unexpected{texts.error()};
    for (const auto each : *texts) parts.emplace_back().text = each;
  } else if (parts.empty()) {
    parts.emplace_back();
  }
  move_choices(what, parts.back());
  if (parts.size() > 1 && policy == split_policy::refuse) return several(shape, parts.front());
  if (parts.size() > 1 && shape.privately) {
    return unexpected{unfit{"private-reply-once",
                            parts.front().attachments.empty() ? "content" : "attachments",
                            "a comment can be answered privately once, and this would be " +
                                std::to_string(parts.size()) + " messages: shorten it to one"}};
  }
  if (parts.size() > parts_max) return cannot_split(shape, split_failure::too_many_parts);
  address(shape, parts, what);
  return parts;
}

}  // namespace switchboard::net::platforms
