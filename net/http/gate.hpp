#pragma once
// The strict gate: what may pass as an HTTP request, decided on the raw bytes. Pure, one policy, one file.
//
// A request that two parsers read differently lets a stranger hide a second request in the first. Beast 1.81
// is lenient (it takes `Transfer-Encoding: gzip` beside a length, `005`, folded lines, two Hosts …), so
// nothing reaches it that has not passed here, and what both read must agree. RFC 9112 says what is allowed;
// where it leaves a choice, we refuse. Any refusal ends the connection. tests/net/http/gate_test.cpp is the
// policy's table.

#include "domain/expected.hpp"
#include "net/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace switchboard::net::http {

struct gate_limits {
  std::uint32_t head_bytes_max = 8 << 10;
  std::uint32_t headers_max = 64;
  std::uint32_t target_bytes_max = 2 << 10;
  std::uint32_t chunk_extension_bytes_max = 256;
};

/// Why not. All views are literals.
struct refusal {
  int status = 400;
  std::string_view slug = "bad-request";
  std::string_view detail;
};

/// What a head says about its message. Views point into the head.
struct framing {
  http::method method = method::get;
  std::string_view target;
  std::string_view path;   ///< "/" for an absolute form without one
  std::string_view query;  ///< behind '?'
  std::string_view host;   ///< empty only on HTTP/1.0
  std::uint64_t content_length = 0;
  bool has_length = false;
  bool chunked = false;
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expect_continue = false;
  bool websocket = false;  ///< a well-formed upgrade to WebSocket version 13

  [[nodiscard]] bool has_body() const { return chunked || content_length > 0; }
};

/// How far a head has come in.
struct head_scan {
  enum class state : std::uint8_t { more, complete, refused };
  state is = state::more;
  std::size_t size =
      0;  ///< complete: bytes up to and including the empty line; more: where to go on scanning
  refusal why;
};

/// Finds the end of the head in `bytes`, going on at `from` (the last result's size; 0 at first). Refuses
/// early what can never become right, so that a bare LF or an endless line is not waited for.
[[nodiscard]] head_scan scan_head(std::string_view bytes, std::size_t from, const gate_limits& limits);

/// Checks a complete head, which includes the empty line. `headers` is filled with views into it, in order.
[[nodiscard]] expected<framing, refusal> check_head(std::string_view head, const gate_limits& limits,
                                                    std::vector<header>& headers);

/// Checks the framing of a chunked body as it comes in, byte by byte: sizes of 1–16 hex digits without
/// superfluous zeros, CRLF exactly, short extensions without control bytes, no trailers.
class chunk_gate {
 public:
  enum class verdict : std::uint8_t { more, complete, refused };
  struct progress {
    verdict is = verdict::more;
    std::size_t used = 0;  ///< bytes of the input that belong to the body; all of them unless complete
    refusal why;
  };

  /// `body_bytes_max`: of the decoded body; more is refused with 413.
  void reset(std::uint64_t body_bytes_max, std::uint32_t extension_bytes_max);
  [[nodiscard]] progress feed(std::string_view bytes);
  /// Decoded bytes announced by the chunk sizes so far.
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
  /// What the chunk under way still lacks; 0 between chunks.
  [[nodiscard]] std::uint64_t chunk_left() const { return at_ == at::data ? chunk_left_ : 0; }

 private:
  enum class at : std::uint8_t { size, extension, size_lf, data, data_cr, data_lf, last_cr, last_lf, done };
  [[nodiscard]] bool size_byte(char c, refusal& why);
  [[nodiscard]] bool end_of_size(refusal& why);

  at at_ = at::size;
  std::uint64_t chunk_left_ = 0;
  std::uint32_t digits_ = 0;
  std::uint32_t extension_bytes_ = 0;
  std::uint64_t framing_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t body_bytes_max_ = 0;
  std::uint32_t extension_bytes_max_ = 0;
};

}  // namespace switchboard::net::http
