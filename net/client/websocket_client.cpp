#include "net/client/websocket_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <optional>
#include <utility>

namespace switchboard::net::client {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using tcp = asio::ip::tcp;

using plain_stream = websocket::stream<beast::tcp_stream>;
using secure_stream = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

struct address {
  bool secure = false;
  std::string host, port;
  std::string authority;  ///< as it stands in the URL: the Host header
};

std::optional<address> parse(std::string_view url) {
  constexpr std::string_view plain = "ws://", secure = "wss://";
  address a;
  a.secure = url.starts_with(secure);
  if (!a.secure && !url.starts_with(plain)) return std::nullopt;
  url.remove_prefix(a.secure ? secure.size() : plain.size());
  a.authority = url;
  a.port = a.secure ? "443" : "80";
  const auto bracket = url.find(']');
  const auto colon = url.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    a.port = url.substr(colon + 1);
    url = url.substr(0, colon);
  }
  if (bracket != std::string_view::npos && url.size() > 2) url = url.substr(1, url.size() - 2);
  a.host = url;
  if (a.host.empty() || a.port.empty() || a.host.find('/') != std::string::npos) return std::nullopt;
  return a;
}

ssl::context tls_context(const std::string& ca_file) {
  ssl::context context{ssl::context::tls_client};
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                      ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  if (ca_file.empty()) {
    context.set_default_verify_paths();
  } else {
    context.load_verify_file(ca_file);
  }
  context.set_verify_mode(ssl::verify_peer);
  return context;
}

template <class Stream>
class connection final : public websocket_client, public std::enable_shared_from_this<connection<Stream>> {
 public:
  template <class... Args>
  connection(const asio::any_io_executor& on, address to, websocket_options options, websocket_events events,
             Args&... tls)
      : options_(std::move(options)),
        events_(std::move(events)),
        to_(std::move(to)),
        resolver_(on),
        deadline_(on),
        stream_(on, tls...) {}

  void begin() {
    deadline_.expires_after(options_.connect_timeout);
    deadline_.async_wait([weak = this->weak_from_this()](error_code ended) {
      if (const auto self = weak.lock(); self && !ended) self->end("not connected in time");
    });
    resolver_.async_resolve(to_.host, to_.port,
                            [self = this->shared_from_this()](error_code failed, const auto& found) {
                              if (failed) return self->end("name: " + failed.message());
                              self->connect(found);
                            });
  }

  void resume() override {
    if (!std::exchange(paused_, false) || ended_) return;
    read();
  }
  void close() override {
    ended_ = true;
    resolver_.cancel();
    deadline_.cancel();
    beast::get_lowest_layer(stream_).close();
  }

 private:
  void connect(const tcp::resolver::results_type& found) {
    if (ended_) return;
    beast::get_lowest_layer(stream_).async_connect(
        found, [self = this->shared_from_this()](error_code failed, const auto&) {
          if (failed) return self->end("connection: " + failed.message());
          self->secure();
        });
  }

  void secure() {
    if (ended_) return;
    if constexpr (std::is_same_v<Stream, secure_stream>) {
      auto& tls = stream_.next_layer();
      error_code failed;
      std::string name = to_.host;  // what the macro SSL_set_tlsext_host_name does, without its cast
      if (SSL_ctrl(tls.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                   name.data()) != 1)
        return end("TLS: this name cannot be asked for");
      tls.set_verify_callback(ssl::host_name_verification{to_.host}, failed);
      if (failed) return end("TLS: " + failed.message());
      tls.async_handshake(ssl::stream_base::client, [self = this->shared_from_this()](error_code refused) {
        if (refused) return self->end("TLS: " + refused.message());
        self->shake_hands();
      });
    } else {
      shake_hands();
    }
  }

  void shake_hands() {
    if (ended_) return;
    websocket::stream_base::timeout limits{};
    limits.handshake_timeout = options_.connect_timeout;
    limits.idle_timeout = options_.idle_timeout;
    limits.keep_alive_pings = true;
    stream_.set_option(limits);
    stream_.set_option(
        websocket::stream_base::decorator([agent = options_.user_agent](websocket::request_type& r) {
          r.set(beast::http::field::user_agent, agent);
        }));
    stream_.read_message_max(options_.message_bytes_max);
    stream_.async_handshake(to_.authority, options_.target,
                            [self = this->shared_from_this()](error_code failed) {
                              if (failed) return self->end("handshake: " + failed.message());
                              self->open();
                            });
  }

  void open() {
    if (ended_) return;
    deadline_.cancel();
    events_.opened();
    if (!ended_) read();
  }

  void read() {
    stream_.async_read(buffer_, [self = this->shared_from_this()](error_code failed, std::size_t) {
      if (failed) return self->end(failed.message());
      self->take();
    });
  }

  void take() {
    if (ended_) return;
    const auto bytes = buffer_.cdata();
    const bool more = events_.message({static_cast<const char*>(bytes.data()), bytes.size()});
    buffer_.consume(buffer_.size());
    if (ended_) return;
    paused_ = !more;
    if (more) read();
  }

  void end(const std::string& why) {
    if (std::exchange(ended_, true)) return;
    resolver_.cancel();
    deadline_.cancel();
    beast::get_lowest_layer(stream_).close();
    events_.closed(why);
  }

  const websocket_options options_;
  const websocket_events events_;
  const address to_;
  tcp::resolver resolver_;
  asio::steady_timer deadline_;
  Stream stream_;
  beast::flat_buffer buffer_;
  bool paused_ = false;
  bool ended_ = false;
};

/// A secure one and what it is made with.
class secure_connection final : public websocket_client {
 public:
  secure_connection(const asio::any_io_executor& on, address to, websocket_options options,
                    websocket_events events)
      : tls_(tls_context(options.ca_file)),
        inner_(std::make_shared<connection<secure_stream>>(on, std::move(to), std::move(options),
                                                           std::move(events), tls_)) {
    inner_->begin();
  }
  ~secure_connection() override { inner_->close(); }
  void resume() override { inner_->resume(); }
  void close() override { inner_->close(); }

 private:
  ssl::context tls_;
  std::shared_ptr<connection<secure_stream>> inner_;
};

class plain_connection final : public websocket_client {
 public:
  plain_connection(const asio::any_io_executor& on, address to, websocket_options options,
                   websocket_events events)
      : inner_(std::make_shared<connection<plain_stream>>(on, std::move(to), std::move(options),
                                                          std::move(events))) {
    inner_->begin();
  }
  ~plain_connection() override { inner_->close(); }
  void resume() override { inner_->resume(); }
  void close() override { inner_->close(); }

 private:
  std::shared_ptr<connection<plain_stream>> inner_;
};

/// It never began.
class no_connection final : public websocket_client {
 public:
  void resume() override {}
  void close() override { *closed_ = true; }
  ~no_connection() override { *closed_ = true; }
  void tell(const asio::any_io_executor& on, std::function<void(const std::string&)> closed,
            std::string why) {
    asio::post(on, [ended = closed_, closed = std::move(closed), why = std::move(why)] {
      if (!*ended) closed(why);
    });
  }

 private:
  std::shared_ptr<bool> closed_ = std::make_shared<bool>(false);
};

}  // namespace

std::shared_ptr<websocket_client> websocket_client::connect(const asio::any_io_executor& on,
                                                            websocket_options options,
                                                            websocket_events events) {
  auto to = parse(options.url);
  std::string why = "the URL is none of a WebSocket";
  try {
    if (to && to->secure)
      return std::make_shared<secure_connection>(on, *std::move(to), std::move(options), events);
    if (to) return std::make_shared<plain_connection>(on, *std::move(to), std::move(options), events);
  } catch (const boost::system::system_error& e) {
    why = std::string("TLS: ") + e.what();
  }
  auto none = std::make_shared<no_connection>();
  none->tell(on, events.closed, std::move(why));
  return none;
}

}  // namespace switchboard::net::client
