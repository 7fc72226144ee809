#pragma once
// The least that a load generator must know of an HTTP/1.1 answer: its status and where it ends.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace switchboard::cli {

struct response_shape {
  int status = 0;
  std::size_t head_bytes = 0;  ///< blank line included
  std::size_t body_bytes = 0;  ///< Content-Length; 0 where there is none
  bool chunked = false;        ///< Transfer-Encoding: chunked, body_bytes says nothing
  bool close = false;          ///< Connection: close
  bool retry_after = false;    ///< it says when to come back
};

enum class parse_state : std::uint8_t { incomplete, complete, malformed };

/// Reads the head at the start of `bytes`; complete: `out` is filled, the body may still be on its way.
[[nodiscard]] parse_state parse_response(std::string_view bytes, response_shape& out);

}  // namespace switchboard::cli
