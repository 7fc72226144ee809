#pragma once
// Strong identifiers: a conversation's id is not an account's, and the compiler knows it.

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::domain {

/// An opaque, owned identifier. The tag only names the type.
template <class Tag>
struct id {
  std::string value;

  [[nodiscard]] bool empty() const noexcept { return value.empty(); }
  auto operator<=>(const id&) const = default;
};

using brand_id = id<struct brand_tag>;
using source_id = id<struct source_tag>;
using account_id = id<struct account_tag>;
using customer_id = id<struct customer_tag>;
using agent_id = id<struct agent_tag>;
using queue_id = id<struct queue_tag>;
using calendar_id = id<struct calendar_tag>;
using dead_letter_id = id<struct dead_letter_tag>;

/// One thread of one customer with one account: 128 bits of a keyed hash of (account, kind, thread key).
/// The owner of everything said in that thread, over all its conversations.
struct thread_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const thread_id&) const = default;
};

/// A conversation is the n-th case (ordinal, from 1) of its thread.
/// Text form "c_" + 26 base32 digits + "-" + ordinal, e.g. c_01j3…-1.
struct conversation_id {
  thread_id thread;
  std::uint32_t ordinal = 0;
  auto operator<=>(const conversation_id&) const = default;
};

/// A message or note is the entry that appeared at `sequence` of its conversation.
/// Text form: the conversation's with "m_" instead of "c_", and "-" + sequence, e.g. m_01j3…-1-7.
struct message_id {
  conversation_id conversation;
  std::uint64_t sequence = 0;
  auto operator<=>(const message_id&) const = default;
};

void append_text(std::string& out, const conversation_id& value);
void append_text(std::string& out, const message_id& value);
[[nodiscard]] std::string to_text(const conversation_id& value);
[[nodiscard]] std::string to_text(const message_id& value);
/// nullopt unless the text is exactly what to_text would give.
[[nodiscard]] std::optional<conversation_id> parse_conversation_id(std::string_view text);
[[nodiscard]] std::optional<message_id> parse_message_id(std::string_view text);

/// 26 lower-case Crockford base32 digits of a 128-bit number; the inverse refuses anything else.
void append_base32(std::string& out, thread_id value);
[[nodiscard]] std::optional<thread_id> parse_base32(std::string_view digits);

}  // namespace switchboard::domain

template <>
struct std::hash<switchboard::domain::thread_id> {
  std::size_t operator()(const switchboard::domain::thread_id& t) const noexcept {
    return static_cast<std::size_t>(t.low);  // already a hash
  }
};
template <class Tag>
struct std::hash<switchboard::domain::id<Tag>> {
  std::size_t operator()(const switchboard::domain::id<Tag>& i) const noexcept {
    return std::hash<std::string>{}(i.value);
  }
};
