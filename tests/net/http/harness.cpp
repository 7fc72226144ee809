#include "harness.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace switchboard::net::http::testing {
namespace {

struct files {
  std::string certificate, key;
};

/// Self-signed, P-256, valid for an hour, written where GoogleTest keeps temporary files.
files make_certificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x = X509_new();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -60);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, key);
  auto* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(x, name);
  X509_sign(x, key, EVP_sha256());
  const auto base = ::testing::TempDir() + "switchboard-http-" + std::to_string(::getpid());
  files f{base + ".crt", base + ".key"};
  if (auto* out = std::fopen(f.certificate.c_str(), "w")) {
    PEM_write_X509(out, x);
    std::fclose(out);
  }
  if (auto* out = std::fopen(f.key.c_str(), "w")) {
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
  }
  X509_free(x);
  EVP_PKEY_free(key);
  return f;
}

response ok(std::string body) {
  response r;
  r.content_type = "application/json";
  r.body = std::move(body);
  return r;
}

}  // namespace

body_verdict test_routes::head(listener, const request& head, std::uint64_t announced, bool chunked) {
  ++heads;
  body_verdict v;
  v.body_bytes_max = 1 << 20;
  if (full && (announced > 0 || chunked)) v.refuse = to_response({429, "over-share", "Too many", "", {}});
  if (head.find("x-ask")) v.headers = {{"X-Beside", "yes"}, {"X-Bad", "a\r\nX-Evil: b"}};
  v.never_shed = head.path == "/who" && head.query == "vital";
  if (head.path == "/nowhere") v.refuse = to_response({404, "not-found", "Not found", "", {}});
  return v;
}

void test_routes::handle(listener l, exchange_ptr x) {
  const auto& r = x->request();
  if (r.path == "/store") {
    ++stored;
    const std::lock_guard lock(mutex_);
    last_body_ = r.body;
    x->respond(ok(R"({"events":1})"));
  } else if (r.path == "/canary") {
    ++canaries;
    x->respond(ok("\"canary\""));
  } else if (r.path == "/big") {
    x->respond(ok(std::string(32 << 20, 'b')));
  } else if (r.path == "/who") {
    x->respond(
        ok(std::string(r.remote_address) + (r.tls ? " tls" : "") + (l == listener::admin ? " admin" : "")));
  } else if (r.path == "/echo") {
    x->respond(ok(std::string(r.query)));
  } else if (r.path == "/drop") {
    x.reset();
  } else if (r.path == "/throw") {
    throw std::runtime_error("thrown by the route");
  } else if (r.path == "/later") {
    const std::lock_guard lock(mutex_);
    later_.push_back(std::move(x));
    changed_.notify_all();
  } else if (r.path == "/sse") {
    keep(x->stream(r.query));
  } else if (r.path == "/ws") {
    x->accept_websocket(subprotocol, {{"X-Place", std::string(r.query)}},
                        [this](channel_ptr c) { keep(std::move(c)); });
  } else {
    x->respond(to_response({404, "not-found", "Not found", "", {}}));
  }
}

void test_routes::keep(channel_ptr c) {
  if (c == nullptr) return;
  c->on_gone([this] { ++gone; });
  c->on_text([this](std::string_view text) { return on_text(text); });
  const std::lock_guard lock(mutex_);
  channels_.push_back(std::move(c));
  changed_.notify_all();
}

std::string test_routes::last_body() const {
  const std::lock_guard lock(mutex_);
  return last_body_;
}

std::vector<exchange_ptr> test_routes::take_later(std::size_t n) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return later_.size() >= n; });
  return std::exchange(later_, {});
}

channel_ptr test_routes::take_channel() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return !channels_.empty(); })) return nullptr;
  auto c = channels_.front();
  channels_.erase(channels_.begin());
  return c;
}

std::shared_ptr<config::settings> test_settings(bool tls) {
  auto s = std::make_shared<config::settings>();
  s->server.listen = {"127.0.0.1", 0};
  s->server.admin_listen = {"127.0.0.1", 0};
  if (tls) {
    static const files f = make_certificate();
    s->server.tls = {f.certificate, f.key};
  }
  return s;
}

test_server::test_server(std::shared_ptr<config::settings> s) : settings(std::move(s)) {
  std::signal(SIGPIPE, SIG_IGN);  // the client writes into connections that the server has closed
  auto started = server::start(settings, routes);
  if (!started) throw std::runtime_error(started.error().what);
  http = std::move(*started);
}

test_server::~test_server() {
  http->stop();
}

client::client(std::uint16_t port, bool tls, int receive_buffer) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) {
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const timeval patience{10, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  if (!tls || !connected_) return;
  auto* context = SSL_CTX_new(TLS_client_method());
  auto* ssl = SSL_new(context);
  context_ = context;
  ssl_ = ssl;
  SSL_set_fd(ssl, descriptor_);
  connected_ = SSL_connect(ssl) == 1;
}

client::~client() {
  SSL_free(static_cast<SSL*>(ssl_));
  SSL_CTX_free(static_cast<SSL_CTX*>(context_));
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ssl_ != nullptr
                       ? SSL_write(static_cast<SSL*>(ssl_), bytes.data(), static_cast<int>(bytes.size()))
                       : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

long client::receive(char* into, std::size_t room) {
  if (ssl_ != nullptr) return SSL_read(static_cast<SSL*>(ssl_), into, static_cast<int>(room));
  return ::recv(descriptor_, into, room, 0);
}

bool client::read_until(const std::function<bool(const std::string&)>& enough) {
  char buffer[16'384];
  while (!enough(text)) {
    const auto n = receive(buffer, sizeof buffer);
    if (n <= 0) return false;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return true;
}

bool client::read_until(std::string_view piece) {
  return read_until([piece](const std::string& t) { return t.find(piece) != std::string::npos; });
}

std::string client::read_all() {
  read_until([](const std::string&) { return false; });
  return std::exchange(text, {});
}

std::string client::read_response() {
  if (!read_until("\r\n\r\n")) return std::exchange(text, {});
  const auto head = text.find("\r\n\r\n") + 4;
  std::size_t length = 0;
  if (const auto at = text.find("Content-Length: "); at < head) length = std::stoul(text.substr(at + 16));
  read_until([&](const std::string& t) { return t.size() >= head + length; });
  auto one = text.substr(0, head + length);
  text.erase(0, head + length);
  return one;
}

bool client::ended() {
  char byte;
  return text.empty() && receive(&byte, 1) <= 0 && errno != EAGAIN;
}

void client::half_close() {
  ::shutdown(descriptor_, SHUT_WR);
}

void client::reset() {
  const linger hard{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(descriptor_);
  descriptor_ = -1;
}

int status_of(std::string_view response) {
  if (!response.starts_with("HTTP/1.1 ") || response.size() < 12) return 0;
  return std::stoi(std::string(response.substr(9, 3)));
}

}  // namespace switchboard::net::http::testing
