#include "cli/http_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/version.hpp>

#include <array>
#include <optional>

namespace switchboard::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using beast_request = http::request<http::span_body<const char>>;

constexpr std::uint32_t reply_head_bytes_max = 64u << 10;

bool same_name(std::string_view a, std::string_view b) {
  return beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

}  // namespace

std::string_view http_reply::find(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

/// Asio's blocking calls know neither a time limit nor Ctrl-C, so each step is asynchronous and the context is
/// run until it is done.
struct http_client::connection {
  explicit connection(const http_options& o) : options(o) {}

  asio::io_context context{1};
  asio::ssl::context tls_context{asio::ssl::context::tls_client};
  std::optional<beast::tcp_stream> plain;
  std::optional<beast::ssl_stream<beast::tcp_stream>> tls;
  beast::flat_buffer buffer;
  const http_options& options;
  bool used = false;  ///< an answer came over it: it may have been closed since

  beast::tcp_stream& socket() { return tls ? tls->next_layer() : *plain; }

  template <class Start>
  error_code finish(std::chrono::milliseconds at_most, Start&& start) {
    std::optional<error_code> result;
    socket().expires_after(at_most);
    start([&result](error_code ec, auto&&...) { result = ec; });
    context.restart();
    while (!result) {
      context.run_for(std::chrono::milliseconds(200));
      if (options.stop != nullptr && options.stop->load() && !result) socket().cancel();
    }
    return *result;
  }

  template <class Use>
  auto with_stream(Use&& use) {
    return tls ? use(*tls) : use(*plain);
  }

  error_code open(const url& where) {
    error_code ec;
    asio::ip::tcp::resolver resolver(context);
    const auto addresses = resolver.resolve(where.host, std::to_string(where.port), ec);
    if (ec) return ec;
    if (where.tls) {
      tls_context.set_default_verify_paths(ec);
      tls_context.set_verify_mode(asio::ssl::verify_peer);
      tls.emplace(context, tls_context);
      tls->set_verify_callback(asio::ssl::host_name_verification(where.host));
      // What SSL_set_tlsext_host_name does, without its C cast. OpenSSL copies the name.
      SSL_ctrl(tls->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(where.host.c_str()));
    } else {
      plain.emplace(context);
    }
    ec = finish(options.connect_timeout, [&](auto done) { socket().async_connect(addresses, done); });
    if (ec) return ec;
    socket().socket().set_option(asio::ip::tcp::no_delay(true), ec);
    if (!where.tls) return {};
    return finish(options.connect_timeout,
                  [&](auto done) { tls->async_handshake(asio::ssl::stream_base::client, done); });
  }
};

namespace {

http_failure failure(const url& where, std::string_view doing, const error_code& ec, const http_options& o) {
  http_failure f;
  f.interrupted = o.stop != nullptr && o.stop->load();
  f.what = std::string(doing) + ' ' + where.text() + ": " + (f.interrupted ? "interrupted" : ec.message());
  const bool untrusted = ec.category() == asio::error::get_ssl_category();
  f.nobody = ec == asio::error::connection_refused || ec == asio::error::host_not_found || untrusted;
  if (ec == asio::error::connection_refused)
    f.what += "; is the engine running? Start it with ./run, or give --url";
  if (ec == asio::error::host_not_found) f.what += "; check --url";
  if (untrusted)
    f.what += "; the certificate must be valid for this host, or its authority named by SSL_CERT_FILE";
  return f;
}

beast_request to_beast(const url& where, const http_request& r) {
  beast_request out;
  out.method_string(r.method);
  out.target(where.prefix + r.target);
  out.version(11);
  out.set(http::field::host, where.authority());
  out.set(http::field::user_agent, "switchboard/" SWITCHBOARD_VERSION);
  for (const auto& [name, value] : r.headers) out.set(name, value);
  out.body() = {r.body.data(), r.body.size()};
  if (!r.body.empty() || r.method != "GET") out.content_length(r.body.size());
  return out;
}

template <class Message>
void copy_head(const Message& from, http_reply& to) {
  to.status = static_cast<int>(from.result_int());
  for (const auto& field : from) to.headers.emplace_back(field.name_string(), field.value());
}

}  // namespace

http_client::http_client(url where, http_options options) : where_(std::move(where)), options_(options) {}
http_client::~http_client() = default;
http_client::http_client(http_client&& other) noexcept
    : where_(std::move(other.where_)), options_(other.options_) {}
http_client& http_client::operator=(http_client&& other) noexcept {
  connection_.reset();
  where_ = std::move(other.where_);
  options_ = other.options_;
  return *this;
}

void http_client::close() {
  connection_.reset();
}

expected<http_reply, http_failure> http_client::send(const http_request& request) {
  const beast_request message = to_beast(where_, request);
  for (;;) {
    const bool kept_alive = connection_ && connection_->used;
    if (!connection_) {
      connection_ = std::make_unique<connection>(options_);
      if (const auto ec = connection_->open(where_); ec) {
        connection_.reset();
        return unexpected{failure(where_, "cannot reach", ec, options_)};
      }
    }
    auto& c = *connection_;
    http::response_parser<http::string_body> parser;
    parser.body_limit(options_.reply_bytes_max);
    parser.header_limit(reply_head_bytes_max);
    if (request.method == "HEAD") parser.skip(true);
    // A refusal may come before the whole body is sent: an answer is looked for also when the write fails.
    const auto written = c.with_stream([&](auto& stream) {
      return c.finish(options_.answer_timeout, [&](auto done) { http::async_write(stream, message, done); });
    });
    const auto read = c.with_stream([&](auto& stream) {
      return c.finish(options_.answer_timeout,
                      [&](auto done) { http::async_read(stream, c.buffer, parser, done); });
    });
    if (!read) {
      http_reply reply;
      copy_head(parser.get(), reply);
      reply.body = std::move(parser.get().body());
      c.used = true;
      if (written || !parser.get().keep_alive()) connection_.reset();
      return reply;
    }
    const bool stale = kept_alive && !parser.got_some() && read != beast::error::timeout;
    connection_.reset();
    if (!stale || (options_.stop != nullptr && options_.stop->load()))
      return unexpected{failure(where_, "no answer from", read, options_)};
  }
}

expected<http_reply, http_failure> http_client::stream(
    const http_request& request, const std::function<bool(std::string_view)>& on_bytes) {
  const beast_request message = to_beast(where_, request);
  connection_ = std::make_unique<connection>(options_);
  auto& c = *connection_;
  const auto fail = [&](std::string_view doing, const error_code& ec) {
    connection_.reset();
    return unexpected{failure(where_, doing, ec, options_)};
  };
  if (const auto ec = c.open(where_); ec) return fail("cannot reach", ec);
  auto ec = c.with_stream([&](auto& s) {
    return c.finish(options_.answer_timeout, [&](auto done) { http::async_write(s, message, done); });
  });
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  parser.header_limit(reply_head_bytes_max);
  if (!ec) {
    ec = c.with_stream([&](auto& s) {
      return c.finish(options_.answer_timeout,
                      [&](auto done) { http::async_read_header(s, c.buffer, parser, done); });
    });
  }
  if (ec) return fail("no answer from", ec);
  http_reply reply;
  copy_head(parser.get(), reply);
  std::array<char, 64 << 10> piece;
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    ec = c.with_stream([&](auto& s) {
      return c.finish(options_.silence_max,
                      [&](auto done) { http::async_read_some(s, c.buffer, parser, done); });
    });
    const std::string_view got(piece.data(), piece.size() - parser.get().body().size);
    if (reply.status != 200) {
      if (reply.body.size() + got.size() > options_.reply_bytes_max) break;
      reply.body += got;
    } else if (!got.empty() && !on_bytes(got)) {
      break;
    }
    if (ec && ec != http::error::need_buffer) return fail("lost the stream of", ec);
  }
  connection_.reset();
  return reply;
}

}  // namespace switchboard::cli
