#include "storage/cursor.hpp"

#include <array>

namespace switchboard::storage {
namespace {

constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's: no i, l, o, u
constexpr std::size_t tag_width = 6;
constexpr std::size_t sequence_width = 13;
constexpr unsigned bits_per_digit = 5;
constexpr std::uint8_t no_digit = 0xff;
static_assert(tag_width + sequence_width == cursor_width);

constexpr std::array<std::uint8_t, 256> value_of_digit = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::size_t i = 0; i < digits.size(); ++i)
    table[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

void write_number(char* out, std::size_t width, std::uint64_t number) {
  for (std::size_t i = width; i-- > 0; number >>= bits_per_digit) out[i] = digits[number & 31];
}

/// nullopt: a character that is no digit, or a number beyond 64 bits.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  for (const char c : text) {
    const std::uint8_t value = value_of_digit[static_cast<unsigned char>(c)];
    if (value == no_digit || number >> (64 - bits_per_digit) != 0) return std::nullopt;
    number = number << bits_per_digit | value;
  }
  return number;
}

}  // namespace

void cursor_codec::write(char* out, log_sequence sequence) const {
  write_number(out, tag_width, journal_tag);
  write_number(out + tag_width, sequence_width, sequence);
}

std::string cursor_codec::text(log_sequence sequence) const {
  std::string out(cursor_width, '0');
  write(out.data(), sequence);
  return out;
}

std::optional<log_sequence> cursor_codec::parse(std::string_view text) const {
  if (text.size() != cursor_width) return std::nullopt;
  if (parse_number(text.substr(0, tag_width)) != (journal_tag & 0x3fff'ffffu)) return std::nullopt;
  return parse_number(text.substr(tag_width));
}

}  // namespace switchboard::storage
