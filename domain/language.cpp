#include "domain/language.hpp"

#include <algorithm>
#include <cstddef>

namespace switchboard::domain {
namespace {

constexpr std::size_t bytes_max = 35;  // RFC 5646 §4.4.1
constexpr std::size_t subtag_max = 8;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool names_none(std::string_view language) {
  if (language == "und" || language == "zxx" || language == "mul") return true;
  return language.size() == 3 && language[0] == 'q' && language[1] >= 'a' && language[1] <= 't';
}

/// A region is "BR", a script "Hant", all else small.
void append_cased(std::string& out, std::string_view subtag) {
  const bool letters = std::all_of(subtag.begin(), subtag.end(), is_letter);
  for (std::size_t i = 0; i < subtag.size(); ++i) {
    const bool big = letters && (subtag.size() == 2 || (subtag.size() == 4 && i == 0));
    out += big ? upper(subtag[i]) : lower(subtag[i]);
  }
}

}  // namespace

std::string language_tag(std::string_view said) {
  if (said.size() > bytes_max) return {};
  std::string out;
  for (bool first = true, more = true; more; first = false) {
    const auto end = std::min(said.find_first_of("-_"), said.size());
    const auto subtag = said.substr(0, end);
    more = end < said.size();
    said.remove_prefix(more ? end + 1 : end);
    const bool spelled =
        std::all_of(subtag.begin(), subtag.end(), [](char c) { return is_letter(c) || is_digit(c); });
    if (subtag.empty() || subtag.size() > subtag_max || !spelled) return {};
    if (!first) {
      out += '-';
      append_cased(out, subtag);
      continue;
    }
    if (subtag.size() < 2 || subtag.size() > 3 || !std::all_of(subtag.begin(), subtag.end(), is_letter)) {
      return {};
    }
    for (const char c : subtag) out += lower(c);
    if (names_none(out)) return {};
  }
  return out;
}

}  // namespace switchboard::domain
