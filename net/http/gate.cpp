#include "net/http/gate.hpp"

#include "net/http/gate_bytes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace switchboard::net::http {
namespace {

constexpr refusal bad(std::string_view detail) {
  return {400, "bad-request", detail};
}
constexpr refusal too_long_target{414, "uri-too-long", "the request target is longer than the limit"};
constexpr refusal too_large_head{431, "header-fields-too-large", "the head is larger than the limit"};
constexpr refusal unknown_method{501, "not-implemented", "this method is not known here"};
constexpr std::size_t method_bytes_max = 32;

// -- request line -------------------------------------------------------------------------------------------

std::optional<refusal> read_method(std::string_view word, framing& f) {
  static constexpr std::array<std::pair<std::string_view, method>, 7> known{{{"GET", method::get},
                                                                             {"POST", method::post},
                                                                             {"HEAD", method::head},
                                                                             {"PUT", method::put},
                                                                             {"PATCH", method::patch},
                                                                             {"DELETE", method::del},
                                                                             {"OPTIONS", method::options}}};
  if (word.empty() || !all_of_class(word, is_token))
    return bad("the request line does not begin with a method");
  for (const auto& [name, value] : known) {
    if (word == name) {
      f.method = value;
      return std::nullopt;
    }
  }
  if (word == "TRACE" || word == "CONNECT") {
    return refusal{405, "method-not-allowed", "TRACE and CONNECT are never served"};
  }
  return unknown_method;
}

std::optional<refusal> read_version(std::string_view v, framing& f) {
  constexpr refusal unsupported{505, "http-version-not-supported",
                                "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  if (v.empty()) return unsupported;  // HTTP/0.9 has no version
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (v.size() != 8 || !v.starts_with("HTTP/") || !digit(v[5]) || v[6] != '.' || !digit(v[7])) {
    return bad("the HTTP version is malformed");
  }
  if (v[5] != '1' || v[7] > '1') return unsupported;
  f.http_1_0 = v[7] == '0';
  return std::nullopt;
}

std::optional<refusal> check_path(std::string_view path) {
  if (!all_of_class(path, is_path))
    return bad("a byte in the path that must not be there (percent-encoding included)");
  for (std::size_t at = 0; at < path.size();) {  // each segment behind its '/'
    const auto end = std::min(path.find('/', at + 1), path.size());
    const auto segment = path.substr(at + 1, end - at - 1);
    if (segment == "." || segment == "..") return bad("dot segments in the path");
    if (segment.empty() && end != path.size()) return bad("an empty segment in the path");
    at = end;
  }
  return std::nullopt;
}

std::optional<refusal> check_query(std::string_view query) {
  if (!all_of_class(query, is_query)) return bad("a byte in the query that must not be there");
  for (auto at = query.find('%'); at != std::string_view::npos; at = query.find('%', at + 3)) {
    if (query.size() - at < 3) return bad("a cut percent-encoding in the query");
    const int high = hex_digit(query[at + 1]);
    const int low = hex_digit(query[at + 2]);
    if (high < 0 || low < 0) return bad("a malformed percent-encoding in the query");
    if (high < 2 || (high == 7 && low == 15)) return bad("an encoded control byte in the query");
  }
  return std::nullopt;
}

std::optional<refusal> read_target(std::string_view target, framing& f, std::string_view& authority) {
  f.target = target;
  if (target == "*") {
    if (f.method != method::options) return bad("the asterisk form is for OPTIONS only");
    f.path = target;
    return std::nullopt;
  }
  auto rest = target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_word(rest.substr(0, scheme.size()), scheme)) continue;
    rest.remove_prefix(scheme.size());
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    authority = rest.substr(0, end);
    if (authority.empty()) return bad("an absolute target without a host");
    rest.remove_prefix(end);
    break;
  }
  if (authority.empty() && !rest.starts_with('/')) return bad("the target is neither a path nor a URL");
  const auto question = rest.find('?');
  f.path = rest.substr(0, question);
  if (question != std::string_view::npos) f.query = rest.substr(question + 1);
  if (f.path.empty()) f.path = "/";
  if (auto why = check_path(f.path)) return why;
  return check_query(f.query);
}

std::optional<refusal> read_request_line(std::string_view line, const gate_limits& limits, framing& f,
                                         std::string_view& authority) {
  const auto first = std::min(line.find(' '), line.size());
  if (auto why = read_method(line.substr(0, first), f)) return why;
  auto rest = line.substr(std::min(first + 1, line.size()));
  const auto second = std::min(rest.find(' '), rest.size());
  if (second > limits.target_bytes_max) return too_long_target;
  if (second == 0) return bad("the request line has no target");
  if (auto why = read_version(rest.substr(std::min(second + 1, rest.size())), f)) return why;
  return read_target(rest.substr(0, second), f, authority);
}

// -- fields -------------------------------------------------------------------------------------------------

/// What the fields said, before it is judged as a whole.
struct field_facts {
  std::uint32_t hosts = 0, lengths = 0, encodings = 0, types = 0, expects = 0, authorizations = 0;
  bool close = false, keep = false, upgrade = false, upgrade_websocket = false;
  std::uint32_t websocket_keys = 0;
  bool websocket_13 = false;
};

std::optional<refusal> read_length(std::string_view v, framing& f) {
  constexpr std::size_t digits_max = 10;
  if (v.empty() || v.size() > digits_max || (v.size() > 1 && v[0] == '0'))
    return bad("malformed Content-Length");
  std::uint64_t n = 0;
  for (const char c : v) {
    if (c < '0' || c > '9') return bad("malformed Content-Length");
    n = n * 10 + static_cast<std::uint64_t>(c - '0');
  }
  f.content_length = n;
  f.has_length = true;
  return std::nullopt;
}

void read_connection(std::string_view v, field_facts& facts) {
  while (!v.empty()) {
    const auto end = std::min(v.find(','), v.size());
    const auto word = trim(v.substr(0, end));
    v.remove_prefix(std::min(end + 1, v.size()));
    if (same_word(word, "close")) facts.close = true;
    if (same_word(word, "keep-alive")) facts.keep = true;
    if (same_word(word, "upgrade")) facts.upgrade = true;
  }
}

/// Bodies are JSON in UTF-8; anything else would be guessed at.
std::optional<refusal> check_content_type(std::string_view v) {
  constexpr refusal unsupported{415, "unsupported-media-type", "a body must be application/json in UTF-8"};
  const auto end = std::min(v.find(';'), v.size());
  const auto type = trim(v.substr(0, end));
  const bool json_suffix = type.size() > 5 && same_word(type.substr(type.size() - 5), "+json");
  if (!same_word(type, "application/json") && !json_suffix) return unsupported;
  for (auto rest = v.substr(std::min(end + 1, v.size())); !rest.empty();) {
    const auto stop = std::min(rest.find(';'), rest.size());
    const auto parameter = trim(rest.substr(0, stop));
    rest.remove_prefix(std::min(stop + 1, rest.size()));
    const auto equals = std::min(parameter.find('='), parameter.size());
    if (!same_word(trim(parameter.substr(0, equals)), "charset")) continue;
    const auto charset = trim(parameter.substr(std::min(equals + 1, parameter.size())));
    if (!same_word(charset, "utf-8") && !same_word(charset, "\"utf-8\"") && !same_word(charset, "us-ascii")) {
      return unsupported;
    }
  }
  return std::nullopt;
}

/// A name or an IPv4 address, or an IPv6 address in brackets, and perhaps a port (RFC 9110 §7.2). Two colons would
/// leave open where the name ends, and who routes by it.
bool is_host_and_port(std::string_view v) {
  std::size_t end = 0;
  if (v.starts_with('[')) {
    end = v.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    for (const char c : v.substr(1, end - 1)) {
      if (hex_digit(c) < 0 && c != ':' && c != '.') return false;
    }
    ++end;
  } else {
    end = std::min(v.find(':'), v.size());
    if (end == 0 || !all_of_class(v.substr(0, end), is_host)) return false;
  }
  if (end == v.size()) return true;
  const auto port = v.substr(end + 1);
  return v[end] == ':' && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `Content_Length` is `Content-Length` to whoever maps names to CGI variables; so is a doubt.
bool is_disguised(std::string_view name) {
  if (name.find('_') == std::string_view::npos) return false;
  for (const std::string_view word :
       {"content-length", "transfer-encoding", "content-encoding", "content-type", "host", "connection",
        "authorization", "x-forwarded-for", "x-hub-signature-256"}) {
    if (name.size() != word.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < name.size() && same; ++i) {
      same = name[i] == '_' ? word[i] == '-' : same_word(name.substr(i, 1), word.substr(i, 1));
    }
    if (same) return true;
  }
  return false;
}

/// The fields that decide framing and connection; by length first, since most fields are none of them.
std::optional<refusal> read_field(std::string_view name, std::string_view value, framing& f,
                                  field_facts& facts) {
  switch (name.size()) {
    case 4:
      if (!same_word(name, "host")) break;
      if (++facts.hosts > 1) return bad("more than one Host");
      if (!is_host_and_port(value)) return bad("malformed Host");
      f.host = value;
      break;
    case 6:
      if (!same_word(name, "expect")) break;
      if (++facts.expects > 1 || !same_word(value, "100-continue")) {
        return refusal{417, "expectation-failed", "the only expectation met here is 100-continue"};
      }
      f.expect_continue = true;
      break;
    case 7:
      if (same_word(name, "upgrade") && same_word(value, "websocket")) facts.upgrade_websocket = true;
      break;
    case 10:
      if (same_word(name, "connection")) read_connection(value, facts);
      break;
    case 12:
      if (same_word(name, "content-type") && ++facts.types > 1) return bad("more than one Content-Type");
      break;
    case 13:
      if (same_word(name, "authorization") && ++facts.authorizations > 1)
        return bad("more than one Authorization");
      break;
    case 14:
      if (!same_word(name, "content-length")) break;
      if (++facts.lengths > 1) return bad("more than one Content-Length");
      return read_length(value, f);
    case 16:
      if (!same_word(name, "content-encoding") || same_word(value, "identity")) break;
      return refusal{415, "unsupported-media-type", "encoded bodies are not taken; send it as it is"};
    case 17:
      if (same_word(name, "sec-websocket-key")) ++facts.websocket_keys;
      if (!same_word(name, "transfer-encoding")) break;
      if (++facts.encodings > 1) return bad("more than one Transfer-Encoding");
      if (!same_word(value, "chunked")) return bad("the only Transfer-Encoding is chunked");
      f.chunked = true;
      break;
    case 21:
      if (same_word(name, "sec-websocket-version")) facts.websocket_13 = value == "13";
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::optional<refusal> read_line(std::string_view line, std::vector<header>& headers, framing& f,
                                 field_facts& facts) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return bad("a header line without a colon");
  const auto name = line.substr(0, colon);
  if (name.empty() || !all_of_class(name, is_token)) {
    return bad("a header name that is empty or has a byte that must not be there (folded lines are refused)");
  }
  const auto value = trim(line.substr(colon + 1));
  if (!all_of_class(value, is_value)) return bad("a header value with a byte that must not be there");
  if (is_disguised(name)) return bad("an underscore where a framing header has a dash");
  headers.push_back({name, value});
  return read_field(name, value, f, facts);
}

// -- the whole ----------------------------------------------------------------------------------------------

std::optional<refusal> judge(framing& f, const field_facts& facts, std::string_view authority,
                             std::span<const header> headers) {
  if (facts.hosts == 0 && !f.http_1_0) return bad("HTTP/1.1 needs a Host");
  if (!authority.empty() && authority != f.host) return bad("the target names another host than Host");
  if (f.chunked && f.http_1_0) return bad("HTTP/1.0 has no chunks");
  if (f.chunked && f.has_length) return bad("Transfer-Encoding and Content-Length exclude each other");
  const bool may_have_body = f.method == method::post || f.method == method::put || f.method == method::patch;
  if (!may_have_body && f.has_body()) return bad("this method has no body");
  if (may_have_body && !f.chunked && !f.has_length) {
    return refusal{411, "length-required", "this method needs Content-Length or chunks"};
  }
  if (f.has_body() && facts.types == 1) {
    for (const auto& h : headers) {
      if (!same_word(h.name, "content-type")) continue;
      if (auto why = check_content_type(h.value)) return why;
    }
  }
  f.keep_alive = f.http_1_0 ? facts.keep && !facts.close : !facts.close;
  if (f.http_1_0 || !f.has_body()) f.expect_continue = false;
  f.websocket = f.method == method::get && !f.http_1_0 && facts.upgrade && facts.upgrade_websocket &&
                facts.websocket_keys == 1 && facts.websocket_13;
  return std::nullopt;
}

/// An unfinished first line that is already too long, or no request at all (a TLS hello, a proxy's preface).
std::optional<refusal> judge_unfinished_line(std::string_view line, const gate_limits& limits) {
  const auto space = line.find(' ');
  const auto word = line.substr(0, space);
  if (!all_of_class(word, is_token)) return bad("the request line does not begin with a method");
  if (space == std::string_view::npos) {
    if (word.size() > method_bytes_max) return unknown_method;
    return std::nullopt;
  }
  framing ignored;
  if (auto why = read_method(word, ignored)) return why;
  const auto target = std::min(line.find(' ', space + 1), line.size()) - space - 1;
  if (target > limits.target_bytes_max) return too_long_target;
  return std::nullopt;
}

/// Which part of a head is the one that is too large.
refusal too_large(std::string_view head, const gate_limits& limits) {
  return judge_unfinished_line(head.substr(0, head.find('\r')), limits).value_or(too_large_head);
}

}  // namespace

head_scan scan_head(std::string_view bytes, std::size_t from, const gate_limits& limits) {
  using state = head_scan::state;
  const auto refuse = [](refusal why) { return head_scan{state::refused, 0, why}; };
  auto line = from;  // where the present line begins
  while (line < bytes.size()) {
    const auto cr = bytes.find('\r', line);
    if (cr == std::string_view::npos || cr + 1 == bytes.size()) break;
    if (bytes[cr + 1] != '\n') return refuse(bad("a carriage return without its line feed"));
    if (cr == line) {
      if (line == 0) return refuse(bad("an empty line where a request should begin"));
      if (cr + 2 > limits.head_bytes_max) return refuse(too_large(bytes, limits));
      return {state::complete, cr + 2, {}};
    }
    line = cr + 2;
  }
  // Not complete. Is it still going to be a head?
  if (bytes.find('\n', line) != std::string_view::npos)
    return refuse(bad("a line feed without a carriage return"));
  if (line == 0) {
    if (auto why = judge_unfinished_line(bytes, limits)) return refuse(*why);
  } else if (from == 0) {
    framing ignored;
    std::string_view authority;
    const auto first = bytes.substr(0, bytes.find('\r'));
    if (auto why = read_request_line(first, limits, ignored, authority)) return refuse(*why);
  }
  if (bytes.size() >= limits.head_bytes_max) return refuse(too_large(bytes, limits));
  return {state::more, line, {}};
}

expected<framing, refusal> check_head(std::string_view head, const gate_limits& limits,
                                      std::vector<header>& headers) {
  framing f;
  field_facts facts;
  std::string_view authority;
  headers.clear();
  if (!head.ends_with("\r\n\r\n")) return unexpected{bad("the head does not end with an empty line")};
  auto rest = head.substr(0, head.size() - 2);
  const auto first = rest.find("\r\n");
  if (auto why = read_request_line(rest.substr(0, first), limits, f, authority)) return unexpected{*why};
  rest.remove_prefix(first + 2);
  while (!rest.empty()) {
    if (headers.size() == limits.headers_max) {
      return unexpected{refusal{431, "header-fields-too-large", "more header fields than the limit"}};
    }
    const auto end = rest.find('\r');
    if (end + 1 >= rest.size() || rest[end + 1] != '\n') return unexpected{bad("a bare carriage return")};
    if (auto why = read_line(rest.substr(0, end), headers, f, facts)) return unexpected{*why};
    rest.remove_prefix(end + 2);
  }
  if (auto why = judge(f, facts, authority, headers)) return unexpected{*why};
  return f;
}

}  // namespace switchboard::net::http
