#pragma once
// One HTTP/1.1 connection to an engine, as the commands need it: ask and wait, or follow a stream. Beast and
// OpenSSL stay in the source file.

#include "cli/url.hpp"
#include "domain/expected.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::cli {

using http_fields = std::vector<std::pair<std::string, std::string>>;

struct http_request {
  std::string method = "GET";
  std::string target;  ///< starts with '/'; the URL's prefix is put in front
  http_fields headers;
  std::string_view body;  ///< must live until the answer is there
};

struct http_reply {
  int status = 0;
  http_fields headers;
  std::string body;

  /// First header of that name, any case; empty: absent.
  [[nodiscard]] std::string_view find(std::string_view name) const;
};

struct http_failure {
  std::string what;          ///< a sentence that names the address and, where there is one, the fix
  bool interrupted = false;  ///< `stop` was set
  bool nobody =
      false;  ///< nothing listens at that address, no host has that name, or it cannot prove that it is that host
};

struct http_options {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds answer_timeout{60'000};  ///< to the last byte of an answer
  std::chrono::milliseconds silence_max{60'000};     ///< between two reads of a stream (the server pings)
  std::uint64_t reply_bytes_max = 256ull << 20;
  const std::atomic<bool>* stop = nullptr;  ///< looked at about five times a second
};

/// Blocking; used by one thread at a time. The connection is opened when first needed and kept alive; TLS
/// certificates are verified against the system's (or SSL_CERT_FILE) and the URL's host.
class http_client {
 public:
  http_client(url where, http_options options);
  ~http_client();
  http_client(http_client&&) noexcept;
  http_client& operator=(http_client&&) noexcept;

  /// Sends and waits for the whole answer. A kept-alive connection that the server had closed meanwhile is
  /// opened anew, once, and the request repeated: only for requests that are safe to repeat.
  [[nodiscard]] expected<http_reply, http_failure> send(const http_request& request);

  /// Sends; a 200's body is handed to `on_bytes` piece by piece until it ends, or `on_bytes` returns false.
  /// Any other status is read whole. The reply's body is empty after a 200.
  [[nodiscard]] expected<http_reply, http_failure> stream(
      const http_request& request, const std::function<bool(std::string_view)>& on_bytes);
  void close();

 private:
  struct connection;
  url where_;
  http_options options_;
  std::unique_ptr<connection> connection_;
};

}  // namespace switchboard::cli
