#include "net/http/door.hpp"

#include "domain/kill_point.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace switchboard::net::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr int accepted_at_once_max = 64;
constexpr int backlog_max = asio::socket_base::max_listen_connections;
constexpr std::chrono::milliseconds no_descriptors_pause{50};

std::string address_text(const sockaddr_storage& from) {
  char text[INET6_ADDRSTRLEN] = "";
  if (from.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(from).sin_addr, text, sizeof text);
    return text;
  }
  const auto& six = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    ::inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, &six, text, sizeof text);
  }
  return text;
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address.starts_with("127.");
}

}  // namespace

std::shared_ptr<const void> guest_book::admit(const std::string& address, bool exempt, const limits& most) {
  const std::lock_guard lock(mutex_);
  if (open_ >= most.in_all) return nullptr;
  std::string counted;
  if (!exempt) {
    auto& here = by_address_[address];
    if (here >= most.by_address) return nullptr;
    ++here;
    counted = address;
  }
  ++open_;
  return {this, [self = shared_from_this(), counted](const void*) { self->leave(counted); }};
}

void guest_book::leave(const std::string& address) {
  const std::lock_guard lock(mutex_);
  --open_;
  if (address.empty()) return;
  if (const auto at = by_address_.find(address); --at->second == 0) by_address_.erase(at);
}

std::uint64_t guest_book::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

door::door(listener which, std::vector<std::shared_ptr<io_thread>> threads,
           std::shared_ptr<guest_book> guests, std::shared_ptr<tls_context> tls)
    : which_(which),
      threads_(std::move(threads)),
      guests_(std::move(guests)),
      tls_(std::move(tls)),
      acceptor_(threads_.front()->context()),
      pause_(threads_.front()->context()) {}

expected<void, start_error> door::open(const config::endpoint& at) {
  const auto fail = [&at](const boost::system::error_code& ec) {
    auto what = "cannot listen on " + at.host + ":" + std::to_string(at.port) + ": " + ec.message();
    if (ec == asio::error::address_in_use) what += "; is another engine running?";
    return unexpected{start_error{std::move(what)}};
  };
  boost::system::error_code ec;
  const auto host = at.host == "localhost" ? std::string("127.0.0.1") : at.host;
  const auto address = asio::ip::make_address(host, ec);
  if (ec) return fail(ec);
  const tcp::endpoint endpoint(address, at.port);
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(backlog_max, ec);
  if (!ec) acceptor_.non_blocking(true, ec);
  if (ec) return fail(ec);
  port_ = acceptor_.local_endpoint().port();
  return {};
}

/// Between the last accept and the close somebody may get in, and would be reset. So the kernel is told first to
/// drop what begins a connection (SYN, in the byte of flags at 13 of the TCP header); who is dropped tries again.
void door::shut() {
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  // Where the kernel can't, the close alone has to do.
  (void)::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

void door::close() {
  pause_.cancel();
  if (!acceptor_.is_open()) return;
  // Whom the kernel has let in already would be reset by the close.
  for (int i = 0; i < backlog_max && accept_one(); ++i) {
  }
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

void door::await() {
  acceptor_.async_wait(tcp::acceptor::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& ec) {
                         if (!ec) self->accept_all();
                       });
}

/// False: nobody waits (errno EAGAIN), or there is no descriptor to be had for whoever does.
bool door::accept_one() {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const int descriptor = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) {
    const bool stays = errno == EAGAIN || errno == EWOULDBLOCK || errno == EMFILE || errno == ENFILE ||
                       errno == ENOBUFS || errno == ENOMEM;
    return !stays;  // that one has gone again (ECONNABORTED …)
  }
  SWITCHBOARD_KILL_POINT("accepted");
  counters_.accepted.add();
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  welcome(descriptor, address_text(from));
  return true;
}

void door::accept_all() {
  for (int i = 0; i < accepted_at_once_max && acceptor_.is_open(); ++i) {
    if (accept_one()) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return pause();
    break;
  }
  if (acceptor_.is_open()) await();
}

/// Out of descriptors: the listening socket stays readable, so waiting for it would spin.
void door::pause() {
  pause_.expires_after(no_descriptors_pause);
  pause_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec && self->acceptor_.is_open()) self->accept_all();
  });
}

void door::welcome(int descriptor, std::string address) {
  const auto& settings = threads_.front()->settings();
  const auto& proxies = settings.server.trusted_proxies;
  arrival from;
  from.listener = which_;
  from.trusted_proxy = std::find(proxies.begin(), proxies.end(), address) != proxies.end();
  // A load generator, a sidecar and a trusted proxy all speak for many: only the total binds them.
  const bool exempt = is_loopback(address) || from.trusted_proxy;
  const auto in_all = which_ == listener::admin ? admin_connections_max : settings.limits.connections_max;
  from.place = guests_->admit(address, exempt, {in_all, settings.limits.connections_per_address_max});
  from.address = std::move(address);
  if (from.place == nullptr) {
    counters_.refused.add();
    // A 503, or the answer to a handshake, needs a place of its own for a second or two; behind so many of them there
    // is only the close.
    if (being_refused_ >= connections_being_refused_max / 2) {
      ::close(descriptor);
      return;
    }
    ++being_refused_;
    from.refused = true;
    from.place = {this, [self = shared_from_this()](const void*) {
                    self->threads_.front()->post([self] { --self->being_refused_; });
                  }};
  }
  const auto& io = threads_[next_thread_++ % threads_.size()];
  auto wire = tls_ != nullptr ? tls_->make_transport(descriptor) : make_plain_transport(descriptor);
  if (wire == nullptr) return;
  auto c = std::make_shared<connection>(io, std::move(wire), std::move(from));
  const auto begin = [io, c, descriptor] {
    if (io->enter(c, descriptor)) c->start();
  };
  if (io->here()) {
    begin();
  } else {
    io->post(begin);
  }
}

}  // namespace switchboard::net::http
