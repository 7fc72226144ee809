#pragma once
// An HTTP or HTTPS server for tests that answers as it is told, and misbehaves as platforms and networks do. A thread a
// connection: it serves hundreds, not thousands.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::fake_platform {

struct asked {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< names in lower case
};

/// What happens once the request was read whole, and taken to heart.
enum class fault : std::uint8_t {
  none,
  hang,          ///< no answer, and the connection stays open until the client leaves
  reset,         ///< no answer: the connection is reset
  answer_reset,  ///< the answer, and a reset at once behind it
  half,          ///< half of the answer's body, then a reset
  drip           ///< the answer, a byte every 10 ms
};

struct told {
  int status = 200;
  std::string body = "{}";
  std::vector<std::pair<std::string, std::string>> headers = {};
  fault with = fault::none;
  bool says_length = true;  ///< else the answer ends with its connection
};

struct server_options {
  std::uint16_t port = 0;                            ///< 0: any that is free
  std::string certificate_file = {}, key_file = {};  ///< PEM; empty: plain HTTP
};

class server {
 public:
  using handler = std::function<told(const asked&)>;  ///< from many threads at once

  /// Listens on 127.0.0.1. Throws std::system_error where it can't.
  server(server_options o, handler h);
  ~server();  ///< ends all connections
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;  ///< http(s)://127.0.0.1:port

 private:
  class running;
  std::unique_ptr<running> running_;
};

}  // namespace switchboard::fake_platform
