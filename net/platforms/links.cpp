#include "net/platforms/links.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_alpha(c) || is_digit(c);
}
bool is_multibyte(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with_no_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char p, char t) { return p == lower(t); });
}

/// Which domains end in a country's two letters is not told apart here, and of the rest those that people write.
bool is_known_domain(std::string_view label) {
  constexpr std::array<std::string_view, 20> frequent = {
      "com", "org", "net", "edu",  "gov",   "mil",   "int",    "info", "biz",   "name",
      "pro", "app", "dev", "shop", "store", "cloud", "online", "site", "click", "link"};
  if (label.size() == 2) return is_alpha(label[0]) && is_alpha(label[1]);
  return std::any_of(frequent.begin(), frequent.end(), [&](std::string_view each) {
    return each.size() == label.size() && begins_with_no_case(label, each);
  });
}

/// The characters that may follow a host, after the patterns of X's own text library.
bool is_path_character(char c) {
  constexpr std::string_view others = "!*'();:=+,.$/%#[]-_~|&@?";
  return is_alnum(c) || others.find(c) != std::string_view::npos;
}
bool may_end(char c) {
  constexpr std::string_view others = "+-=_#/&";
  return is_alnum(c) || others.find(c) != std::string_view::npos;
}

struct host_end {
  std::size_t at = 0;  ///< 0: no host
  bool known_domain = false;
};

constexpr std::size_t host_bytes_max = 253;  // RFC 1035 §2.3.4, as text

/// label(.label)+ from `begin` on, ASCII only. The last label has letters alone.
host_end host_at(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  std::size_t labels = 0;
  std::size_t last_begin = begin;
  std::size_t last_end = begin;
  while (at < text.size() && is_alnum(text[at])) {
    std::size_t end = at;
    while (end < text.size() && (is_alnum(text[end]) || text[end] == '-' || text[end] == '_')) ++end;
    if (end - begin > host_bytes_max) return {};
    ++labels;
    last_begin = at;
    last_end = end;
    if (end + 1 >= text.size() || text[end] != '.' || !is_alnum(text[end + 1])) break;
    at = end + 1;
  }
  if (labels < 2) return {};
  const std::string_view last = text.substr(last_begin, last_end - last_begin);
  if (last.size() < 2 || !std::all_of(last.begin(), last.end(), is_alpha)) return {};
  return {last_end, is_known_domain(last)};
}

std::size_t path_end(std::string_view text, std::size_t at) {
  const bool port = at + 1 < text.size() && text[at] == ':' && is_digit(text[at + 1]);
  const bool path = at < text.size() && (text[at] == '/' || text[at] == '?' || text[at] == '#');
  if (!port && !path) return at;
  std::size_t end = at;
  std::size_t open = 0;
  std::size_t good = at;  // behind the last character that may end an address
  while (end < text.size() && is_path_character(text[end])) {
    const char c = text[end++];
    if (c == '(') ++open;
    if (may_end(c) || (c == ')' && open > 0)) good = end;
    if (c == ')' && open > 0) --open;
  }
  return good;
}

/// Could something before `begin` make what follows a part of another word, of a mail address or of a name?
bool stands_alone(std::string_view text, std::size_t begin) {
  if (begin == 0) return true;
  const char before = text[begin - 1];
  constexpr std::string_view glued = "@#$-_./";
  return !is_alnum(before) && glued.find(before) == std::string_view::npos;
}

/// With a scheme but a host of other letters (http://☃.net): up to the next white space, and not for sure.
link_in_text foreign_link(std::string_view text, std::size_t begin, std::size_t host) {
  std::size_t end = host;
  while (end < text.size() && (is_path_character(text[end]) || is_multibyte(text[end]))) ++end;
  return {begin, end, true, false};
}

}  // namespace

std::vector<link_in_text> links_in(std::string_view text) {
  std::vector<link_in_text> found;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_alnum(text[at])) {
      ++at;
      continue;
    }
    const std::string_view rest = text.substr(at);
    const std::size_t scheme = begins_with_no_case(rest, "https://")  ? 8U
                               : begins_with_no_case(rest, "http://") ? 7U
                                                                      : 0U;
    const host_end host = host_at(text, at + scheme);
    if (scheme != 0 && at + scheme < text.size()) {
      found.push_back(host.at != 0 ? link_in_text{at, path_end(text, host.at), true, host.known_domain}
                                   : foreign_link(text, at, at + scheme));
      at = std::max(found.back().end, at + 1);
    } else if (scheme == 0 && host.at != 0) {
      const bool mail = host.at < text.size() && text[host.at] == '@';
      if (stands_alone(text, at) && !mail) {
        found.push_back({at, path_end(text, host.at), false, host.known_domain});
        at = found.back().end;
      } else {
        at = host.at;
      }
    } else {
      while (at < text.size() && is_alnum(text[at])) ++at;
    }
  }
  return found;
}

}  // namespace switchboard::net::platforms
