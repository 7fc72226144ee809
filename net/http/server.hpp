#pragma once
// The listeners and their I/O threads. Knows framing, limits, timeouts and TLS; not one route.

#include "config/settings.hpp"
#include "domain/expected.hpp"
#include "net/http/exchange.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::http {

enum class listener : std::uint8_t { open, admin };

/// Connections of the admin listener. They have places of their own, so that health and metrics answer also when
/// limits.connections_max is reached.
inline constexpr std::uint32_t admin_connections_max = 64;
/// Connections over a limit that are open until they are answered, two or three seconds at most, of both listeners
/// together.
inline constexpr std::uint32_t connections_being_refused_max = 256;

/// How long a connection on which nothing is under way stays open behind stop_accepting().
inline constexpr std::chrono::milliseconds idle_grace{500};
/// Behind a connection's last answer we read on for a while: closing on unread bytes would reset the connection and
/// take the answer with it.
inline constexpr std::chrono::milliseconds linger_time{1'000};

/// What a request holds of the node's capacity until it is answered; given back by its end.
class permit {
 public:
  virtual ~permit() = default;
  /// A body in chunks, which nobody has announced, wants so many bytes of memory in all; asked on its I/O
  /// thread before they are taken. Not to be had: the answer instead, behind which the connection closes.
  [[nodiscard]] virtual std::optional<response> cover(std::uint64_t bytes) = 0;
};

/// Asked when a head has passed the gate, before one byte of the body is read.
struct body_verdict {
  std::uint64_t body_bytes_max = 0;  ///< more: 413
  std::optional<response> refuse;    ///< answered instead; the connection closes if a body was announced
  header_list headers;               ///< go out with whatever this request is answered, 408, 413 and SSE too
  std::shared_ptr<http::permit> permit;  ///< held until the exchange is answered; null: nothing is counted
  bool never_shed = false;               ///< answered also by a connection beyond limits.connections_max
};

/// What the server asks of the routes. Called on I/O threads; must not block.
class handler {
 public:
  virtual ~handler() = default;
  /// `announced`: Content-Length, or 0 for chunked (then each chunk counts against body_bytes_max).
  virtual body_verdict head(listener l, const request& head, std::uint64_t announced, bool chunked) = 0;
  /// The whole request is there.
  virtual void handle(listener l, exchange_ptr x) = 0;
};

struct server_counters {
  std::uint64_t accepted = 0, open = 0, requests = 0, refused_connections = 0, gate_refusals = 0,
                timeouts = 0, bytes_in = 0, bytes_out = 0;
  std::array<std::uint64_t, 5> answers{};  ///< by status: 1xx to 5xx; 101 and the head of a stream too
};

struct start_error {
  std::string what;  ///< e.g. cannot listen on 127.0.0.1:8080: address in use; is another engine running?
};

class server {
 public:
  /// Binds both listeners (port 0: any free one) and starts the I/O threads.
  [[nodiscard]] static expected<std::unique_ptr<server>, start_error> start(config::settings_ptr settings,
                                                                            std::shared_ptr<handler> h);
  virtual ~server() = default;

  [[nodiscard]] virtual std::uint16_t port(listener l) const = 0;  ///< the bound one
  [[nodiscard]] virtual std::uint32_t io_threads() const = 0;
  /// Answers many exchanges with one hand-over to each I/O thread. From any thread.
  virtual void respond_all(std::vector<std::pair<exchange_ptr, response>>&& answers) = 0;
  /// Runs `f` on I/O thread `n`.
  virtual void post(std::uint32_t n, std::function<void()> f) = 0;
  /// Runs `f` on I/O thread 0 after `d`; returns a key for cancel().
  virtual std::uint64_t after(std::chrono::milliseconds d, std::function<void()> f) = 0;
  virtual void cancel(std::uint64_t key) = 0;
  virtual void apply_settings(config::settings_ptr next) = 0;  ///< limits and timeouts of new requests
  [[nodiscard]] virtual server_counters counters() const = 0;

  /// From now on each answer is its connection's last ("Connection: close"), so that clients go elsewhere while
  /// the listeners are still open.
  virtual void announce_end() = 0;
  /// Takes in whom the kernel has accepted already and closes the listeners. Connections end behind their present
  /// answer, or their next if it is asked for within idle_grace: a request on its way meets no reset.
  virtual void stop_accepting() = 0;
  /// True once no request is under way (channels do not count), or false after `at_most`. Those who were just
  /// told the end get a moment to take it, however long `at_most` is.
  [[nodiscard]] virtual bool wait_idle(std::chrono::milliseconds at_most) = 0;
  /// Ends all connections and threads.
  virtual void stop() = 0;
};

}  // namespace switchboard::net::http
