#include "net/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>

namespace switchboard::net::http {
namespace {

constexpr std::size_t record_bytes_max = 16 << 10;

/// SSL_write takes one stretch of bytes; small pieces are put together so that they share a record.
class tls_transport final : public transport {
 public:
  tls_transport(SSL* ssl, int descriptor) : ssl_(ssl), descriptor_(descriptor) {}
  ~tls_transport() override {
    SSL_free(ssl_);
    ERR_clear_error();
    ::close(descriptor_);
  }
  tls_transport(const tls_transport&) = delete;
  tls_transport& operator=(const tls_transport&) = delete;

  io_state handshake() override {
    ERR_clear_error();
    const int n = SSL_accept(ssl_);
    return n == 1 ? io_state::ok : judge(n);
  }

  io_result read(char* into, std::size_t room) override {
    ERR_clear_error();
    const int n = SSL_read(ssl_, into, static_cast<int>(std::min<std::size_t>(room, INT_MAX)));
    if (n > 0) return {io_state::ok, static_cast<std::size_t>(n), false};
    return {judge(n), 0, true};
  }

  io_result write(std::span<const std::string_view> pieces) override {
    ERR_clear_error();
    const auto bytes = stretch(pieces);
    if (bytes.empty()) return {};
    const int n = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (n > 0) return {io_state::ok, static_cast<std::size_t>(n), false};
    const auto state = judge(n);
    return {state == io_state::end ? io_state::failed : state, 0, false};
  }

  void end_writing() override {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);  // close_notify
    ERR_clear_error();
    ::shutdown(descriptor_, SHUT_WR);
  }
  int descriptor() const override { return descriptor_; }
  bool tls() const override { return true; }

 private:
  io_state judge(int n) const {
    switch (SSL_get_error(ssl_, n)) {
      case SSL_ERROR_WANT_READ:
      case SSL_ERROR_WANT_WRITE:
        return io_state::would_block;
      case SSL_ERROR_ZERO_RETURN:
        return io_state::end;
      default:
        return io_state::failed;
    }
  }

  std::string_view stretch(std::span<const std::string_view> pieces) {
    while (!pieces.empty() && pieces.front().empty()) pieces = pieces.subspan(1);
    if (pieces.empty()) return {};
    if (pieces.size() == 1 || pieces.front().size() >= record_bytes_max) {
      return pieces.front().substr(0, INT_MAX);
    }
    together_.clear();
    for (const auto piece : pieces) {
      together_.append(piece.substr(0, record_bytes_max - together_.size()));
      if (together_.size() == record_bytes_max) break;
    }
    return together_;
  }

  SSL* ssl_;
  int descriptor_;
  std::string together_;
};

std::string last_error() {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return text;
}

}  // namespace

expected<std::shared_ptr<tls_context>, std::string> tls_context::load(const config::tls_settings& files) {
  ERR_clear_error();
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return unexpected{std::string("cannot set up TLS: ") + last_error()};
  auto made = std::shared_ptr<tls_context>(new tls_context(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
  // No resumption: a ticket key that lives as long as the process would undo forward secrecy.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    return unexpected{std::string("cannot set up TLS: ") + last_error()};
  }
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1) {
    return unexpected{"cannot use the TLS certificate " + files.certificate_file + ": " + last_error()};
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unexpected{"cannot use the TLS key " + files.key_file + ": " + last_error()};
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return unexpected{"the TLS key " + files.key_file + " is not the key of " + files.certificate_file};
  }
  return made;
}

tls_context::~tls_context() {
  SSL_CTX_free(static_cast<SSL_CTX*>(context_));
}

std::unique_ptr<transport> tls_context::make_transport(int descriptor) const {
  SSL* ssl = SSL_new(static_cast<SSL_CTX*>(context_));
  if (ssl == nullptr || SSL_set_fd(ssl, descriptor) != 1) {
    SSL_free(ssl);
    ::close(descriptor);
    return nullptr;
  }
  SSL_set_accept_state(ssl);
  return std::make_unique<tls_transport>(ssl, descriptor);
}

}  // namespace switchboard::net::http
