#include "cli/stream_framing.hpp"

#include <algorithm>

namespace switchboard::cli {

namespace {

constexpr std::uint8_t opcode_text = 1, opcode_close = 8, opcode_ping = 9, opcode_pong = 10;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t v = 0;
  for (const char c : bytes) v = v << 8 | static_cast<unsigned char>(c);
  return v;
}

/// Where the blank line behind an event ends; npos: not there yet.
std::size_t event_end(std::string_view bytes) {
  const auto at = bytes.find("\n\n");
  return at == std::string_view::npos ? at : at + 2;
}

}  // namespace

std::size_t read_websocket(std::string_view bytes, const framing_events& on, bool& ok) {
  std::size_t used = 0;
  ok = true;
  while (bytes.size() - used >= 2) {
    const auto rest = bytes.substr(used);
    const auto first = static_cast<unsigned char>(rest[0]), second = static_cast<unsigned char>(rest[1]);
    const std::size_t width = (second & 127) == 126 ? 2 : (second & 127) == 127 ? 8 : 0;
    if ((first & 0x70) != 0 || (first & 0x80) == 0 || (second & 0x80) != 0) {  // extension, fragment, masked
      ok = false;
      return used;
    }
    if (rest.size() < 2 + width) break;
    const std::uint64_t length = width == 0 ? (second & 127) : big_endian(rest.substr(2, width));
    if (length > event_bytes_max) {
      ok = false;
      return used;
    }
    if (rest.size() < 2 + width + length) break;
    const auto payload = rest.substr(2 + width, length);
    switch (first & 15) {
      case opcode_text:
        on.event(payload);
        break;
      case opcode_ping:
        on.ping(payload);
        break;
      case opcode_pong:
        break;
      case opcode_close:
        on.closed(static_cast<std::uint16_t>(payload.size() >= 2 ? big_endian(payload.substr(0, 2)) : 1005));
        break;
      default:
        ok = false;
        return used;
    }
    used += 2 + width + length;
  }
  return used;
}

std::size_t read_sse(std::string_view bytes, const framing_events& on, bool& ok) {
  std::size_t used = 0;
  ok = true;
  for (;;) {
    auto rest = bytes.substr(used);
    const auto end = event_end(rest);
    if (end == std::string_view::npos) {
      ok = rest.size() <= event_bytes_max;
      return used;
    }
    rest = rest.substr(0, end);
    const auto data = rest.starts_with("data:") ? 0 : rest.find("\ndata:");
    if (data != std::string_view::npos) {
      auto line = rest.substr(data + (data == 0 ? 5 : 6));
      line = line.substr(0, line.find('\n'));
      if (line.starts_with(' ')) line.remove_prefix(1);
      on.event(line);
    }
    used += end;
  }
}

bool dechunker::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (state_ == state::content) {
      const auto n = std::min<std::uint64_t>(left_, bytes.size());
      out += bytes.substr(0, n);
      bytes.remove_prefix(n);
      left_ -= n;
      if (left_ == 0) state_ = state::content_cr;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    switch (state_) {
      case state::size: {
        const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
        if (c == '\r' && digits_ > 0) {
          state_ = state::size_lf;
        } else if (c == ';' && digits_ > 0) {
          state_ = state::extension;
        } else if (digit == std::string_view::npos || ++digits_ > 8) {
          return false;
        } else {
          left_ = left_ << 4 | digit;
        }
        break;
      }
      case state::extension:
        if (c == '\r') state_ = state::size_lf;
        break;
      case state::size_lf:
        if (c != '\n') return false;
        digits_ = 0;
        state_ = left_ == 0 ? state::done : state::content;
        break;
      case state::content_cr:
        if (c != '\r') return false;
        state_ = state::content_lf;
        break;
      case state::content_lf:
        if (c != '\n') return false;
        state_ = state::size;
        break;
      case state::done:
        return true;
      case state::content:
        break;
    }
  }
  return true;
}

std::string client_frame(std::uint8_t opcode, std::string_view payload) {
  std::string out;
  out += static_cast<char>(0x80 | opcode);
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(payload.size() >> 8 & 255);
    out += static_cast<char>(payload.size() & 255);
  }
  out.append(4, '\0');
  out += payload;
  return out;
}

}  // namespace switchboard::cli
