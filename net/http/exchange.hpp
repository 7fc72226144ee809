#pragma once
// One request on its connection, waiting for its answer; and what a handler may turn the connection into.

#include "net/http/message.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::http {

/// Bytes shared between any number of connections, written as they are.
using shared_bytes = std::shared_ptr<const std::string>;

/// One piece on its way to a subscriber: `head` is written before `body` (SSE's id and event lines), `tail`
/// behind it. For WebSocket a frame's text is `body` alone. `body` points into what `keep` keeps alive.
struct outgoing {
  std::string head;
  std::string_view body;
  std::string_view tail;
  std::shared_ptr<const void> keep;
};

/// A connection that has become a stream to one subscriber. All calls and callbacks on its I/O thread.
class channel {
 public:
  virtual ~channel() = default;
  /// Writes all pieces; `done(true)` when the kernel has taken them, `done(false)` when the peer is gone. One
  /// write at a time.
  virtual void write(std::vector<outgoing> pieces, std::function<void(bool)> done) = 0;
  /// Shows that we live, between writes. SSE: an id line with `id`, which a browser that comes back names (empty:
  /// a comment line); WebSocket: a ping.
  virtual void ping(std::string_view id) = 0;
  /// Ends it: WebSocket close code and reason (≤ 123 bytes), SSE: a last comment with them, `: close CODE REASON`.
  virtual void close(std::uint16_t code, std::string reason) = 0;
  /// The peer left, or was silent beyond limits.pong_timeout. Called once.
  virtual void on_gone(std::function<void()> f) = 0;
  /// WebSocket text from the peer; SSE never. Return false to close with 1008.
  virtual void on_text(std::function<bool(std::string_view)> f) = 0;
  /// Runs `f` on the channel's I/O thread; from any thread.
  virtual void post(std::function<void()> f) = 0;
  [[nodiscard]] virtual std::uint32_t io_thread() const = 0;
};
using channel_ptr = std::shared_ptr<channel>;

/// Exactly one of respond, stream, accept_websocket ends an exchange; an exchange dropped without is answered
/// 500 and logged. respond() may be called from any thread, the others on the I/O thread.
class exchange {
 public:
  virtual ~exchange() = default;
  [[nodiscard]] virtual const http::request& request() const = 0;
  virtual void respond(response r) = 0;
  /// Many at once from another thread: the server's `respond_all` (server.hpp) needs this.
  [[nodiscard]] virtual std::uint32_t io_thread() const = 0;

  /// 200 text/event-stream, then pieces until it ends. `id` (empty: none) is of the place where it begins: who
  /// loses it before the first event comes back with that.
  [[nodiscard]] virtual channel_ptr stream(std::string_view id) = 0;
  [[nodiscard]] virtual bool is_websocket_upgrade() const = 0;
  /// Completes the WebSocket handshake with that subprotocol (empty: none) and these headers in the 101;
  /// `ready(nullptr)` if it failed.
  virtual void accept_websocket(std::string subprotocol, header_list headers,
                                std::function<void(channel_ptr)> ready) = 0;
  /// Runs `f` on this exchange's I/O thread; from any thread.
  virtual void post(std::function<void()> f) = 0;
};
using exchange_ptr = std::shared_ptr<exchange>;

}  // namespace switchboard::net::http
