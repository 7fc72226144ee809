#pragma once
// A server with a few routes, and a raw client over plain TCP or TLS that sends what it is told.

#include "net/http/server.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::http::testing {

/// The query of /sse is its first id, that of /ws is X-Place of its 101. Who sends X-Ask gets X-Beside with any answer. POST /store, GET /canary /big /who /drop /throw /later /sse /ws; all else 404.
class test_routes final : public handler {
 public:
  body_verdict head(listener l, const request& head, std::uint64_t announced, bool chunked) override;
  void handle(listener l, exchange_ptr x) override;

  std::atomic<int> stored{0}, canaries{0}, heads{0};
  std::atomic<bool> full{false};  ///< answer 429 to every body
  std::string last_body() const;
  /// Waits until there are n exchanges of /later, and takes them.
  std::vector<exchange_ptr> take_later(std::size_t n);
  /// Waits for the next channel of /sse or /ws.
  channel_ptr take_channel();
  std::string subprotocol = "switchboard.v1";
  std::function<bool(std::string_view)> on_text = [](std::string_view) { return true; };
  std::atomic<int> gone{0};

 private:
  void keep(channel_ptr c);
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string last_body_;
  std::vector<exchange_ptr> later_;
  std::vector<channel_ptr> channels_;
};

/// Settings on port 0 of 127.0.0.1; with TLS by a certificate made for this run.
std::shared_ptr<config::settings> test_settings(bool tls = false);

struct test_server {
  explicit test_server(std::shared_ptr<config::settings> s = test_settings());
  ~test_server();
  std::shared_ptr<config::settings> settings;
  std::shared_ptr<test_routes> routes = std::make_shared<test_routes>();
  std::unique_ptr<server> http;
  [[nodiscard]] std::uint16_t port() const { return http->port(listener::open); }
};

class client {
 public:
  explicit client(std::uint16_t port, bool tls = false, int receive_buffer = 0);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  [[nodiscard]] bool connected() const { return connected_; }
  /// False if the peer has closed.
  bool send(std::string_view bytes);
  /// Reads until `text` holds what `enough` wants, the end, or ten seconds of silence.
  bool read_until(const std::function<bool(const std::string&)>& enough);
  bool read_until(std::string_view piece);
  std::string read_all();       ///< to the end
  std::string read_response();  ///< one response with Content-Length, taken out of what was read
  [[nodiscard]] bool ended();   ///< true if the peer has closed and all is read
  void half_close();
  void reset();      ///< closes with RST
  std::string text;  ///< read and not yet taken

 private:
  long receive(char* into, std::size_t room);
  int descriptor_ = -1;
  void* context_ = nullptr;
  void* ssl_ = nullptr;
  bool connected_ = false;
};

/// The status code at the beginning of a response; 0 if there is none.
int status_of(std::string_view response);

}  // namespace switchboard::net::http::testing
