#pragma once
// Where one event ends and the next begins in the bytes that a subscriber gets: WebSocket frames, or SSE,
// chunked or not. No copies: an event that is whole in the bytes at hand is handed on in place.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace switchboard::cli {

/// What the framing found. Views are valid during the call only.
struct framing_events {
  std::function<void(std::string_view json)> event;
  std::function<void(std::string_view payload)> ping;  ///< WebSocket: to be answered with the same bytes
  std::function<void(std::uint16_t code)> closed;      ///< WebSocket: the server ends it
};

inline constexpr std::size_t event_bytes_max = 1u << 20;  ///< larger ones are an error

/// Takes server frames (RFC 6455 §5, unmasked, one frame a message) from the front of `bytes`. Returns how many
/// bytes were used; the rest is the start of a frame. `ok` false: not what a server may send.
[[nodiscard]] std::size_t read_websocket(std::string_view bytes, const framing_events& on, bool& ok);

/// Takes whole SSE events from the front of `bytes` (no chunk framing in it; `data:` of one line, LF line
/// ends, as the engine writes them). Returns how many bytes were used.
[[nodiscard]] std::size_t read_sse(std::string_view bytes, const framing_events& on, bool& ok);

/// Takes HTTP chunk framing off, cut anywhere.
class dechunker {
 public:
  /// Appends the content to `out`. False: malformed.
  [[nodiscard]] bool feed(std::string_view bytes, std::string& out);
  [[nodiscard]] bool done() const { return state_ == state::done; }

 private:
  enum class state : std::uint8_t { size, extension, size_lf, content, content_cr, content_lf, done };
  state state_ = state::size;
  std::uint64_t left_ = 0;
  unsigned digits_ = 0;
};

/// A masked client frame (FIN set); the mask key is zero, which RFC 6455 forbids only where a browser's page
/// chooses the bytes.
[[nodiscard]] std::string client_frame(std::uint8_t opcode, std::string_view payload);

}  // namespace switchboard::cli
