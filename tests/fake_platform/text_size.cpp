#include "tests/fake_platform/text_size.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace switchboard::fake_platform {
namespace {

constexpr std::size_t address_weight = 23;
constexpr utf8proc_int32_t beyond_the_plane = 0x10000;

/// Takes one code point off the front.
utf8proc_int32_t take(std::string_view& text) {
  utf8proc_int32_t c = 0;
  const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                  static_cast<utf8proc_ssize_t>(text.size()), &c);
  text.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 1);
  return c;
}

bool is_light(utf8proc_int32_t c) {
  return c <= 0x10ff || (c >= 0x2000 && c <= 0x200d) || (c >= 0x2010 && c <= 0x201f) ||
         (c >= 0x2032 && c <= 0x2037);
}

bool is_emoji(std::string_view cluster) {
  constexpr utf8proc_int32_t keycap = 0x20e3, shown_as_emoji = 0xfe0f;
  while (!cluster.empty()) {
    const auto c = take(cluster);
    const auto* const of = utf8proc_get_property(c);
    if (c == keycap || c == shown_as_emoji || of->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ||
        of->boundclass == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR) {
      return true;
    }
  }
  return false;
}

/// Takes one cluster off the front.
std::string_view take_cluster(std::string_view& text) {
  const std::string_view all = text;
  utf8proc_int32_t state = 0;
  auto last = take(text);
  while (!text.empty()) {
    auto rest = text;
    const auto next = take(rest);
    if (utf8proc_grapheme_break_stateful(last, next, &state)) break;
    last = next;
    text = rest;
  }
  return all.substr(0, all.size() - text.size());
}

}  // namespace

std::size_t utf16_units(std::string_view text) {
  std::size_t n = 0;
  while (!text.empty()) n += take(text) >= beyond_the_plane ? 2 : 1;
  return n;
}

std::size_t graphemes(std::string_view text) {
  std::size_t n = 0;
  for (; !text.empty(); ++n) (void)take_cluster(text);
  return n;
}

std::size_t weighted(std::string_view text) {
  std::size_t n = 0;
  while (!text.empty()) {
    if (text.starts_with("https://") || text.starts_with("http://")) {
      n += address_weight;
      text.remove_prefix(std::min(text.find_first_of(" \n\t"), text.size()));
      continue;
    }
    auto cluster = take_cluster(text);
    if (is_emoji(cluster)) {
      n += 2;
      continue;
    }
    while (!cluster.empty()) n += is_light(take(cluster)) ? 1 : 2;
  }
  return n;
}

}  // namespace switchboard::fake_platform
