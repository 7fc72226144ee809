#include "tests/fake_platform/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

namespace switchboard::fake_platform {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr std::uint64_t body_bytes_max = 16u << 20;
constexpr std::chrono::milliseconds drip_interval{10};

asked to_asked(const http::request<http::string_body>& r) {
  asked a{.method = std::string(r.method_string()),
          .target = std::string(r.target()),
          .body = r.body(),
          .headers = {}};
  for (const auto& f : r) {
    std::string name(f.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    a.headers[name] = std::string(f.value());
  }
  return a;
}

std::string to_bytes(const told& t, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(t.status) + " Told\r\n";
  if (t.says_length) out += "Content-Length: " + std::to_string(t.body.size()) + "\r\n";
  const bool typed = std::any_of(t.headers.begin(), t.headers.end(),
                                 [](const auto& h) { return h.first == "Content-Type"; });
  if (!typed) out += "Content-Type: application/json\r\n";
  for (const auto& [name, value] : t.headers) out += name + ": " + value + "\r\n";
  if (!keep_alive || !t.says_length) out += "Connection: close\r\n";
  return out + "\r\n" + t.body;
}

void reset(tcp::socket& s) {
  beast::error_code ignored;
  s.set_option(asio::socket_base::linger(true, 0), ignored);
  s.close(ignored);
}

}  // namespace

class server::running {
 public:
  running(server_options o, handler h) : handler_(std::move(h)), acceptor_(io_) {
    if (!o.certificate_file.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(o.certificate_file);
      tls_->use_private_key_file(o.key_file, asio::ssl::context::pem);
    }
    const tcp::endpoint here(asio::ip::address_v4::loopback(), o.port);
    acceptor_.open(here.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(here);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
    accepting_ = std::thread([this] { accept(); });
  }
  ~running() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      for (auto* s : open_) ::shutdown(s->native_handle(), SHUT_RDWR);
    }
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    for (auto& c : connections_) c.thread.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool is_secure() const { return tls_.has_value(); }

 private:
  void accept() {
    for (;;) {
      beast::error_code failed;
      tcp::socket s(io_);
      acceptor_.accept(s, failed);
      if (failed) return;
      connections_.remove_if([](connection& c) {
        if (!c.ended) return false;
        c.thread.join();
        return true;
      });
      auto& c = connections_.emplace_back();
      c.thread = std::thread([this, &c, s = std::move(s)]() mutable {
        serve(std::move(s));
        c.ended = true;
      });
    }
  }

  void serve(tcp::socket s) {
    if (!tls_) {
      enter(s);
      talk(s, s);
      leave(s);
      return;
    }
    asio::ssl::stream<tcp::socket> stream(std::move(s), *tls_);
    enter(stream.next_layer());
    beast::error_code failed;
    stream.handshake(asio::ssl::stream_base::server, failed);
    if (!failed) talk(stream, stream.next_layer());
    leave(stream.next_layer());
  }

  void enter(tcp::socket& s) {
    const std::lock_guard lock(mutex_);
    open_.push_back(&s);
    if (ending_) ::shutdown(s.native_handle(), SHUT_RDWR);
  }
  void leave(tcp::socket& s) {
    const std::lock_guard lock(mutex_);
    open_.remove(&s);
  }

  template <class Stream>
  void talk(Stream& stream, tcp::socket& socket) {
    beast::flat_buffer buffer;
    for (;;) {
      beast::error_code failed;
      http::request_parser<http::string_body> parser;
      parser.body_limit(body_bytes_max);
      http::read(stream, buffer, parser, failed);
      if (failed) return;
      const auto request = parser.release();
      const auto answer = handler_(to_asked(request));
      if (!say(stream, socket, answer, to_bytes(answer, request.keep_alive())) || !request.keep_alive())
        return;
    }
  }

  /// False: the connection is at its end.
  template <class Stream>
  static bool say(Stream& stream, tcp::socket& socket, const told& t, const std::string& bytes) {
    beast::error_code failed;
    switch (t.with) {
      case fault::none:
        asio::write(stream, asio::buffer(bytes), failed);
        return !failed && t.says_length;
      case fault::hang: {
        char byte = 0;
        while (!failed) stream.read_some(asio::buffer(&byte, 1), failed);
        return false;
      }
      case fault::reset:
        reset(socket);
        return false;
      case fault::answer_reset:
        asio::write(stream, asio::buffer(bytes), failed);
        reset(socket);
        return false;
      case fault::half:
        asio::write(stream, asio::buffer(bytes.data(), bytes.size() - t.body.size() / 2), failed);
        reset(socket);
        return false;
      case fault::drip:
        for (std::size_t i = 0; i < bytes.size() && !failed; ++i) {
          asio::write(stream, asio::buffer(bytes.data() + i, 1), failed);
          std::this_thread::sleep_for(drip_interval);
        }
        return !failed;
    }
    return false;
  }

  const handler handler_;
  std::optional<asio::ssl::context> tls_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  bool ending_ = false;
  std::list<tcp::socket*> open_;
  struct connection {
    std::thread thread;
    std::atomic<bool> ended{false};
  };
  std::list<connection> connections_;  ///< of the accepting thread
  std::thread accepting_;
};

server::server(server_options o, handler h)
    : running_(std::make_unique<running>(std::move(o), std::move(h))) {}
server::~server() = default;

std::uint16_t server::port() const {
  return running_->port();
}
std::string server::url() const {
  return (running_->is_secure() ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}

}  // namespace switchboard::fake_platform
