#include "net/platforms/text_units.hpp"

#include "net/platforms/text_atoms.hpp"

#include <simdjson.h>

#include <algorithm>
#include <limits>

namespace switchboard::net::platforms {
namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max() / weight_scale;

/// How good a place for a cut is.
enum class cut_place : std::uint8_t { within_word, word, sentence, line, paragraph };

bool is_space(const text_atom& a) {
  return a.kind == atom_kind::space || a.kind == atom_kind::line_end;
}

/// places[i]: how good it is to cut before atoms[i].
std::vector<cut_place> places_in(const std::vector<text_atom>& atoms) {
  std::vector<cut_place> places(atoms.size() + 1, cut_place::within_word);
  for (std::size_t i = 0; i < atoms.size();) {
    if (!is_space(atoms[i])) {
      if (atoms[i].kind == atom_kind::full_stop) places[i + 1] = cut_place::sentence;
      ++i;
      continue;
    }
    std::size_t end = i;
    std::size_t line_ends = 0;
    while (end < atoms.size() && is_space(atoms[end])) {
      line_ends += atoms[end++].kind == atom_kind::line_end ? 1U : 0U;
    }
    const bool sentence =
        i > 0 && (atoms[i - 1].kind == atom_kind::sentence_end || atoms[i - 1].kind == atom_kind::full_stop);
    const cut_place place = line_ends > 1    ? cut_place::paragraph
                            : line_ends == 1 ? cut_place::line
                            : sentence       ? cut_place::sentence
                                             : cut_place::word;
    std::fill(places.begin() + static_cast<std::ptrdiff_t>(i),
              places.begin() + static_cast<std::ptrdiff_t>(end) + 1, place);
    i = end;
  }
  return places;
}

std::size_t in_units(std::size_t size, text_unit unit) {
  return unit == text_unit::weighted ? (size + weight_scale - 1) / weight_scale : size;
}

std::string_view trimmed_end(std::string_view text, const std::vector<text_atom>& atoms, std::size_t count) {
  while (count > 0 && is_space(atoms[count - 1])) --count;
  return text.substr(0, count == 0 ? 0 : atoms[count - 1].end);
}

/// How many of the first atoms are within the limit.
std::size_t longest(const std::vector<text_atom>& atoms, const text_limit& limit) {
  std::size_t size = 0;
  std::size_t count = 0;
  for (const auto& each : atoms) {
    size += each.size;
    if (in_units(size, limit.unit) > limit.max || (limit.bytes_max != 0 && each.end > limit.bytes_max)) break;
    ++count;
  }
  return count;
}

/// The best place in the second half of what there is room for; else between the last two words; else anywhere.
std::size_t best_cut(const std::vector<cut_place>& places, std::size_t most) {
  std::size_t best = most;
  for (std::size_t i = most; i > 0 && i >= most / 2; --i) {
    if (places[i] > places[best]) best = i;
  }
  if (places[best] != cut_place::within_word) return best;
  for (std::size_t i = most; i > 0; --i) {
    if (places[i] != cut_place::within_word) return i;
  }
  return most;
}

/// Of a text that does not fit: what the next part has, in atoms; 0: not even one fits.
std::size_t next_cut(std::string_view text, const std::vector<text_atom>& atoms, const text_limit& limit) {
  const auto places = places_in(atoms);
  // Once cut off, a part may read as an address that it was not in its place: then less of it fits.
  for (std::size_t most = longest(atoms, limit); most > 0; --most) {
    const std::size_t cut = best_cut(places, most);
    if (fits(trimmed_end(text, atoms, cut), limit)) return cut;
  }
  return 0;
}

}  // namespace

std::string_view to_word(text_unit unit) {
  switch (unit) {
    case text_unit::bytes:
      return "bytes";
    case text_unit::weighted:
      return "characters as X counts them";
    case text_unit::utf16:
      return "characters (UTF-16 units)";
    case text_unit::graphemes:
      break;
  }
  return "characters";
}

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::size_t measure(std::string_view text, text_unit unit) {
  if (unit == text_unit::bytes) return text.size();
  std::size_t size = 0;
  for (const auto& each : atoms_of(text, {unit, unlimited, 0})) size += each.size;
  return in_units(size, unit);
}

bool fits(std::string_view text, const text_limit& limit) {
  return (limit.bytes_max == 0 || text.size() <= limit.bytes_max) && measure(text, limit.unit) <= limit.max;
}

bool is_blank(std::string_view text) {
  const auto atoms = atoms_of(text, {text_unit::bytes, unlimited, 0});
  return std::all_of(atoms.begin(), atoms.end(), is_space);
}

expected<std::vector<std::string_view>, split_failure> split_text(std::string_view text,
                                                                  const text_limit& limit,
                                                                  std::size_t parts_max) {
  std::vector<std::string_view> parts;
  for (auto atoms = atoms_of(text, limit); longest(atoms, limit) < atoms.size();
       atoms = atoms_of(text, limit)) {
    const std::size_t cut = next_cut(text, atoms, limit);
    if (cut == 0) return unexpected{split_failure::one_character};
    const std::string_view part = trimmed_end(text, atoms, cut);
    if (!part.empty()) parts.push_back(part);
    if (parts.size() > parts_max) return unexpected{split_failure::too_many_parts};
    std::size_t next = cut;
    while (next < atoms.size() && is_space(atoms[next])) ++next;
    text.remove_prefix(next < atoms.size() ? atoms[next].begin : text.size());
  }
  if (parts.empty() || !text.empty()) parts.push_back(text);
  if (parts.size() > parts_max) return unexpected{split_failure::too_many_parts};
  return parts;
}

}  // namespace switchboard::net::platforms
