#include "net/platforms/meta_entry.hpp"

#include <array>
#include <utility>

namespace switchboard::net::platforms {
namespace {

void append_escaped(std::string& out, std::string_view id) {
  for (const char c : id) {
    if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
}

}  // namespace

std::optional<domain::timestamp> time_member(object o, std::string_view name, time_unit number_unit,
                                             time_unit text_unit) {
  const std::string_view text = member_text(o, name);
  if (text.find('T') != std::string_view::npos) {
    return domain::parse_rfc3339(text);
  }
  const time_unit unit = text.empty() ? number_unit : text_unit;
  return unit == time_unit::seconds ? seconds_member(o, name) : milliseconds_member(o, name);
}

std::string thread_key_below(std::string_view post, std::string_view customer) {
  std::string key;
  key.reserve(post.size() + 1 + customer.size());
  append_escaped(key, post);
  key += '/';
  append_escaped(key, customer);
  return key;
}

std::string_view emoji_named(std::string_view reaction) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> known = {{{"like", "👍"},
                                                                                   {"love", "❤️"},
                                                                                   {"haha", "😆"},
                                                                                   {"smile", "😆"},
                                                                                   {"wow", "😮"},
                                                                                   {"sad", "😢"},
                                                                                   {"angry", "😡"},
                                                                                   {"care", "🤗"},
                                                                                   {"dislike", "👎"}}};
  for (const auto& [name, emoji] : known) {
    if (name == reaction) {
      return emoji;
    }
  }
  return reaction;
}

std::string_view clipped(std::string_view text) {
  constexpr std::size_t shown_bytes_max = 80;
  if (text.size() <= shown_bytes_max) {
    return text;
  }
  std::size_t end = shown_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;  // not within a character
  }
  return text.substr(0, end);
}

bool rejected_as_ambiguous(const meta_element& at, object part) {
  const auto twice = duplicate_member(part);
  if (!twice) {
    return false;
  }
  at.reject("duplicate-field", "\"" + std::string{clipped(*twice)} + "\" stands twice");
  return true;
}

}  // namespace switchboard::net::platforms
