#include "cli/subscriber_swarm.hpp"

#include "cli/figures.hpp"
#include "cli/response_parser.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace switchboard::cli {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 256u << 10;
constexpr std::size_t handshake_bytes_max = 64u << 10;
constexpr std::chrono::milliseconds handshake_timeout{10'000};
constexpr int wait_ms = 50;  // then stop_ is looked at
constexpr int events_per_wait = 512;
constexpr std::size_t number_digits = 16;

/// Order counts: two subscribers have the same hash only if they got the same numbers in the same order.
std::uint64_t fold(std::uint64_t hash, std::uint64_t number) {
  hash = (hash ^ number) * 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 29);
}

std::string_view between(std::string_view text, std::string_view opening, std::string_view ends) {
  const auto at = text.find(opening);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + opening.size());
  return text.substr(0, text.find_first_of(ends));
}

std::string handshake(const swarm_plan& p) {
  std::string out =
      "GET " + p.target + " HTTP/1.1\r\nHost: " + p.host_header + "\r\nAuthorization: Bearer " + p.token;
  if (p.sse) return out + "\r\nAccept: text/event-stream\r\n\r\n";
  return out +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: c3dpdGNoYm9hcmRiZW5jaA==\r\nSec-WebSocket-Protocol: switchboard.v1\r\n\r\n";
}

}  // namespace

subscriber_swarm::subscriber_swarm(swarm_plan plan)
    : plan_(std::move(plan)), subscribers_(plan_.subscribers), buffer_(read_bytes), seen_(plan_.numbers) {}

subscriber_swarm::~subscriber_swarm() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

expected<void, std::string> subscriber_swarm::start() {
  allow_many_files();
  const auto to = resolve(plan_.host, plan_.port);
  if (!to) return unexpected{to.error()};
  epoll_ = file_descriptor(::epoll_create1(EPOLL_CLOEXEC));
  for (std::size_t i = 0; i < subscribers_.size(); ++i) {
    auto& s = subscribers_[i];
    if (auto done = subscribe(s, *to); !done)
      return unexpected{"subscriber " + std::to_string(i + 1) + ": " + done.error()};
    set_blocking(s.fd.get(), false);
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.u64 = i;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, s.fd.get(), &e) != 0)
      return unexpected{std::string("cannot watch a socket: ") + std::strerror(errno)};
  }
  open_ = plan_.subscribers;
  thread_ = std::thread([this] { run(); });
  return {};
}

expected<void, std::string> subscriber_swarm::subscribe(subscriber& s, const socket_address& to) {
  auto fd = connect_to(to, handshake_timeout);
  if (!fd) return unexpected{fd.error()};
  s.fd = std::move(*fd);
  const std::string ask = handshake(plan_);
  if (::send(s.fd.get(), ask.data(), ask.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(ask.size()))
    return unexpected{std::string("the handshake could not be sent")};
  std::string answer;
  response_shape shape;
  for (;;) {
    const auto n = ::recv(s.fd.get(), buffer_.data(), buffer_.size(), 0);
    if (n <= 0) return unexpected{std::string("no answer to the handshake")};
    answer.append(buffer_.data(), static_cast<std::size_t>(n));
    const auto state = parse_response(answer, shape);
    if (state == parse_state::complete) break;
    if (state == parse_state::malformed || answer.size() > handshake_bytes_max)
      return unexpected{std::string("the answer to the handshake is not HTTP")};
  }
  if (shape.status != (plan_.sse ? 200 : 101)) {
    std::string what = "the engine answered " + std::to_string(shape.status);
    if (shape.status == 401 || shape.status == 403) what += "; give a token with --token";
    return unexpected{what};
  }
  s.chunked = shape.chunked;
  answer.erase(0, shape.head_bytes);
  if (s.chunked) {
    if (!s.chunks.feed(answer, s.partial))
      return unexpected{std::string("the answer's chunks are malformed")};
  } else {
    s.partial = std::move(answer);
  }
  return {};
}

void subscriber_swarm::run() {
  std::array<epoll_event, events_per_wait> events;
  now_ = clock::now();
  for (std::size_t i = 0; i < subscribers_.size(); ++i) {  // what came together with the handshake
    const std::string early = std::move(subscribers_[i].partial);
    subscribers_[i].partial.clear();
    settle(i, early);
  }
  while (!stop_.load(std::memory_order_relaxed)) {
    const int n = ::epoll_wait(epoll_.get(), events.data(), events_per_wait, wait_ms);
    for (int i = 0; i < n; ++i) receive(events[static_cast<std::size_t>(i)].data.u64);
  }
}

void subscriber_swarm::drop(subscriber& s) {
  ++report_.lost;
  s.fd.reset();
  open_.fetch_sub(1, std::memory_order_relaxed);
}

void subscriber_swarm::receive(std::size_t index) {
  auto& s = subscribers_[index];
  if (!s.fd.open()) return;
  // What was left of the last read goes in front, so that an event is always in one piece.
  const std::size_t kept = s.partial.size();
  if (!s.chunked) {
    if (buffer_.size() < kept + read_bytes / 2) buffer_.resize(kept + read_bytes);
    std::memcpy(buffer_.data(), s.partial.data(), kept);
  }
  const std::size_t front = s.chunked ? 0 : kept;
  const auto n = ::recv(s.fd.get(), buffer_.data() + front, buffer_.size() - front, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return drop(s);
  now_ = clock::now();
  report_.bytes += static_cast<std::size_t>(n);
  std::string_view bytes(buffer_.data(), front + static_cast<std::size_t>(n));
  if (s.chunked) {
    content_ = s.partial;
    if (!s.chunks.feed(bytes, content_)) return drop(s);
    bytes = content_;
  }
  settle(index, bytes);
}

void subscriber_swarm::settle(std::size_t index, std::string_view bytes) {
  auto& s = subscribers_[index];
  bool ok = true;
  const std::size_t used = take(index, bytes, ok);
  s.partial = bytes.substr(used);
  if (!ok || (s.chunked && s.chunks.done())) drop(s);
}

std::size_t subscriber_swarm::take(std::size_t index, std::string_view bytes, bool& ok) {
  bool closed = false;
  const framing_events on{.event = [this, index](std::string_view json) { delivered(index, json); },
                          .ping =
                              [this, index](std::string_view payload) {
                                const std::string pong = client_frame(10, payload.substr(0, 125));
                                [[maybe_unused]] const auto n = ::send(
                                    subscribers_[index].fd.get(), pong.data(), pong.size(), MSG_NOSIGNAL);
                              },
                          .closed = [&closed](std::uint16_t) { closed = true; }};
  const std::size_t used = plan_.sse ? read_sse(bytes, on, ok) : read_websocket(bytes, on, ok);
  ok = ok && !closed;
  return used;
}

void subscriber_swarm::delivered(std::size_t index, std::string_view json) {
  auto& s = subscribers_[index];
  // Events of one kind are alike: the id mostly stands where it stood in the last one.
  std::size_t at = s.hint;
  if (json.substr(std::min(at, json.size()), plan_.marker.size()) != plan_.marker)
    at = json.find(plan_.marker);
  if (at == std::string_view::npos) return;  // somebody else's event
  s.hint = at;
  const std::string_view digits = json.substr(at + plan_.marker.size(), number_digits);
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  ++s.count;
  s.order_hash = fold(s.order_hash, number);
  ++report_.deliveries;
  report_.last_delivery = now_;
  deliveries_.store(report_.deliveries, std::memory_order_relaxed);
  if (plan_.ledger != nullptr) {
    const std::int64_t sent = plan_.ledger->at(number / plan_.messages_per_request);
    if (sent != 0 && sent >= plan_.measure_from)
      report_.latency.record(std::chrono::nanoseconds(now_.time_since_epoch().count() - sent));
  }
  if (index == 0) check_reference(json, number);
}

void subscriber_swarm::check_reference(std::string_view json, std::uint64_t number) {
  if (number < plan_.first_number || number - plan_.first_number >= seen_.size()) return;
  if (seen_[number - plan_.first_number]) ++report_.repeated;
  seen_[number - plan_.first_number] = true;
  const auto conversation = between(json, R"("subject":")", "\"");
  const auto digits = between(json, R"("sequence":)", ",}");
  std::uint64_t sequence = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  auto& last = last_sequence_[std::string(conversation)];
  if (sequence <= last) ++report_.out_of_order;
  last = sequence;
}

bool subscriber_swarm::wait_for(std::uint64_t wanted, std::chrono::milliseconds patience) {
  std::uint64_t last = deliveries();
  auto moved = clock::now();
  while (deliveries() < wanted) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (const auto n = deliveries(); n != last) {
      last = n;
      moved = clock::now();
    }
    if (clock::now() - moved > patience || !any_left()) return deliveries() >= wanted;
  }
  return true;
}

swarm_report subscriber_swarm::finish(std::uint64_t expected) {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  std::uint64_t seen = 0;
  for (const bool s : seen_) seen += s ? 1 : 0;
  report_.missing = expected > seen ? expected - seen : 0;
  for (const auto& s : subscribers_) {
    if (s.count != subscribers_.front().count || s.order_hash != subscribers_.front().order_hash)
      ++report_.differing;
  }
  return std::move(report_);
}

}  // namespace switchboard::cli
