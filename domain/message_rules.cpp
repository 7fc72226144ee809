#include "domain/message_rules.hpp"

#include "domain/conversation.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain {
namespace {

[[nodiscard]] bool is_decimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

[[nodiscard]] std::string_view without_leading_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

/// The content type after an edit of a message that was `before`. Editing the words of a captioned image
/// comes as text and leaves it an image; only of an unknown thing does text make a text.
[[nodiscard]] content_type type_after_edit(content_type before, content_type edit) {
  if (edit != content_type::text) return edit;
  return before == content_type::unsupported ? content_type::text : before;
}

/// Precondition: m was edited. Platforms without a version have at least the time.
[[nodiscard]] bool is_later_edit(const inbound_event& edit, const message& m) {
  if (edit.version.empty() && m.edit_version.empty()) return edit.at > *m.edited_at;
  return newer_version(edit.version, m.edit_version);
}

void clear_content(message& m) {
  m.content.clear();
  m.attachments.clear();
  m.payload.clear();
}

constexpr int cannot_leave = 100;

/// Place in the lattice; nothing known counts as before everything.
[[nodiscard]] int rank(std::optional<delivery_status> status) {
  if (!status) return 0;
  switch (*status) {
    case delivery_status::queued:
      return 1;
    case delivery_status::unknown:
      return 2;
    case delivery_status::sent:
      return 3;
    case delivery_status::delivered:
      return 4;
    case delivery_status::read:
      return 5;
    case delivery_status::failed:
      break;
  }
  return cannot_leave;
}

}  // namespace

bool moves_forward(std::optional<delivery_status> from, delivery_status to) {
  if (to == delivery_status::failed) return rank(from) < rank(delivery_status::delivered);
  return rank(to) > rank(from);
}

bool newer_version(std::string_view candidate, std::string_view present) {
  if (!is_decimal(candidate) || !is_decimal(present)) return candidate > present;
  candidate = without_leading_zeros(candidate);
  present = without_leading_zeros(present);
  return candidate.size() != present.size() ? candidate.size() > present.size() : candidate > present;
}

bool apply_edit(message& m, inbound_event&& edit, bool redact) {
  if (m.edited_at && !is_later_edit(edit, m)) return false;
  m.edited_at = edit.at;
  m.edit_version = edit.version;  // copied: it is part of the event's origin too
  m.content_type = type_after_edit(m.content_type, edit.content_type);
  m.content = std::move(edit.content);
  if (!edit.attachments.empty()) m.attachments = std::move(edit.attachments);
  if (!edit.payload.empty()) m.payload = std::move(edit.payload);
  if (m.deleted && redact) clear_content(m);
  return true;
}

bool withdraw(message& m, bool redact) {
  if (m.deleted) return false;
  m.deleted = true;
  if (redact) clear_content(m);
  return true;
}

bool add_reaction(message& m, const reaction& r) {
  const auto old = std::ranges::find(m.reactions, r.sender_id, &reaction::sender_id);
  if (old == m.reactions.end()) {
    m.reactions.push_back(r);
    return true;
  }
  if (old->emoji == r.emoji) return false;
  old->emoji = r.emoji;
  return true;
}

bool remove_reaction(message& m, reaction& r) {
  const auto old = std::ranges::find(m.reactions, r.sender_id, &reaction::sender_id);
  if (old == m.reactions.end() || (!r.emoji.empty() && old->emoji != r.emoji)) return false;
  r.emoji = std::move(old->emoji);
  m.reactions.erase(old);
  return true;
}

bool deliver(message& m, delivery_status to, std::optional<delivery_error>&& error) {
  if (!moves_forward(m.delivery, to)) return false;
  m.delivery = to;
  if (to == delivery_status::failed) m.error = std::move(error);
  return true;
}

message fill_in(message&& placeholder, message&& original, bool redact) {
  message whole = std::move(original);
  whole.id = placeholder.id;
  whole.reactions = std::move(placeholder.reactions);
  whole.deleted = placeholder.deleted;
  if (placeholder.edited_at) {
    whole.edited_at = placeholder.edited_at;
    whole.edit_version = std::move(placeholder.edit_version);
    whole.content_type = type_after_edit(whole.content_type, placeholder.content_type);
    whole.content = std::move(placeholder.content);
    if (!placeholder.attachments.empty()) whole.attachments = std::move(placeholder.attachments);
    if (!placeholder.payload.empty()) whole.payload = std::move(placeholder.payload);
  }
  if (whole.deleted && redact) clear_content(whole);
  // A receipt is about what our side sent; for a customer's message it means nothing.
  const bool kept = whole.direction == direction::outbound && placeholder.delivery &&
                    !(whole.delivery && moves_forward(placeholder.delivery, *whole.delivery));
  if (kept) {
    whole.delivery = placeholder.delivery;
    whole.error = std::move(placeholder.error);
  }
  return whole;
}

}  // namespace switchboard::domain
