#include "domain/model.hpp"

#include "domain/words.hpp"

namespace switchboard::domain {
namespace {

template <class Enum>
struct words;

template <>
struct words<platform> {
  static constexpr word_table<7> table{"facebook", "instagram", "whatsapp", "x",
                                       "linkedin", "bluesky",   "telegram"};
  static constexpr auto last = platform::telegram;
};
template <>
struct words<conversation_status> {
  static constexpr word_table<5> table{"open", "pending", "snoozed", "resolved", "closed"};
  static constexpr auto last = conversation_status::closed;
};
template <>
struct words<priority> {
  static constexpr word_table<4> table{"low", "medium", "high", "urgent"};
  static constexpr auto last = priority::urgent;
};
template <>
struct words<thread_kind> {
  static constexpr word_table<4> table{"dm", "comment", "mention", "review"};
  static constexpr auto last = thread_kind::review;
};
template <>
struct words<direction> {
  static constexpr word_table<2> table{"inbound", "outbound"};
  static constexpr auto last = direction::outbound;
};
template <>
struct words<sender_type> {
  static constexpr word_table<4> table{"customer", "agent", "bot", "system"};
  static constexpr auto last = sender_type::system;
};
template <>
struct words<content_type> {
  static constexpr word_table<13> table{"text",    "image",       "video",     "audio",       "document",
                                        "sticker", "location",    "contact",   "interactive", "reaction",
                                        "story",   "unsupported", "attachment"};
  static constexpr auto last = content_type::attachment;
};
template <>
struct words<delivery_status> {
  static constexpr word_table<6> table{"queued", "sent", "delivered", "read", "failed", "unknown"};
  static constexpr auto last = delivery_status::unknown;
};
template <>
struct words<media_state> {
  static constexpr word_table<4> table{"pending", "ready", "failed", "expired"};
  static constexpr auto last = media_state::expired;
};

template <class Enum>
[[nodiscard]] std::string_view word(Enum value) {
  constexpr auto& table = words<Enum>::table;
  static_assert(static_cast<std::size_t>(words<Enum>::last) + 1 == table.size());
  static_assert(distinct(table));
  return word_of(table, value);
}

}  // namespace

std::string_view to_word(platform v) {
  return word(v);
}
std::string_view to_word(conversation_status v) {
  return word(v);
}
std::string_view to_word(priority v) {
  return word(v);
}
std::string_view to_word(thread_kind v) {
  return word(v);
}
std::string_view to_word(direction v) {
  return word(v);
}
std::string_view to_word(sender_type v) {
  return word(v);
}
std::string_view to_word(content_type v) {
  return word(v);
}
std::string_view to_word(delivery_status v) {
  return word(v);
}
std::string_view to_word(media_state v) {
  return word(v);
}

template <class Enum>
std::optional<Enum> from_word(std::string_view text) {
  return value_of<Enum>(words<Enum>::table, text);
}

template std::optional<platform> from_word(std::string_view);
template std::optional<conversation_status> from_word(std::string_view);
template std::optional<priority> from_word(std::string_view);
template std::optional<thread_kind> from_word(std::string_view);
template std::optional<direction> from_word(std::string_view);
template std::optional<sender_type> from_word(std::string_view);
template std::optional<content_type> from_word(std::string_view);
template std::optional<delivery_status> from_word(std::string_view);
template std::optional<media_state> from_word(std::string_view);

}  // namespace switchboard::domain
