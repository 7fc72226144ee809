#pragma once
// Which bytes may stand where in a head; for the gate's two sources only. RFC 9110 §5.6.2, RFC 3986 §2.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace switchboard::net::http {

enum : std::uint8_t { is_token = 1, is_value = 2, is_path = 4, is_query = 8, is_host = 16 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> t{};
  const auto mark = [&t](std::string_view bytes, std::uint8_t what) {
    for (const char c : bytes) t[static_cast<unsigned char>(c)] |= what;
  };
  for (unsigned c = 0x20; c < 0x7f; ++c) t[c] |= is_value;  // bytes from 0x80 have no meaning in a field
  t['\t'] |= is_value;
  for (unsigned c = 0x21; c < 0x7f; ++c) t[c] |= is_path | is_query;
  for (const char c : std::string_view("\"#<>\\")) {
    t[static_cast<unsigned char>(c)] &= static_cast<std::uint8_t>(~(is_path | is_query));
  }
  for (const char c : std::string_view("%^`{|}?")) {
    t[static_cast<unsigned char>(c)] &= static_cast<std::uint8_t>(~is_path);
  }
  const std::string_view alnum = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  mark(alnum, is_token | is_host);
  mark("!#$%&'*+-.^_`|~", is_token);
  mark("-._~", is_host);
  return t;
}
inline constexpr auto classes = make_classes();

inline bool all_of_class(std::string_view text, std::uint8_t what) {
  return std::all_of(text.begin(), text.end(),
                     [what](char c) { return (classes[static_cast<unsigned char>(c)] & what) != 0; });
}

/// `lower` is in lower case.
inline bool same_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
  }
  return true;
}

inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

inline std::string_view trim(std::string_view v) {
  while (!v.empty() && (v.front() == ' ' || v.front() == '\t')) v.remove_prefix(1);
  while (!v.empty() && (v.back() == ' ' || v.back() == '\t')) v.remove_suffix(1);
  return v;
}

}  // namespace switchboard::net::http
