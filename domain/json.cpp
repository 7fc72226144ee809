#include "domain/json.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstring>

// Every event's texts go through append_json_string once, so it works in runs: bytes that may stand as they
// are (eight at a time where they are ASCII) are copied in one go; only the byte that ends a run is looked at
// alone.

namespace switchboard::domain {
namespace {

enum class byte_class : std::uint8_t { plain, escape, multibyte };

constexpr auto byte_classes = [] {
  std::array<byte_class, 256> classes{};
  for (std::size_t b = 0; b < classes.size(); ++b) {
    classes[b] = b < 0x20 || b == '"' || b == '\\' ? byte_class::escape
                 : b < 0x80                        ? byte_class::plain
                                                   : byte_class::multibyte;
  }
  return classes;
}();

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// How many of the eight bytes at `at` come before the first control, quote, backslash or non-ASCII byte.
[[nodiscard]] std::size_t plain_prefix(const char* at) {
  constexpr std::uint64_t ones = 0x0101010101010101u;
  constexpr std::uint64_t highs = 0x8080808080808080u;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  const auto is_zero = [](std::uint64_t x) { return (x - ones) & ~x; };
  const std::uint64_t control = word - ones * 0x20;  // a byte below 0x20 borrows into its high bit
  const std::uint64_t stops =
      (word | control | is_zero(word ^ (ones * '"')) | is_zero(word ^ (ones * '\\'))) & highs;
  // A borrow may flag bytes above a true stop, never below it: the lowest flag is exact.
  return static_cast<std::size_t>(std::countr_zero(stops)) / 8;
}
static_assert(std::endian::native == std::endian::little, "plain_prefix takes the lowest byte for the first");

struct utf8_step {
  std::size_t length;  ///< bytes to go on by, at least 1
  bool valid;
};

/// The sequence at `at`, whose first byte is >= 0x80. An invalid one is as long as it was still possible
/// (Unicode's "maximal subpart"), so that one broken character gives one U+FFFD.
[[nodiscard]] utf8_step utf8_at(std::string_view at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(at[i]); };
  const unsigned char lead = byte(0);
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;   // overlong
    if (lead == 0xED) high = 0x9F;  // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;   // overlong
    if (lead == 0xF4) high = 0x8F;  // above U+10FFFF
  } else {
    return {1, false};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= at.size() || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  out += "\\u00";
  out += hex[code >> 4];
  out += hex[code & 15u];
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 20> buffer;  // -9223372036854775808, 18446744073709551615
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t run = 0;  // text[run, at) is to be copied as it is
  std::size_t at = 0;
  const auto flush = [&] { out.append(text.data() + run, at - run); };
  while (at < text.size()) {
    while (text.size() - at >= 8) {
      const std::size_t plain = plain_prefix(text.data() + at);
      at += plain;
      if (plain < 8) break;
    }
    if (at == text.size()) break;
    switch (byte_classes[static_cast<unsigned char>(text[at])]) {
      case byte_class::plain:
        ++at;
        break;
      case byte_class::escape:
        flush();
        append_escape(out, text[at]);
        run = ++at;
        break;
      case byte_class::multibyte:
        do {  // scripts other than Latin come in words: stay here for the whole of one
          const utf8_step step = utf8_at(text.substr(at));
          if (!step.valid) {
            flush();
            out += replacement;
            run = at + step.length;
          }
          at += step.length;
        } while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80);
        break;
    }
  }
  flush();
  out += '"';
}

void append_json_number(std::string& out, std::uint64_t value) {
  append_number(out, value);
}
void append_json_number(std::string& out, std::int64_t value) {
  append_number(out, value);
}

void json_object::key(std::string_view name) {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

void json_object::text(std::string_view name, std::string_view value) {
  key(name);
  append_json_string(out_, value);
}

void json_object::text_if(std::string_view name, std::string_view value) {
  if (!value.empty()) text(name, value);
}

void json_object::number(std::string_view name, std::uint64_t value) {
  key(name);
  append_number(out_, value);
}

void json_object::boolean(std::string_view name, bool value) {
  key(name);
  out_ += value ? "true" : "false";
}

void json_object::raw(std::string_view name, std::string_view json) {
  key(name);
  out_ += json;
}

}  // namespace switchboard::domain
