#pragma once
// The small text files of a data directory: lines of "name value", read with one spelling only.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace switchboard::storage {

[[nodiscard]] inline std::string hex16(std::uint64_t number) {
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4) out[i] = "0123456789abcdef"[number & 15];
  return out;
}

/// The rest of the line that starts with `name`, removed from `text` together with it.
[[nodiscard]] inline std::optional<std::string_view> take_line(std::string_view& text,
                                                               std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(name.size(), end - name.size());
  text.remove_prefix(end + 1);
  return value;
}

/// True where all of `text` is one number.
template <class Number>
[[nodiscard]] bool parse_number(std::optional<std::string_view> text, int base, Number& out) {
  if (!text || text->empty()) return false;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out, base);
  return error == std::errc{} && end == text->data() + text->size();
}

}  // namespace switchboard::storage
