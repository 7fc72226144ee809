// What somebody wrote in a post, and what X made of it: & < > stand as entities, before an answer the names of those who are
// answered ("display_text_range" begins behind them), each link as an address of X's own (entities.urls[]: "url", and what it
// was in "expanded_url"), and one more such address for media (entities.media[]; v2: urls[] with a "media_key").

#include "net/platforms/x_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using escape = std::pair<std::string_view, char>;
constexpr std::array<escape, 3> escapes{{{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}}};

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto at = std::find_if(escapes.begin(), escapes.end(),
                                 [&](const escape& e) { return text.starts_with(e.first); });
    out += at == escapes.end() ? text.front() : at->second;
    text.remove_prefix(at == escapes.end() ? 1 : at->first.size());
  }
  return out;
}

/// Names are of one byte a character, so that the range's characters are bytes up to its beginning.
std::string_view behind_names(object post, std::string_view text) {
  constexpr std::string_view of_names = "@_ ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const auto range = member_array(post, "display_text_range");
  std::int64_t begin = 0;
  if (!range || range->size() == 0 || range->at(0).get(begin) != simdjson::SUCCESS) return text;
  if (begin <= 0 || static_cast<std::uint64_t>(begin) > text.size()) return text;
  const auto names = text.substr(0, static_cast<std::size_t>(begin));
  const bool are_names =
      names.starts_with('@') && names.find_first_not_of(of_names) == std::string_view::npos;
  return are_names ? text.substr(names.size()) : text;
}

void put_in_place_of(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
}

void give_back_links(object post, std::string& text) {
  const auto entities = member_object(post, "entities");
  for (const std::string_view list : {"urls", "media"}) {
    const auto all = entities ? member_array(*entities, list) : std::nullopt;
    if (!all) continue;
    for (const element each : *all) {
      object one;
      if (each.get(one) != simdjson::SUCCESS) continue;
      const bool media = list == "media" || has_member(one, "media_key");
      const auto was = member_text(one, "expanded_url");
      if (media || !was.empty()) put_in_place_of(text, member_text(one, "url"), media ? "" : was);
    }
  }
}

}  // namespace

std::string x_written(object post, std::string_view text, bool own) {
  if (!own) return unescaped(text);
  std::string out = unescaped(behind_names(post, text));
  give_back_links(post, out);
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace switchboard::net::platforms
