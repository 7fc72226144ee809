#pragma once
// Bytes in and out of one connected socket, plain or TLS, never blocking. Knows no HTTP.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace switchboard::net::http {

enum class io_state : std::uint8_t {
  ok,
  would_block,  ///< wait for the socket's next edge
  end,          ///< the peer has sent its last byte (reads only)
  failed,       ///< the connection is broken
};

struct io_result {
  io_state state = io_state::ok;
  std::size_t bytes = 0;
  bool drained = false;  ///< of a read: nothing more is there until the next edge
};

/// Used on the connection's I/O thread only. Owns the descriptor.
class transport {
 public:
  virtual ~transport() = default;
  /// TLS: call until it is no longer would_block. Plain: ok at once.
  [[nodiscard]] virtual io_state handshake() = 0;
  [[nodiscard]] virtual io_result read(char* into, std::size_t room) = 0;
  /// Takes as many of the pieces' bytes as it can in one go. After would_block it must be called again with
  /// the same bytes in front.
  [[nodiscard]] virtual io_result write(std::span<const std::string_view> pieces) = 0;
  /// No more bytes from us; the peer's are still read.
  virtual void end_writing() = 0;
  [[nodiscard]] virtual int descriptor() const = 0;
  [[nodiscard]] virtual bool tls() const = 0;
};

/// Takes over `descriptor`, which must be non-blocking.
[[nodiscard]] std::unique_ptr<transport> make_plain_transport(int descriptor);

}  // namespace switchboard::net::http
