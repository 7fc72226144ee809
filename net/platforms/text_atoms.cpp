// Weights after twitter-text's version 3 configuration (config/v3.json of its repository): scale 100, default 200,
// ranges of 100, addresses 23 characters, emoji parsing on.

#include "net/platforms/text_atoms.hpp"

#include "net/platforms/links.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace switchboard::net::platforms {
namespace {

constexpr std::size_t default_weight = 200;
constexpr std::size_t light_weight = 100;
constexpr std::size_t emoji_weight = 200;
constexpr std::size_t link_weight = 2300;

constexpr std::int32_t zero_width_joiner = 0x200D;
constexpr std::int32_t text_presentation = 0xFE0E;
constexpr std::int32_t emoji_presentation = 0xFE0F;
constexpr std::int32_t keycap = 0x20E3;

struct code_point {
  std::int32_t value = 0;
  std::size_t length = 1;
};

/// The code point at `at`; a byte that begins none counts as one of its own.
code_point code_point_at(std::string_view text, std::size_t at) {
  utf8proc_int32_t value = 0;
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &value);
  return length > 0 ? code_point{value, static_cast<std::size_t>(length)} : code_point{0xFFFD, 1};
}

std::size_t weight_of(std::int32_t c) {
  constexpr std::array<std::pair<std::int32_t, std::int32_t>, 4> light = {
      {{0, 4351}, {8192, 8205}, {8208, 8223}, {8242, 8247}}};
  const bool is_light =
      std::any_of(light.begin(), light.end(), [&](const auto& r) { return c >= r.first && c <= r.second; });
  return is_light ? light_weight : default_weight;
}

utf8proc_propval_t bound_class(std::int32_t c) {
  return static_cast<utf8proc_propval_t>(utf8proc_get_property(c)->boundclass);
}
bool is_pictographic(std::int32_t c) {
  return bound_class(c) == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}
bool is_regional(std::int32_t c) {
  return bound_class(c) == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR;
}
/// What only changes the emoji that it follows: skin, presentation, the tags of flags.
bool modifies_emoji(std::int32_t c) {
  return c == zero_width_joiner || c == emoji_presentation || c == keycap || (c >= 0x1F3FB && c <= 0x1F3FF) ||
         (c >= 0xE0020 && c <= 0xE007F);
}

std::size_t sum_of_weights(std::string_view text) {
  std::size_t sum = 0;
  for (std::size_t at = 0; at < text.size();) {
    const code_point c = code_point_at(text, at);
    sum += weight_of(c.value);
    at += c.length;
  }
  return sum;
}

/// X counts a text in normal form C.
std::size_t composed_weight(std::string_view cluster) {
  utf8proc_uint8_t* composed = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(cluster.data()),
                                   static_cast<utf8proc_ssize_t>(cluster.size()), &composed,
                                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(composed, &std::free);
  if (length < 0) return sum_of_weights(cluster);
  return sum_of_weights({reinterpret_cast<const char*>(owned.get()), static_cast<std::size_t>(length)});
}

bool is_space(std::int32_t c) {
  constexpr std::array<std::int32_t, 3> not_to_break = {0x00A0, 0x2007, 0x202F};
  if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0x0085) return true;
  if (c < 0x80 || std::find(not_to_break.begin(), not_to_break.end(), c) != not_to_break.end()) return false;
  const auto category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

atom_kind kind_of(std::string_view cluster) {
  const auto [c, length] = code_point_at(cluster, 0);
  if (cluster == "\r\n") return atom_kind::line_end;
  if (length != cluster.size()) return atom_kind::other;
  if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x0085) return atom_kind::line_end;
  if (is_space(c)) return atom_kind::space;
  if (c == '.' || c == '!' || c == '?' || c == 0x2026) return atom_kind::sentence_end;
  if (c == 0x3002 || c == 0xFF01 || c == 0xFF1F) return atom_kind::full_stop;
  return atom_kind::other;
}

std::size_t utf16_of(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += byte >= 0xF0 ? 2U : (byte & 0xC0U) != 0x80U ? 1U : 0U;
  }
  return units;
}

std::size_t size_of(std::string_view cluster, text_unit unit) {
  switch (unit) {
    case text_unit::bytes:
      return cluster.size();
    case text_unit::utf16:
      return utf16_of(cluster);
    case text_unit::graphemes:
      return 1;
    case text_unit::weighted:
      return weight_of_grapheme(cluster);
  }
  return cluster.size();
}

std::size_t scaled(const text_limit& limit) {
  return limit.unit == text_unit::weighted ? limit.max * weight_scale : limit.max;
}

bool within(const text_atom& atom, const text_limit& limit) {
  return atom.size <= scaled(limit) && (limit.bytes_max == 0 || atom.end - atom.begin <= limit.bytes_max);
}

/// [begin, end) of ends_[…]: the clusters that lie in a stretch of the text.
class cluster_reader {
 public:
  cluster_reader(std::string_view text, text_unit unit)
      : text_(text), unit_(unit), ends_(grapheme_ends(text)) {}

  [[nodiscard]] bool is_boundary(std::size_t at) const {
    return at == 0 || std::binary_search(ends_.begin(), ends_.end(), at);
  }
  /// Both must be boundaries.
  void append(std::vector<text_atom>& atoms, std::size_t begin, std::size_t end) const {
    auto next = std::upper_bound(ends_.begin(), ends_.end(), begin);
    for (std::size_t at = begin; at < end; ++next) {
      const std::string_view cluster = text_.substr(at, *next - at);
      atoms.push_back({at, *next, size_of(cluster, unit_), kind_of(cluster)});
      at = *next;
    }
  }
  /// The address as one atom.
  [[nodiscard]] text_atom atom_of(const link_in_text& link) const {
    std::vector<text_atom> characters;
    append(characters, link.begin, link.end);
    text_atom whole{link.begin, link.end, 0, atom_kind::other};
    for (const auto& each : characters) whole.size += each.size;
    if (unit_ == text_unit::weighted) {
      whole.size = link.known_domain ? link_weight : std::max(link_weight, whole.size);
    }
    return whole;
  }

 private:
  std::string_view text_;
  text_unit unit_;
  std::vector<std::size_t> ends_;
};

}  // namespace

std::vector<std::size_t> grapheme_ends(std::string_view text) {
  std::vector<std::size_t> ends;
  utf8proc_int32_t state = 0;
  std::int32_t before = 0;
  for (std::size_t at = 0; at < text.size();) {
    const code_point c = code_point_at(text, at);
    if (at > 0 && utf8proc_grapheme_break_stateful(before, c.value, &state)) ends.push_back(at);
    before = c.value;
    at += c.length;
  }
  if (!text.empty()) ends.push_back(text.size());
  return ends;
}

std::size_t weight_of_grapheme(std::string_view cluster) {
  const code_point first = code_point_at(cluster, 0);
  if (first.length >= cluster.size()) return weight_of(first.value);
  const code_point second = code_point_at(cluster, first.length);
  const bool plain_text = second.value == text_presentation;
  const bool key = cluster.ends_with("\xE2\x83\xA3") && first.value < 0x80;
  const bool emoji = is_regional(first.value) || is_pictographic(first.value) || key;
  if (!emoji || plain_text) return composed_weight(cluster);
  std::size_t weight = emoji_weight;
  for (std::size_t at = first.length; at < cluster.size();) {
    const code_point c = code_point_at(cluster, at);
    if (!modifies_emoji(c.value) && !is_pictographic(c.value) && !is_regional(c.value)) {
      weight += weight_of(c.value);
    }
    at += c.length;
  }
  return weight;
}

std::vector<text_atom> atoms_of(std::string_view text, const text_limit& limit) {
  const cluster_reader clusters{text, limit.unit};
  std::vector<text_atom> atoms;
  std::size_t at = 0;
  for (const auto& link : links_in(text)) {
    // A combining mark behind an address makes one character with its last letter.
    if (!clusters.is_boundary(link.begin) || !clusters.is_boundary(link.end)) continue;
    const text_atom whole = clusters.atom_of(link);
    if (!within(whole, limit)) continue;
    clusters.append(atoms, at, link.begin);
    atoms.push_back(whole);
    at = link.end;
  }
  clusters.append(atoms, at, text.size());
  return atoms;
}

}  // namespace switchboard::net::platforms
