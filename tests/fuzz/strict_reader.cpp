#include "strict_reader.hpp"

#include <cctype>
#include <optional>

namespace switchboard::fuzz {

namespace {

using verdict = request_reading::verdict;
using std::string;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_one_of(char c, const char* all) {
  for (; *all != '\0'; ++all) {
    if (c == *all) return true;
  }
  return false;
}
// RFC 9110, 5.6.2
bool is_tchar(char c) {
  return is_digit(c) || is_alpha(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}
bool is_token(const string& s) {
  for (const char c : s) {
    if (!is_tchar(c)) return false;
  }
  return !s.empty();
}
// RFC 9110, 5.5, without obs-text
bool is_field_value(const string& s) {
  for (const char c : s) {
    if (c != '\t' && (c < 0x20 || c > 0x7e)) return false;
  }
  return true;
}
string lower(string s) {
  for (char& c : s) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return s;
}
string without_spaces_around(string s) {
  while (!s.empty() && is_one_of(s.front(), " \t")) s.erase(0, 1);
  while (!s.empty() && is_one_of(s.back(), " \t")) s.pop_back();
  return s;
}

/// The line that begins at `at`, without its CR LF, and `at` behind that; nothing if there is no CR LF.
std::optional<string> take_line(std::string_view bytes, std::size_t& at) {
  const auto end = bytes.find("\r\n", at);
  if (end == std::string_view::npos) return std::nullopt;
  string line(bytes.substr(at, end - at));
  at = end + 2;
  return line;
}

// RFC 3986, 3.2.2 and 3.2.3: IP-literal / reg-name, [ ":" port ]
bool is_host_and_port(const string& s) {
  std::size_t i = 0;
  if (s.starts_with("[")) {
    const auto end = s.find(']');
    if (end == string::npos || end == 1) return false;
    for (i = 1; i < end; ++i) {
      if (!is_hex(s[i]) && !is_one_of(s[i], ":.")) return false;
    }
    i = end + 1;
  } else {
    for (; i < s.size() && s[i] != ':'; ++i) {
      if (s[i] == '%') {
        if (i + 2 >= s.size() || !is_hex(s[i + 1]) || !is_hex(s[i + 2])) return false;
      } else if (!is_digit(s[i]) && !is_alpha(s[i]) && !is_one_of(s[i], "-._~!$&'()*+,;=")) {
        return false;
      }
    }
    if (i == 0) return false;
  }
  if (i == s.size()) return true;
  if (s[i] != ':') return false;
  for (++i; i < s.size(); ++i) {
    if (!is_digit(s[i])) return false;
  }
  return true;
}

// RFC 3986, 3.3 and 3.4: pchar; and what browsers leave as it is (the URL standard's path and query), which begins
// and ends nothing.
bool is_path_and_query(const string& s) {
  bool in_query = false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (c == '?') {
      in_query = true;
    } else if (c == '%') {
      if (i + 2 >= s.size() || !is_hex(s[i + 1]) || !is_hex(s[i + 2])) return false;
    } else if (!is_digit(c) && !is_alpha(c) && !is_one_of(c, "-._~!$&'()*+,;=:@/[]") &&
               !(in_query && is_one_of(c, "^`{|}"))) {
      return false;
    }
  }
  return true;
}

// RFC 9112, 3.2
bool is_target(const string& method, const string& target, string& authority) {
  if (target == "*") return method == "OPTIONS";
  if (target.starts_with("/")) return is_path_and_query(target);
  if (target.find("://") == string::npos) return false;
  const auto scheme = lower(target.substr(0, target.find("://")));
  if (scheme != "http" && scheme != "https") return false;
  const auto rest = target.substr(scheme.size() + 3);
  authority = rest.substr(0, rest.find_first_of("/?"));
  return is_host_and_port(authority) && is_path_and_query(rest.substr(authority.size()));
}

// RFC 9112, 3
bool read_request_line(const string& line, request_reading& r, string& authority) {
  const auto first = line.find(' '), second = line.find(' ', first + 1);
  if (first == string::npos || second == string::npos) return false;
  r.method = line.substr(0, first);
  r.target = line.substr(first + 1, second - first - 1);
  const auto version = line.substr(second + 1);
  if (version != "HTTP/1.0" && version != "HTTP/1.1") return false;
  r.http_1_0 = version == "HTTP/1.0";
  return is_token(r.method) && is_target(r.method, r.target, authority);
}

// RFC 9112, 5
bool read_field(const string& line, request_reading& r) {
  const auto colon = line.find(':');
  if (colon == string::npos) return false;
  const auto name = line.substr(0, colon), value = without_spaces_around(line.substr(colon + 1));
  if (!is_token(name) || !is_field_value(value)) return false;
  r.fields.emplace_back(name, value);
  return true;
}

std::vector<string> values_of(const request_reading& r, const string& name) {
  std::vector<string> all;
  for (const auto& [field, value] : r.fields) {
    if (lower(field) == name) all.push_back(value);
  }
  return all;
}

std::optional<std::size_t> number(const string& digits, unsigned base, std::size_t most) {
  std::size_t n = 0;
  if (digits.empty()) return std::nullopt;
  for (const char c : digits) {
    if (base == 10 ? !is_digit(c) : !is_hex(c)) return std::nullopt;
    n = n * base + static_cast<std::size_t>(is_digit(c) ? c - '0' : std::tolower(c) - 'a' + 10);
    if (n > most) return std::nullopt;
  }
  return n;
}

// RFC 9112, 7.1. What an extension says is to be ignored; it ends with the line.
verdict read_chunks(std::string_view bytes, std::size_t& at, string& body, std::size_t most) {
  for (;;) {
    const auto line = take_line(bytes, at);
    if (!line) return verdict::more;
    const auto size = number(line->substr(0, line->find(';')), 16, most);
    if (!size || !is_field_value(*line)) return verdict::refused;
    if (*size == 0) break;
    if (body.size() + *size > most) return verdict::refused;
    if (bytes.size() - at < *size + 2) return verdict::more;
    body += bytes.substr(at, *size);
    at += *size;
    if (bytes.substr(at, 2) != "\r\n") return verdict::refused;
    at += 2;
  }
  request_reading trailers;
  for (;;) {
    const auto line = take_line(bytes, at);
    if (!line) return verdict::more;
    if (line->empty()) return verdict::accepted;
    if (!read_field(*line, trailers)) return verdict::refused;
  }
}

// RFC 9112, 6.3
verdict read_body(std::string_view bytes, std::size_t& at, request_reading& r, std::size_t most) {
  const auto encodings = values_of(r, "transfer-encoding"), lengths = values_of(r, "content-length");
  if (!encodings.empty()) {
    if (encodings.size() > 1 || lower(encodings[0]) != "chunked" || !lengths.empty() || r.http_1_0)
      return verdict::refused;
    return read_chunks(bytes, at, r.body, most);
  }
  if (lengths.empty()) return verdict::accepted;
  const auto length = number(lengths[0], 10, most);
  if (lengths.size() > 1 || !length) return verdict::refused;
  if (bytes.size() - at < *length) return verdict::more;
  r.body = bytes.substr(at, *length);
  at += *length;
  return verdict::accepted;
}

verdict read(std::string_view bytes, request_reading& r, std::size_t most) {
  std::size_t at = 0;
  string authority;
  const auto first = take_line(bytes, at);
  if (!first) return verdict::more;
  if (!read_request_line(*first, r, authority)) return verdict::refused;
  for (;;) {
    const auto line = take_line(bytes, at);
    if (!line) return verdict::more;
    if (line->empty()) break;
    if (!read_field(*line, r)) return verdict::refused;
  }
  // RFC 9112, 3.2
  const auto hosts = values_of(r, "host");
  if (hosts.size() > 1 || (hosts.empty() && !r.http_1_0)) return verdict::refused;
  if (!hosts.empty() && !is_host_and_port(hosts[0])) return verdict::refused;
  if (!authority.empty() && (hosts.empty() || hosts[0] != authority)) return verdict::refused;
  const auto is = read_body(bytes, at, r, most);
  r.used = at;
  return is;
}

}  // namespace

request_reading read_strictly(std::string_view bytes, std::size_t body_bytes_max) {
  request_reading r;
  const auto is = read(bytes, r, body_bytes_max);
  if (is == verdict::accepted) {
    r.is = is;
    r.status = 200;
    return r;
  }
  request_reading none;
  none.is = is;
  none.status = is == verdict::refused ? 400 : 0;
  return none;
}

}  // namespace switchboard::fuzz
