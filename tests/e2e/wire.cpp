#include "wire.hpp"

#include "cli/response_parser.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace switchboard::e2e {

namespace {

using clock = std::chrono::steady_clock;

bool wait_for(int fd, short what, std::chrono::milliseconds at_most) {
  pollfd p{.fd = fd, .events = what, .revents = 0};
  int n = 0;
  do {
    n = ::poll(&p, 1, static_cast<int>(at_most.count()));
  } while (n < 0 && errno == EINTR);
  return n > 0;
}

cli::file_descriptor open_socket(std::uint16_t port, int receive_buffer) {
  cli::file_descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (receive_buffer > 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const int on = 1;  // what is sent in pieces is to arrive in pieces, and now
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    throw std::runtime_error("nobody listens on port " + std::to_string(port));
  }
  return fd;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

struct wire::tls_session {
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;
  tls_session() = default;
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;
  ~tls_session() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
};

wire::wire(std::uint16_t port, const wire_options& options)
    : socket_(open_socket(port, options.receive_buffer)) {
  if (options.ca_file.empty()) return;
  tls_ = std::make_unique<tls_session>();
  tls_->context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(tls_->context, SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(tls_->context, options.ca_file.c_str(), nullptr) != 1) {
    throw std::runtime_error("cannot read " + options.ca_file);
  }
  tls_->ssl = SSL_new(tls_->context);
  SSL_set_fd(tls_->ssl, socket_.get());
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (SSL_connect(tls_->ssl) != 1) throw std::runtime_error("the TLS handshake failed");
}

wire::~wire() = default;
wire::wire(wire&&) noexcept = default;
wire& wire::operator=(wire&&) noexcept = default;

bool wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = tls_ ? SSL_write(tls_->ssl, bytes.data(), static_cast<int>(bytes.size()))
                        : ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR && !tls_) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

wire_state wire::receive(std::string& into, std::chrono::milliseconds wait) {
  const bool pending = tls_ && SSL_pending(tls_->ssl) > 0;
  if (!pending && !wait_for(socket_.get(), POLLIN, wait)) return wire_state::silence;
  std::array<char, 64 << 10> piece;
  const auto n = tls_ ? SSL_read(tls_->ssl, piece.data(), static_cast<int>(piece.size()))
                      : ::recv(socket_.get(), piece.data(), piece.size(), 0);
  if (n > 0) {
    into.append(piece.data(), static_cast<std::size_t>(n));
    return wire_state::bytes;
  }
  if (n < 0 && errno == EINTR) return wire_state::silence;
  if (n == 0) return wire_state::end;
  return tls_ && SSL_get_error(tls_->ssl, static_cast<int>(n)) == SSL_ERROR_ZERO_RETURN ? wire_state::end
                                                                                        : wire_state::reset;
}

bool wire::stale() const {
  return wait_for(socket_.get(), POLLIN, std::chrono::milliseconds{0});
}

void wire::cut() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.reset();
}

std::string answer::header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !same_name(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return std::string(value);
  }
  return {};
}

std::string request_bytes(std::string_view method, std::string_view target, const headers& more,
                          std::string_view body) {
  std::string out;
  out.reserve(256 + body.size());
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  for (const auto& [name, value] : more) out.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty() || method == "POST" || method == "PATCH") {
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  out += "\r\n";
  out += body;
  return out;
}

bool http_connection::send(std::string_view bytes) {
  try {
    if (!wire_) wire_ = std::make_unique<wire>(port_, options_);
  } catch (const std::runtime_error&) {
    return false;
  }
  return wire_->send(bytes);
}

bool http_connection::ready() {
  try {
    if (wire_ && wire_->stale()) close();
    if (!wire_) wire_ = std::make_unique<wire>(port_, options_);
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

answer http_connection::receive(std::chrono::milliseconds within) {
  answer a;
  if (!wire_) return a;
  const auto until = clock::now() + within;
  for (;;) {
    cli::response_shape shape;
    const auto parsed = cli::parse_response(buffer_, shape);
    if (parsed == cli::parse_state::malformed) break;
    const auto whole = shape.head_bytes + shape.body_bytes;
    if (parsed == cli::parse_state::complete && buffer_.size() >= whole) {
      a.status = shape.status;
      a.head = buffer_.substr(0, shape.head_bytes);
      a.body = buffer_.substr(shape.head_bytes, shape.body_bytes);
      buffer_.erase(0, whole);
      if (shape.close) close();
      return a;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now());
    if (left.count() <= 0) break;
    const auto got = wire_->receive(buffer_, left);
    if (got == wire_state::end || got == wire_state::reset) {
      a.reset = got == wire_state::reset;
      break;
    }
  }
  close();
  return a;
}

answer http_connection::ask(std::string_view method, std::string_view target, const headers& more,
                            std::string_view body, std::chrono::milliseconds within) {
  if (!send(request_bytes(method, target, more, body))) {
    // The answer may have come before the end of the request could be sent.
    auto a = receive(std::chrono::milliseconds{100});
    close();
    return a;
  }
  return receive(within);
}

}  // namespace switchboard::e2e
