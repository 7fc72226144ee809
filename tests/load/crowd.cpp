#include "crowd.hpp"

#include "account.hpp"
#include "cli/load_generator.hpp"
#include "cli/response_parser.hpp"
#include "cli/stream_framing.hpp"
#include "rig.hpp"
#include "tests/eventually.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <unordered_set>

namespace switchboard::load {

namespace {

using namespace std::chrono_literals;

constexpr int events_per_wait = 512;
constexpr int wait_ms = 5;
constexpr std::size_t read_bytes = 256u << 10;
constexpr std::size_t number_digits = 16;
constexpr std::size_t notes_max = 5;
constexpr int stalled_receive_bytes = 4 << 10;
/// Where nobody listens, or there is no room, a member comes again this much later: no backoff, so that it is a crowd.
constexpr auto again = 100ms;
/// Source addresses 127.0.0.2 to 127.0.0.9: one address has 28,000 ports, and those of the dropped linger.
constexpr std::uint32_t source_addresses = 8;

std::uint64_t fold(std::uint64_t hash, std::uint64_t number) {
  hash = (hash ^ number) * 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 29);
}

}  // namespace

crowd::crowd(crowd_plan plan)
    : plan_(std::move(plan)), members_(plan_.members + plan_.stalled), buffer_(read_bytes) {
  for (std::size_t i = plan_.members; i < members_.size(); ++i) members_[i].stalls = true;
}

crowd::~crowd() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

bool crowd::start(std::chrono::seconds within) {
  cli::allow_many_files();
  const auto to = cli::resolve("127.0.0.1", plan_.port);
  if (!to) throw std::runtime_error(to.error());
  to_ = *to;
  epoll_ = cli::file_descriptor(::epoll_create1(EPOLL_CLOEXEC));
  off_ = static_cast<std::uint32_t>(members_.size());
  thread_ = std::thread([this] { run(); });
  return eventually([this] { return all_since() != clock::time_point{}; }, within);
}

void crowd::drop_all() {
  all_since_ = 0;
  drop_ = true;
}

clock::time_point crowd::all_since() const {
  return clock::time_point(clock::duration(all_since_.load()));
}

bool crowd::wait_for(std::uint64_t each, std::chrono::seconds patience) const {
  const auto wanted = each * plan_.members;
  auto last = deliveries();
  auto moved = clock::now();
  return eventually(
             [&] {
               if (const auto n = deliveries(); n != last) last = n, moved = clock::now();
               return deliveries() >= wanted || clock::now() - moved > patience;
             },
             std::chrono::hours{1}) &&
         deliveries() >= wanted;
}

void crowd::run() {
  std::array<epoll_event, events_per_wait> events;
  while (!stop_) {
    now_ = clock::now();
    if (drop_.exchange(false)) {
      const linger hard{1, 0};
      for (std::size_t i = 0; i < members_.size(); ++i) {
        if (members_[i].is == state::off) continue;
        ::setsockopt(members_[i].fd.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        off(i, 0ms);
      }
    }
    if (off_ > 0) {
      for (std::size_t i = 0; i < members_.size(); ++i) {
        if (members_[i].is == state::off && members_[i].try_at <= now_) connect(i);
      }
    }
    const int n = ::epoll_wait(epoll_.get(), events.data(), events_per_wait, wait_ms);
    now_ = clock::now();
    for (int i = 0; i < n; ++i) {
      const auto& e = events[static_cast<std::size_t>(i)];
      ready(e.data.u64, e.events);
    }
  }
}

void crowd::connect(std::size_t index) {
  auto& m = members_[index];
  m.fd = cli::file_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(index) % source_addresses);
  const int one = 1;
  ::setsockopt(m.fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  ::setsockopt(m.fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (m.stalls)
    ::setsockopt(m.fd.get(), SOL_SOCKET, SO_RCVBUF, &stalled_receive_bytes, sizeof stalled_receive_bytes);
  if (::bind(m.fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      (::connect(m.fd.get(), reinterpret_cast<const sockaddr*>(&to_.storage), to_.length) != 0 &&
       errno != EINPROGRESS)) {
    note(std::string("connect: ") + std::strerror(errno));
    m.fd.reset();
    m.try_at = now_ + again;
    return;
  }
  epoll_event e{};
  e.events = EPOLLIN | EPOLLOUT;
  e.data.u64 = index;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, m.fd.get(), &e);
  m.is = state::connecting;
  --off_;
}

void crowd::off(std::size_t index, clock::duration wait) {
  auto& m = members_[index];
  if (m.is == state::streaming || m.is == state::stalled) arrived(false);
  m.fd.reset();
  m.partial.clear();
  m.is = state::off;
  m.try_at = now_ + wait;
  ++off_;
}

void crowd::arrived(bool one) {
  connected_ += one ? 1u : ~0u;
  all_since_ = connected_ == members_.size() ? now_.time_since_epoch().count() : 0;
}

void crowd::note(std::string what) {
  if (report_.what.size() < notes_max) report_.what.push_back(std::move(what));
}

void crowd::ready(std::size_t index, std::uint32_t events) {
  auto& m = members_[index];
  if (m.is == state::off) return;
  if (m.is == state::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(m.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return off(index, again);  // nobody listens just now
    const std::string ask =
        "GET /v1/events?type=message.received&from=" +
        (m.cursor.empty()                ? std::string("latest")
         : plan_.comes_back_with.empty() ? m.cursor
                                         : plan_.comes_back_with) +
        " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + std::string(token) +
        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: c3dpdGNoYm9hcmRiZW5jaA==\r\nSec-WebSocket-Protocol: switchboard.v1\r\n\r\n";
    if (::send(m.fd.get(), ask.data(), ask.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(ask.size()))
      return off(index, again);
    m.is = state::asking;
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.u64 = index;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, m.fd.get(), &e);
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(index);
}

void crowd::receive(std::size_t index) {
  auto& m = members_[index];
  const auto n = ::recv(m.fd.get(), buffer_.data(), m.stalls ? 1'024 : buffer_.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    if (m.is == state::streaming) ++report_.broken;
    return off(index, again);
  }
  m.partial.append(buffer_.data(), static_cast<std::size_t>(n));
  if (m.is == state::asking && !greeted(m)) {
    if (m.is == state::off) off(index, again);
    return;
  }
  if (m.is == state::stalled) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, m.fd.get(), nullptr);
    return;
  }
  bool ok = true, closed = false;
  const cli::framing_events on{.event = [this, index](std::string_view json) { delivered(index, json); },
                               .ping =
                                   [&m](std::string_view payload) {
                                     const auto pong = cli::client_frame(10, payload.substr(0, 125));
                                     (void)::send(m.fd.get(), pong.data(), pong.size(), MSG_NOSIGNAL);
                                   },
                               .closed = [&closed](std::uint16_t) { closed = true; }};
  const auto used = cli::read_websocket(m.partial, on, ok);
  m.partial.erase(0, used);
  if (!ok) note("a frame that no stream may hold");
  if (!ok || closed) off(index, again);
}

/// True: the handshake is over and the stream begins. False with state::off: it was refused.
bool crowd::greeted(member& m) {
  cli::response_shape shape;
  const auto parsed = cli::parse_response(m.partial, shape);
  if (parsed == cli::parse_state::incomplete) return false;
  if (parsed == cli::parse_state::malformed || shape.status != 101) {
    ++report_.refused;
    note("a handshake was answered " + std::to_string(shape.status) + " " +
         m.partial.substr(shape.head_bytes, 200));
    m.is = state::off;
    return false;
  }
  if (m.cursor.empty()) {
    auto head = m.partial.substr(0, shape.head_bytes);
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto value = between(head, "switchboard-cursor: ", "\r");
    const auto at = head.find("switchboard-cursor: ");
    if (at != std::string::npos) m.cursor = m.partial.substr(at + 20, value.size());
  }
  m.partial.erase(0, shape.head_bytes);
  m.is = m.stalls ? state::stalled : state::streaming;
  arrived(true);
  return true;
}

void crowd::delivered(std::size_t index, std::string_view json) {
  auto& m = members_[index];
  const auto cursor = between(json, R"("cursor":")", "\"");
  m.cursor.assign(cursor.data(), cursor.size());
  const auto at = json.find(plan_.marker);
  if (at == std::string_view::npos) return;
  const auto digits = json.substr(at + plan_.marker.size(), number_digits);
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  ++m.count;
  m.order = fold(m.order, number);
  ++report_.deliveries;
  deliveries_.store(report_.deliveries, std::memory_order_relaxed);
  if (index == 0) first_seen_.push_back(number);
}

crowd_report crowd::finish(const std::vector<std::uint64_t>& numbers) {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  std::unordered_set<std::uint64_t> seen;
  for (const auto n : first_seen_) report_.repeated += seen.insert(n).second ? 0 : 1;
  for (const auto n : numbers) report_.missing += seen.contains(n) ? 0 : 1;
  for (std::size_t i = 0; i < plan_.members; ++i) {
    if (members_[i].count != members_[0].count || members_[i].order != members_[0].order) ++report_.differing;
  }
  return std::move(report_);
}

}  // namespace switchboard::load
