#include "cli/response_parser.hpp"

#include <charconv>

namespace switchboard::cli {

namespace {

constexpr std::size_t head_bytes_max = 16u << 10;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Does the line begin with this header's name (given in lower case, with its colon)?
bool names(std::string_view line, std::string_view name) {
  if (line.size() < name.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (lower(line[i]) != name[i]) return false;
  }
  return true;
}

std::string_view value_of(std::string_view line, std::string_view name) {
  line.remove_prefix(name.size());
  while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
  return line;
}

bool read_header(std::string_view line, response_shape& out) {
  constexpr std::string_view length = "content-length:", encoding = "transfer-encoding:",
                             connection = "connection:", retry_after = "retry-after:";
  if (names(line, length)) {
    const auto text = value_of(line, length);
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out.body_bytes);
    return ec == std::errc{} && end == text.data() + text.size();
  }
  if (names(line, encoding)) out.chunked = names(value_of(line, encoding), "chunked");
  if (names(line, connection)) out.close = names(value_of(line, connection), "close");
  if (names(line, retry_after)) out.retry_after = !value_of(line, retry_after).empty();
  return true;
}

}  // namespace

parse_state parse_response(std::string_view bytes, response_shape& out) {
  constexpr std::string_view version = "HTTP/1.1 ";
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    const auto common = bytes.substr(0, version.size());
    return bytes.size() > head_bytes_max || !version.starts_with(common) ? parse_state::malformed
                                                                         : parse_state::incomplete;
  }
  out = {};
  out.head_bytes = end + 4;
  if (!bytes.starts_with(version) || end < version.size() + 3) return parse_state::malformed;
  const char* digits = bytes.data() + version.size();
  const auto [rest, ec] = std::from_chars(digits, digits + 3, out.status);
  if (ec != std::errc{} || rest != digits + 3 || out.status < 100) return parse_state::malformed;
  std::size_t at = bytes.find("\r\n") + 2;
  while (at < end + 2) {
    const auto next = bytes.find("\r\n", at);
    if (!read_header(bytes.substr(at, next - at), out)) return parse_state::malformed;
    at = next + 2;
  }
  if (out.status == 204 || out.status == 304 || out.status < 200) out.body_bytes = 0;
  return parse_state::complete;
}

}  // namespace switchboard::cli
