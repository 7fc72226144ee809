#include "domain/ids.hpp"

#include <array>
#include <charconv>

namespace switchboard::domain {
namespace {

constexpr std::string_view digits32 = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t base32_length = 26;  // 26 * 5 = 130 bits: the first digit holds the top 3
constexpr std::size_t number_digits_max = 20;

constexpr auto digit_values = [] {
  std::array<signed char, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < digits32.size(); ++i) {
    values[static_cast<unsigned char>(digits32[i])] = static_cast<signed char>(i);
  }
  return values;
}();

void append_decimal(std::string& out, std::uint64_t value) {
  std::array<char, number_digits_max> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

/// A number as append_decimal writes it: digits only, no leading zero.
template <class Number>
[[nodiscard]] std::optional<Number> parse_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void append_case(std::string& out, std::string_view prefix, const conversation_id& value) {
  out += prefix;
  append_base32(out, value.thread);
  out += '-';
  append_decimal(out, value.ordinal);
}

/// `text` after the prefix: 26 digits, "-", ordinal.
[[nodiscard]] std::optional<conversation_id> parse_case(std::string_view text) {
  if (text.size() <= base32_length || text[base32_length] != '-') return std::nullopt;
  const auto thread = parse_base32(text.substr(0, base32_length));
  const auto ordinal = parse_decimal<std::uint32_t>(text.substr(base32_length + 1));
  if (!thread || !ordinal) return std::nullopt;
  return conversation_id{*thread, *ordinal};
}

}  // namespace

void append_base32(std::string& out, thread_id value) {
  std::array<char, base32_length> text;
  for (std::size_t i = base32_length; i-- > 0;) {
    text[i] = digits32[value.low & 31u];
    value.low = (value.low >> 5) | (value.high << 59);
    value.high >>= 5;
  }
  out.append(text.data(), text.size());
}

std::optional<thread_id> parse_base32(std::string_view digits) {
  if (digits.size() != base32_length) return std::nullopt;
  thread_id value;
  for (const char c : digits) {
    const auto digit = digit_values[static_cast<unsigned char>(c)];
    if (digit < 0 || (value.high >> 59) != 0) return std::nullopt;  // no digit, or more than 128 bits
    value.high = (value.high << 5) | (value.low >> 59);
    value.low = (value.low << 5) | static_cast<std::uint64_t>(digit);
  }
  return value;
}

void append_text(std::string& out, const conversation_id& value) {
  append_case(out, "c_", value);
}

void append_text(std::string& out, const message_id& value) {
  append_case(out, "m_", value.conversation);
  out += '-';
  append_decimal(out, value.sequence);
}

std::string to_text(const conversation_id& value) {
  std::string out;
  append_text(out, value);
  return out;
}

std::string to_text(const message_id& value) {
  std::string out;
  append_text(out, value);
  return out;
}

std::optional<conversation_id> parse_conversation_id(std::string_view text) {
  if (!text.starts_with("c_")) return std::nullopt;
  return parse_case(text.substr(2));
}

std::optional<message_id> parse_message_id(std::string_view text) {
  const auto dash = text.rfind('-');
  if (!text.starts_with("m_") || dash == std::string_view::npos || dash < 2) return std::nullopt;
  const auto conversation = parse_case(text.substr(2, dash - 2));
  const auto sequence = parse_decimal<std::uint64_t>(text.substr(dash + 1));
  if (!conversation || !sequence) return std::nullopt;
  return message_id{*conversation, *sequence};
}

}  // namespace switchboard::domain
