#pragma once
// A client that does exactly what it is told and nothing more: no retry, no second connection behind the
// test's back. An answer that did not come whole is none.

#include "cli/sockets.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::e2e {

using headers = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::chrono::seconds patience{
    30};  ///< for one answer, on a machine that has other things to do

struct answer {
  int status = 0;  ///< 0: no complete answer came
  std::string head;
  std::string body;
  bool reset = false;  ///< status 0: the connection was reset (not closed, not silent)
  /// First header of that name (any case); empty: absent.
  [[nodiscard]] std::string header(std::string_view name) const;
};

struct wire_options {
  std::string ca_file;     ///< not empty: TLS, and the peer's certificate must be signed by this one
  int receive_buffer = 0;  ///< bytes the kernel keeps for us; 0: its own choice
};

enum class wire_state : std::uint8_t { bytes, silence, end, reset };

/// A connected socket, plain or TLS. Used by one thread.
class wire {
 public:
  /// Throws std::runtime_error where nobody listens or the TLS handshake fails.
  explicit wire(std::uint16_t port, const wire_options& options = {});
  ~wire();
  wire(wire&&) noexcept;
  wire& operator=(wire&&) noexcept;

  [[nodiscard]] bool send(std::string_view bytes);
  /// Appends what comes within `wait`.
  [[nodiscard]] wire_state receive(std::string& into, std::chrono::milliseconds wait);
  /// The peer has closed it, or said something unasked.
  [[nodiscard]] bool stale() const;
  /// Ends it as a crashing peer would: RST, nothing said.
  void cut();

 private:
  struct tls_session;
  cli::file_descriptor socket_;
  std::unique_ptr<tls_session> tls_;
};

[[nodiscard]] std::string request_bytes(std::string_view method, std::string_view target, const headers& more,
                                        std::string_view body);

/// One keep-alive connection to one port, opened when first needed and after it broke.
class http_connection {
 public:
  explicit http_connection(std::uint16_t port, wire_options options = {})
      : port_(port), options_(std::move(options)) {}

  /// Never throws: no answer is status 0.
  [[nodiscard]] answer ask(std::string_view method, std::string_view target, const headers& more = {},
                           std::string_view body = {}, std::chrono::milliseconds within = patience);
  /// A connection that the peer ended meanwhile is given up for a new one, as pools do before they send. False:
  /// nobody listens.
  [[nodiscard]] bool ready();
  /// For several requests on their way at once.
  [[nodiscard]] bool send(std::string_view bytes);
  [[nodiscard]] answer receive(std::chrono::milliseconds within = patience);
  void close() {
    wire_.reset();
    buffer_.clear();
  }

 private:
  std::uint16_t port_;
  wire_options options_;
  std::unique_ptr<wire> wire_;
  std::string buffer_;
};

}  // namespace switchboard::e2e
