#include "domain/message_rules.hpp"

#include "domain/conversation.hpp"

#include <algorithm>
#include <tuple>
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

[[nodiscard]] std::string_view ordering_part(std::string_view version) {
  return version.substr(0, version.find('#'));
}

/// Precondition: m was edited. Platforms without a version have at least the time. Where that doesn't tell two
/// different edits apart either, the one that came later is.
[[nodiscard]] bool is_later_edit(const inbound_event& edit, const message& m) {
  if (edit.version.empty() && m.edit_version.empty()) return edit.at > *m.edited_at;
  const auto candidate = ordering_part(edit.version);
  const auto present = ordering_part(m.edit_version);
  const bool is_tagged = candidate != edit.version || present != m.edit_version;
  const bool is_ordered = candidate != present && !candidate.empty() && !present.empty();
  if (!is_tagged || is_ordered) return newer_version(candidate, present);
  return edit.version != m.edit_version && edit.at >= *m.edited_at;
}

/// By time; two of one time in some order that is always the same.
[[nodiscard]] bool is_before(const reaction& a, const reaction& b) {
  return std::tie(a.at, a.sender_id, a.emoji) < std::tie(b.at, b.sender_id, b.emoji);
}

void insert(std::vector<reaction>& into, reaction r) {
  const auto place = std::ranges::upper_bound(into, r, is_before);
  into.insert(place, std::move(r));
}

/// The act that `r` follows, or comes too late for: of the same sender, and the same emoji where he has several.
[[nodiscard]] std::vector<reaction>::iterator find_same(std::vector<reaction>& list, const reaction& r,
                                                        reactions_each each) {
  return std::ranges::find_if(list, [&](const reaction& known) {
    return known.sender_id == r.sender_id && (each == reactions_each::one || known.emoji == r.emoji);
  });
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

bool is_over(conversation_status s) {
  return s == conversation_status::resolved || s == conversation_status::closed;
}

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

reactions_each reactions_each_on(platform p) {
  return p == platform::telegram || p == platform::bluesky ? reactions_each::several : reactions_each::one;
}

bool add_reaction(message& m, const reaction& r, reactions_each each) {
  const auto gone = find_same(m.removed_reactions, r, each);
  if (gone != m.removed_reactions.end()) {
    if (gone->at > r.at) return false;
    m.removed_reactions.erase(gone);
  }
  const auto old = find_same(m.reactions, r, each);
  if (old != m.reactions.end()) {
    if (old->at > r.at || (old->at == r.at && old->emoji == r.emoji)) return false;
    m.reactions.erase(old);
  }
  if (m.reactions.size() >= reactions_max) m.reactions.erase(m.reactions.begin());
  insert(m.reactions, r);
  return true;
}

bool remove_reaction(message& m, reaction& r, reactions_each each) {
  const auto old = find_same(m.reactions, r, each);
  if (old != m.reactions.end()) {
    // Of the same time but something else: that was exchanged for what is here.
    const bool is_other = !r.emoji.empty() && r.emoji != old->emoji;
    if (old->at > r.at || (old->at == r.at && is_other)) return false;
    r.emoji = std::move(old->emoji);
    m.reactions.erase(old);
  }
  const auto gone = find_same(m.removed_reactions, r, each);
  if (gone != m.removed_reactions.end()) {
    if (gone->at >= r.at) return false;
    m.removed_reactions.erase(gone);
  }
  if (m.removed_reactions.size() >= removed_reactions_max)
    m.removed_reactions.erase(m.removed_reactions.begin());
  insert(m.removed_reactions, {each == reactions_each::one ? std::string{} : r.emoji, r.sender_id, r.at});
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
  whole.removed_reactions = std::move(placeholder.removed_reactions);
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
