#pragma once
// A connection to another server's WebSocket, for reading what it sends. TLS is verified, name and chain, always; a
// plain connection is made only where the URL says ws://.
//
// One connection, once: when it ends, for whatever reason, `closed` says so and it is of no more use. Whoever wants
// another one makes another one, when he thinks it right.

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace switchboard::net::client {

struct websocket_options {
  std::string url;                                    ///< ws:// or wss://, a host, perhaps a port
  std::string target = "/";                           ///< path and query
  std::uint64_t message_bytes_max = 1 << 20;          ///< a larger one ends the connection
  std::chrono::milliseconds connect_timeout{10'000};  ///< of name, connection, TLS and handshake together
  /// Without a byte for so long the other side is dead. It is asked (ping) after half of that.
  std::chrono::milliseconds idle_timeout{60'000};
  std::string user_agent = "switchboard";
  std::string ca_file = {};  ///< PEM, instead of the system's authorities; empty: these
};

/// On the executor's one thread, all of them. None after close(), or after `closed`.
struct websocket_events {
  std::function<void()> opened;
  /// A whole message; valid during the call. False: none more until resume() is called.
  std::function<bool(std::string_view message)> message;
  std::function<void(const std::string& why)> closed;  ///< why, for a person; names no secret
};

/// One use, on the thread of its executor.
class websocket_client {
 public:
  virtual ~websocket_client() = default;  ///< close()
  virtual void resume() = 0;
  /// Ends it; nobody is told.
  virtual void close() = 0;

  /// Begins to connect. Never null: what cannot even begin is told by `closed`, later.
  [[nodiscard]] static std::shared_ptr<websocket_client> connect(const boost::asio::any_io_executor& on,
                                                                 websocket_options options,
                                                                 websocket_events events);
};

}  // namespace switchboard::net::client
